// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {OracleHub} from "../src/OracleHub.sol";
import {IHubProofs} from "../src/interfaces/IHubProofs.sol";
import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {OracleHubVerifyCase} from "./support/OracleHubVerifyCase.sol";
import {SchnorrSigner} from "./support/SchnorrSigner.sol";

contract OracleHubVerifySignersTest is OracleHubVerifyCase {
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

    /// @dev Where there was no key before, a tag of zero names none.
    function test_aKeyNamedZeroIsUnknown() public {
        bytes memory proof = prove(key, makeTree(ROUND, 4), 2);
        for (uint256 i = 5; i < 9; i++) {
            proof[i] = 0;
        }
        verifyExpecting(abi.encodeWithSelector(IOracleHub.UnknownKey.selector, bytes4(0), bytes4(uint32(key.x))), proof);
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
