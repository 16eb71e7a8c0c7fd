// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @title Catching up: what a report says of earlier publications is stored on a chain that missed them.
interface IHubProofs {
    /// @notice The key that a proof brings along is not the one it names by its tag.
    error WrongProofKey(uint256 given, uint256 wanted);

    /// @notice The leaf speaks of the feed by another definition than the hub knows.
    error WrongDefinition(uint16 index, bytes32 given, bytes32 wanted);

    /// @notice A leaf's last publication is newer than the report it stands in.
    error PublishedAfterReport(uint16 index, uint64 publishedRound, uint64 reportRound);

    /// @notice A publication was caught up by proof. Missing or disputed feeds carry their last agreed value.
    event EntryProven(
        uint16 indexed index, uint64 indexed round, uint8 status, int128 value, uint32 confidencePpb, uint48 timeMs
    );

    /// @notice A proof was accepted, and what it caught up has its `EntryProven` before this event.
    /// @param round        Of the report that was proven.
    /// @param reportTimeMs Its time, unix ms.
    event ProofSubmitted(uint64 indexed round, uint64 reportTimeMs);

    /// @notice Stores what the proven leaves were last published with, where that is newer than what is stored: for a
    ///         chain that missed a publication, and needs no older report for it. Layout of the proof: `ReportProof`.
    /// @dev Sound for publications of any key's time: the report is signed by the key of its own round, and by signing
    ///      it these nodes state what was published before them. `publishedRound <= reportRound` keeps an old key out
    ///      of the rounds after it. Leaves that are not newer are skipped as in `submit`.
    function submitProven(bytes calldata proof) external;
}
