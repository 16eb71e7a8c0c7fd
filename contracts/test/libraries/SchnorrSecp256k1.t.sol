// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {SchnorrSecp256k1} from "../../src/libraries/SchnorrSecp256k1.sol";
import {SchnorrSigner} from "../support/SchnorrSigner.sol";
import {Test} from "../support/Test.sol";

contract SchnorrSecp256k1Test is Test {
    uint256 private constant Q = SchnorrSecp256k1.Q;
    uint256 private constant FIELD_P = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F;

    function verifies(uint256 x, bytes32 digest, SchnorrSigner.Signature memory s) private view returns (bool) {
        return SchnorrSecp256k1.verify(x, digest, s.rAddress, s.z);
    }

    function testFuzz_everySignatureOfEveryKeyVerifies(uint256 keySeed, bytes32 digest, uint256 nonceSeed) public {
        SchnorrSigner.Key memory key = SchnorrSigner.keyFrom(keySeed);
        assertTrue(verifies(key.x, digest, SchnorrSigner.sign(key, digest, nonceSeed)), "verifies");
    }

    function testFuzz_anyOtherDigestFails(uint256 keySeed, bytes32 digest, bytes32 other) public {
        vm.assume(digest != other);
        SchnorrSigner.Key memory key = SchnorrSigner.keyFrom(keySeed);
        assertTrue(!verifies(key.x, other, SchnorrSigner.sign(key, digest)), "other digest");
    }

    function testFuzz_anyOtherKeyFails(uint256 keySeed, uint256 otherSeed, bytes32 digest) public {
        SchnorrSigner.Key memory key = SchnorrSigner.keyFrom(keySeed);
        SchnorrSigner.Key memory other = SchnorrSigner.keyFrom(otherSeed);
        vm.assume(key.x != other.x);
        assertTrue(!verifies(key.x, digest, SchnorrSigner.sign(other, digest)), "other key");
    }

    /// @dev A signature is unique for its key, digest and R.
    function testFuzz_anyOtherScalarFails(uint256 keySeed, bytes32 digest, uint256 otherZ) public {
        SchnorrSigner.Key memory key = SchnorrSigner.keyFrom(keySeed);
        SchnorrSigner.Signature memory s = SchnorrSigner.sign(key, digest);
        vm.assume(otherZ != s.z);
        s.z = otherZ;
        assertTrue(!verifies(key.x, digest, s), "other z");
    }

    function testFuzz_anyOtherNonceAddressFails(uint256 keySeed, bytes32 digest, address other) public {
        SchnorrSigner.Key memory key = SchnorrSigner.keyFrom(keySeed);
        SchnorrSigner.Signature memory s = SchnorrSigner.sign(key, digest);
        vm.assume(other != s.rAddress);
        s.rAddress = other;
        assertTrue(!verifies(key.x, digest, s), "other R");
    }

    /// @dev z + Q means the same to the curve. Only a z below 2^256 - Q leaves room for it; search for such a one would
    ///      take 2^128 tries, so the guard is shown at its edge.
    function test_scalarsOutsideOfTheGroupFail() public {
        SchnorrSigner.Key memory key = SchnorrSigner.keyFrom(1);
        SchnorrSigner.Signature memory s = SchnorrSigner.sign(key, "digest");
        for (uint256 i = 0; i < 3; i++) {
            s.z = [0, Q, type(uint256).max][i];
            assertTrue(!verifies(key.x, "digest", s), "z");
        }
    }

    /// @dev With z = e·d the point z·G - e·P is infinity, which has no address: ecrecover answers zero. R = 0 would match.
    function test_theZeroAddressNeverVerifies() public {
        SchnorrSigner.Key memory key = SchnorrSigner.keyFrom(2);
        uint256 z = mulmod(SchnorrSecp256k1.challenge(key.x, "digest", address(0)), key.secret, Q);
        assertTrue(!SchnorrSecp256k1.verify(key.x, "digest", address(0), z), "zero address");
    }

    /// @dev Nor does any other address stand for no answer.
    function testFuzz_noAddressIsThatOfInfinity(address rAddress) public {
        SchnorrSigner.Key memory key = SchnorrSigner.keyFrom(2);
        for (uint256 i = 0; i < 2; i++) {
            address claimed = i == 0 ? rAddress : address(1);
            uint256 z = mulmod(SchnorrSecp256k1.challenge(key.x, "digest", claimed), key.secret, Q);
            // Where ecrecover would leave its answer.
            assembly ("memory-safe") {
                mstore(0, claimed)
            }
            assertTrue(!SchnorrSecp256k1.verify(key.x, "digest", claimed, z), "address");
        }
    }

    function test_keysThatCannotStandInEcrecoverFail() public {
        SchnorrSigner.Signature memory s = SchnorrSigner.sign(SchnorrSigner.keyFrom(3), "digest");
        assertTrue(!verifies(0, "digest", s), "zero");
        assertTrue(!verifies(Q, "digest", s), "Q");
        assertTrue(!verifies(type(uint256).max, "digest", s), "max");
    }

    function test_theGeneratorIsNoKey() public {
        uint256 secret = 1;
        assertTrue(!SchnorrSecp256k1.isKey(vm.createWallet(secret).publicKeyX), "everybody knows its secret");
    }

    function testFuzz_everyKeyIsAKey(uint256 keySeed) public {
        SchnorrSigner.Key memory key = SchnorrSigner.keyFrom(keySeed);
        vm.assume(key.secret != 1);
        assertTrue(SchnorrSecp256k1.isKey(key.x), "isKey");
    }

    /// @dev Half of all numbers are no x on the curve: x³ + 7 has no root. Euler's criterion is the second opinion.
    function test_theLeastKeysAgreeWithTheCurve() public view {
        for (uint256 x = 0; x < 16; x++) {
            testFuzz_isKeyAgreesWithTheCurve(x);
        }
    }

    function testFuzz_isKeyAgreesWithTheCurve(uint256 x) public view {
        x = bound(x, 0, Q);
        uint256 ySquared = addmod(mulmod(mulmod(x, x, FIELD_P), x, FIELD_P), 7, FIELD_P);
        bool onCurve = powMod(ySquared, (FIELD_P - 1) / 2) == 1;
        assertTrue(SchnorrSecp256k1.isKey(x) == (onCurve && x != 0 && x < Q), "isKey");
    }

    function powMod(uint256 base, uint256 exponent) private view returns (uint256) {
        // Precompile 5: modexp(length of base, of exponent, of modulus, the three).
        (bool ok, bytes memory result) =
            address(5).staticcall(abi.encode(uint256(32), uint256(32), uint256(32), base, exponent, FIELD_P));
        assertTrue(ok, "modexp");
        return abi.decode(result, (uint256));
    }
}
