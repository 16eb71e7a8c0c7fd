// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FeedSlot} from "../libraries/FeedSlot.sol";
import {PushEntry} from "../libraries/PushEntry.sol";
import {ReportCodec} from "../libraries/ReportCodec.sol";
import {ReportHead} from "../libraries/ReportHead.sol";
import {HubEntries} from "./HubEntries.sol";

/// @dev The entries of a report that speak of paired feeds. They stand behind those of single ones.
abstract contract HubPairs is HubEntries {
    /// @dev The entries from `at` on, which are those of pairs: two by two, and none alone.
    /// @return skipped Bytes of the entries that were left out.
    function _storePairs(ReportHead head, uint256 at, uint256 end, bool byNewestKey)
        internal
        returns (uint256 skipped)
    {
        if (byNewestKey) _eraUnderNewestKey(head.round());
        uint256 last = 0;
        unchecked {
            while (true) {
                (at, last) = _storeUsualPairs(head, at, end, last);
                if (at == end) return skipped;
                PushEntry entry = ReportCodec.entryAtByte(at);
                if (last != 0) _checkOrder(uint16(last >> 8), entry);
                at += ReportCodec.ENTRY_BYTES;
                PushEntry beside = ReportCodec.entryAtByte(at);
                uint16 index = entry.index();
                if (index % 2 == 0 && at != end && beside.index() == index + 1) {
                    if (!_storePairOf(head, entry, beside)) skipped += 2 * ReportCodec.ENTRY_BYTES;
                    at += ReportCodec.ENTRY_BYTES;
                    index++;
                } else {
                    _knownSlot(index);
                    _checkStatus(entry);
                    emit PairIncomplete(index, head.round());
                    skipped += ReportCodec.ENTRY_BYTES;
                }
                last = uint256(index) << 8 | type(uint8).max;
            }
        }
    }

    /// @dev As the loop in `_store`, for pairs, up to the first that is unusual. Stands for this, where first and second
    ///      are the entries at `at` and behind it, and stored is `_slotOf(first.index())`:
    ///
    ///        while (first.index() > last index && first.index() % 2 == 0 && second.index() == first.index() + 1
    ///          && first.status() == STATUS_OK && second.status() == STATUS_OK && stored.era() == ERA_LISTED
    ///          && stored.round() < round && stored.timeSec() <= timeSec && stored.count() < 2 ** 25
    ///          && PairSlotLibrary.fits(first) && PairSlotLibrary.fits(second)
    ///        ) _storePair(stored, first, second, round, timeSec);
    /// @param last Index and status of the last entry, as HubSlots has them.
    function _storeUsualPairs(ReportHead head, uint256 at, uint256 end, uint256 last)
        private
        returns (uint256, uint256)
    {
        assembly ("memory-safe") {
            let roundBits := shl(63, and(shr(136, head), 0xffffffffffff))
            let timeBits := shl(30, div(and(shr(88, head), 0xffffffffffff), 1000))
            // Both statuses ok, era 1, and one more in the count.
            let stamp := or(or(roundBits, timeBits), 0x1000000000000000000000015)
            for {} lt(add(at, 23), end) { at := add(at, 46) } {
                let first := calldataload(at)
                let second := calldataload(add(at, 23))
                let place := shr(232, first)
                let slot := sload(place)
                if iszero(
                    and(
                        and(gt(place, last), eq(and(place, 0x1ff), 1)),
                        and(eq(shr(232, second), add(place, 0x100)), eq(and(slot, 0x20000003), 1))
                    )
                ) { break }
                if iszero(
                    gt(
                        gt(roundBits, and(slot, 0xffffffff8000000000000000)),
                        gt(and(slot, 0x3fffffffc0000000), timeBits)
                    )
                ) { break }
                let value := sar(128, shl(24, first))
                let other := sar(128, shl(24, second))
                first := and(shr(72, first), 0xffffffff)
                second := and(shr(72, second), 0xffffffff)
                // An int53 is its own sign from bit 52 on; a u26 has nothing from bit 26 on.
                if or(
                    or(xor(sar(52, value), sar(127, value)), xor(sar(52, other), sar(127, other))),
                    shr(26, or(first, second))
                ) { break }
                slot := add(stamp, and(slot, 0x3ffffff0))
                slot := or(slot, shl(177, or(shl(26, and(value, 0x1fffffffffffff)), first)))
                slot := or(slot, shl(98, or(shl(26, and(other, 0x1fffffffffffff)), second)))
                sstore(place, slot)
                last := add(place, 0x100)
            }
        }
        return (at, last);
    }

    function _storePairOf(ReportHead head, PushEntry first, PushEntry second) private returns (bool) {
        FeedSlot slot = _knownSlot(first.index());
        _checkStatus(first);
        _checkStatus(second);
        if (!_isOpenFor(first.index(), slot, head.round())) return false;
        return _storePair(slot, first, second, head.round(), head.reportTimeSec());
    }
}
