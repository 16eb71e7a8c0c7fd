// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @title Checks one Schnorr signature over secp256k1 with one `ecrecover`.
/// @dev Specified, with the reasons for every guard, in docs/schnorr.md.
library SchnorrSecp256k1 {
    /// @dev Order of the group.
    uint256 internal constant Q = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    uint256 private constant Q_MINUS_ONE = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364140;

    /// @dev ecrecover's name for an even y.
    uint256 private constant V_EVEN = 27;

    /// @notice Whether (rAddress, z) is a signature of `digest` by the key with this x and an even y.
    /// @param groupKeyX x of the key. The caller vouches once, with `isKey`, that it is one.
    /// @param rAddress  Ethereum address of the nonce point R.
    /// @param z         The scalar: z·G = R + e·P.
    /// @dev For one key, digest and R at most one z verifies. Stands for this, which costs 500 gas more:
    ///
    ///        if (z == 0 || z >= Q) return false;
    ///        if (groupKeyX == 0 || groupKeyX >= Q) return false;
    ///        if (rAddress == address(0)) return false;
    ///        uint256 m = Q - mulmod(z, groupKeyX, Q);
    ///        uint256 s = Q - mulmod(challenge(groupKeyX, digest, rAddress), groupKeyX, Q);
    ///        return ecrecover(bytes32(m), V_EVEN, bytes32(groupKeyX), bytes32(s)) == rAddress;
    function verify(uint256 groupKeyX, bytes32 digest, address rAddress, uint256 z) internal view returns (bool good) {
        assembly ("memory-safe") {
            // challenge(groupKeyX, digest, rAddress)
            let r := shl(96, rAddress)
            let free := mload(0x40)
            mstore(free, groupKeyX)
            mstore(add(free, 32), 0)
            mstore(add(free, 33), digest)
            mstore(add(free, 65), r)
            let e := mod(keccak256(free, 85), Q)

            // ecrecover(m, v, r, s) is the address of r⁻¹·(s·K − m·G), where K has x = r and the parity that v names.
            // With r = Pₓ and K = P, s = −e·Pₓ and m = −z·Pₓ give z·G − e·P, which is R exactly if the signature is
            // right. Should e be zero, s is Q, which ecrecover refuses; then it leaves the place of its answer zero.
            mstore(free, sub(Q, mulmod(z, groupKeyX, Q)))
            mstore(add(free, 32), V_EVEN)
            mstore(add(free, 64), groupKeyX)
            mstore(add(free, 96), sub(Q, mulmod(e, groupKeyX, Q)))
            mstore(0, 0)
            pop(staticcall(gas(), 1, free, 128, 0, 32))
            good := eq(shl(96, mload(0)), r)

            // Fail if the key cannot stand in ecrecover's r, which must be in 1 .. Q-1: ecrecover refuses it itself.
            // Fail if z is zero or not reduced: z + Q would be a second signature.
            good := and(good, lt(sub(z, 1), Q_MINUS_ONE))
            // Fail if R is zero: ecrecover answers zero when it refuses its input, and zero must not equal zero.
            good := gt(good, iszero(r))
        }
    }

    /// @notice e = keccak256(Pₓ | parity of P's y, always 0 | digest | address(R)) mod Q.
    function challenge(uint256 groupKeyX, bytes32 digest, address rAddress) internal pure returns (uint256) {
        return uint256(keccak256(abi.encodePacked(groupKeyX, uint8(0), digest, rAddress))) % Q;
    }

    /// @notice Whether a key with this x can exist and be used here: 0 < x < Q and x on the curve.
    /// @dev ecrecover with r = x and m = s = 1 finds the point K first, and refuses when there is none. The result
    ///      r⁻¹·(K − G) is no point only for K = G, which is not a key either: its secret is 1.
    function isKey(uint256 groupKeyX) internal pure returns (bool) {
        if (groupKeyX == 0 || groupKeyX >= Q) return false;
        return ecrecover(bytes32(uint256(1)), uint8(V_EVEN), bytes32(groupKeyX), bytes32(uint256(1))) != address(0);
    }
}
