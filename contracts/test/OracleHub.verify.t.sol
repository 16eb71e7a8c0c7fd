// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IReportProof} from "../src/interfaces/IReportProof.sol";
import {IReportVerifier} from "../src/interfaces/IReportVerifier.sol";
import {OracleHubVerifyCase} from "./support/OracleHubVerifyCase.sol";

/// @dev Leaves of signed reports, shown to the hub and not stored.
contract OracleHubVerifyTest is OracleHubVerifyCase {
    // -- What is true is proven

    function test_everyLeafOfEverySmallTreeIsProven() public view {
        for (uint256 count = 1; count <= 33; count++) {
            TreeReport memory tree = makeTree(ROUND, count);
            for (uint256 i = 0; i < count; i++) {
                assertProves(tree, 1 << i);
            }
        }
    }

    function test_allLeavesAtOnceNeedNoSibling() public view {
        for (uint256 count = 1; count <= 33; count += 4) {
            TreeReport memory tree = makeTree(ROUND, count);
            assertProves(tree, (1 << count) - 1);
            assertEq(siblingsOf(tree, allMarked(count)).length, 0, "siblings");
        }
    }

    function testFuzz_anySubsetIsProven(uint256 count, uint256 mask) public view {
        count = bound(count, 1, 60);
        mask = bound(mask, 1, (1 << count) - 1);
        assertProves(makeTree(ROUND, count), mask);
    }

    function test_aLeafAmong256IsProven() public view {
        TreeReport memory tree = makeTree(ROUND, 256);
        assertProves(tree, 1 << 200);
        assertProves(tree, 1 << 255 | 1);
    }

    function testFuzz_everyFieldOfALeafComesBack(IReportVerifier.ProvenLeaf memory leaf) public view {
        TreeReport memory tree = makeTree(ROUND, 3);
        tree.leaves[1] = leaf;
        assertProves(tree, 2);
        assertProves(tree, 6);
    }

    // -- Whatever differs from it is not

    function testFuzz_anAlteredByteIsRefused(uint256 at, uint8 mask, uint256 count, uint256 leaves) public view {
        count = bound(count, 1, 20);
        bytes memory proof = prove(key, makeTree(ROUND, count), bound(leaves, 1, (1 << count) - 1));
        proof[at % proof.length] ^= bytes1(uint8(bound(mask, 1, 255)));
        assertTrue(isRefused(proof), "refused");
    }

    function test_everyBitOfAProofIsBound() public view {
        bytes memory proof = prove(key, makeTree(ROUND, 5), 9);
        for (uint256 bit = 0; bit < 8 * proof.length; bit++) {
            proof[bit / 8] ^= bytes1(uint8(2 ** (bit % 8)));
            assertTrue(isRefused(proof), "refused");
            proof[bit / 8] ^= bytes1(uint8(2 ** (bit % 8)));
        }
        assertTrue(!isRefused(proof), "accepted");
    }

    function testFuzz_aTruncatedProofIsRefused(uint256 length, uint256 leaves) public {
        bytes memory proof = prove(key, makeTree(ROUND, 9), bound(leaves, 1, 511));
        length = bound(length, 0, proof.length - 1);
        bytes memory cut = slice(proof, length);
        (bool accepted, bytes memory reason) = address(hub).call(abi.encodeCall(hub.verify, (cut)));
        assertTrue(!accepted, "refused");
        assertEq32(bytes4(reason), IReportProof.TruncatedProof.selector, "error");
    }

    function test_aMissingSiblingIsNamed() public {
        bytes memory proof = prove(key, makeTree(ROUND, 4), 1);
        uint256 wanted = proof.length;
        verifyExpecting(
            abi.encodeWithSelector(IReportProof.TruncatedProof.selector, wanted - 32, wanted), slice(proof, wanted - 32)
        );
    }

    /// @dev What is wanted is told to the end of the leaf that is cut, not of what would follow it.
    function test_aCutLeafIsNamed() public {
        bytes memory proof = slice(prove(key, makeTree(ROUND, 4), 1), 200);
        verifyExpecting(abi.encodeWithSelector(IReportProof.TruncatedProof.selector, 200, 143 + 125), proof);
    }

    function test_anUnusedSiblingIsRefused() public {
        bytes memory proof = prove(key, makeTree(ROUND, 4), 1);
        verifyExpecting(
            abi.encodeWithSelector(IReportProof.ProofTooLong.selector, proof.length + 32, proof.length),
            bytes.concat(proof, bytes32("unused"))
        );
        proof = prove(key, makeTree(ROUND, 4), 3);
        verifyExpecting(
            abi.encodeWithSelector(IReportProof.ProofTooLong.selector, proof.length + 1, proof.length),
            bytes.concat(proof, hex"00")
        );
    }

    function test_aProofOfNothingIsRefused() public {
        TreeReport memory tree = makeTree(ROUND, 4);
        bytes memory proof = bytes.concat(proofHead(key, tree), bytes2(0), levelsOf(tree)[2][0]);
        verifyExpecting(abi.encodeWithSelector(IReportProof.NoLeaf.selector), proof);
    }

    /// @dev Without a leaf nothing can be missing but the leaf.
    function test_aHeaderAloneProvesNothing() public {
        bytes memory head = bytes.concat(proofHead(key, makeTree(ROUND, 4)), bytes2(0));
        assertEq(head.length, 141, "header");
        verifyExpecting(abi.encodeWithSelector(IReportProof.NoLeaf.selector), head);
        verifyExpecting(abi.encodeWithSelector(IReportProof.TruncatedProof.selector, 140, 141), slice(head, 140));
    }

    /// @dev Four words, and twelve for each leaf: what is written by hand ends where the compiler's own would.
    function test_theAnswerIsAsLongAsItsLeaves() public view {
        TreeReport memory tree = makeTree(ROUND, 4);
        for (uint256 mask = 1; mask < 16; mask = 2 * mask + 1) {
            (, bytes memory answer) = address(hub).staticcall(abi.encodeCall(hub.verify, (prove(key, tree, mask))));
            (uint64 round, uint64 timeMs, IReportVerifier.ProvenLeaf[] memory leaves) =
                abi.decode(answer, (uint64, uint64, IReportVerifier.ProvenLeaf[]));
            assertEq(answer.length, abi.encode(round, timeMs, leaves).length, "length");
        }
    }

    function test_aLeafIsProvenOnce() public {
        TreeReport memory tree = makeTree(ROUND, 4);
        bytes memory leaf = bytes.concat(bytes2(uint16(2)), leafBytes(tree.leaves[2]));
        verifyExpecting(
            abi.encodeWithSelector(IReportProof.LeavesNotAscending.selector, 2, 2),
            bytes.concat(proofHead(key, tree), bytes2(uint16(2)), leaf, leaf, siblingsOf(tree, new bool[](4)))
        );
    }

    function test_leavesOutOfOrderAreRefused() public {
        TreeReport memory tree = makeTree(ROUND, 4);
        bytes memory second = bytes.concat(bytes2(uint16(2)), leafBytes(tree.leaves[2]));
        bytes memory first = bytes.concat(bytes2(uint16(1)), leafBytes(tree.leaves[1]));
        verifyExpecting(
            abi.encodeWithSelector(IReportProof.LeavesNotAscending.selector, 2, 1),
            bytes.concat(proofHead(key, tree), bytes2(uint16(2)), second, first)
        );
    }

    function test_aPositionOutsideOfTheTreeIsRefused() public {
        TreeReport memory tree = makeTree(ROUND, 4);
        bytes memory leaf = bytes.concat(bytes2(uint16(4)), leafBytes(tree.leaves[3]));
        verifyExpecting(
            abi.encodeWithSelector(IReportProof.LeafOutOfRange.selector, 4, 4),
            bytes.concat(proofHead(key, tree), bytes2(uint16(1)), leaf)
        );
    }

    function testFuzz_otherPrefixesAreRefused(uint8 prefix) public {
        vm.assume(prefix != 0 && prefix != 3);
        bytes memory proof = prove(key, makeTree(ROUND, 4), 2);
        proof[143] = bytes1(prefix);
        verifyExpecting(abi.encodeWithSelector(IReportProof.UnknownLeafPrefix.selector, 1, prefix), proof);
    }

    function testFuzz_otherVersionsAreRefused(uint8 version) public {
        vm.assume(version != 0x81);
        bytes memory proof = prove(key, makeTree(ROUND, 4), 2);
        proof[0] = bytes1(version);
        verifyExpecting(abi.encodeWithSelector(IReportProof.UnknownProofVersion.selector, version, 0x81), proof);
    }

    /// @dev A tiny proof must not make the hub reserve memory for what it only claims.
    function test_aClaimOfManyLeavesIsRefusedBeforeTheyAreRead() public {
        TreeReport memory tree = makeTree(ROUND, 4);
        bytes memory proof = bytes.concat(proofHead(key, tree), bytes2(0xffff), leafBytes(tree.leaves[0]));
        uint256 wanted = 141 + 65_535 * 127;
        verifyExpecting(abi.encodeWithSelector(IReportProof.TruncatedProof.selector, proof.length, wanted), proof);
    }

    /// @dev The same leaf at another place is another statement: the count of leaves and the position are bound.
    function test_anotherPositionOrCountIsRefused() public view {
        TreeReport memory tree = makeTree(ROUND, 8);
        bytes memory proof = prove(key, tree, 1 << 3);
        proof[142] = bytes1(uint8(2));
        assertTrue(isRefused(proof), "position");
        proof = prove(key, tree, 1 << 3);
        proof[138] = bytes1(uint8(7));
        assertTrue(isRefused(proof), "count");
    }

    /// @dev A node's hash is no leaf's, even where its bytes could be read as one.
    function test_aChangedLeafHasABadSignature() public {
        TreeReport memory tree = makeTree(ROUND, 4);
        bytes memory proof = prove(key, tree, 2);
        proof[143 + 81] = bytes1(uint8(proof[143 + 81]) ^ 1);
        tree.leaves[1].value ^= 1;
        verifyExpecting(badSignature(digestOfTree(tree)), proof);
    }
}
