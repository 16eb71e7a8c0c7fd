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
import {SchnorrSecp256k1} from "./libraries/SchnorrSecp256k1.sol";

/// @custom:version 0.1.0
contract OracleHub is HubProofs, HubGuard {
    /// @dev Version and network tag of the payloads meant for this hub, as they stand in the first five bytes.
    uint256 private immutable _front;

    /// @dev Where Solidity lets memory begin. A submit takes it first, before anything else could have.
    uint256 private constant TOLD = 0x80;

    constructor(bytes32 network, address firstOwner) HubStorage(network, firstOwner) {
        _front = (uint256(ReportCodec.VERSION) << 32) | uint32(bytes4(network));
    }

    /// @inheritdoc IOracleHub
    function submit(bytes calldata payload) external {
        _submit(payload);
    }

    /// @dev A payload that comes bare, without a selector and its ABI frame: 600 gas and 68 bytes less. Its first four
    ///      bytes are the version and a part of the network's tag, and no function of the hub begins like that; should
    ///      a network's ever do, its payloads still come through `submit`.
    fallback() external {
        _submit(msg.data);
    }

    /// @custom:invariant roundsNeverDecrease
    /// @custom:invariant countGrowsByOne
    /// @custom:invariant answersWereSigned
    function _submit(bytes calldata payload) private {
        ReportHead head;
        uint256 wrong = _front;
        // What the signature does not say and storage is not needed for, in one condition. Which part of it failed is
        // found out by those who pay for a revert: `_explain` has the same in words.
        assembly ("memory-safe") {
            head := calldataload(payload.offset)
            let timeMs := and(shr(88, head), 0xffffffffffff)
            wrong := or(xor(shr(216, head), wrong), lt(payload.length, 128))
            wrong := or(wrong, gt(timeMs, mul(add(timestamp(), AHEAD_MAX_SEC), 1000)))
            wrong := or(wrong, or(gt(timeMs, 4294967295999), and(shr(169, head), 0x7fff)))
        }
        if (wrong != 0) _explain(payload, 0, 0);

        bytes32 digest = networkId;
        bytes32 domain = ReportCodec.DOMAIN;
        // What the event says is laid out now, because the digest of the entries needs a copy of them anyway: stands
        // for `abi.encode(abi.encodePacked(round, reportTimeMs, entries))` at TOLD, where nobody wrote yet: what is
        // padding there is zero. Then comes `ReportCodec.digest`.
        assembly ("memory-safe") {
            let length := sub(payload.length, 105)
            let entries := add(TOLD, 76)
            mstore(TOLD, 32)
            mstore(add(TOLD, 32), add(length, 12))
            mstore(add(TOLD, 64), shl(72, head))
            calldatacopy(entries, add(payload.offset, 105), length)

            let free := add(add(TOLD, 64), and(add(length, 43), not(31)))
            mstore(0x40, free)
            mstore(free, domain)
            mstore(add(free, 14), digest)
            let round := and(shr(136, head), 0xffffffffffff)
            mstore(add(free, 46), or(shl(192, round), shl(128, and(shr(88, head), 0xffffffffffff))))
            mstore(add(free, 62), keccak256(entries, length))
            mstore(add(free, 94), calldataload(add(payload.offset, 21)))
            digest := keccak256(free, 126)
        }

        uint256 key = _newest.groupKeyX;
        bool byNewestKey;
        address rAddress;
        uint256 z;
        // Stands for `key != 0 && _tag(key) == head.keyTag()` and `ReportCodec.signatureOf(payload)`.
        assembly ("memory-safe") {
            byNewestKey := gt(iszero(and(xor(key, shr(184, head)), 0xffffffff)), iszero(key))
            rAddress := shr(96, calldataload(add(payload.offset, 53)))
            z := calldataload(add(payload.offset, 73))
        }
        if (!byNewestKey) key = _previousKey(head);
        if (!SchnorrSecp256k1.verify(key, digest, rAddress, z)) _explain(payload, digest, key);

        _store(head, payload, byNewestKey);
    }

    /// @dev Reverts for what `_submit` found.
    function _explain(bytes calldata payload, bytes32 digest, uint256 key) private view {
        (ReportHead head,) = ReportCodec.decodePayload(payload);
        _checkHead(head);
        uint256 timeSec = head.reportTimeSec();
        if (timeSec > FeedSlotLibrary.TIME_SEC_MAX) revert TimeOverflow(timeSec, FeedSlotLibrary.TIME_SEC_MAX);
        if (head.round() > FeedSlotLibrary.ROUND_MAX) revert RoundOverflow(head.round(), FeedSlotLibrary.ROUND_MAX);
        revert BadSignature(digest, key);
    }

    /// @dev Stores the entries, which are signed by now. What nearly every one is, a newer value of a single feed that
    ///      the newest key has spoken of before, is done in a few words; the others are sorted out one by one.
    ///      Tells of the report, and ends the call.
    function _store(ReportHead head, bytes calldata payload, bool byNewestKey) private {
        unchecked {
            uint256 at;
            uint256 end;
            uint256 stamp;
            // Index and status of the last entry, as HubSlots has them.
            int256 last = -1;
            uint256 skipped = 0;
            assembly ("memory-safe") {
                at := add(payload.offset, 105)
                end := add(payload.offset, payload.length)
                let timeSec := div(and(shr(88, head), 0xffffffffffff), 1000)
                // Of a value by the newest key, and one more in the count.
                stamp := or(or(shl(63, and(shr(136, head), 0xffffffffffff)), shl(30, timeSec)), 0x16)
            }
            while (true) {
                // Stands for this, as long as the condition holds, where stored is `_slotOf(entry.index())`:
                //   entry.index() > last index && entry.status() == STATUS_OK && stored.era() == ERA_NEWEST
                //     && stored.round() < round && stored.timeSec() <= timeSec && stored.count() < 2 ** 25
                //   _storeSingle(stored, entry, round, timeSec, ERA_NEWEST)
                // A pair's slot never has that era in these bits. Counts from 2^25 on are left to `_storeUnusual`, so
                // that one more cannot overflow here and no other check is needed.
                assembly ("memory-safe") {
                    let roundMask := 0xffffffff8000000000000000
                    let timeMask := 0x3fffffffc0000000
                    let round := and(stamp, roundMask)
                    let time := and(stamp, timeMask)
                    for {} lt(at, end) { at := add(at, 23) } {
                        let word := calldataload(at)
                        let place := shr(232, word)
                        let slot := sload(place)
                        if iszero(
                            and(
                                and(sgt(place, last), eq(and(slot, 3), 2)),
                                gt(gt(round, and(slot, roundMask)), gt(and(slot, timeMask), time))
                            )
                        ) { break }
                        word := or(shl(96, shr(72, word)), add(stamp, and(slot, 0x400000003ffffff0)))
                        if and(slot, 0x4000000020000000) {
                            if and(slot, 0x20000000) { break }
                            sstore(add(add(_rings.slot, shl(9, shr(8, place))), and(shr(4, word), 511)), word)
                        }
                        sstore(place, word)
                        last := place
                    }
                }
                if (at >= end) break;
                PushEntry entry = ReportCodec.entryAtByte(at);
                if (last >= 0) _checkOrder(uint16(uint256(last >> 8)), entry);
                if (entry.index() >= PAIRS_FROM) {
                    skipped += _storePairs(head, at, end, byNewestKey);
                    break;
                }
                if (!_storeUnusual(head, entry, byNewestKey)) skipped += ReportCodec.ENTRY_BYTES;
                last = int256(uint256(entry.index()) << 8 | type(uint8).max);
                at += ReportCodec.ENTRY_BYTES;
            }
            if (skipped != 0) {
                if (skipped == payload.length - ReportCodec.HEADER_BYTES) _refuse(head, end);
            }
        }
        bytes32 topic = ReportSubmitted.selector;
        // Stands for the event and the end of the call. Its size is that of two words and the report, padded.
        assembly ("memory-safe") {
            log1(TOLD, add(64, and(sub(payload.length, 62), not(31))), topic)
            stop()
        }
    }

    function _checkOrder(uint16 last, PushEntry entry) private pure {
        if (entry.index() <= last) revert EntriesNotAscending(last, entry.index());
    }

    /// @dev The entries from `at` on, which are those of pairs: two by two, and none alone.
    /// @return skipped Bytes of the entries that were left out.
    function _storePairs(ReportHead head, uint256 at, uint256 end, bool byNewestKey) private returns (uint256 skipped) {
        if (byNewestKey) _eraUnderNewestKey(head.round());
        PushEntry entry = ReportCodec.entryAtByte(at);
        while (true) {
            at += ReportCodec.ENTRY_BYTES;
            PushEntry beside = ReportCodec.entryAtByte(at);
            uint16 index = entry.index();
            if (at < end) _checkOrder(index, beside);
            if (index % 2 == 1 || at == end || beside.index() != index + 1) {
                _knownSlot(index);
                _checkStatus(entry);
                emit PairIncomplete(index, head.round());
                skipped += ReportCodec.ENTRY_BYTES;
                if (at == end) return skipped;
                entry = beside;
                continue;
            }
            if (!_storePairOf(head, entry, beside)) skipped += 2 * ReportCodec.ENTRY_BYTES;
            at += ReportCodec.ENTRY_BYTES;
            if (at == end) return skipped;
            entry = ReportCodec.entryAtByte(at);
            _checkOrder(index + 1, entry);
        }
    }

    /// @dev Stores or skips one entry of a single feed.
    function _storeUnusual(ReportHead head, PushEntry entry, bool byNewestKey) private returns (bool) {
        FeedSlot slot = _knownSlot(entry.index());
        _checkStatus(entry);
        if (!_isOpenFor(entry.index(), slot, head.round())) return false;
        uint8 era = _eraAfter(slot, head.round(), byNewestKey);
        _storeSingle(slot, entry, head.round(), head.reportTimeSec(), era);
        return true;
    }

    function _storePairOf(ReportHead head, PushEntry first, PushEntry second) private returns (bool) {
        FeedSlot slot = _knownSlot(first.index());
        _checkStatus(first);
        _checkStatus(second);
        if (!_isOpenFor(first.index(), slot, head.round())) return false;
        return _storePair(slot, first, second, head.round(), head.reportTimeSec());
    }

    function _checkStatus(PushEntry entry) private pure {
        uint8 status = entry.status();
        if (status == 0 || status > ReportCodec.STATUS_DISPUTED) revert BadStatus(entry.index(), status);
    }

    /// @dev Nothing was stored: the last entry says why.
    function _refuse(ReportHead head, uint256 end) private view {
        uint16 last = ReportCodec.entryAtByte(end - ReportCodec.ENTRY_BYTES).index();
        uint64 storedRound = _knownSlot(last).round();
        if (head.round() <= storedRound) revert StaleReport(head.round(), storedRound);
        revert NothingStored(head.round());
    }
}
