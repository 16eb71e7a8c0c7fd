// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {SchnorrSecp256k1} from "../src/libraries/SchnorrSecp256k1.sol";

/// @title Makes real group signatures from a secret that everybody knows. For tests; never for a network.
/// @dev No cheat codes: ecrecover does the multiplication. ecrecover(m, v, r, s) is the address of r⁻¹·(s·K − m·G); with
///      r = Gₓ, K = G, m = 0 and s = k·Gₓ that is the address of k·G.
library TestSigner {
    uint256 private constant Q = SchnorrSecp256k1.Q;
    uint256 private constant G_X = 0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798;
    /// @dev ecrecover's name for an even y, which G has.
    uint8 private constant V_EVEN = 27;

    /// @notice The secret, and the x of its point, whose y is even.
    uint256 internal constant SECRET = 2;
    uint256 internal constant GROUP_KEY_X = 0xC6047F9441ED7D6D3045406E95C07CD85C778E4B8CEF3CA7ABAC09B95C709EE5;

    /// @notice z = k + e·secret: then z·G = R + e·P.
    function sign(bytes32 digest) internal pure returns (address rAddress, uint256 z) {
        uint256 nonce = 1 + uint256(keccak256(abi.encode(SECRET, digest))) % (Q - 1);
        rAddress = ecrecover(0, V_EVEN, bytes32(G_X), bytes32(mulmod(nonce, G_X, Q)));
        uint256 e = SchnorrSecp256k1.challenge(GROUP_KEY_X, digest, rAddress);
        z = addmod(nonce, mulmod(e, SECRET, Q), Q);
    }
}
