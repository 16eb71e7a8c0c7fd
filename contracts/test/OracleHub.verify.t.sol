// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {IHubProofs} from "../src/interfaces/IHubProofs.sol";
import {IReportProof} from "../src/interfaces/IReportProof.sol";
import {IReportVerifier} from "../src/interfaces/IReportVerifier.sol";
import {OracleHub} from "../src/OracleHub.sol";
import {ProofFixture} from "./support/ProofFixture.sol";
import {SchnorrSigner} from "./support/SchnorrSigner.sol";

/// @dev Leaves of signed reports, shown to the hub and not stored.
contract OracleHubVerifyTest is ProofFixture {
    uint64 private constant ROUND = FIRST_ROUND + 20;

    function setUp() public {
        deployHub(2);
    }

    function assertProves(TreeReport memory tree, uint256 mask) private view {
        (uint64 round, uint64 timeMs, IReportVerifier.ProvenLeaf[] memory leaves) = hub.verify(prove(key, tree, mask));
        assertEq(round, tree.round, "round");
        assertEq(timeMs, tree.timeMs, "reportTimeMs");
        uint256 seen = 0;
        for (uint256 i = 0; i < tree.leaves.length; i++) {
            if ((mask >> i) & 1 == 1) assertLeaf(leaves[seen++], tree.leaves[i]);
        }
        assertEq(leaves.length, seen, "as many as were proven");
    }

    function verifyExpecting(bytes memory revertData, bytes memory proof) private {
        vm.expectRevert(revertData);
        hub.verify(proof);
    }

    function isRefused(bytes memory proof) private view returns (bool) {
        (bool accepted,) = address(hub).staticcall(abi.encodeCall(hub.verify, (proof)));
        return !accepted;
    }

    function badSignature(bytes32 digest) private view returns (bytes memory) {
        return abi.encodeWithSelector(IOracleHub.BadSignature.selector, digest, key.x);
    }

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

    function allMarked(uint256 count) private pure returns (bool[] memory marked) {
        marked = new bool[](count);
        for (uint256 i = 0; i < count; i++) {
            marked[i] = true;
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

    function slice(bytes memory data, uint256 length) private pure returns (bytes memory cut) {
        cut = new bytes(length);
        for (uint256 i = 0; i < length; i++) {
            cut[i] = data[i];
        }
    }

    function test_aMissingSiblingIsNamed() public {
        bytes memory proof = prove(key, makeTree(ROUND, 4), 1);
        uint256 wanted = proof.length;
        verifyExpecting(
            abi.encodeWithSelector(IReportProof.TruncatedProof.selector, wanted - 32, wanted), slice(proof, wanted - 32)
        );
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

    // -- Signers, networks and time

    function test_anotherKeyIsUnknown() public {
        verifyExpecting(
            abi.encodeWithSelector(IOracleHub.UnknownKey.selector, bytes4(uint32(otherKey.x)), bytes4(uint32(key.x))),
            prove(otherKey, makeTree(ROUND, 4), 2)
        );
    }

    function test_anotherKeyUnderTheRightNameHasABadSignature() public {
        TreeReport memory tree = makeTree(ROUND, 4);
        SchnorrSigner.Key memory pretender = SchnorrSigner.Key({secret: otherKey.secret, x: key.x});
        verifyExpecting(badSignature(digestOfTree(tree)), prove(pretender, tree, 2));
    }

    /// @dev The tag names the key and the key is brought along: they must be the same, and the one the hub holds.
    function test_anotherKeyThanTheOneNamedIsRefused() public {
        TreeReport memory tree = makeTree(ROUND, 4);
        bytes memory proof = prove(key, tree, 2);
        proof[105] ^= 0x01;
        verifyExpecting(abi.encodeWithSelector(IHubProofs.WrongProofKey.selector, key.x ^ (1 << 248), key.x), proof);
        proof = prove(key, tree, 2);
        proof[136] ^= 0x01;
        verifyExpecting(abi.encodeWithSelector(IHubProofs.WrongProofKey.selector, key.x ^ 1, key.x), proof);
        proof = prove(key, tree, 2);
        proof[8] ^= 0x01;
        bytes4 given = bytes4(uint32(key.x) ^ 1);
        verifyExpecting(abi.encodeWithSelector(IOracleHub.UnknownKey.selector, given, bytes4(uint32(key.x))), proof);
    }

    function test_aRefreshKeepsTheKeyOnBothSides() public {
        hub.rotate(nextConfiguration(key.x, 2, FIRST_ROUND + 50));
        assertProves(makeTree(FIRST_ROUND + 49, 4), 2);
        assertProves(makeTree(FIRST_ROUND + 50, 4), 2);
    }

    function test_aZeroNonceAndABigScalarAreRefused() public {
        TreeReport memory tree = makeTree(ROUND, 4);
        bytes memory proof = prove(key, tree, 2);
        bytes memory zeroed = slice(proof, proof.length);
        for (uint256 i = 0; i < 20; i++) {
            zeroed[53 + i] = 0;
        }
        verifyExpecting(badSignature(digestOfTree(tree)), zeroed);
        for (uint256 i = 0; i < 32; i++) {
            proof[73 + i] = 0xff;
        }
        verifyExpecting(badSignature(digestOfTree(tree)), proof);
    }

    function test_anotherNetworkIsNamed() public {
        bytes memory proof = prove(key, makeTree(ROUND, 4), 2);
        hub = new OracleHub(keccak256("another network"), address(this));
        hub.configure(firstConfiguration());
        verifyExpecting(
            abi.encodeWithSelector(
                IOracleHub.WrongNetwork.selector, bytes4(NETWORK), bytes4(keccak256("another network"))
            ),
            proof
        );
    }

    function test_aProofFromTheFutureIsRefused() public {
        bytes memory proof = prove(key, makeTree(ROUND, 4), 2);
        vm.warp(timeSecOf(ROUND) - 31);
        verifyExpecting(
            abi.encodeWithSelector(
                IOracleHub.FutureReport.selector, timeOf(ROUND), (uint256(timeSecOf(ROUND)) - 1) * 1000
            ),
            proof
        );
    }

    /// @dev The hub holds no opinion about age here: that is its callers' business.
    function test_anOldProofIsStillTrue() public {
        vm.warp(timeSecOf(ROUND) + 10 * 365 days);
        assertProves(makeTree(ROUND, 4), 2);
    }

    /// @dev Only the round decides whose key it is, as in `submit`, and here no stored answer proves anything.
    function testFuzz_onlyTheRoundDecidesWhoseKeyIsValid(uint64 round, bool byNew) public {
        uint64 next = FIRST_ROUND + 50;
        round = uint64(bound(round, FIRST_ROUND, next + 50));
        hub.rotate(nextConfiguration(otherKey.x, 2, next));
        bytes memory proof = prove(byNew ? otherKey : key, makeTree(round, 4), 2);
        assertTrue(isRefused(proof) != (byNew == (round >= next)), "accepted exactly in its own rounds");
    }

    function test_roundsBelowTheFirstAreNobodys() public {
        TreeReport memory tree = makeTree(ROUND, 4);
        tree.round = FIRST_ROUND - 1;
        verifyExpecting(
            abi.encodeWithSelector(IOracleHub.KeyNotYetValid.selector, FIRST_ROUND - 1, FIRST_ROUND),
            prove(key, tree, 2)
        );
    }
}
