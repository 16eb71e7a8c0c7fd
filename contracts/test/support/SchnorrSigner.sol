// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {SchnorrSecp256k1} from "../../src/libraries/SchnorrSecp256k1.sol";
import {Vm} from "./Vm.sol";

/// @dev Makes real signatures from one secret. The nodes never hold such a secret in one place; tests may.
library SchnorrSigner {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint256 private constant Q = SchnorrSecp256k1.Q;

    struct Key {
        uint256 secret;
        uint256 x;
    }

    struct Signature {
        address rAddress;
        uint256 z;
    }

    /// @notice The key of a secret, negated when its y is odd, as the nodes do.
    function keyFrom(uint256 seed) internal returns (Key memory) {
        uint256 secret = 1 + (seed % (Q - 1));
        Vm.Wallet memory wallet = vm.createWallet(secret);
        return Key({secret: wallet.publicKeyY % 2 == 0 ? secret : Q - secret, x: wallet.publicKeyX});
    }

    function sign(Key memory key, bytes32 digest) internal pure returns (Signature memory) {
        return sign(key, digest, uint256(keccak256(abi.encode("nonce", key.secret, digest))));
    }

    /// @notice z = k + e·d: then z·G = R + e·P.
    function sign(Key memory key, bytes32 digest, uint256 nonceSeed) internal pure returns (Signature memory) {
        uint256 nonce = 1 + (nonceSeed % (Q - 1));
        address rAddress = vm.addr(nonce);
        uint256 e = SchnorrSecp256k1.challenge(key.x, digest, rAddress);
        return Signature({rAddress: rAddress, z: addmod(nonce, mulmod(e, key.secret, Q), Q)});
    }
}
