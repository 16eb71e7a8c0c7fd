// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IReportProof} from "../interfaces/IReportProof.sol";
import {IReportVerifier} from "../interfaces/IReportVerifier.sol";
import {ReportCodec} from "./ReportCodec.sol";
import {ReportHead} from "./ReportHead.sol";

/// @title Bytes of a proof that leaves stand in a signed report: the Solidity half of src/report/proof.ts.
/// @dev All integers big-endian. The front is a payload's (`ReportCodec`) with the push digest in the root's place,
///      because here the root is what has to be found out; and with the key, as the hub keeps only its hash beside the
///      key's first round.
///
///   proof    version u8 | networkTag 4 | keyTag 4 | round u48 | reportTimeMs u48 | pushDigest 32 | rAddress 20 | z 32
///            | groupKeyX 32 | leafCount u16 | proven u16                                           141 bytes
///            | proven times: position u16 | leaf 125 or 157                     strictly ascending positions
///            | siblings 32 each
///
///   The siblings are the hashes that the proven leaves do not lead to themselves: level by level from the leaves to the
///   top, in each level from left to right. The library takes exactly as many as it needs, so there is one encoding.
///
///   A leaf cannot pass for a node, nor a node for a leaf, as each is hashed behind a prefix of its own; and the number
///   of leaves is hashed into the root, so positions mean what they say.
library ReportProof {
    uint8 internal constant VERSION = 0x81;
    uint256 internal constant HEADER_BYTES = 141;

    uint256 private constant POSITION_BYTES = 2;

    /// @notice Splits off the front, whose length and version it checks.
    function headOf(bytes calldata proof) internal pure returns (ReportHead head) {
        if (proof.length < HEADER_BYTES) revert IReportProof.TruncatedProof(proof.length, HEADER_BYTES);
        head = ReportHead.wrap(ReportCodec.wordAt(proof, 0));
        if (head.version() != VERSION) revert IReportProof.UnknownProofVersion(head.version(), VERSION);
    }

    /// @notice The push digest, the signature and its key of a proof that `headOf` accepted.
    function signedBy(bytes calldata proof)
        internal
        pure
        returns (bytes32 pushDigest, address rAddress, uint256 z, uint256 groupKeyX)
    {
        pushDigest = bytes32(ReportCodec.wordAt(proof, 21));
        rAddress = address(uint160(ReportCodec.wordAt(proof, 53) >> 96));
        z = ReportCodec.wordAt(proof, 73);
        groupKeyX = ReportCodec.wordAt(proof, 105);
    }

    /// @notice The root that the leaves and siblings lead to. Checks everything about the proof's form.
    /// @param proof One that `headOf` accepted.
    function rootOf(bytes calldata proof) internal pure returns (bytes32) {
        uint256 word = ReportCodec.wordAt(proof, 137);
        uint256 count = word >> 240;
        uint256 proven = (word >> 224) & 0xffff;
        (bytes32 top, uint256 end) = proven == 1 ? _topOfOne(proof, count) : _topOfMany(proof, count, proven);
        // What was read beyond the end made a root of anything, which nobody uses.
        if (proof.length < end) revert IReportProof.TruncatedProof(proof.length, end);
        if (proof.length > end) revert IReportProof.ProofTooLong(proof.length, end);
        return ReportCodec.rootHash(uint16(count), top);
    }

    /// @notice The leaves of a proof that `rootOf` accepted.
    /// @return leaves  In the order of the proof.
    /// @return encoded Where they stand in memory one behind the other, after four words that are the caller's.
    function leavesOf(bytes calldata proof)
        internal
        pure
        returns (IReportVerifier.ProvenLeaf[] memory leaves, uint256 encoded)
    {
        uint256 count = (ReportCodec.wordAt(proof, 137) >> 224) & 0xffff;
        // Stands for `leaves = new IReportVerifier.ProvenLeaf[](count)`, whose structs would be anywhere.
        assembly ("memory-safe") {
            leaves := mload(0x40)
            mstore(leaves, count)
            encoded := add(leaves, mul(32, add(count, 1)))
            mstore(0x40, add(encoded, add(128, mul(384, count))))
            let at := add(proof.offset, 141)
            let to := add(encoded, 128)
            for { let i := 1 } iszero(gt(i, count)) { i := add(i, 1) } {
                mstore(add(leaves, mul(32, i)), to)
                // Two words hold all the small fields: the one behind the digests, and the leaf's last.
                let prefix := byte(2, calldataload(at))
                at := add(at, 2)
                mstore(to, calldataload(add(at, 1)))
                mstore(add(to, 32), calldataload(add(at, 33)))
                let word := calldataload(add(at, 65))
                mstore(add(to, 64), shr(248, word))
                mstore(add(to, 96), sar(128, shl(8, word)))
                mstore(add(to, 128), and(shr(88, word), 0xffffffff))
                mstore(add(to, 160), and(shr(40, word), 0xffffffffffff))
                mstore(add(to, 192), and(shr(32, word), 0xff))
                word := calldataload(add(at, 93))
                mstore(add(to, 224), sar(128, word))
                mstore(add(to, 256), and(shr(96, word), 0xffffffff))
                mstore(add(to, 288), and(shr(48, word), 0xffffffffffff))
                mstore(add(to, 320), and(word, 0xffffffffffff))
                switch prefix
                case 0 {
                    mstore(add(to, 352), 0)
                    at := add(at, 125)
                }
                default {
                    mstore(add(to, 352), calldataload(add(at, 125)))
                    at := add(at, 157)
                }
                to := add(to, 384)
            }
        }
    }

    /// @dev `_topOfMany` for one leaf, without a memory of positions and hashes: 3 000 gas less among 256. Stands for
    ///
    ///        for (; width > 1; (width, position) = ((width + 1) / 2, position / 2)) {
    ///            if (position % 2 == 1) top = nodeHash(sibling, top);
    ///            else if (position + 1 < width) top = nodeHash(top, sibling);
    ///        }
    function _topOfOne(bytes calldata proof, uint256 width) private pure returns (bytes32 top, uint256 end) {
        uint256 position;
        (position, top, end) = _leafAt(proof, HEADER_BYTES, width);
        assembly ("memory-safe") {
            let node := mload(0x40)
            let left := add(node, 1)
            let sibling := add(proof.offset, end)
            mstore8(node, 1)
            for { let last := sub(width, 1) } last { last := shr(1, last) } {
                let isRight := and(position, 1)
                // Not for the odd last one, which rises unchanged.
                if or(isRight, xor(position, last)) {
                    let at := shl(5, isRight)
                    mstore(add(left, at), top)
                    mstore(add(left, xor(at, 32)), calldataload(sibling))
                    top := keccak256(node, 65)
                    sibling := add(sibling, 32)
                }
                position := shr(1, position)
            }
            end := sub(sibling, proof.offset)
        }
    }

    function _topOfMany(bytes calldata proof, uint256 width, uint256 proven)
        private
        pure
        returns (bytes32 top, uint256 end)
    {
        if (proven == 0) revert IReportProof.NoLeaf();
        // Before memory is taken for them.
        end = HEADER_BYTES + proven * (POSITION_BYTES + ReportCodec.LEAF_BYTES);
        if (proof.length < end) revert IReportProof.TruncatedProof(proof.length, end);

        uint256[] memory positions = new uint256[](proven);
        bytes32[] memory hashes = new bytes32[](proven);
        end = HEADER_BYTES;
        for (uint256 i = 0; i < proven; i++) {
            (positions[i], hashes[i], end) = _leafAt(proof, end, width);
            if (i != 0 && positions[i] <= positions[i - 1]) {
                revert IReportProof.LeavesNotAscending(uint16(positions[i - 1]), uint16(positions[i]));
            }
        }
        for (; width > 1; width = (width + 1) / 2) {
            (proven, end) = _climb(proof, end, width, proven, positions, hashes);
        }
        return (hashes[0], end);
    }

    /// @dev Replaces the first `known` nodes of a level by their parents, of which there are `parents`.
    function _climb(
        bytes calldata proof,
        uint256 at,
        uint256 width,
        uint256 known,
        uint256[] memory positions,
        bytes32[] memory hashes
    ) private pure returns (uint256 parents, uint256 end) {
        end = at;
        for (uint256 i = 0; i < known; i++) {
            uint256 position = positions[i];
            bytes32 hash = hashes[i];
            if (position % 2 == 1) {
                // Its left neighbour is unknown, else it would have taken this one along.
                hash = ReportCodec.nodeHash(bytes32(ReportCodec.wordAt(proof, end)), hash);
                end += 32;
            } else if (i + 1 < known && positions[i + 1] == position + 1) {
                hash = ReportCodec.nodeHash(hash, hashes[++i]);
            } else if (position + 1 < width) {
                hash = ReportCodec.nodeHash(hash, bytes32(ReportCodec.wordAt(proof, end)));
                end += 32;
            }
            positions[parents] = position / 2;
            hashes[parents++] = hash;
        }
    }

    /// @return position Of the leaf in the tree of `count`.
    /// @return hash     Of the leaf.
    /// @return end      Where it ends in the proof.
    function _leafAt(bytes calldata proof, uint256 at, uint256 count)
        private
        pure
        returns (uint256 position, bytes32 hash, uint256 end)
    {
        uint256 word = ReportCodec.wordAt(proof, at);
        position = word >> 240;
        if (position >= count) revert IReportProof.LeafOutOfRange(uint16(position), uint16(count));
        uint256 length = _leafBytes(uint8(word >> 232), uint16(position));
        unchecked {
            at += POSITION_BYTES;
            end = at + length;
        }
        if (proof.length < end) revert IReportProof.TruncatedProof(proof.length, end);
        // Stands for `hash = keccak256(proof[at:end])`.
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, add(proof.offset, at), length)
            hash := keccak256(free, length)
        }
    }

    function _leafBytes(uint8 prefix, uint16 position) private pure returns (uint256) {
        if (prefix == ReportCodec.LEAF) return ReportCodec.LEAF_BYTES;
        if (prefix != ReportCodec.DETAILED_LEAF) revert IReportProof.UnknownLeafPrefix(position, prefix);
        return ReportCodec.DETAILED_LEAF_BYTES;
    }
}
