// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IExpirySettlement} from "../interfaces/IExpirySettlement.sol";

/// @title What one observer says about one expiry: the Solidity half of src/report/expiry-statement.ts.
/// @dev All integers big-endian. No chain stands in the digest: the mean of a window is the same everywhere, and one
///      signature serves every chain's settlement. The domain keeps it apart from everything else a node signs.
///
///   expiryId   keccak256("TENOR/EXPIRY/1" | networkId 32 | feedId 32 | expirySec u64)
///   digest     keccak256(expiryId 32 | value u128)
///   statement  value u128 | r 32 | yParityAndS 32     the parity of R.y in the top bit, s below (ERC-2098)     80 bytes
library ExpiryStatement {
    uint256 internal constant BYTES = 80;

    /// @dev Half of secp256k1's order, rounded down. Of s and Q - s, which both verify, only the lower one counts.
    uint256 internal constant S_MAX = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    bytes14 private constant DOMAIN = "TENOR/EXPIRY/1";

    /// @notice Names one expiry of one feed of one network.
    function idOf(bytes32 networkId, bytes32 feedId, uint64 expirySec) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(DOMAIN, networkId, feedId, expirySec));
    }

    /// @notice What an observer signs.
    /// @param value Mean of the whole window, in the feed's decimals.
    function digest(bytes32 expiryId, uint128 value) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(expiryId, value));
    }

    /// @notice The value of the i-th statement, in the feed's decimals.
    /// @param statements A whole number of them, more than `i`.
    function valueAt(bytes calldata statements, uint256 i) internal pure returns (uint128) {
        return uint128(_wordAt(statements, i * BYTES) >> 128);
    }

    /// @notice Who signed the i-th statement; zero if nobody can have.
    /// @param signed What its signature is of.
    function signerAt(bytes calldata statements, uint256 i, bytes32 signed) internal pure returns (address) {
        uint256 yParityAndS = _wordAt(statements, i * BYTES + 48);
        uint256 s = yParityAndS & (type(uint256).max >> 1);
        if (s > S_MAX) revert IExpirySettlement.HighS(s, S_MAX);
        uint256 r = _wordAt(statements, i * BYTES + 16);
        return ecrecover(signed, uint8(27 + (yParityAndS >> 255)), bytes32(r), bytes32(s));
    }

    /// @dev Stands for `uint256(bytes32(data[offset:offset + 32]))`: slices check bounds that the number of statements has
    ///      settled once for all, for 400 gas a statement.
    function _wordAt(bytes calldata data, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(data.offset, offset))
        }
    }
}
