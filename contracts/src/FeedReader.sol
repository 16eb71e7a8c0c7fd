// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IAggregatorV2} from "./interfaces/IAggregatorV2.sol";
import {IAggregatorV3} from "./interfaces/IAggregatorV3.sol";
import {IFeedReader} from "./interfaces/IFeedReader.sol";
import {IOracleHub} from "./interfaces/IOracleHub.sol";
import {FeedSlot} from "./libraries/FeedSlot.sol";
import {HubSlot} from "./libraries/HubSlot.sol";
import {ReportCodec} from "./libraries/ReportCodec.sol";
import {Uptime} from "./libraries/Uptime.sol";

/// @custom:version 0.2.0
contract FeedReader is IFeedReader {
    /// @inheritdoc IAggregatorV3
    uint256 public constant version = 2;

    /// @inheritdoc IFeedReader
    IOracleHub public immutable hub;

    /// @inheritdoc IFeedReader
    uint16 public immutable index;

    /// @inheritdoc IAggregatorV3
    uint8 public immutable decimals;

    /// @inheritdoc IAggregatorV3
    string public description;

    // The requirements, one by one: a struct cannot be immutable, and storage would cost a cold slot a read.
    uint32 private immutable MAX_AGE_SEC;
    uint32 private immutable MAX_CONFIDENCE_PPB;
    bool private immutable POSITIVE_ONLY;
    OnBadAnswer private immutable ON_BAD_ANSWER;
    uint32 private immutable GRACE_SEC;
    address private immutable SEQUENCER_FEED;
    address private immutable BLOCK_GAP_LOG;

    /// @param hub_   The hub.
    /// @param index_ The feed's index there.
    /// @param name   The feed's name, checked against its id.
    /// @param wanted What an answer has to be.
    constructor(IOracleHub hub_, uint16 index_, string memory name, Requirements memory wanted) {
        IOracleHub.Feed memory feed = hub_.feedAt(index_);
        bytes32 id = keccak256(bytes(name));
        if (id << 8 != feed.feedId << 8) revert WrongName(name, feed.feedId);
        if (wanted.maxAgeSec == 0) revert ZeroMaxAge();
        bool hasUptime = wanted.sequencerFeed != address(0) || wanted.blockGapLog != address(0);
        if ((wanted.graceSec != 0) != hasUptime) {
            revert GraceMismatch(wanted.graceSec, wanted.sequencerFeed, wanted.blockGapLog);
        }
        _requireReadable(wanted.sequencerFeed);
        _requireReadable(wanted.blockGapLog);

        hub = hub_;
        index = index_;
        decimals = feed.decimals;
        description = name;
        MAX_AGE_SEC = wanted.maxAgeSec;
        MAX_CONFIDENCE_PPB = wanted.maxConfidencePpb;
        POSITIVE_ONLY = wanted.positiveOnly;
        ON_BAD_ANSWER = wanted.onBadAnswer;
        GRACE_SEC = wanted.graceSec;
        SEQUENCER_FEED = wanted.sequencerFeed;
        BLOCK_GAP_LOG = wanted.blockGapLog;
    }

    /// @dev Otherwise a mistyped address would refuse every answer for ever.
    function _requireReadable(address feed) private view {
        if (feed == address(0)) return;
        (bool readable,,) = Uptime.read(feed);
        if (!readable) revert SequencerUnreadable(feed);
    }

    // -- The newest answer, behind the gate. The chain is asked before the hub: had its feed been starved of gas to look
    //    unreadable, not enough would be left for the hub.

    /// @inheritdoc IFeedReader
    /// @custom:invariant nothingBadIsServed
    function read() external view returns (Reading memory) {
        Quality chain = _chainQuality();
        FeedSlot answer = HubSlot.read(hub, index);
        Quality quality = _quality(chain, answer);
        if (quality != Quality.Good) _refuse(quality, answer);
        return _reading(quality, answer);
    }

    /// @inheritdoc IFeedReader
    function tryRead() external view returns (Reading memory) {
        Quality chain = _chainQuality();
        FeedSlot answer = HubSlot.read(hub, index);
        return _reading(_quality(chain, answer), answer);
    }

    /// @inheritdoc IAggregatorV3
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        Quality chain = _chainQuality();
        FeedSlot answer = HubSlot.read(hub, index);
        int256 value = _shown(_quality(chain, answer), answer);
        uint256 updatedAt = _updatedAt(answer.timeSec());
        return (answer.count(), value, updatedAt, updatedAt, answer.count());
    }

    /// @inheritdoc IAggregatorV2
    function latestAnswer() external view returns (int256) {
        Quality chain = _chainQuality();
        FeedSlot answer = HubSlot.read(hub, index);
        return _shown(_quality(chain, answer), answer);
    }

    /// @dev What the aggregator functions show of an answer of this quality.
    function _shown(Quality quality, FeedSlot answer) private view returns (int256) {
        if (quality == Quality.Good || ON_BAD_ANSWER == OnBadAnswer.Raw) return answer.value();
        if (ON_BAD_ANSWER == OnBadAnswer.Revert) _refuse(quality, answer);
        return 0;
    }

    // -- Rounds, judged neither by age nor by status: what was published in a round stays true of that round

    /// @inheritdoc IAggregatorV2
    function latestTimestamp() external view returns (uint256) {
        return _updatedAt(HubSlot.read(hub, index).timeSec());
    }

    /// @inheritdoc IAggregatorV2
    function latestRound() external view returns (uint256) {
        return HubSlot.read(hub, index).count();
    }

    /// @inheritdoc IAggregatorV3
    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80) {
        IOracleHub.Answer memory answer = _answerOf(roundId);
        uint256 updatedAt = _updatedAt(answer.timeSec);
        return (answer.count, answer.value, updatedAt, updatedAt, answer.count);
    }

    /// @inheritdoc IAggregatorV2
    function getAnswer(uint256 roundId) external view returns (int256) {
        return _answerOf(roundId).value;
    }

    /// @inheritdoc IAggregatorV2
    function getTimestamp(uint256 roundId) external view returns (uint256) {
        return _updatedAt(_answerOf(roundId).timeSec);
    }

    /// @dev The hub keeps the newest answer of every feed, and older ones of feeds with a history.
    function _answerOf(uint256 roundId) private view returns (IOracleHub.Answer memory newest) {
        newest = hub.answerAt(index);
        if (newest.count == 0) revert NoAnswer(index);
        if (roundId == newest.count) return newest;
        if (roundId == 0 || roundId > newest.count) revert RoundNotKept(roundId, newest.count);
        return hub.historyAt(index, uint32(roundId));
    }

    /// @inheritdoc IFeedReader
    function requirements() external view returns (Requirements memory) {
        return Requirements({
            maxAgeSec: MAX_AGE_SEC,
            maxConfidencePpb: MAX_CONFIDENCE_PPB,
            positiveOnly: POSITIVE_ONLY,
            onBadAnswer: ON_BAD_ANSWER,
            graceSec: GRACE_SEC,
            sequencerFeed: SEQUENCER_FEED,
            blockGapLog: BLOCK_GAP_LOG
        });
    }

    // -- The gate

    function _quality(Quality chain, FeedSlot answer) private view returns (Quality) {
        if (chain != Quality.Good) return chain;
        if (answer.count() == 0) return Quality.NoAnswer;
        uint8 status = HubSlot.statusOf(answer);
        if (status != ReportCodec.STATUS_OK) return Quality(status);
        if (block.timestamp > uint256(answer.timeSec()) + MAX_AGE_SEC) return Quality.Stale;
        if (MAX_CONFIDENCE_PPB != 0 && answer.confidencePpb() > MAX_CONFIDENCE_PPB) return Quality.Uncertain;
        if (POSITIVE_ONLY && answer.value() <= 0) return Quality.NotPositive;
        return Quality.Good;
    }

    function _chainQuality() private view returns (Quality quality) {
        // A grace belongs to a feed of the chain's uptime: the constructor took neither alone.
        if (GRACE_SEC == 0) return Quality.Good;
        quality = _uptimeQuality(SEQUENCER_FEED);
        if (quality == Quality.Good) quality = _uptimeQuality(BLOCK_GAP_LOG);
    }

    function _uptimeQuality(address feed) private view returns (Quality) {
        if (feed == address(0)) return Quality.Good;
        (bool readable, bool up, uint256 sinceSec) = Uptime.read(feed);
        if (!readable) return Quality.SequencerUnreadable;
        if (!up) return Quality.SequencerDown;
        // An uptime feed's clock may run ahead of this chain's: then the grace has not begun.
        if (sinceSec > block.timestamp || block.timestamp - sinceSec < GRACE_SEC) return Quality.SequencerGrace;
        return Quality.Good;
    }

    /// @dev Reverts with the error that belongs to the quality.
    function _refuse(Quality quality, FeedSlot answer) private view {
        if (quality == Quality.NoAnswer) revert NoAnswer(index);
        if (quality <= Quality.Frozen) revert BadAnswerStatus(uint8(quality), ReportCodec.STATUS_OK);
        if (quality == Quality.Stale) revert StaleAnswer(block.timestamp - answer.timeSec(), MAX_AGE_SEC);
        if (quality == Quality.Uncertain) revert UncertainAnswer(answer.confidencePpb(), MAX_CONFIDENCE_PPB);
        if (quality == Quality.NotPositive) revert NotPositive(answer.value());
        address feed = _uptimeQuality(SEQUENCER_FEED) != Quality.Good ? SEQUENCER_FEED : BLOCK_GAP_LOG;
        if (quality == Quality.SequencerUnreadable) revert SequencerUnreadable(feed);
        (,, uint256 sinceSec) = Uptime.read(feed);
        if (quality == Quality.SequencerDown) revert SequencerDown(feed, sinceSec);
        revert SequencerGrace(feed, sinceSec > block.timestamp ? 0 : block.timestamp - sinceSec, GRACE_SEC);
    }

    // -- Forms

    /// @dev The hub accepts reports from a little ahead of this chain's clock, and consumers subtract.
    function _updatedAt(uint256 timeSec) private view returns (uint256) {
        return timeSec < block.timestamp ? timeSec : block.timestamp;
    }

    function _reading(Quality quality, FeedSlot answer) private view returns (Reading memory) {
        return Reading({
            quality: quality,
            value: answer.value(),
            confidencePpb: answer.confidencePpb(),
            updatedAt: _updatedAt(answer.timeSec()),
            roundId: answer.count()
        });
    }
}
