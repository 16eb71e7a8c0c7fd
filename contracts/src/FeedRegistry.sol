// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {Owned} from "./Owned.sol";
import {IFeedRegistry} from "./interfaces/IFeedRegistry.sol";

/// @custom:version 0.1.0
contract FeedRegistry is IFeedRegistry, Owned {
    uint8 private constant DECIMALS_MAX = 30;

    /// @dev Less, and a feed of a worthless asset is live before anybody has compared its shadow with the market.
    uint40 private constant DELAY_MIN_SEC = 2 days;
    /// @dev More, and a mistake of a definition lasts for longer than options do.
    uint40 private constant DELAY_MAX_SEC = 30 days;

    /// @inheritdoc IFeedRegistry
    uint40 public immutable delaySec;

    mapping(bytes32 feedId => Feed) private _feeds;
    mapping(bytes32 feedId => mapping(bytes32 digest => Status)) private _statuses;
    bytes32[] private _feedIds;

    /// @param delaySec_ Time between proposal and activation at least, seconds; two to thirty days.
    /// @param founders  Feeds that are live at once. Whoever deploys can choose them, and whoever relies on the registry
    ///                  can read them first: there is nobody yet whom a delay would protect.
    constructor(address firstOwner, uint40 delaySec_, Founder[] memory founders) Owned(firstOwner) {
        if (delaySec_ < DELAY_MIN_SEC || delaySec_ > DELAY_MAX_SEC) {
            revert BadDelay(delaySec_, DELAY_MIN_SEC, DELAY_MAX_SEC);
        }
        delaySec = delaySec_;
        for (uint256 i = 0; i < founders.length; i++) {
            Founder memory founder = founders[i];
            _propose(founder.feedId, founder.unit, founder.decimals, founder.definition, uint40(block.timestamp));
            _activate(founder.feedId);
        }
    }

    // -- For the owner

    /// @inheritdoc IFeedRegistry
    /// @custom:invariant meaningIsForever
    function propose(bytes32 feedId, bytes32 unit, uint8 decimals, Definition calldata next) external onlyOwner {
        _propose(feedId, unit, decimals, next, uint40(block.timestamp) + delaySec);
    }

    /// @inheritdoc IFeedRegistry
    function withdraw(bytes32 feedId, bytes32 digest) external onlyOwner {
        Feed storage feed = _feeds[feedId];
        _checkProposed(feedId, digest);
        emit DefinitionWithdrawn(feedId, feed.proposed);
        _forget(feedId, digest);
        if (feed.status == Status.Proposed) {
            delete _feeds[feedId];
        } else {
            delete feed.proposed;
            delete feed.activeFromSec;
        }
    }

    /// @inheritdoc IFeedRegistry
    /// @custom:invariant shadowFirst
    function activate(bytes32 feedId, bytes32 digest) external onlyOwner {
        _checkProposed(feedId, digest);
        uint40 activeFromSec = _feeds[feedId].activeFromSec;
        if (block.timestamp < activeFromSec) revert ActivatedTooEarly(feedId, block.timestamp, activeFromSec);
        _activate(feedId);
    }

    /// @inheritdoc IFeedRegistry
    function deprecate(bytes32 feedId, bytes32 successor) external onlyOwner {
        Feed storage feed = _feeds[feedId];
        if (feed.status != Status.Live) revert WrongStatus(feedId, feed.status, Status.Live);
        Status status = _feeds[successor].status;
        if (successor != 0 && (successor == feedId || status != Status.Live)) {
            revert BadSuccessor(feedId, successor, status);
        }
        emit FeedDeprecated(feedId, successor, feed.live, feed.proposed);
        _forget(feedId, feed.proposed.digest);
        _statuses[feedId][feed.live.digest] = Status.Deprecated;
        delete feed.proposed;
        delete feed.activeFromSec;
        feed.status = Status.Deprecated;
        feed.successor = successor;
    }

    function _propose(bytes32 feedId, bytes32 unit, uint8 decimals, Definition memory next, uint40 activeFromSec)
        private
    {
        Feed storage feed = _feeds[feedId];
        _checkMeaning(feedId, unit, decimals);
        if (next.digest == 0 || next.deviation == 0 || next.heartbeatSec == 0) revert EmptyDefinition(feedId);
        Status known = _statuses[feedId][next.digest];
        if (known == Status.Proposed || known == Status.Live) revert DefinitionKnown(feedId, next.digest, known);
        if (feed.status == Status.Deprecated) revert WrongStatus(feedId, feed.status, Status.Live);
        if (feed.status == Status.Live && (feed.unit != unit || feed.decimals != decimals)) {
            revert MeaningChanged(feedId, unit, decimals, feed.unit, feed.decimals);
        }

        emit DefinitionProposed(feedId, unit, decimals, feed.proposed, next, activeFromSec);
        _forget(feedId, feed.proposed.digest);
        // A way back: what was in force may be proposed again, and reports of its first time keep their meaning.
        if (known == Status.Unknown) _statuses[feedId][next.digest] = Status.Proposed;
        if (feed.status == Status.Unknown) feed.status = Status.Proposed;
        feed.unit = unit;
        feed.decimals = decimals;
        feed.proposed = next;
        feed.activeFromSec = activeFromSec;
    }

    function _activate(bytes32 feedId) private {
        Feed storage feed = _feeds[feedId];
        emit DefinitionActivated(feedId, feed.live, feed.proposed);
        if (feed.status == Status.Proposed) {
            feed.status = Status.Live;
            _feedIds.push(feedId);
        } else {
            _statuses[feedId][feed.live.digest] = Status.Deprecated;
        }
        _statuses[feedId][feed.proposed.digest] = Status.Live;
        feed.live = feed.proposed;
        feed.liveSinceSec = uint40(block.timestamp);
        delete feed.proposed;
        delete feed.activeFromSec;
    }

    function _forget(bytes32 feedId, bytes32 digest) private {
        if (_statuses[feedId][digest] == Status.Proposed) delete _statuses[feedId][digest];
    }

    function _checkProposed(bytes32 feedId, bytes32 digest) private view {
        bytes32 wanted = _feeds[feedId].proposed.digest;
        if (digest == 0 || digest != wanted) revert NotProposed(feedId, digest, wanted);
    }

    function _checkMeaning(bytes32 feedId, bytes32 unit, uint8 decimals) private pure {
        if (feedId[0] == 0) revert NoKind(feedId);
        if (!_isText(unit)) revert BadUnit(feedId, unit);
        if (decimals > DECIMALS_MAX) revert BadDecimals(feedId, decimals, DECIMALS_MAX);
    }

    function _isText(bytes32 text) private pure returns (bool) {
        uint256 length = 0;
        while (length < 32 && text[length] > 0x20 && text[length] < 0x7f) length++;
        return length > 0 && length < 32 && text << (8 * length) == 0;
    }

    // -- For everybody

    /// @inheritdoc IFeedRegistry
    function feedOf(bytes32 feedId) external view returns (Feed memory) {
        return _feeds[feedId];
    }

    /// @inheritdoc IFeedRegistry
    function statusOf(bytes32 feedId, bytes32 digest) public view returns (Status) {
        return _statuses[feedId][digest];
    }

    /// @inheritdoc IFeedRegistry
    function scaleOf(bytes32 feedId, bytes32 digest) external view returns (bytes32 unit, uint8 decimals) {
        Status status = statusOf(feedId, digest);
        if (status != Status.Live && status != Status.Deprecated) revert DefinitionNotInForce(feedId, digest, status);
        return (_feeds[feedId].unit, _feeds[feedId].decimals);
    }

    /// @inheritdoc IFeedRegistry
    function feedCount() external view returns (uint256) {
        return _feedIds.length;
    }

    /// @inheritdoc IFeedRegistry
    function feedIdAt(uint256 position) external view returns (bytes32) {
        if (position >= _feedIds.length) revert NoSuchPosition(position, _feedIds.length);
        return _feedIds[position];
    }
}
