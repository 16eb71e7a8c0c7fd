// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IExpirySettlement} from "../interfaces/IExpirySettlement.sol";

/// @title What one observer says about one expiry: the Solidity half of src/report/expiry-statement.ts.
/// @dev All integers big-endian. No chain stands in the digest: the mean of a window is the same everywhere, and one
///      signature serves every chain's settlement. The domain keeps it apart from everything else a node signs.
///
///   digest     keccak256("TENOR/EXPIRY/1" | networkId 32 | feedId 32 | expirySec u64 | value u128)
///   statement  value u128 | r 32 | yParityAndS 32     the parity of R.y in the top bit, s below (ERC-2098)     80 bytes
library ExpiryStatement {
    uint256 internal constant BYTES = 80;

    /// @dev Half of secp256k1's order, rounded down. Of s and Q - s, which both verify, only the lower one counts.
    uint256 internal constant S_MAX = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    bytes14 private constant DOMAIN = "TENOR/EXPIRY/1";

    /// @param value Mean of the whole window, in the feed's decimals.
    function digest(bytes32 networkId, bytes32 feedId, uint64 expirySec, uint128 value)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encodePacked(DOMAIN, networkId, feedId, expirySec, value));
    }

    /// @notice The value of the i-th statement, in the feed's decimals.
    /// @param statements A whole number of them, more than `i`.
    function valueAt(bytes calldata statements, uint256 i) internal pure returns (uint128) {
        return uint128(bytes16(statements[i * BYTES:]));
    }

    /// @notice Who signed the i-th statement; zero if nobody can have.
    /// @param signed What its signature is of.
    function signerAt(bytes calldata statements, uint256 i, bytes32 signed) internal pure returns (address) {
        bytes calldata signature = statements[i * BYTES + 16:];
        uint256 yParityAndS = uint256(bytes32(signature[32:]));
        uint256 s = yParityAndS & (type(uint256).max >> 1);
        if (s > S_MAX) revert IExpirySettlement.HighS(s, S_MAX);
        return ecrecover(signed, uint8(27 + (yParityAndS >> 255)), bytes32(signature), bytes32(s));
    }
}
