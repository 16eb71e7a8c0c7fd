// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @title What can be wrong with the bytes of a proof, before anybody looks at its signature.
/// @dev Errors only, as `IReportCodec` is. Every well-formed proof has exactly one encoding: whatever could be left out,
///      repeated or reordered is refused by name. A wrong leaf or sibling is none of these: it leads to another root,
///      and no signature covers that.
interface IReportProof {
    /// @notice The proof speaks another version of the treaty, or is no proof.
    /// @param given  Version in the proof.
    /// @param wanted Version that this contract reads.
    error UnknownProofVersion(uint8 given, uint8 wanted);

    /// @notice The proof ends before what its counts and positions promise.
    /// @param given  Length of the proof, bytes.
    /// @param wanted Smallest length that it would have to have, as far as it was read, bytes.
    error TruncatedProof(uint256 given, uint256 wanted);

    /// @notice Bytes follow the last sibling that the proof needs.
    /// @param given  Length of the proof, bytes.
    /// @param wanted Length at which it had to end, bytes.
    error ProofTooLong(uint256 given, uint256 wanted);

    /// @notice The proof proves no leaf.
    error NoLeaf();

    /// @notice The leaves do not stand in strictly ascending order of their positions.
    error LeavesNotAscending(uint16 previous, uint16 given);

    /// @notice A leaf's position is outside of the tree.
    /// @param given Position, from 0.
    /// @param count How many leaves the report has.
    error LeafOutOfRange(uint16 given, uint16 count);

    /// @notice A leaf begins with a byte that no leaf begins with.
    error UnknownLeafPrefix(uint16 position, uint8 given);
}
