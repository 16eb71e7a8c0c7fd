// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IHubHistory} from "../interfaces/IHubHistory.sol";
import {IHubPairs} from "../interfaces/IHubPairs.sol";
import {IOracleHub} from "../interfaces/IOracleHub.sol";
import {FeedSlot, FeedSlotLibrary} from "../libraries/FeedSlot.sol";
import {ReportCodec} from "../libraries/ReportCodec.sol";
import {HubStorage} from "./HubStorage.sol";

/// @dev The list of feeds, their newest answers, and the values before those.
abstract contract HubFeeds is HubStorage {
    uint8 private constant DECIMALS_MAX = 30;
    uint256 private constant ANSWER_BYTES = 192;

    // -- For everybody

    /// @inheritdoc IOracleHub
    function answerAt(uint16 index) external view returns (Answer memory) {
        uint256 answer = _layOut(index);
        // Stands for `return answer`, which would copy it twice.
        assembly ("memory-safe") {
            return(answer, ANSWER_BYTES)
        }
    }

    /// @inheritdoc IHubPairs
    function slotAt(uint16 index) external view returns (uint256) {
        return FeedSlot.unwrap(_slotOf(_slotIndex(index)));
    }

    /// @inheritdoc IOracleHub
    function answers(uint16[] calldata indices) external view returns (Answer[] memory) {
        uint256 encoded = _reserve(64);
        for (uint256 i = 0; i < indices.length; i++) {
            _layOut(indices[i]);
        }
        assembly ("memory-safe") {
            mstore(encoded, 32)
            mstore(add(encoded, 32), indices.length)
            return(encoded, add(64, mul(ANSWER_BYTES, indices.length)))
        }
    }

    /// @inheritdoc IOracleHub
    /// @custom:invariant snapshotsAreOfOneRound
    function snapshot(uint16[] calldata indices) external view returns (uint64 round, Answer[] memory) {
        if (indices.length == 0) revert EmptySnapshot();
        uint256 encoded = _reserve(96);
        for (uint256 i = 0; i < indices.length; i++) {
            uint256 answer = _layOut(indices[i]);
            uint64 ownRound;
            uint8 status;
            assembly ("memory-safe") {
                ownRound := mload(add(answer, 64))
                status := mload(add(answer, 160))
            }
            if (status != ReportCodec.STATUS_OK) revert SnapshotStatus(indices[i], status, ReportCodec.STATUS_OK);
            if (i == 0) round = ownRound;
            if (ownRound != round) revert SnapshotTorn(indices[i], ownRound, round);
        }
        assembly ("memory-safe") {
            mstore(encoded, round)
            mstore(add(encoded, 32), 64)
            mstore(add(encoded, 64), indices.length)
            return(encoded, add(96, mul(ANSWER_BYTES, indices.length)))
        }
    }

    /// @dev Takes memory in front of the answers that come next, for their ABI frame.
    function _reserve(uint256 length) private pure returns (uint256 start) {
        assembly ("memory-safe") {
            start := mload(0x40)
            mstore(0x40, add(start, length))
        }
    }

    /// @dev Lays an Answer out in fresh memory, as memory and the ABI both have it: several calls in a row make the body
    ///      of an array. Stands for `Answer({value: slot.value(), …})`, with the halves of a PairSlot and status 4 where
    ///      the feed is frozen; 900 gas less.
    function _layOut(uint256 index) private view returns (uint256 answer) {
        uint256 era;
        assembly ("memory-safe") {
            let place := index
            if gt(index, 0x7fff) { place := and(index, 0xfffe) }
            let slot := sload(or(shl(8, place), 1))
            era := and(slot, 3)
            answer := mload(0x40)
            mstore(0x40, add(answer, ANSWER_BYTES))
            mstore(add(answer, 64), and(shr(63, slot), 0x1ffffffff))
            mstore(add(answer, 96), and(shr(30, slot), 0xffffffff))
            mstore(add(answer, 128), and(shr(4, slot), 0x3ffffff))
            let status := and(shr(2, slot), 3)
            switch gt(index, 0x7fff)
            case 0 {
                mstore(answer, sar(128, slot))
                mstore(add(answer, 32), and(shr(96, slot), 0xffffffff))
            }
            default {
                if and(index, 1) {
                    status := and(shr(96, slot), 3)
                    slot := shl(79, slot)
                }
                mstore(answer, sar(203, slot))
                mstore(add(answer, 32), and(shr(177, slot), 0x3ffffff))
            }
            if eq(era, 3) { status := 4 }
            mstore(add(answer, 160), status)
        }
        if (era == 0) _knownSlot(index);
    }

    /// @inheritdoc IOracleHub
    /// @custom:invariant historyIsDense
    function historyAt(uint16 index, uint32 count) external view returns (Answer memory answer) {
        if (index < FEEDS_MAX && count != 0) {
            FeedSlot kept = _rings[index][count % HISTORY_DEPTH];
            // The place may hold an older or a newer value, or only be paid for: the value itself says which it is.
            if (kept.count() == count) {
                return Answer({
                    value: kept.value(),
                    confidencePpb: kept.confidencePpb(),
                    round: kept.round(),
                    timeSec: kept.timeSec(),
                    count: count,
                    status: ReportCodec.STATUS_OK
                });
            }
        }
        FeedSlot slot = _knownSlot(index);
        uint32 newest = slot.count();
        if (count == 0 || count != newest) revert ValueNotKept(index, count, _oldestKept(slot), newest);
        uint256 laidOut = _layOut(index);
        assembly ("memory-safe") {
            answer := laidOut
        }
    }

    function _oldestKept(FeedSlot slot) private pure returns (uint32) {
        if (!slot.hasHistory()) return slot.count();
        if (slot.count() > HISTORY_DEPTH) return slot.count() - uint32(HISTORY_DEPTH) + 1;
        return slot.count() == 0 ? 0 : 1;
    }

    /// @inheritdoc IHubHistory
    function prepareHistory(uint16 index, uint16 slots) external returns (uint256 fresh) {
        FeedSlot slot = _knownSlot(index);
        if (!slot.hasHistory()) revert NoHistory(index);
        if (slots > HISTORY_DEPTH) revert HistoryTooLong(slots, HISTORY_DEPTH);
        FeedSlot[HISTORY_DEPTH] storage ring = _rings[index];
        for (uint256 i = 1; i <= slots; i++) {
            uint256 place = (slot.count() + i) % HISTORY_DEPTH;
            if (FeedSlot.unwrap(ring[place]) != 0) continue;
            // Count 0 is no value's, so this is never taken for one.
            ring[place] = FeedSlotLibrary.LISTED;
            fresh++;
        }
    }

    /// @inheritdoc IOracleHub
    function feedCount() external view returns (uint256) {
        return _feeds.length;
    }

    /// @inheritdoc IHubPairs
    function pairedFeedCount() external view returns (uint256) {
        return _pairedFeeds.length;
    }

    /// @inheritdoc IOracleHub
    function feedAt(uint16 index) external view returns (Feed memory) {
        _knownSlot(index);
        return index < PAIRS_FROM ? _feeds[index] : _pairedFeeds[index - PAIRS_FROM];
    }

    /// @inheritdoc IOracleHub
    function indexOf(bytes32 feedId) external view returns (uint16) {
        return uint16(_knownIndex(feedId));
    }

    function _knownIndex(bytes32 feedId) internal view returns (uint256) {
        uint256 position = _position[feedId];
        if (position == 0) revert UnknownFeedId(feedId);
        return position - 1;
    }

    // -- For the owner

    /// @inheritdoc IOracleHub
    function addFeeds(Feed[] calldata added) external onlyOwner {
        uint256 index = _feeds.length;
        if (index + added.length > FEEDS_MAX) revert TooManyFeeds(index + added.length, FEEDS_MAX);
        for (uint256 i = 0; i < added.length; i++) {
            _setSlot(index, added[i].history ? FeedSlotLibrary.LISTED_WITH_HISTORY : FeedSlotLibrary.LISTED);
            _add(_feeds, added[i], index++);
        }
    }

    /// @inheritdoc IOracleHub
    function addPairs(Feed[] calldata added) external onlyOwner {
        uint256 length = _pairedFeeds.length + added.length;
        if (added.length % 2 != 0) revert OddPairs(added.length);
        if (length > FEEDS_MAX) revert TooManyFeeds(length, FEEDS_MAX);
        for (uint256 i = 0; i < added.length; i++) {
            if (added[i].history) revert HistoryOfPair(added[i].feedId);
            uint256 index = PAIRS_FROM + _pairedFeeds.length;
            _setSlot(_slotIndex(index), FeedSlotLibrary.LISTED);
            _add(_pairedFeeds, added[i], index);
        }
    }

    function _add(Feed[] storage list, Feed calldata feed, uint256 index) private {
        if (feed.feedId == 0 || feed.definitionDigest == 0) revert ZeroFeedId(feed.feedId, feed.definitionDigest);
        if (feed.decimals > DECIMALS_MAX) revert TooManyDecimals(feed.feedId, feed.decimals, DECIMALS_MAX);
        if (feed.heartbeatSec == 0) revert ZeroHeartbeat(feed.feedId);
        uint256 position = _position[feed.feedId];
        if (position != 0) revert DuplicateFeed(feed.feedId, uint16(position - 1));

        list.push(feed);
        _position[feed.feedId] = index + 1;
        emit FeedAdded(
            uint16(index), feed.feedId, feed.definitionDigest, feed.decimals, feed.heartbeatSec, feed.history
        );
    }
}
