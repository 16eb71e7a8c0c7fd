// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @title ERC-7726: what an amount of one asset is worth in another.
/// @dev Declared here again, as the standard says it. An asset is a token; or, for what is no token, an address below
///      1000 with the ISO 4217 number of a currency (840 is the US dollar) or the 0xEeee… address of the chain's own coin,
///      both with 18 decimals.
interface IQuoter {
    /// @notice This pair is not quoted here.
    error OracleUnsupportedPair(address base, address quote);

    /// @notice The pair is quoted here, and at present there is no answer that may be used.
    error OracleUntrustedData(address base, address quote);

    /// @notice What `baseAmount` is worth.
    /// @param baseAmount  In the smallest units of `base`.
    /// @return quoteAmount In the smallest units of `quote`, rounded down.
    function getQuote(uint256 baseAmount, address base, address quote) external view returns (uint256 quoteAmount);
}
