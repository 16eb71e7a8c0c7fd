// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IHubHistory} from "../interfaces/IHubHistory.sol";
import {IHubPairs} from "../interfaces/IHubPairs.sol";
import {IOracleHub} from "../interfaces/IOracleHub.sol";
import {FeedSlot, FeedSlotLibrary} from "../libraries/FeedSlot.sol";
import {PairSlotLibrary} from "../libraries/PairSlot.sol";
import {ReportCodec} from "../libraries/ReportCodec.sol";
import {HubStorage} from "./HubStorage.sol";

/// @dev The list of feeds, their newest answers, and the values before those.
abstract contract HubFeeds is HubStorage {
    uint8 private constant DECIMALS_MAX = 30;

    // -- For everybody

    /// @inheritdoc IOracleHub
    function answerAt(uint16 index) external view returns (Answer memory answer) {
        answer = _answerAt(index);
        // Stands for `return answer`, which would copy it once more.
        assembly ("memory-safe") {
            return(answer, 192)
        }
    }

    function _answerAt(uint256 index) private view returns (Answer memory) {
        FeedSlot slot = _knownSlot(index);
        return index < PAIRS_FROM ? _answerOf(slot) : _pairedAnswerOf(slot, index % 2);
    }

    /// @inheritdoc IOracleHub
    function answers(uint16[] calldata indices) external view returns (Answer[] memory found) {
        found = new Answer[](indices.length);
        for (uint256 i = 0; i < indices.length; i++) {
            found[i] = _answerAt(indices[i]);
        }
    }

    /// @inheritdoc IOracleHub
    /// @custom:invariant snapshotsAreOfOneRound
    function snapshot(uint16[] calldata indices) external view returns (uint64 round, Answer[] memory found) {
        if (indices.length == 0) revert EmptySnapshot();
        found = new Answer[](indices.length);
        for (uint256 i = 0; i < indices.length; i++) {
            Answer memory answer = _answerAt(indices[i]);
            if (answer.status != ReportCodec.STATUS_OK) {
                revert SnapshotStatus(indices[i], answer.status, ReportCodec.STATUS_OK);
            }
            if (i == 0) round = answer.round;
            if (answer.round != round) revert SnapshotTorn(indices[i], answer.round, round);
            found[i] = answer;
        }
    }

    /// @inheritdoc IOracleHub
    /// @custom:invariant historyIsDense
    function historyAt(uint16 index, uint32 count) external view returns (Answer memory answer) {
        if (index < FEEDS_MAX && count != 0) {
            FeedSlot kept = _rings[index][count % HISTORY_DEPTH];
            // The place may hold an older or a newer value, or only be paid for: the value itself says which it is.
            if (kept.count() == count) {
                answer = _answerOf(kept);
                answer.status = ReportCodec.STATUS_OK;
                return answer;
            }
        }
        FeedSlot slot = _knownSlot(index);
        uint32 newest = slot.count();
        if (count == 0 || count != newest) revert ValueNotKept(index, count, _oldestKept(slot), newest);
        return _answerAt(index);
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

    /// @dev Stands for `Answer({value: slot.value(), …})` and the status of a frozen feed, 600 gas more.
    function _answerOf(FeedSlot slot) private pure returns (Answer memory answer) {
        assembly ("memory-safe") {
            mstore(answer, sar(128, slot))
            mstore(add(answer, 32), and(shr(96, slot), 0xffffffff))
            mstore(add(answer, 64), and(shr(63, slot), 0x1ffffffff))
            mstore(add(answer, 96), and(shr(30, slot), 0xffffffff))
            mstore(add(answer, 128), and(shr(4, slot), 0x3ffffff))
            let status := and(shr(2, slot), 3)
            if eq(and(slot, 3), 3) { status := 4 }
            mstore(add(answer, 160), status)
        }
    }

    function _pairedAnswerOf(FeedSlot slot, uint256 second) private pure returns (Answer memory answer) {
        answer = _answerOf(slot);
        answer.value = PairSlotLibrary.valueOf(slot, second);
        answer.confidencePpb = PairSlotLibrary.confidencePpbOf(slot, second);
        if (answer.status != ReportCodec.STATUS_FROZEN) answer.status = PairSlotLibrary.statusOf(slot, second);
    }

    // -- For the owner

    /// @inheritdoc IOracleHub
    function addFeeds(Feed[] calldata added) external onlyOwner {
        uint256 index = _feeds.length;
        if (index + added.length > FEEDS_MAX) revert TooManyFeeds(index + added.length, FEEDS_MAX);
        for (uint256 i = 0; i < added.length; i++) {
            _slots[index] = added[i].history ? FeedSlotLibrary.LISTED_WITH_HISTORY : FeedSlotLibrary.LISTED;
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
            _slots[_slotIndex(index)] = FeedSlotLibrary.LISTED;
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
