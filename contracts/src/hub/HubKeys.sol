// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IOracleHub} from "../interfaces/IOracleHub.sol";
import {FeedSlot, FeedSlotLibrary} from "../libraries/FeedSlot.sol";
import {ReportCodec} from "../libraries/ReportCodec.sol";
import {ReportHead} from "../libraries/ReportHead.sol";
import {SchnorrSecp256k1} from "../libraries/SchnorrSecp256k1.sol";
import {HubStorage} from "./HubStorage.sol";

/// @dev Whose signature counts in which round.
abstract contract HubKeys is HubStorage {
    uint32 private constant SLOT_MS_MIN = 250;
    uint32 private constant SLOT_MS_MAX = 60_000;

    // -- For everybody

    /// @inheritdoc IOracleHub
    function configuration() public view returns (Configuration memory newest, Configuration memory previous) {
        newest = _newest;
        if (_heldKeyX != 0) newest.groupKeyX = _heldKeyX;
        previous = _previous;
    }

    /// @inheritdoc IOracleHub
    function latestRound() public view returns (uint64 latest) {
        uint256 length = _feeds.length;
        for (uint256 i = 0; i < length; i++) {
            latest = _later(latest, _slots[i]);
        }
        uint256 end = PAIRS_FROM + _pairedFeeds.length;
        for (uint256 i = PAIRS_FROM; i < end; i += 2) {
            latest = _later(latest, _slots[i]);
        }
    }

    function _later(uint64 round, FeedSlot slot) private pure returns (uint64) {
        return slot.round() > round ? slot.round() : round;
    }

    // -- For the owner

    /// @inheritdoc IOracleHub
    function configure(Configuration calldata first) external onlyOwner {
        if (_newest.cfg != 0) revert AlreadyConfigured(_newest.cfg);
        _checkAlone(first);
        emit ConfigurationChanged(_previous, first, _newest);
        _newest = first;
    }

    /// @inheritdoc IOracleHub
    function rotate(Configuration calldata next) external onlyOwner {
        (Configuration memory newest, Configuration memory followed) = configuration();
        Configuration memory replaced;
        if (newest.cfg == 0) revert NotConfigured();
        _checkAlone(next);
        if (next.configCount <= newest.configCount) revert ConfigCountNotNewer(next.configCount, newest.configCount);

        uint64 latest = latestRound();
        if (followed.cfg != 0 && latest < newest.firstRound) replaced = newest;
        else followed = newest;
        _checkContinues(next, followed, latest);

        emit ConfigurationChanged(followed, next, replaced);
        _previous = followed;
        _newest = next;
        if (_heldKeyX != 0) (_newest.groupKeyX, _heldKeyX) = (0, next.groupKeyX);

        uint256 length = _feeds.length;
        for (uint256 i = 0; i < length; i++) {
            _slots[i] = _slots[i].afterRotation();
        }
        uint256 end = PAIRS_FROM + _pairedFeeds.length;
        for (uint256 i = PAIRS_FROM; i < end; i += 2) {
            _slots[i] = _slots[i].afterRotation();
        }
    }

    function _checkAlone(Configuration calldata given) private pure {
        if (given.cfg == 0) revert ZeroCfg();
        if (!SchnorrSecp256k1.isKey(given.groupKeyX)) revert BadGroupKey(given.groupKeyX);
        if (given.slotMs < SLOT_MS_MIN || given.slotMs > SLOT_MS_MAX) {
            revert BadSlotMs(given.slotMs, SLOT_MS_MIN, SLOT_MS_MAX);
        }
        if (given.firstRound == 0 || given.firstRound > FeedSlotLibrary.ROUND_MAX) {
            revert BadFirstRound(given.firstRound, 1, FeedSlotLibrary.ROUND_MAX);
        }
    }

    /// @dev Rounds and time go on where the followed configuration would have them at that round.
    function _checkContinues(Configuration calldata next, Configuration memory followed, uint64 latest) private pure {
        bool sameTag = _tag(next.groupKeyX) == _tag(followed.groupKeyX);
        if (sameTag && next.groupKeyX != followed.groupKeyX) {
            revert KeyTagTaken(_tag(next.groupKeyX), followed.groupKeyX);
        }
        uint64 newestRound = latest > followed.firstRound ? latest : followed.firstRound;
        if (next.firstRound <= newestRound) revert FirstRoundNotNewer(next.firstRound, newestRound);
        uint256 wantedMs = followed.firstRoundTimeMs + uint256(next.firstRound - followed.firstRound) * followed.slotMs;
        if (next.firstRoundTimeMs != wantedMs) revert RoundTimeDiscontinuous(next.firstRoundTimeMs, wantedMs);
    }

    // -- For the chapters that read reports

    /// @dev Refuses another network's reports and those from the future before storage is read.
    function _checkHead(ReportHead head) internal view {
        if (head.networkTag() != bytes4(networkId)) revert WrongNetwork(head.networkTag(), bytes4(networkId));
        uint256 maxMs = (block.timestamp + AHEAD_MAX_SEC) * 1000;
        if (head.reportTimeMs() > maxMs) revert FutureReport(head.reportTimeMs(), maxMs);
    }

    /// @dev One cold slot when the newest key signed: every other slot is read on the way to the previous key or to
    ///      an error.
    /// @return byNewestKey True leaves open whether the round is that key's: see `_eraUnderNewestKey`.
    function _checkSignature(ReportHead head, bytes32 pushDigest, bytes32 root, address rAddress, uint256 z)
        internal
        view
        returns (bool byNewestKey)
    {
        uint256 key = _newest.groupKeyX;
        byNewestKey = key != 0 && _tag(key) == head.keyTag();
        if (!byNewestKey) key = _previousKey(head);

        bytes32 digest = ReportCodec.digest(networkId, head.round(), head.reportTimeMs(), pushDigest, root);
        if (!SchnorrSecp256k1.verify(key, digest, rAddress, z)) revert BadSignature(digest, key);
    }

    /// @dev Era of a round that the newest key signed; reverts for the rounds before that key.
    function _eraUnderNewestKey(uint64 round) internal view returns (uint8) {
        if (round >= _newest.firstRound) return FeedSlotLibrary.ERA_NEWEST;
        // After a refresh of shares the same key stands in both configurations.
        bool sameKey = _previous.groupKeyX == _newest.groupKeyX;
        if (sameKey && round >= _previous.firstRound) return FeedSlotLibrary.ERA_LISTED;
        revert KeyNotYetValid(round, sameKey ? _previous.firstRound : _newest.firstRound);
    }

    /// @dev The key before the newest, for the rounds that are its own. The newest one is another, or there is none.
    function _previousKey(ReportHead head) internal view returns (uint256 key) {
        if (_heldKeyX != 0) revert HubFrozen();
        if (_newest.groupKeyX == 0) revert NotConfigured();
        key = _previous.groupKeyX;
        bytes4 keyTag = head.keyTag();
        uint64 round = head.round();
        if (key == 0 || _tag(key) != keyTag) revert UnknownKey(keyTag, _tag(_newest.groupKeyX));
        if (round >= _newest.firstRound) revert KeyRetired(round, _newest.firstRound);
        if (round < _previous.firstRound) revert KeyNotYetValid(round, _previous.firstRound);
    }

    /// @dev The era of a feed's slot after a report of this round, signed by the newest key or the one before.
    function _eraAfter(FeedSlot slot, uint64 round, bool byNewestKey) internal view returns (uint8) {
        if (!byNewestKey) return FeedSlotLibrary.ERA_LISTED;
        // The stored round is the newest key's, so this newer one is as well.
        if (slot.era() == FeedSlotLibrary.ERA_NEWEST) return FeedSlotLibrary.ERA_NEWEST;
        return _eraUnderNewestKey(round);
    }

    function _tag(uint256 groupKeyX) private pure returns (bytes4) {
        return bytes4(uint32(groupKeyX));
    }
}
