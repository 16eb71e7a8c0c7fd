// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {FixedNormal} from "./FixedNormal.sol";

/// @title Undiscounted price of an option on a forward, Black (1976), in units of 1e-18
/// @notice call = F·Φ(d1) - K·Φ(d2), d1 = ln(F/K)/s + s/2, d2 = d1 - s, s = σ√T; put = call - F + K exactly.
///         Absolute error at most (1 + 2F + 2K)·1e-18. Bit for bit the same as src/quant/fixed-black.ts.
library FixedBlack {
    uint256 private constant WAD = 1e18;
    /// @notice Forward and strike: above zero, below this.
    uint256 internal constant PRICE_LIMIT = 2 ** 127;
    /// @notice Total volatility σ√T: below this, ten thousand. Nothing traded is near.
    uint256 internal constant TOTAL_VOL_LIMIT = 1e22;

    error PriceOutOfRange(uint256 given, uint256 limit);
    error TotalVolOutOfRange(uint256 given, uint256 limit);

    /// @notice Between max(0, F - K) and F; the lower end when `totalVol` is zero.
    /// @param forward 1e-18 of the quote currency
    /// @param strike 1e-18 of the quote currency
    /// @param totalVol σ√T in units of 1e-18
    function call(uint256 forward, uint256 strike, uint256 totalVol) internal pure returns (uint256) {
        if (forward == 0 || forward >= PRICE_LIMIT) revert PriceOutOfRange(forward, PRICE_LIMIT);
        if (strike == 0 || strike >= PRICE_LIMIT) revert PriceOutOfRange(strike, PRICE_LIMIT);
        if (totalVol >= TOTAL_VOL_LIMIT) revert TotalVolOutOfRange(totalVol, TOTAL_VOL_LIMIT);
        unchecked {
            uint256 intrinsic = forward > strike ? forward - strike : 0;
            uint256 ratio = forward * WAD / strike;
            if (totalVol == 0 || ratio == 0) return intrinsic;
            int256 s = int256(totalVol);
            int256 d1 = FixedPointMathLib.lnWad(int256(ratio)) * int256(WAD) / s + s / 2;
            int256 up = int256(forward) * FixedNormal.cdf(d1);
            int256 value = (up - int256(strike) * FixedNormal.cdf(d1 - s)) / int256(WAD);
            return value > int256(intrinsic) ? uint256(value) : intrinsic;
        }
    }

    /// @notice Between max(0, K - F) and K. Arguments as for `call`.
    function put(uint256 forward, uint256 strike, uint256 totalVol) internal pure returns (uint256) {
        return call(forward, strike, totalVol) + strike - forward;
    }
}
