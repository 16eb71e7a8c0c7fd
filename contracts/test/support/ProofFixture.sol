// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IReportVerifier} from "../../src/interfaces/IReportVerifier.sol";
import {ReportCodec} from "../../src/libraries/ReportCodec.sol";
import {HubFixture} from "./HubFixture.sol";
import {LeafCodec} from "./LeafCodec.sol";
import {SchnorrSigner} from "./SchnorrSigner.sol";

/// @dev Writes reports with real trees and proofs of their leaves. It knows the whole tree and marks what is proven in
///      it, level by level, where the library only ever sees the path.
abstract contract ProofFixture is HubFixture {
    /// @dev A report as the nodes see it, with all leaves.
    struct TreeReport {
        uint64 round;
        uint64 timeMs;
        bytes entries;
        IReportVerifier.ProvenLeaf[] leaves;
    }

    /// @dev Leaf i is that of the hub's feed i as `makeFeeds` lists it; the order in the tree is the order given.
    function makeLeaf(uint256 i, uint64 round) internal pure returns (IReportVerifier.ProvenLeaf memory leaf) {
        leaf.feedId = keccak256(abi.encode("feed", i));
        leaf.definitionDigest = keccak256(abi.encode("definition", i));
        leaf.status = 1;
        leaf.value = int128(uint128(1_000_000 + 1000 * i + round));
        leaf.confidencePpb = uint32(70_000 + i);
        leaf.timeMs = uint48(timeOf(round));
        leaf.pubStatus = 1;
        leaf.pubValue = leaf.value - 1;
        leaf.pubConfidencePpb = uint32(90_000 + i);
        leaf.pubRound = uint48(round);
        leaf.pubTimeMs = uint48(timeOf(round));
    }

    function makeTree(uint64 round, uint256 count) internal pure returns (TreeReport memory tree) {
        tree.round = round;
        tree.timeMs = timeOf(round);
        tree.entries = encodeEntries(one(entry(0, 5)));
        tree.leaves = new IReportVerifier.ProvenLeaf[](count);
        for (uint256 i = 0; i < count; i++) {
            tree.leaves[i] = makeLeaf(i, round);
            // Every fifth says more than one number.
            if (i % 5 == 3) tree.leaves[i].detailHash = keccak256(abi.encode("detail", i, round));
        }
    }

    function leafBytes(IReportVerifier.ProvenLeaf memory leaf) internal pure returns (bytes memory) {
        return LeafCodec.bytesOf(leaf);
    }

    /// @dev All levels, leaves first.
    function levelsOf(TreeReport memory tree) internal pure returns (bytes32[][] memory levels) {
        uint256 height = 1;
        for (uint256 width = tree.leaves.length; width > 1; width = (width + 1) / 2) {
            height++;
        }
        levels = new bytes32[][](height);
        levels[0] = new bytes32[](tree.leaves.length);
        for (uint256 i = 0; i < tree.leaves.length; i++) {
            levels[0][i] = keccak256(leafBytes(tree.leaves[i]));
        }
        for (uint256 h = 1; h < height; h++) {
            bytes32[] memory below = levels[h - 1];
            levels[h] = new bytes32[]((below.length + 1) / 2);
            for (uint256 i = 0; i < levels[h].length; i++) {
                levels[h][i] = 2 * i + 1 == below.length
                    ? below[2 * i]
                    : keccak256(abi.encodePacked(uint8(1), below[2 * i], below[2 * i + 1]));
            }
        }
    }

    function rootOf(TreeReport memory tree) internal pure returns (bytes32) {
        bytes32[][] memory levels = levelsOf(tree);
        return keccak256(abi.encodePacked(uint8(2), uint16(tree.leaves.length), levels[levels.length - 1][0]));
    }

    function digestOfTree(TreeReport memory tree) internal pure returns (bytes32) {
        return ReportCodec.digest(NETWORK, tree.round, tree.timeMs, ReportCodec.pushDigest(tree.entries), rootOf(tree));
    }

    /// @dev Version, tags, time, push digest, signature and the number of leaves.
    function proofHead(SchnorrSigner.Key memory signer, TreeReport memory tree) internal pure returns (bytes memory) {
        SchnorrSigner.Signature memory signature = SchnorrSigner.sign(signer, digestOfTree(tree));
        bytes memory front =
            abi.encodePacked(uint8(0x81), bytes4(NETWORK), uint32(signer.x), uint48(tree.round), uint48(tree.timeMs));
        bytes32 pushed = ReportCodec.pushDigest(tree.entries);
        return abi.encodePacked(front, pushed, signature.rAddress, signature.z, signer.x, uint16(tree.leaves.length));
    }

    /// @dev The hashes that lie beside the paths of the marked leaves.
    function siblingsOf(TreeReport memory tree, bool[] memory marked) internal pure returns (bytes memory siblings) {
        bytes32[][] memory levels = levelsOf(tree);
        for (uint256 h = 0; h + 1 < levels.length; h++) {
            bytes32[] memory level = levels[h];
            bool[] memory above = new bool[](levels[h + 1].length);
            for (uint256 i = 0; i < level.length; i++) {
                uint256 neighbour = i ^ 1;
                if (marked[i]) above[i / 2] = true;
                else if (neighbour < level.length && marked[neighbour]) siblings = bytes.concat(siblings, level[i]);
            }
            marked = above;
        }
    }

    /// @param mask Bit i stands for leaf i.
    function prove(SchnorrSigner.Key memory signer, TreeReport memory tree, uint256 mask)
        internal
        pure
        returns (bytes memory)
    {
        bool[] memory marked = new bool[](tree.leaves.length);
        bytes memory proven;
        uint16 count = 0;
        for (uint256 i = 0; i < marked.length; i++) {
            if ((mask >> i) & 1 == 0) continue;
            marked[i] = true;
            proven = bytes.concat(proven, bytes2(uint16(i)), leafBytes(tree.leaves[i]));
            count++;
        }
        return bytes.concat(proofHead(signer, tree), bytes2(count), proven, siblingsOf(tree, marked));
    }

    function assertLeaf(IReportVerifier.ProvenLeaf memory given, IReportVerifier.ProvenLeaf memory wanted)
        internal
        pure
    {
        assertEq32(keccak256(abi.encode(given)), keccak256(abi.encode(wanted)), "leaf");
    }
}
