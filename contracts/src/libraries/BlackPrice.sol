// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {FixedBlack} from "./FixedBlack.sol";

/// @title What a European option costs today, from what the feeds say: forward, volatility, rate, and seconds to expiry
/// @notice Black (1976) times exp(-r·T), T = seconds / (365 · 86400). All values are 1e18 = 1.
///
///         Error before discounting at most (2 + 3F + 2K)·1e-18, F and K in whole units: FixedBlack's own, and s = σ√T
///         rounded down by less than 1e-18, which moves a price by less than F/√(2π) times that. The discount factor D is
///         wrong by at most (1 + 2D)·1e-18, and the product is rounded down once. So for K ≤ 10^8·F and |r·T| ≤ 10 the
///         price is well within 1e-9 of the forward, from seconds to decades: see BlackPrice.t.sol for both proofs.
library BlackPrice {
    uint256 private constant WAD = 1e18;
    uint256 internal constant YEAR_SEC = 365 days;
    /// @notice Volatility: below this, ten thousand.
    uint256 internal constant VOL_LIMIT = 1e22;
    /// @notice Seconds to expiry: below this, a century.
    uint256 internal constant TIME_LIMIT_SEC = 100 * YEAR_SEC;
    /// @notice |r·T|: at most this, ten. e^10 is a factor of 22 000, which is no rate but a mistake in its units.
    int256 internal constant DISCOUNT_EXPONENT_MAX = 10e18;

    error VolOutOfRange(uint256 given, uint256 limit);
    error TimeOutOfRange(uint256 givenSec, uint256 limitSec);
    error RateOutOfRange(int256 rate, uint256 timeSec);

    /// @notice Present value, rounded down.
    /// @param isCall  Call or put.
    /// @param forward 1e-18 of the quote currency, above zero.
    /// @param strike  1e-18 of the quote currency, above zero.
    /// @param vol     Per square root of a year, 1e18.
    /// @param timeSec To the expiry.
    /// @param rate    Continuously compounded per year, 1e18.
    /// @return 1e-18 of the quote currency.
    function price(bool isCall, uint256 forward, uint256 strike, uint256 vol, uint256 timeSec, int256 rate)
        internal
        pure
        returns (uint256)
    {
        uint256 s = totalVol(vol, timeSec);
        uint256 undiscounted = isCall ? FixedBlack.call(forward, strike, s) : FixedBlack.put(forward, strike, s);
        return undiscounted * discount(rate, timeSec) / WAD;
    }

    /// @notice σ√T at 1e18, rounded down.
    function totalVol(uint256 vol, uint256 timeSec) internal pure returns (uint256) {
        if (vol >= VOL_LIMIT) revert VolOutOfRange(vol, VOL_LIMIT);
        if (timeSec >= TIME_LIMIT_SEC) revert TimeOutOfRange(timeSec, TIME_LIMIT_SEC);
        // σ goes under the root: √T alone, of 1e-18 steps, would cost nine digits.
        return FixedPointMathLib.sqrt(vol * vol * timeSec / YEAR_SEC);
    }

    /// @notice exp(-r·T) at 1e18, rounded down.
    function discount(int256 rate, uint256 timeSec) internal pure returns (uint256) {
        if (timeSec >= TIME_LIMIT_SEC) revert TimeOutOfRange(timeSec, TIME_LIMIT_SEC);
        int256 rateMax = int256(uint256(type(uint128).max));
        if (rate > rateMax || rate < -rateMax) revert RateOutOfRange(rate, timeSec);
        int256 exponent = rate * int256(timeSec) / int256(YEAR_SEC);
        if (exponent > DISCOUNT_EXPONENT_MAX || exponent < -DISCOUNT_EXPONENT_MAX) {
            revert RateOutOfRange(rate, timeSec);
        }
        return uint256(FixedPointMathLib.expWad(-exponent));
    }
}
