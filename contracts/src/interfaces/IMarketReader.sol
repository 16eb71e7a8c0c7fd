// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IFeedReader} from "./IFeedReader.sol";
import {IVolSurface} from "./IVolSurface.sol";

/// @title Everything an option on one underlying is priced with, in the form that Derive's managers call.
/// @notice Values at 1e18, each with a confidence from 0 to 1e18, where 1e18 is full. Every bad answer reverts, and so
///         does one of less confidence than fixed at deployment.
interface IMarketReader {
    /// @notice The confidence asked for is above what there can be.
    error MinConfidenceTooHigh(uint256 given, uint256 max);

    /// @notice The answer is less certain than asked for.
    error LowConfidence(uint256 given, uint256 wanted);

    /// @notice Spot price of the underlying.
    /// @return spot       Quote currency, 1e18, above zero.
    /// @return confidence 1e18 less the nodes' median absolute deviation as a share of the price; 0 from 100 % on.
    function getSpot() external view returns (uint256 spot, uint256 confidence);

    /// @notice Forward price of an expiry.
    /// @param expiry Unix seconds.
    /// @return forward    Quote currency, 1e18.
    /// @return confidence As the surface says.
    function getForwardPrice(uint64 expiry) external view returns (uint256 forward, uint256 confidence);

    /// @notice Implied volatility of a strike at an expiry.
    /// @param strike Quote currency, 1e18.
    /// @param expiry Unix seconds.
    /// @return vol        Per square root of a year, 1e18.
    /// @return confidence As the surface says.
    function getVol(uint128 strike, uint64 expiry) external view returns (uint256 vol, uint256 confidence);

    /// @notice Interest rate of the quote currency until an expiry: the rate feed's, which is of one tenor, for all.
    /// @param expiry Unix seconds.
    /// @return rate       Continuously compounded, a year of 365 days, 1e18; may be negative.
    /// @return confidence 1e18 less the nodes' median absolute deviation, absolute and not as a share: a share of a rate
    ///                    near zero would say nothing.
    function getInterestRate(uint64 expiry) external view returns (int256 rate, uint256 confidence);

    /// @notice The spot feed's reader.
    function spotReader() external view returns (IFeedReader);

    /// @notice The rate feed's reader.
    function rateReader() external view returns (IFeedReader);

    /// @notice The surface.
    function surface() external view returns (IVolSurface);

    /// @notice Answers of less confidence revert, 1e18.
    function minConfidence() external view returns (uint256);
}
