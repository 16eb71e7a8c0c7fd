// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @dev Raw SVI, all in units of 1e-18: w(k) = a + b·(ρ·(k - m) + √((k - m)² + σ²)), total variance at the
///      log-moneyness k = ln(K/F).
struct Svi {
    int256 a;
    int256 b;
    int256 rho;
    int256 m;
    int256 sigma;
}

/// @title One slice of a volatility surface, in units of 1e-18
/// @notice J. Gatheral, "A parsimonious arbitrage-free implied volatility parameterization" (2004); conditions by
///         J. Gatheral and A. Jacquier, "Arbitrage-free SVI volatility surfaces" (2014).
///         Domain: a, m and σ are words of 64 bits, 0 <= b <= 2e18, |ρ| < 1e18, σ > 0, |k| <= K_LIMIT. No product below
///         leaves 256 bits there. `variance` is bit for bit the one of src/quant/fixed-svi.ts.
library SviMath {
    int256 private constant WAD = 1e18;

    /// @notice Log-moneyness beyond this is nobody's business: e^10 forwards.
    int256 internal constant K_LIMIT = 10e18;

    /// @notice b(1 + |ρ|) at most: Lee's bound on the slope of total variance in a wing.
    int256 internal constant WING_SLOPE_MAX = 2e18;

    /// @dev Two slices cross where the later one has less variance by more than this part of its own. Slots carry
    ///      variance to 2e-6 and signers judge doubles, so less than this is no statement about what was signed.
    int256 private constant CROSSING_PARTS = 100_000;

    /// @dev What a slot may lose: 2^-31 of b, of max(|m|, σ) and, with room to spare, of a and of one for ρ.
    uint256 private constant LOST_BITS = 31;

    /// @notice Total variance at a log-moneyness. Absolute error at most (1 + b)·1e-18.
    function variance(Svi memory svi, int256 k) internal pure returns (int256) {
        return variance(svi.a, svi.b, svi.rho, k - svi.m, svi.sigma);
    }

    /// @notice The same from five words, for readers that have them on the stack.
    /// @param distance k - m.
    function variance(int256 a, int256 b, int256 rho, int256 distance, int256 sigma) internal pure returns (int256) {
        unchecked {
            return a + b * (rho * distance + _hypotenuse(distance, sigma) * WAD) / (WAD * WAD);
        }
    }

    /// @notice The smallest total variance of the slice, a + bσ√(1 - ρ²).
    /// @return Units of 1e-18; below zero for a slice that has no variance there.
    function leastVariance(Svi memory svi) internal pure returns (int256) {
        unchecked {
            int256 cosine = int256(FixedPointMathLib.sqrt(uint256(WAD * WAD - svi.rho * svi.rho)));
            return svi.a + svi.b * svi.sigma * cosine / (WAD * WAD);
        }
    }

    /// @notice Whether the m of a slice is within one standard deviation of the forward: m² <= w(m) = a + bσ.
    function isCentral(Svi memory svi) internal pure returns (bool) {
        unchecked {
            return svi.m * svi.m <= svi.a * WAD + svi.b * svi.sigma;
        }
    }

    /// @notice Whether both slices are central and do not cross at either's m, found out without a root: one of the two
    ///         variances is a + bσ there, and for the other it is enough that b²((k - m)² + σ²) is below, or above, the
    ///         square of what that leaves for this term. Stands for
    ///             isCentral(near) && !crosses(variance(near, near.m), variance(far, near.m))
    ///                 && isCentral(far) && !crosses(variance(near, far.m), variance(far, far.m))
    ///         but for roundings, and that the parts are of the other variance.
    function areApart(Svi memory near, Svi memory far) internal pure returns (bool apart) {
        assembly ("memory-safe") {
            let a := mload(near)
            let b := mload(add(near, 0x20))
            let m := mload(add(near, 0x60))
            let sigma := mload(add(near, 0x80))
            let farA := mload(far)
            let farB := mload(add(far, 0x20))
            let farM := mload(add(far, 0x60))
            let farSigma := mload(add(far, 0x80))

            // In units of 1e-36.
            let level := add(mul(a, WAD), mul(b, sigma))
            apart := iszero(sgt(mul(m, m), level))
            m := sub(farM, m)
            level := sub(sub(level, sdiv(level, CROSSING_PARTS)), mul(farA, WAD))
            level := add(level, sdiv(mul(mul(farB, mload(add(far, 0x40))), m), WAD))
            let square := mul(mul(farB, farB), add(mul(m, m), mul(farSigma, farSigma)))
            apart := and(apart, or(slt(level, 0), gt(square, mul(level, level))))

            level := add(mul(farA, WAD), mul(farB, farSigma))
            apart := gt(apart, sgt(mul(farM, farM), level))
            level := sub(add(level, sdiv(level, CROSSING_PARTS)), mul(a, WAD))
            level := sub(level, sdiv(mul(mul(b, mload(add(near, 0x40))), m), WAD))
            square := mul(mul(b, b), add(mul(m, m), mul(sigma, sigma)))
            apart := gt(apart, or(slt(level, 0), gt(square, mul(level, level))))
        }
    }

    /// @notice Whether the later of two slices has less variance than the earlier one, beyond any rounding.
    function crosses(int256 nearVariance, int256 farVariance) internal pure returns (bool) {
        unchecked {
            return nearVariance > farVariance + farVariance / CROSSING_PARTS;
        }
    }

    /// @notice Whether k is within two standard deviations of the forward, k² <= 4w(0): as far as two slices are
    ///         compared. Signers compare them to four, on grids drawn by the variance of the agreement before, so even a
    ///         volatility that doubled in between leaves this inside of what they looked at.
    /// @param atMoney w(0) of the later slice, above zero.
    function isComparable(int256 k, int256 atMoney) internal pure returns (bool) {
        unchecked {
            return k * k <= 4 * atMoney * WAD;
        }
    }

    /// @notice The most that Durrleman's function
    ///             g(k) = (1 - kw'/2w)² - (w'²/4)(1/w + 1/4) + w''/2
    ///         can be for any slice whose slot holds these parameters, by intervals: g < 0 is a negative density, an
    ///         arbitrage by three options around k. Below zero it is proven for all of them.
    /// @dev    What a slot loses of a parameter is at most 2^-31 of it, of m and σ 2^-31 of the larger one, see
    ///         SliceSlot; 3e-11 of ρ. Derivatives of w, w' and w'' in the parameters give the radii.
    function durrlemanCeiling(Svi memory svi, int256 k) internal pure returns (int256) {
        unchecked {
            int256 distance = k - svi.m;
            uint256 root = uint256(_hypotenuse(distance, svi.sigma));
            uint256 b = uint256(svi.b);
            uint256 sigma = uint256(svi.sigma);
            // Of m, σ and the root, with one unit for each rounding.
            uint256 lost = (FixedPointMathLib.max(FixedPointMathLib.abs(svi.m), sigma) >> LOST_BITS) + 2;

            Interval memory w = _around(
                uint256(variance(svi, k)),
                ((FixedPointMathLib.abs(svi.a) + 3 * b * root / uint256(WAD)) >> LOST_BITS) + 3 * b * lost
                    / uint256(WAD) + 4
            );
            int256 slope = svi.b * (svi.rho + distance * WAD / int256(root)) / WAD;
            Interval memory steepness =
                _around(FixedPointMathLib.abs(slope), ((3 * b) >> LOST_BITS) + 2 * b * lost / root + 4);
            if (w.low == 0) return type(int256).max;

            uint256 curvature = b * sigma * sigma * uint256(WAD) / root / root / root;
            curvature += (curvature >> LOST_BITS) + 8 * curvature * lost / sigma + 4;
            uint256 lead = _leadCeiling(k, slope, w, steepness);
            uint256 square = steepness.low * steepness.low;
            uint256 tail = square / (4 * w.high) + square / (16 * uint256(WAD));
            return int256(lead * lead / uint256(WAD) + curvature / 2 + 2) - int256(tail);
        }
    }

    struct Interval {
        uint256 low;
        uint256 middle;
        uint256 high;
    }

    function _around(uint256 middle, uint256 radius) private pure returns (Interval memory) {
        return Interval(FixedPointMathLib.zeroFloorSub(middle, radius), middle, middle + radius);
    }

    /// @dev The most that |1 - kw'/2w| can be.
    function _leadCeiling(int256 k, int256 slope, Interval memory w, Interval memory steepness)
        private
        pure
        returns (uint256)
    {
        unchecked {
            int256 lead = WAD - k * slope / (2 * int256(w.middle));
            uint256 reach = FixedPointMathLib.abs(k);
            uint256 bySlope = reach * (steepness.high - steepness.middle) / (2 * w.low);
            uint256 byVariance = reach * steepness.middle * (w.high - w.middle) / (2 * w.middle) / w.low;
            return FixedPointMathLib.abs(lead) + bySlope + byVariance + 4;
        }
    }

    /// @dev √(x² + y²), rounded down, exactly. Stands for `FixedPointMathLib.sqrt(uint256(x * x + y * y))`, with a start
    ///      that is never wrong by more than √2, so that five steps of Newton's, which square the error, leave less than
    ///      one unit of 2^66: half the gas, and a root is half of what a slice costs to evaluate.
    /// @param y Above zero.
    function _hypotenuse(int256 x, int256 y) private pure returns (int256 root) {
        assembly ("memory-safe") {
            let square := add(mul(x, x), mul(y, y))
            root := xor(x, mul(xor(x, sub(0, x)), slt(x, 0)))
            root := xor(root, mul(xor(root, y), lt(root, y)))
            root := shr(1, add(root, div(square, root)))
            root := shr(1, add(root, div(square, root)))
            root := shr(1, add(root, div(square, root)))
            root := shr(1, add(root, div(square, root)))
            root := shr(1, add(root, div(square, root)))
            root := sub(root, lt(div(square, root), root))
        }
    }
}
