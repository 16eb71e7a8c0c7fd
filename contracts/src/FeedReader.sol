// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IAggregatorV3} from "./interfaces/IAggregatorV3.sol";
import {IFeedReader} from "./interfaces/IFeedReader.sol";
import {IOracleHub} from "./interfaces/IOracleHub.sol";
import {ReportCodec} from "./libraries/ReportCodec.sol";

/// @custom:version 0.1.0
contract FeedReader is IFeedReader {
    /// @inheritdoc IAggregatorV3
    uint256 public constant version = 1;

    /// @inheritdoc IFeedReader
    IOracleHub public immutable hub;

    /// @inheritdoc IFeedReader
    uint16 public immutable index;

    /// @inheritdoc IFeedReader
    uint32 public immutable maxAgeSec;

    /// @inheritdoc IAggregatorV3
    uint8 public immutable decimals;

    /// @inheritdoc IAggregatorV3
    string public description;

    /// @param hub_       The hub.
    /// @param index_     The feed's index there.
    /// @param name       The feed's name, checked against its id.
    /// @param maxAgeSec_ Answers older than this are refused, seconds, above 0. With less than the feed's heartbeat the
    ///                   reader refuses a calm market.
    constructor(IOracleHub hub_, uint16 index_, string memory name, uint32 maxAgeSec_) {
        IOracleHub.Feed memory feed = hub_.feedAt(index_);
        bytes32 id = keccak256(bytes(name));
        if (id << 8 != feed.feedId << 8) revert WrongName(name, feed.feedId);
        if (maxAgeSec_ == 0) revert ZeroMaxAge();
        hub = hub_;
        index = index_;
        maxAgeSec = maxAgeSec_;
        decimals = feed.decimals;
        description = name;
    }

    /// @inheritdoc IAggregatorV3
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return _round(_goodAnswer());
    }

    /// @inheritdoc IFeedReader
    function latestAnswer() external view returns (int256) {
        return _goodAnswer().value;
    }

    /// @inheritdoc IAggregatorV3
    /// @dev Judged neither by age nor by status: what was published in a round stays true of that round.
    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80) {
        IOracleHub.Answer memory answer = hub.answerAt(index);
        if (answer.count == 0) revert NoAnswer(index);
        if (roundId != answer.count) revert RoundNotKept(roundId, answer.count);
        return _round(answer);
    }

    function _goodAnswer() private view returns (IOracleHub.Answer memory answer) {
        answer = hub.answerAt(index);
        if (answer.count == 0) revert NoAnswer(index);
        if (answer.status != ReportCodec.STATUS_OK) revert BadAnswerStatus(answer.status, ReportCodec.STATUS_OK);
        uint256 ageSec = block.timestamp - _updatedAt(answer);
        if (ageSec > maxAgeSec) revert StaleAnswer(ageSec, maxAgeSec);
    }

    function _round(IOracleHub.Answer memory answer) private view returns (uint80, int256, uint256, uint256, uint80) {
        uint256 updatedAt = _updatedAt(answer);
        return (answer.count, answer.value, updatedAt, updatedAt, answer.count);
    }

    /// @dev The hub accepts reports from a little ahead of this chain's clock, and consumers subtract.
    function _updatedAt(IOracleHub.Answer memory answer) private view returns (uint256) {
        return answer.timeSec < block.timestamp ? answer.timeSec : block.timestamp;
    }
}
