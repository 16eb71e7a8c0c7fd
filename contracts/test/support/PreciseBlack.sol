// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @dev Black-76 once more, in 36 digits and from first principles, for comparison: series and continued fractions, none
///      of the approximations that the contracts use, and of solady only the exact 512-bit product and the integer root.
///      Numbers are counts of 1e-36 unless they say wad.
library PreciseBlack {
    uint256 internal constant ONE = 1e36;
    uint256 private constant LN2 = 693147180559945309417232121458176568;
    uint256 private constant SQRT_2PI = 2506628274631000502415765284811045253;
    /// @dev Up to here the power series of Φ, beyond it the continued fraction of its tail; they meet in 30 digits.
    uint256 private constant SERIES_MAX = 5 * ONE;
    uint256 private constant FRACTION_LEVELS = 120;

    /// @notice Present value. Arguments as `BlackPrice.price`, in 1e-18 each; the result in 1e-36.
    function price(bool isCall, uint256 forward, uint256 strike, uint256 vol, uint256 timeSec, int256 rate)
        internal
        pure
        returns (uint256)
    {
        int256 s = int256(FixedPointMathLib.sqrt(FixedPointMathLib.fullMulDiv(vol * vol, ONE * timeSec, 365 days)));
        int256 d1 = div(ln(FixedPointMathLib.fullMulDiv(forward, ONE, strike)), s) + s / 2;
        int256 side = isCall ? int256(1) : int256(-1);
        uint256 up = mul(forward * 1e18, cdf(side * d1));
        uint256 down = mul(strike * 1e18, cdf(side * (d1 - s)));
        uint256 undiscounted = isCall ? (up > down ? up - down : 0) : (down > up ? down - up : 0);
        return mul(undiscounted, discount(rate, timeSec));
    }

    /// @notice exp(-r·T), r in 1e-18.
    function discount(int256 rate, uint256 timeSec) internal pure returns (uint256) {
        uint256 exponent = uint256(rate < 0 ? -rate : rate) * 1e18 * timeSec / 365 days;
        return rate < 0 ? FixedPointMathLib.fullMulDiv(ONE, ONE, expMinus(exponent)) : expMinus(exponent);
    }

    /// @notice ln x = n·ln 2 + 2·artanh((m - 1)/(m + 1)), x = m·2^n, m in 3/4 .. 3/2.
    function ln(uint256 x) internal pure returns (int256 sum) {
        while (x >= ONE * 3 / 2) (x, sum) = (x / 2, sum + int256(LN2));
        while (x < ONE * 3 / 4) (x, sum) = (x * 2, sum - int256(LN2));
        int256 y = div(int256(x) - int256(ONE), int256(x + ONE));
        uint256 square = mul(uint256(y < 0 ? -y : y), uint256(y < 0 ? -y : y));
        uint256 power = uint256(y < 0 ? -y : y);
        uint256 series = 0;
        for (uint256 n = 1; power != 0; n += 2) {
            series += power / n;
            power = mul(power, square);
        }
        sum += y < 0 ? -int256(2 * series) : int256(2 * series);
    }

    /// @notice exp(-x), x ≥ 0, by halvings and the series of exp(ln 2 - rest)/2, all of whose terms are positive.
    function expMinus(uint256 x) internal pure returns (uint256) {
        uint256 halvings = x / LN2;
        if (halvings > 200) return 0;
        uint256 rest = LN2 - x % LN2;
        uint256 term = ONE;
        uint256 sum = ONE;
        for (uint256 n = 1; term != 0; n++) {
            term = mul(term, rest) / n;
            sum += term;
        }
        return sum >> (halvings + 1);
    }

    function cdf(int256 z) internal pure returns (uint256) {
        uint256 size = uint256(z < 0 ? -z : z);
        uint256 tail = size > 40 * ONE ? 0 : (size <= SERIES_MAX ? ONE / 2 - centre(size) : tailOf(size));
        return z < 0 ? tail : ONE - tail;
    }

    function density(uint256 size) internal pure returns (uint256) {
        return FixedPointMathLib.fullMulDiv(expMinus(mul(size, size) / 2), ONE, SQRT_2PI);
    }

    /// @notice Φ(z) - 1/2 = φ(z)·(z + z³/3 + z⁵/(3·5) + ...).
    function centre(uint256 size) internal pure returns (uint256) {
        uint256 square = mul(size, size);
        uint256 term = size;
        uint256 sum = 0;
        for (uint256 n = 3; term != 0; n += 2) {
            sum += term;
            term = mul(term, square) / n;
        }
        return mul(density(size), sum);
    }

    /// @notice 1 - Φ(z) = φ(z)/(z + 1/(z + 2/(z + 3/(z + ...)))).
    function tailOf(uint256 size) internal pure returns (uint256) {
        uint256 fraction = size;
        for (uint256 n = FRACTION_LEVELS; n > 0; n--) {
            fraction = size + FixedPointMathLib.fullMulDiv(n * ONE, ONE, fraction);
        }
        return FixedPointMathLib.fullMulDiv(density(size), ONE, fraction);
    }

    function mul(uint256 x, uint256 y) internal pure returns (uint256) {
        return FixedPointMathLib.fullMulDiv(x, y, ONE);
    }

    function div(int256 x, int256 y) internal pure returns (int256) {
        uint256 size = FixedPointMathLib.fullMulDiv(uint256(x < 0 ? -x : x), ONE, uint256(y < 0 ? -y : y));
        return (x < 0) == (y < 0) ? int256(size) : -int256(size);
    }
}
