// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @title Implied volatility of any strike and expiry, from the slices that the nodes signed.
interface IVolSurface {
    /// @notice Forward of an expiry, interpolated between the slices around it.
    /// @param expirySec Unix seconds.
    /// @return forward    Quote currency, 1e18.
    /// @return confidence 0 .. 1e18, where 1e18 is full confidence.
    function forwardAt(uint64 expirySec) external view returns (uint256 forward, uint256 confidence);

    /// @notice Implied volatility, per square root of a year, 1e18.
    /// @param strike    Quote currency, 1e18.
    /// @param expirySec Unix seconds; inside of the slices' expiries.
    /// @return vol        1e18.
    /// @return confidence 0 .. 1e18, where 1e18 is full confidence.
    function impliedVol(uint256 strike, uint64 expirySec) external view returns (uint256 vol, uint256 confidence);
}
