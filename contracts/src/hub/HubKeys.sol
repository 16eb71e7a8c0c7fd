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
            latest = _later(latest, _slotOf(i));
        }
        uint256 end = PAIRS_FROM + _pairedFeeds.length;
        for (uint256 i = PAIRS_FROM; i < end; i += 2) {
            latest = _later(latest, _slotOf(i));
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
        _pullKey = _pullKeyOf(first.groupKeyX, first.firstRound);
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
        else _pullKey = _pullKeyOf(next.groupKeyX, next.firstRound);

        // A pair's slot never has the newest key's era.
        uint256 length = _feeds.length;
        for (uint256 i = 0; i < length; i++) {
            _setSlot(i, _slotOf(i).afterRotation());
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
        bytes4 wanted = bytes4(networkId);
        if (head.networkTag() != wanted) revert WrongNetwork(head.networkTag(), wanted);
        unchecked {
            // A block's time is no number that could overflow here.
            uint256 maxMs = (block.timestamp + AHEAD_MAX_SEC) * 1000;
            if (head.reportTimeMs() > maxMs) revert FutureReport(head.reportTimeMs(), maxMs);
        }
    }

    /// @dev Whether a proof's key signs its round; reverts where it does not.
    /// @param key As the proof brings it.
    function _checkKey(ReportHead head, uint256 key) internal view returns (bool byNewestKey) {
        uint256 known = _pullKey;
        uint256 given = _pullKeyOf(key, 0);
        // Of the newest key, in its rounds: one cold slot. Every other one is read on the way to the previous key or to
        // an error.
        if (known >> 48 == given >> 48 && head.round() >= uint48(known) && head.keyTag() == _tag(key)) return true;
        uint256 wanted = _newest.groupKeyX;
        byNewestKey = wanted != 0 && _tag(wanted) == head.keyTag();
        if (byNewestKey) _eraUnderNewestKey(head.round());
        else wanted = _previousKey(head);
        if (key != wanted) revert WrongProofKey(key, wanted);
    }

    /// @dev See `_pullKey`.
    function _pullKeyOf(uint256 groupKeyX, uint64 firstRound) internal pure returns (uint256 packed) {
        // Stands for `uint256(keccak256(abi.encode(groupKeyX)))`.
        assembly ("memory-safe") {
            mstore(0, groupKeyX)
            packed := keccak256(0, 32)
        }
        return (packed & ~uint256(type(uint48).max)) | firstRound;
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
