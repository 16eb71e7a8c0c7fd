// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {HubGuard} from "./hub/HubGuard.sol";
import {HubProofs} from "./hub/HubProofs.sol";
import {HubStorage} from "./hub/HubStorage.sol";
import {IOracleHub} from "./interfaces/IOracleHub.sol";
import {FeedSlot, FeedSlotLibrary} from "./libraries/FeedSlot.sol";
import {PushEntry} from "./libraries/PushEntry.sol";
import {ReportCodec} from "./libraries/ReportCodec.sol";
import {ReportHead} from "./libraries/ReportHead.sol";

/// @custom:version 0.1.0
contract OracleHub is HubProofs, HubGuard {
    constructor(bytes32 network, address firstOwner) HubStorage(network, firstOwner) {}

    /// @inheritdoc IOracleHub
    /// @custom:invariant roundsNeverDecrease
    /// @custom:invariant countGrowsByOne
    /// @custom:invariant answersWereSigned
    function submit(bytes calldata payload) external {
        (ReportHead head, bytes calldata entries) = ReportCodec.decodePayload(payload);
        _checkHead(head);
        uint256 timeSec = head.reportTimeSec();
        if (timeSec > FeedSlotLibrary.TIME_SEC_MAX) revert TimeOverflow(timeSec, FeedSlotLibrary.TIME_SEC_MAX);
        if (head.round() > FeedSlotLibrary.ROUND_MAX) revert RoundOverflow(head.round(), FeedSlotLibrary.ROUND_MAX);

        (address rAddress, uint256 z) = ReportCodec.signatureOf(payload);
        bytes32 root = ReportCodec.rootOf(payload);
        bool byNewestKey = _checkSignature(head, ReportCodec.pushDigest(entries), root, rAddress, z);
        (uint256 stored, uint256 next, uint256 at) = _storeSingles(head, entries, byNewestKey);
        if (at < entries.length) stored += _storePairs(head, entries, byNewestKey, next, at);
        if (stored == 0) _refuse(head, entries);
        emit ReportSubmitted(head.round(), head.reportTimeMs(), entries);
    }

    /// @dev One pass over the entries of single feeds, which stand before those of pairs. What nearly every entry is, a
    ///      newer value for a feed that the newest key has spoken of before, is done in a few words; the others are
    ///      sorted out elsewhere.
    /// @return stored How many were stored.
    /// @return next   Smallest index that may come next.
    /// @return at     Where that entry stands.
    function _storeSingles(ReportHead head, bytes calldata entries, bool byNewestKey)
        private
        returns (uint256 stored, uint256 next, uint256 at)
    {
        uint256 round = head.round();
        uint256 timeSec = head.reportTimeSec();
        uint256 stamp = FeedSlotLibrary.stamp(round, timeSec, FeedSlotLibrary.ERA_NEWEST);
        unchecked {
            for (; at < entries.length; at += ReportCodec.ENTRY_BYTES) {
                uint256 word = ReportCodec.wordAt(entries, at);
                uint256 index = word >> 240;
                if (index < next) revert EntriesNotAscending(uint16(next - 1), uint16(index));
                if (index >= PAIRS_FROM) break;
                next = index + 1;

                uint256 slot;
                bool usual;
                // Stands for `slot = _slots[index]` and the question whether its era proves the key, the entry's status
                // is ok, and its round, time and count can take it; then for `_storeSingle`.
                assembly ("memory-safe") {
                    slot := sload(add(_slots.slot, index))
                    usual := and(eq(and(shr(232, word), 0xff), 1), eq(and(slot, 3), 2))
                    usual := and(usual, gt(round, and(shr(63, slot), 0x1ffffffff)))
                    usual := and(usual, iszero(lt(timeSec, and(shr(30, slot), 0xffffffff))))
                    usual := and(usual, lt(and(slot, 0x3ffffff0), 0x3ffffff0))
                    if usual {
                        slot := or(or(shl(96, shr(72, word)), stamp), add(and(slot, 0x400000003ffffff0), 16))
                        sstore(add(_slots.slot, index), slot)
                        stored := add(stored, 1)
                    }
                }
                if (!usual) stored += _storeUnusual(head, ReportCodec.entryFrom(entries, at), byNewestKey);
                else if (slot & FeedSlotLibrary.HISTORY != 0) _keep(index, FeedSlot.wrap(slot));
            }
        }
    }

    function _storeUnusual(ReportHead head, PushEntry entry, bool byNewestKey) private returns (uint256 stored) {
        uint16 index = entry.index();
        FeedSlot slot = _knownSlot(index);
        _checkStatus(entry);
        if (!_isOpenFor(index, slot, head.round())) return 0;
        uint8 era = _eraAfter(slot, head.round(), byNewestKey);
        _storeSingle(slot, entry, head.round(), head.reportTimeSec(), era);
        return 1;
    }

    /// @dev The entries of pairs, two by two; one whose neighbour is missing stands alone.
    function _storePairs(ReportHead head, bytes calldata entries, bool byNewestKey, uint256 next, uint256 at)
        private
        returns (uint256 stored)
    {
        while (at < entries.length) {
            PushEntry first = ReportCodec.entryFrom(entries, at);
            uint256 index = first.index();
            if (index < next) revert EntriesNotAscending(uint16(next - 1), uint16(index));
            next = index + 1;
            at += ReportCodec.ENTRY_BYTES;
            PushEntry second = ReportCodec.entryFrom(entries, at);
            if (index % 2 == 1 || at == entries.length || second.index() != next) {
                _checkStatus(first);
                _knownSlot(index);
                emit PairIncomplete(uint16(index), head.round());
                continue;
            }
            next++;
            at += ReportCodec.ENTRY_BYTES;
            if (_storeNeighbours(head, first, second, byNewestKey)) stored++;
        }
    }

    function _storeNeighbours(ReportHead head, PushEntry first, PushEntry second, bool byNewestKey)
        private
        returns (bool)
    {
        uint16 index = first.index();
        FeedSlot slot = _knownSlot(index);
        _checkStatus(first);
        _checkStatus(second);
        if (!_isOpenFor(index, slot, head.round())) return false;
        uint8 era = _eraAfter(slot, head.round(), byNewestKey);
        return _storePair(slot, first, second, head.round(), head.reportTimeSec(), era);
    }

    function _checkStatus(PushEntry entry) private pure {
        uint8 status = entry.status();
        if (status == 0 || status > ReportCodec.STATUS_DISPUTED) revert BadStatus(entry.index(), status);
    }

    /// @dev Nothing was stored: the last entry says why.
    function _refuse(ReportHead head, bytes calldata entries) private view {
        PushEntry last = ReportCodec.entryAt(entries, entries.length / ReportCodec.ENTRY_BYTES - 1);
        uint64 storedRound = _knownSlot(last.index()).round();
        if (head.round() <= storedRound) revert StaleReport(head.round(), storedRound);
        revert NothingStored(head.round());
    }
}
