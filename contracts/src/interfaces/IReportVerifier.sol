// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @title Says whether feeds stood in a signed report as somebody claims, without storing anything.
interface IReportVerifier {
    /// @notice One feed of a signed report: what this round agreed on, and what was last published.
    /// @param feedId           keccak256 of the feed's name, top byte replaced by the kind's code.
    /// @param definitionDigest Digest of the canonical definition.
    /// @param status           Of this round: 1 ok, 2 missing, 3 disputed.
    /// @param value            Of this round, in the feed's decimals.
    /// @param confidencePpb    Of this round, parts per billion of |value|.
    /// @param timeMs           When `value` was agreed on, unix ms.
    /// @param pubStatus        As last published.
    /// @param pubValue         As last published, in the feed's decimals.
    /// @param pubConfidencePpb As last published.
    /// @param pubRound         Round of the last publication.
    /// @param pubTimeMs        Time of the last publication, unix ms.
    /// @param detailHash       Of what the feed says beyond one number; zero where it says nothing.
    struct ProvenLeaf {
        bytes32 feedId;
        bytes32 definitionDigest;
        uint8 status;
        int128 value;
        uint32 confidencePpb;
        uint48 timeMs;
        uint8 pubStatus;
        int128 pubValue;
        uint32 pubConfidencePpb;
        uint48 pubRound;
        uint48 pubTimeMs;
        bytes32 detailHash;
    }

    /// @notice Checks the signature and that every leaf stands in the report it covers; reverts where one does not.
    /// @param proof       Layout: `ReportProof`.
    /// @return round        The report's round, which lies in the life of the key that signed it.
    /// @return reportTimeMs The report's time, unix ms. Judging its age is the caller's business.
    /// @return leaves       In the order of the proof, which is ascending by feed id.
    function verify(bytes calldata proof)
        external
        view
        returns (uint64 round, uint64 reportTimeMs, ProvenLeaf[] memory leaves);
}
