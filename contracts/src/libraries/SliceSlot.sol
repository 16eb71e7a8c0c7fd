// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {Svi} from "./SviMath.sol";

/// @dev One expiry of a surface in one slot: its forward as it was signed, and the five parameters of its curve, each a
///      mantissa times 16^e in units of 1e-18. Bits below a field are cut, towards minus infinity.
///
///   bit 254       253     190 189 187 186   148 147 145 144  110 109  74 73  71 70   35 34      0
///      | isFrozen | forward   | e of  | a       | e of  | b      | rho   | e of | m     | sigma   |
///      |          |   u64     | a u3  |   i39   | b u3  |   u35  |  i36  | both |  i36  |   u35   |
///
///   isFrozen challenged and found wrong
///   forward  quote currency, 8 decimals, above zero, so that no slice is the empty slot
///   e        as small as the field allows: what fits is kept to the last bit, and 32 bits are, at any tenor
///   rho      in units of 2^25·1e-18
///
///   m and sigma share their exponent because both move the curve along the same axis, where only the larger one's size
///   tells how much precision is worth having.
type SliceSlot is uint256;

using SliceSlotLibrary for SliceSlot global;

library SliceSlotLibrary {
    uint256 private constant RHO_SHIFT = 25;
    uint256 private constant MASK_35 = 2 ** 35 - 1;
    uint256 private constant MASK_36 = 2 ** 36 - 1;
    uint256 private constant MASK_39 = 2 ** 39 - 1;

    int256 private constant WAD = 1e18;

    /// @dev What the cuts may change of a variance, in units of 2^-31: 1.9e-6, so that the volatility moves by less than
    ///      1e-6 of itself.
    int256 private constant LOSS_MAX = 4080;
    /// @dev Roundings of whoever evaluates the slice, at most 24e-18, in the same units.
    int256 private constant EVALUATION = 24 * 2 ** 31;
    /// @dev 1 - |ρ| at least, so that a wing keeps its slope. The nodes' fit ends at |ρ| = 0.999.
    int256 private constant REST_MIN = 4e13;
    /// @dev σ has at least 12 bits of its own below |m|, so that curvature keeps its first digits.
    uint256 private constant SHARED_BITS = 20;

    /// @notice Packs a slice that `isFine`.
    /// @param newForward Above zero.
    /// @param svi        Words of 64 bits, 0 <= b <= 2e18, |rho| < 1e18, sigma > 0.
    function pack(uint64 newForward, Svi memory svi) internal pure returns (SliceSlot) {
        unchecked {
            int256 a = svi.a;
            int256 m = svi.m;
            uint256 b = uint256(svi.b);
            uint256 sigma = uint256(svi.sigma);
            // x ^ (x >> 255) has as many bits as the field of a signed number needs beside its sign.
            uint256 exponent = _exponent(uint256(a ^ (a >> 255)) >> 38);
            uint256 word = (((uint256(newForward) << 3) | exponent) << 39) | (uint256(a >> (4 * exponent)) & MASK_39);
            exponent = _exponent(b >> 35);
            word = (((word << 3) | exponent) << 35) | (b >> (4 * exponent));
            word = (word << 36) | (uint256(svi.rho >> RHO_SHIFT) & MASK_36);
            exponent = _exponent((uint256(m ^ (m >> 255)) | sigma) >> 35);
            word = (((word << 3) | exponent) << 36) | (uint256(m >> (4 * exponent)) & MASK_36);
            return SliceSlot.wrap((word << 35) | (sigma >> (4 * exponent)));
        }
    }

    /// @notice Whether the slot carries a slice so well that no implied volatility moves by more than 1e-6 of itself.
    /// @dev With 2^-31 as the unit of loss, w moves at k by at most |a|/4 + b·u + b|k - m|/8 + 3b·max(|m|, σ), where
    ///      u = ρ(k - m) + √((k - m)² + σ²) and |k - m| <= u/(1 - |ρ|): by N + L·b·u, with L = 1 + 1/(8(1 - |ρ|)).
    ///      w itself is a + b·u, so the relative loss is largest at the smallest u, σ√(1 - ρ²), if L is below the limit.
    ///      There (LOSS_MAX - L)·bσ√(1 - ρ²) >= N - LOSS_MAX·a is what it takes, and squares decide it without a root.
    function isFine(Svi memory svi) internal pure returns (bool) {
        unchecked {
            int256 a = svi.a;
            int256 b = svi.b;
            int256 rho = svi.rho;
            int256 sigma = svi.sigma;
            int256 reach = svi.m < 0 ? -svi.m : svi.m;
            if (reach >> SHARED_BITS > sigma) return false;
            if (reach < sigma) reach = sigma;
            int256 rest = WAD - (rho < 0 ? -rho : rho);
            if (rest < REST_MIN) return false;

            int256 missing = (a < 0 ? -a : a) / 4 + 3 * b * reach / WAD + EVALUATION - LOSS_MAX * a;
            if (missing <= 0) return true;
            int256 bend = (LOSS_MAX - 2 - WAD / (8 * rest)) * b * sigma / WAD;
            return bend * bend * ((WAD * WAD - rho * rho) / WAD) >= missing * missing * WAD;
        }
    }

    /// @notice Quote currency, 8 decimals.
    function forward(SliceSlot slot) internal pure returns (uint256) {
        return uint64(SliceSlot.unwrap(slot) >> 190);
    }

    /// @notice Whether it was challenged and found wrong.
    function isFrozen(SliceSlot slot) internal pure returns (bool) {
        return SliceSlot.unwrap(slot) >> 254 != 0;
    }

    /// @notice The same slice, found wrong.
    function frozen(SliceSlot slot) internal pure returns (SliceSlot) {
        return SliceSlot.wrap(SliceSlot.unwrap(slot) | (1 << 254));
    }

    /// @notice The parameters, each at most the signed one.
    function curve(SliceSlot slot) internal pure returns (Svi memory unpacked) {
        unchecked {
            uint256 word = SliceSlot.unwrap(slot);
            unpacked.a = (int256(word << 69) >> 217) << (4 * ((word >> 187) & 7));
            unpacked.b = int256(((word >> 110) & MASK_35) << (4 * ((word >> 145) & 7)));
            unpacked.rho = (int256(word << 146) >> 220) << RHO_SHIFT;
            uint256 shift = 4 * ((word >> 71) & 7);
            unpacked.m = (int256(word << 185) >> 220) << shift;
            unpacked.sigma = int256((word & MASK_35) << shift);
        }
    }

    /// @dev How often 16 divides what exceeds a field, rounded up; at most 7.
    /// @param excess Below 2^28.
    function _exponent(uint256 excess) private pure returns (uint256 exponent) {
        unchecked {
            if (excess >= 2 ** 16) (exponent, excess) = (4, excess >> 16);
            if (excess >= 2 ** 8) (exponent, excess) = (exponent + 2, excess >> 8);
            if (excess >= 2 ** 4) return exponent + 2;
            if (excess != 0) return exponent + 1;
        }
    }
}
