// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {HubGuard} from "./hub/HubGuard.sol";
import {HubPairs} from "./hub/HubPairs.sol";
import {HubProofs} from "./hub/HubProofs.sol";
import {HubStorage} from "./hub/HubStorage.sol";
import {IOracleHub} from "./interfaces/IOracleHub.sol";
import {FeedSlot, FeedSlotLibrary} from "./libraries/FeedSlot.sol";
import {PushEntry} from "./libraries/PushEntry.sol";
import {ReportCodec} from "./libraries/ReportCodec.sol";
import {ReportHead} from "./libraries/ReportHead.sol";
import {SchnorrSecp256k1} from "./libraries/SchnorrSecp256k1.sol";

/// @custom:version 0.1.0
contract OracleHub is HubPairs, HubProofs, HubGuard {
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
    ///
    ///      Payable only in its head: what money would come along is refused with everything else.
    fallback() external payable {
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
            wrong := or(wrong, callvalue())
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
        // Stands for `_tag(key) == head.keyTag()` and `ReportCodec.signatureOf(payload)`. No signature is that of key zero.
        assembly ("memory-safe") {
            byNewestKey := iszero(and(xor(key, shr(184, head)), 0xffffffff))
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
        if (msg.value != 0) revert ValueSent(msg.value);
        if (key == 0) _previousKey(head);
        revert BadSignature(digest, key);
    }

    /// @dev Stores the entries, which are signed by now. What nearly every one is, a newer value of a single feed that
    ///      the newest key has spoken of before, is done in a few words; the others are sorted out one by one.
    ///      Tells of the report, and ends the call.
    function _store(ReportHead head, bytes calldata payload, bool byNewestKey) private {
        unchecked {
            uint256 at;
            uint256 end;
            uint256 roundBits;
            uint256 timeBits;
            uint256 stamp;
            // Index and status of the last entry, as HubSlots has them.
            int256 last = -1;
            uint256 skipped = 0;
            assembly ("memory-safe") {
                at := add(payload.offset, 105)
                end := add(payload.offset, payload.length)
                roundBits := shl(63, and(shr(136, head), 0xffffffffffff))
                timeBits := shl(30, div(and(shr(88, head), 0xffffffffffff), 1000))
                // Of a value by the newest key, and one more in the count.
                stamp := or(or(roundBits, timeBits), 0x16)
            }
            // There is at least one entry; so each pass begins before the end.
            do {
                // Stands for this, as long as the condition holds, where stored is `_slotOf(entry.index())`:
                //   entry.index() > last index && entry.status() == STATUS_OK && stored.era() == ERA_NEWEST
                //     && stored.round() < round && stored.timeSec() <= timeSec && stored.count() < 2 ** 25
                //   _storeSingle(stored, entry, round, timeSec, ERA_NEWEST)
                // A pair's slot never has that era in these bits. Counts from 2^25 on are left to `_storeUnusual`, so
                // that one more cannot overflow here and no other check is needed.
                assembly ("memory-safe") {
                    for {} 1 {} {
                        let word := calldataload(at)
                        let place := shr(232, word)
                        let slot := sload(place)
                        if iszero(
                            and(
                                and(sgt(place, last), eq(and(slot, 3), 2)),
                                gt(
                                    gt(roundBits, and(slot, 0xffffffff8000000000000000)),
                                    gt(and(slot, 0x3fffffffc0000000), timeBits)
                                )
                            )
                        ) { break }
                        word := or(shl(96, shr(72, word)), add(stamp, and(slot, 0x400000003ffffff0)))
                        if and(slot, 0x4000000020000000) {
                            if and(slot, 0x20000000) { break }
                            sstore(add(add(_rings.slot, shl(9, shr(8, place))), and(shr(4, word), 511)), word)
                        }
                        sstore(place, word)
                        last := place
                        at := add(at, 23)
                        if lt(at, end) { continue }
                        break
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
            } while (at < end);
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

    /// @dev Stores or skips one entry of a single feed.
    function _storeUnusual(ReportHead head, PushEntry entry, bool byNewestKey) private returns (bool) {
        FeedSlot slot = _knownSlot(entry.index());
        _checkStatus(entry);
        if (!_isOpenFor(entry.index(), slot, head.round())) return false;
        uint8 era = _eraAfter(slot, head.round(), byNewestKey);
        _storeSingle(slot, entry, head.round(), head.reportTimeSec(), era);
        return true;
    }

    /// @dev Nothing was stored: the last entry says why.
    function _refuse(ReportHead head, uint256 end) private view {
        uint16 last = ReportCodec.entryAtByte(end - ReportCodec.ENTRY_BYTES).index();
        uint64 storedRound = _knownSlot(last).round();
        if (head.round() <= storedRound) revert StaleReport(head.round(), storedRound);
        revert NothingStored(head.round());
    }
}
