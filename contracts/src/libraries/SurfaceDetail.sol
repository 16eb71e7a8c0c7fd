// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {Svi} from "./SviMath.sol";

/// @title Bytes of a surface as `update` takes them: the Solidity half of src/report/surface-update.ts.
/// @dev The form that a leaf's hash covers, except that the agreed slices stand themselves in the place of their top. The
///      published ones, which this chain does not need, stay a hash. All integers big-endian.
///
///   detail   0x04 | 0x01 | gridRound u48 | spot i128 | count u8 | slice … | count u8 | top of published 32   58 + 67·n
///   slice    0x05 | expiryMs u48 | forward u64 | a i64 | b i64 | rho i64 | m i64 | sigma i64 | theta u64
///            | centreErrorVolBps u16 | wingErrorVolBps u16                                                   67 bytes
///   top      of the tree over keccak of each slice; node = keccak(0x01 | left | right), an odd last node rises
library SurfaceDetail {
    uint256 internal constant SLICES_MAX = 16;
    uint256 private constant FRAME_BYTES = 58;
    uint256 private constant HEAD_BYTES = 25;
    uint256 private constant SLICE_BYTES = 67;

    error BadDetailLength(uint256 given, uint256 wanted);
    error BadSliceCount(uint256 given, uint256 max);

    /// @notice How many slices stand in a detail, whose length it checks: from 1 to SLICES_MAX.
    function countOf(bytes calldata detail) internal pure returns (uint256 count) {
        unchecked {
            if (detail.length < FRAME_BYTES) revert BadDetailLength(detail.length, FRAME_BYTES);
            count = uint8(detail[HEAD_BYTES - 1]);
            if (count == 0 || count > SLICES_MAX) revert BadSliceCount(count, SLICES_MAX);
            uint256 wanted = FRAME_BYTES + count * SLICE_BYTES;
            if (detail.length != wanted) revert BadDetailLength(detail.length, wanted);
        }
    }

    /// @notice What a leaf commits to. Whoever finds it there has the very bytes that were signed: kind and counts are
    ///         hashed, slices have another length than nodes, and the count fixes the shape of the tree.
    /// @dev Stands for keccak256(bytes.concat(detail[:25], top(keccak256(slice) …), detail[detail.length - 33:])), in one
    ///      copy of the slices whose hashes, and then whose tree, overwrite it from the front. In plain Solidity each of
    ///      the 2·count hashes copies its input to memory of its own, for some 6 000 gas more at 11 slices.
    function hashOf(bytes calldata detail, uint256 count) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let level := mload(0x40)
            let node := add(level, mul(count, SLICE_BYTES))
            calldatacopy(level, add(detail.offset, HEAD_BYTES), mul(count, SLICE_BYTES))
            mstore8(node, 1)
            // Two slices and the node above them.
            let to := level
            for { let from := level } lt(from, node) { from := add(from, mul(2, SLICE_BYTES)) } {
                hash := keccak256(from, SLICE_BYTES)
                if lt(add(from, SLICE_BYTES), node) {
                    mstore(add(node, 1), hash)
                    mstore(add(node, 33), keccak256(add(from, SLICE_BYTES), SLICE_BYTES))
                    hash := keccak256(node, 65)
                }
                mstore(to, hash)
                to := add(to, 32)
            }
            for {} gt(to, add(level, 32)) {} {
                let end := to
                to := level
                for { let from := level } lt(from, end) { from := add(from, 64) } {
                    hash := mload(from)
                    if lt(add(from, 32), end) {
                        mstore(add(node, 1), hash)
                        mstore(add(node, 33), mload(add(from, 32)))
                        hash := keccak256(node, 65)
                    }
                    mstore(to, hash)
                    to := add(to, 32)
                }
            }
            calldatacopy(level, detail.offset, HEAD_BYTES)
            mstore(add(level, HEAD_BYTES), hash)
            calldatacopy(add(level, 57), sub(add(detail.offset, detail.length), 33), 33)
            hash := keccak256(level, 90)
        }
    }

    /// @notice The round in which the slices were agreed on.
    function roundOf(bytes calldata detail) internal pure returns (uint256 round) {
        assembly ("memory-safe") {
            round := and(shr(192, calldataload(detail.offset)), 0xffffffffffff)
        }
    }

    /// @notice One slice of a detail that `countOf` has checked. Stands for `uint48(bytes6(detail[from + 1:from + 7]))`
    ///         and so on; bounds were checked once for all.
    /// @param svi Is overwritten.
    function readSlice(bytes calldata detail, uint256 i, Svi memory svi)
        internal
        pure
        returns (uint256 expiryMs, uint64 forward)
    {
        assembly ("memory-safe") {
            let from := add(add(detail.offset, HEAD_BYTES), mul(i, SLICE_BYTES))
            let word := calldataload(from)
            expiryMs := and(shr(200, word), 0xffffffffffff)
            forward := and(shr(136, word), 0xffffffffffffffff)
            mstore(svi, signextend(7, shr(72, word)))
            mstore(add(svi, 0x20), signextend(7, shr(8, word)))
            word := calldataload(add(from, 31))
            mstore(add(svi, 0x40), sar(192, word))
            mstore(add(svi, 0x60), signextend(7, shr(128, word)))
            mstore(add(svi, 0x80), signextend(7, shr(64, word)))
        }
    }
}
