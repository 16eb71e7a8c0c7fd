// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IReportVerifier} from "../../src/interfaces/IReportVerifier.sol";
import {ReportCodec} from "../../src/libraries/ReportCodec.sol";

/// @dev Leaves and trees as the nodes make them: contracts only ever read them. Held to TypeScript's by ReportCodec.t.sol.
library LeafCodec {
    function bytesOf(IReportVerifier.ProvenLeaf memory leaf) internal pure returns (bytes memory packed) {
        packed = abi.encodePacked(
            leaf.detailHash == 0 ? uint8(0) : uint8(3),
            leaf.feedId,
            leaf.definitionDigest,
            leaf.status,
            leaf.value,
            leaf.confidencePpb,
            leaf.timeMs
        );
        packed = abi.encodePacked(
            packed, leaf.pubStatus, leaf.pubValue, leaf.pubConfidencePpb, leaf.pubRound, leaf.pubTimeMs
        );
        if (leaf.detailHash != 0) packed = bytes.concat(packed, leaf.detailHash);
    }

    /// @dev Root over leaf hashes in the order given, which is ascending by feed id.
    /// @param level Used as scratch space.
    function rootOf(bytes32[] memory level) internal pure returns (bytes32) {
        uint256 width = level.length;
        while (width > 1) {
            uint256 next = 0;
            for (uint256 i = 0; i < width; i += 2) {
                level[next++] = i + 1 < width ? ReportCodec.nodeHash(level[i], level[i + 1]) : level[i];
            }
            width = next;
        }
        return ReportCodec.rootHash(uint16(level.length), level.length == 0 ? bytes32(0) : level[0]);
    }
}
