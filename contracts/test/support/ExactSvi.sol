// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {Svi} from "../../src/libraries/SviMath.sol";

/// @dev A slice in units of 1e-36 with its root in 1e-27: a second way to what SviMath computes in 1e-18, precise enough
///      to judge it. And slices of every shape that a word allows.
library ExactSvi {
    int256 private constant WAD = 1e18;
    int256 private constant ONE = 1e36;

    function root27(int256 x, int256 y) internal pure returns (int256) {
        return int256(FixedPointMathLib.sqrt(uint256(x * x + y * y) * 1e18));
    }

    function variance36(Svi memory svi, int256 k) internal pure returns (int256) {
        int256 x = k - svi.m;
        return svi.a * WAD + svi.b * svi.rho * x / WAD + svi.b * root27(x, svi.sigma) / 1e9;
    }

    function least36(Svi memory svi) internal pure returns (int256) {
        int256 cosine = int256(FixedPointMathLib.sqrt(uint256(ONE - svi.rho * svi.rho) * 1e18));
        return svi.a * WAD + FixedPointMathLib.sMulWad(svi.b * svi.sigma, cosine) / 1e9;
    }

    /// @dev (1 - kw'/2w)² - (w'²/4)(1/w + 1/4) + w''/2, 1e-36.
    function durrleman36(Svi memory svi, int256 k) internal pure returns (int256) {
        int256 x = k - svi.m;
        int256 root = root27(x, svi.sigma);
        int256 w = variance36(svi, k);
        int256 slope = svi.b * (svi.rho * WAD + x * 1e45 / root) / WAD;
        int256 share = svi.sigma * 1e45 / root;
        int256 curvature = times(times(svi.b * 1e45 / root, share), share);
        int256 lead = ONE - times(over(slope, 2 * w), k * WAD);
        int256 tail = times(slope, over(slope, 4 * w)) + times(slope, slope) / 16;
        return times(lead, lead) - tail + curvature / 2;
    }

    function times(int256 x, int256 y) internal pure returns (int256) {
        return signed(x, y, FixedPointMathLib.fullMulDiv(size(x), size(y), uint256(ONE)));
    }

    function over(int256 x, int256 y) internal pure returns (int256) {
        return signed(x, y, FixedPointMathLib.fullMulDiv(size(x), uint256(ONE), size(y)));
    }

    function size(int256 x) internal pure returns (uint256) {
        return FixedPointMathLib.abs(x);
    }

    function signed(int256 x, int256 y, uint256 magnitude) private pure returns (int256) {
        return (x < 0) == (y < 0) ? int256(magnitude) : -int256(magnitude);
    }

    /// @dev A slice from a seed. θ from 1e-10 to 0.8, σ from 0.02 to 9 and m to 4 standard deviations, ρ to RHO_MAX, wings
    ///      up to Lee's bound, and a smallest variance down to a ten thousandth of θ.
    function draw(uint256 seed) internal pure returns (Svi memory svi) {
        uint256 theta = 1e8 * 2 ** (word(seed, 0) % 33);
        theta += word(seed, 1) % theta;
        uint256 root = FixedPointMathLib.sqrtWad(theta);
        svi.sigma = int256(root * (20 + word(seed, 2) % (word(seed, 3) % 4 == 0 ? 9000 : 1500)) / 1000);
        svi.m = int256(root * (word(seed, 4) % 8001) / 1000) - int256(4 * root);
        svi.rho = int256(word(seed, 5) % 1_999e15) - 999.5e15;
        uint256 slopeMax = 2e36 / (1e18 + size(svi.rho));
        svi.b = int256(FixedPointMathLib.min(slopeMax, root * (word(seed, 6) % 5001) / 1000));
        // a, which is about -bσ, is a word of 64 bits.
        svi.b = int256(FixedPointMathLib.min(uint256(svi.b), 9e36 / uint256(svi.sigma)));
        int256 least = int256(theta >> (word(seed, 7) % 14));
        int256 cosine = int256(FixedPointMathLib.sqrt(uint256(ONE - svi.rho * svi.rho)));
        svi.a = least - svi.b * svi.sigma / WAD * cosine / WAD;
    }

    function word(uint256 seed, uint256 i) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, i)));
    }

    /// @dev √w(0) where that is positive, else of the smallest variance.
    function deviation(Svi memory svi) internal pure returns (int256) {
        return int256(FixedPointMathLib.sqrt(uint256(variance36(svi, 0))));
    }
}
