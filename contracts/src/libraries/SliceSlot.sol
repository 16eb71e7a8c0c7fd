// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {Svi, SviMath} from "./SviMath.sol";

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
    /// @notice |ρ| at most, 1e18: a wing keeps its slope then. The nodes' fit ends at 0.999.
    int256 internal constant RHO_MAX = 0.9995e18;

    uint256 private constant RHO_SHIFT = 25;
    uint256 private constant MASK_35 = 2 ** 35 - 1;
    uint256 private constant WAD = 1e18;
    uint256 private constant WAD_SQUARED = 1e36;

    /// @dev What the cuts may change of a variance, in units of 2^-31: 4080 of them are 1.9e-6, so that the volatility
    ///      moves by less than 1e-6 of itself. 512 go to m, and one or two to what is simplified below.
    uint256 private constant LOSS_OF_A = 3567;
    uint256 private constant LOSS_OF_BEND = 3566;
    /// @dev Roundings of whoever evaluates the slice, at most 24e-18, in the same units: 24·2^31.
    uint256 private constant EVALUATION = 51_539_607_552;
    /// @dev σ has at least 11 bits of its own below |m|, so that curvature keeps its first digits.
    uint256 private constant SHARED_BITS = 20;

    /// @notice Packs a slice that `isFine`. Stands for
    ///             e = _exponent(bits of a above 38);  word = ((forward << 3 | e) << 39) | low 39 bits of a >> 4 * e
    ///         and so on for the others, from left to right. Bits of a signed number are those of x ^ (x >> 255).
    /// @param newForward Above zero.
    /// @param svi        Words of 64 bits, 0 <= b <= 2e18, |rho| < 1e18, sigma > 0.
    function pack(uint64 newForward, Svi memory svi) internal pure returns (SliceSlot slot) {
        assembly ("memory-safe") {
            let value := mload(svi)
            let x := shr(38, xor(value, sar(255, value)))
            let e := add(add(gt(x, 0), gt(x, 0xf)), add(gt(x, 0xff), gt(x, 0xfff)))
            e := add(e, add(gt(x, 0xffff), add(gt(x, 0xfffff), gt(x, 0xffffff))))
            slot := or(shl(42, newForward), or(shl(39, e), and(sar(shl(2, e), value), 0x7fffffffff)))

            value := mload(add(svi, 0x20))
            x := shr(35, value)
            e := add(add(gt(x, 0), gt(x, 0xf)), add(gt(x, 0xff), gt(x, 0xfff)))
            e := add(e, add(gt(x, 0xffff), add(gt(x, 0xfffff), gt(x, 0xffffff))))
            slot := or(shl(38, slot), or(shl(35, e), shr(shl(2, e), value)))

            slot := or(shl(36, slot), and(sar(RHO_SHIFT, mload(add(svi, 0x40))), 0xfffffffff))

            value := mload(add(svi, 0x60))
            let sigma := mload(add(svi, 0x80))
            x := shr(35, or(xor(value, sar(255, value)), sigma))
            e := add(add(gt(x, 0), gt(x, 0xf)), add(gt(x, 0xff), gt(x, 0xfff)))
            e := add(e, add(gt(x, 0xffff), add(gt(x, 0xfffff), gt(x, 0xffffff))))
            slot := or(shl(39, slot), or(shl(36, e), and(sar(shl(2, e), value), 0xfffffffff)))
            slot := or(shl(35, slot), shr(shl(2, e), sigma))
        }
    }

    /// @notice Whether the slot carries a slice so well that no implied volatility moves by more than 1e-6 of itself.
    ///         Stands for
    ///             missing = b * (|m| + 3 * sigma) / WAD + b * m² / (4096 * sigma * WAD) + EVALUATION - LOSS_OF_A * a
    ///             bend = (LOSS_OF_BEND - WAD / (8 * (WAD - |rho|))) * b * sigma / WAD
    ///             |m| >> SHARED_BITS <= sigma
    ///                 && (missing <= 0 || bend² * ((WAD² - rho²) / WAD) >= missing² * WAD)
    /// @dev With 2^-31 as the unit of loss, x = k - m and u = ρx + √(x² + σ²), so that w = a + b·u, w moves by at most
    ///          |a|/8 of a, b·u of b, b|x|/8 <= b·u/(8(1 - |ρ|)) of ρ, b·K of σ and |w'|·K of m, K = max(|m|, σ).
    ///      By m it moves where it is steep and not where it is small: from u'' <= 1/σ follows w'² <= 2b(w - least)/σ, so
    ///          |w'|/w <= √(b/(2σ·least)),   and   |w'|·K <= (512 + b·K²/(4096·σ·least))·w,
    ///      half of n² + 1 being above n. What is left, N + L·b·u, is largest beside w at the smallest u, σ√(1 - ρ²), if
    ///      L = 1 + 1/(8(1 - |ρ|)) is below the limit. There (3568 - L)·b·u >= N - 3568·a is what it takes, and squares
    ///      decide it without a root. Where a is negative it is smaller than bσ, so that one more of a and two more of bσ
    ///      pay for |a|/8 - a.
    /// @param svi Words of 64 bits, 0 <= b <= 2e18, |rho| <= RHO_MAX, sigma > 0: no product leaves 213 bits that counts.
    function isFine(Svi memory svi) internal pure returns (bool fine) {
        assembly ("memory-safe") {
            let b := mload(add(svi, 0x20))
            let rho := mload(add(svi, 0x40))
            let m := mload(add(svi, 0x60))
            let sigma := mload(add(svi, 0x80))
            m := xor(m, sar(255, m))
            let missing := div(mul(b, mul(m, m)), shl(12, mul(sigma, WAD)))
            missing := add(missing, div(mul(b, add(m, mul(3, sigma))), WAD))
            missing := sub(add(missing, EVALUATION), mul(LOSS_OF_A, mload(svi)))
            let sign := sar(255, rho)
            let bend := sub(LOSS_OF_BEND, div(WAD, shl(3, sub(WAD, sub(xor(rho, sign), sign)))))
            bend := div(mul(mul(bend, b), sigma), WAD)
            bend := mul(mul(bend, bend), div(sub(WAD_SQUARED, mul(rho, rho)), WAD))
            fine := or(slt(missing, 1), iszero(lt(bend, mul(mul(missing, missing), WAD))))
            fine := gt(fine, gt(shr(SHARED_BITS, m), sigma))
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

    /// @notice Total variance at a log-moneyness, of the parameters as they are stored.
    function variance(SliceSlot slot, int256 k) internal pure returns (int256) {
        unchecked {
            uint256 word = SliceSlot.unwrap(slot);
            int256 a = (int256(word << 69) >> 217) << ((word >> 185) & 28);
            int256 b = int256(((word >> 110) & MASK_35) << ((word >> 143) & 28));
            uint256 shift = (word >> 69) & 28;
            int256 distance = k - ((int256(word << 185) >> 220) << shift);
            int256 sigma = int256((word & MASK_35) << shift);
            return SviMath.variance(a, b, (int256(word << 146) >> 220) << RHO_SHIFT, distance, sigma);
        }
    }

    /// @notice The parameters, each at most the signed one.
    function curve(SliceSlot slot) internal pure returns (Svi memory unpacked) {
        unchecked {
            uint256 word = SliceSlot.unwrap(slot);
            unpacked.a = (int256(word << 69) >> 217) << ((word >> 185) & 28);
            unpacked.b = int256(((word >> 110) & MASK_35) << ((word >> 143) & 28));
            unpacked.rho = (int256(word << 146) >> 220) << RHO_SHIFT;
            uint256 shift = (word >> 69) & 28;
            unpacked.m = (int256(word << 185) >> 220) << shift;
            unpacked.sigma = int256((word & MASK_35) << shift);
        }
    }
}
