// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IReportCodec} from "../interfaces/IReportCodec.sol";
import {PushEntry} from "./PushEntry.sol";
import {ReportHead} from "./ReportHead.sol";

/// @title Bytes and digests of a report: the Solidity half of a treaty whose other half is src/report/codec.ts.
/// @dev All integers big-endian. Both halves are held to test/vectors/report.json.
///
///   payload  version u8 | networkTag 4 | keyTag 4 | round u48 | reportTimeMs u48 | snapshotRoot 32 | rAddress 20 | z 32
///            | entry …                                                                         105 + 23·n bytes
///   entry    index u16 | status u8 | value i128 | confidencePpb u32                                    23 bytes
///   leaf     0x00 | feedId 32 | definitionDigest 32 | status u8 | value i128 | confidencePpb u32 | timeMs u48
///            | pubStatus u8 | pubValue i128 | pubConfidencePpb u32 | pubRound u48 | pubTimeMs u48     125 bytes
///   leaf     0x03 instead of 0x00 where the feed has a detail, and the detail's hash behind          157 bytes
///   node     0x01 | left 32 | right 32                an odd last node rises unchanged
///   root     0x02 | count u16 | top 32                top is zero when there is no leaf
///   digest   "TENOR/REPORT/1" | networkId 32 | round u64 | reportTimeMs u64 | pushDigest 32 | snapshotRoot 32
///
///   The payload is bound byte by byte: version and tags are compared, R and z are the signature, the rest is signed.
library ReportCodec {
    uint8 internal constant VERSION = 1;
    uint256 internal constant HEADER_BYTES = 105;
    uint256 internal constant ENTRY_BYTES = 23;

    uint8 internal constant STATUS_OK = 1;
    uint8 internal constant STATUS_MISSING = 2;
    uint8 internal constant STATUS_DISPUTED = 3;
    /// @dev In answers only: no report says it.
    uint8 internal constant STATUS_FROZEN = 4;

    uint8 internal constant LEAF = 0;
    uint8 internal constant DETAILED_LEAF = 3;
    uint256 internal constant LEAF_BYTES = 125;
    uint256 internal constant DETAILED_LEAF_BYTES = 157;

    bytes14 internal constant DOMAIN = "TENOR/REPORT/1";

    /// @notice Splits a payload, whose length and version it checks.
    /// @return head    The fields at the front.
    /// @return entries Whole entries, at least one.
    function decodePayload(bytes calldata payload) internal pure returns (ReportHead head, bytes calldata entries) {
        if (payload.length < HEADER_BYTES) revert IReportCodec.TruncatedPayload(payload.length, HEADER_BYTES);
        head = ReportHead.wrap(wordAt(payload, 0));
        if (head.version() != VERSION) revert IReportCodec.UnknownVersion(head.version(), VERSION);
        entries = payload[HEADER_BYTES:];
        if (entries.length == 0) revert IReportCodec.EmptyPush();
        uint256 excess = entries.length % ENTRY_BYTES;
        if (excess != 0) revert IReportCodec.TruncatedPayload(payload.length, payload.length - excess + ENTRY_BYTES);
    }

    /// @notice The root of a payload that `decodePayload` accepted.
    function rootOf(bytes calldata payload) internal pure returns (bytes32) {
        return bytes32(wordAt(payload, 21));
    }

    /// @notice The signature of a payload that `decodePayload` accepted.
    function signatureOf(bytes calldata payload) internal pure returns (address rAddress, uint256 z) {
        rAddress = address(uint160(wordAt(payload, 53) >> 96));
        z = wordAt(payload, 73);
    }

    /// @notice The i-th entry.
    /// @param entries Whole entries, more than `i`.
    function entryAt(bytes calldata entries, uint256 i) internal pure returns (PushEntry) {
        return PushEntry.wrap(wordAt(entries, i * ENTRY_BYTES) >> (8 * (32 - ENTRY_BYTES)));
    }

    /// @notice The entry that begins at this byte of the calldata.
    function entryAtByte(uint256 at) internal pure returns (PushEntry entry) {
        assembly ("memory-safe") {
            entry := shr(72, calldataload(at))
        }
    }

    /// @dev Stands for `uint256(bytes32(data[offset:offset + 32]))`, with whatever the calldata holds after the end of
    ///      `data`. Slices check bounds that `decodePayload` has checked once for all, which costs 1 570 gas a submit
    ///      and 180 more for each further feed.
    function wordAt(bytes calldata data, uint256 offset) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(data.offset, offset))
        }
    }

    /// @notice keccak256 of the entries; zero, not keccak256(""), when there is none.
    function pushDigest(bytes memory entries) internal pure returns (bytes32) {
        return entries.length == 0 ? bytes32(0) : keccak256(entries);
    }

    /// @notice The 32 bytes that one threshold signature covers, for push and pull, on every chain.
    /// @dev Stands for `keccak256(abi.encodePacked(DOMAIN, networkId, round, reportTimeMs, pushed, root))`, 130 gas more.
    ///      Each field is written over what the one before left too much.
    function digest(bytes32 networkId, uint64 round, uint64 reportTimeMs, bytes32 pushed, bytes32 root)
        internal
        pure
        returns (bytes32 hash)
    {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, DOMAIN)
            mstore(add(free, 14), networkId)
            mstore(add(free, 46), or(shl(192, round), shl(128, reportTimeMs)))
            mstore(add(free, 62), pushed)
            mstore(add(free, 94), root)
            hash := keccak256(free, 126)
        }
    }

    /// @notice Hash of two neighbours in the snapshot tree.
    /// @dev Stands for `keccak256(abi.encodePacked(uint8(1), left, right))`, which costs 150 gas more. A path among 256
    ///      leaves has eight of them.
    function nodeHash(bytes32 left, bytes32 right) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore8(free, 1)
            mstore(add(free, 1), left)
            mstore(add(free, 33), right)
            hash := keccak256(free, 65)
        }
    }

    /// @notice The root over a tree with this many leaves.
    /// @param top The last hash that is left; zero when there is no leaf.
    /// @dev Stands for `keccak256(abi.encodePacked(uint8(2), count, top))`, 150 gas more.
    function rootHash(uint16 count, bytes32 top) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, or(shl(248, 2), shl(232, and(count, 0xffff))))
            mstore(add(free, 3), top)
            hash := keccak256(free, 35)
        }
    }
}
