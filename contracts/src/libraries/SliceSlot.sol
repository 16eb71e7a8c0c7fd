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

    uint256 private constant WAD = 1e18;
    uint256 private constant WAD_SQUARED = 1e36;

    /// @dev What the cuts may change of a variance, in units of 2^-31: 1.9e-6, so that the volatility moves by less than
    ///      1e-6 of itself.
    uint256 private constant LOSS_MAX = 4080;
    /// @dev Roundings of whoever evaluates the slice, at most 24e-18, in the same units: 24·2^31.
    uint256 private constant EVALUATION = 51_539_607_552;
    /// @dev 1 - |ρ| is at least 4e-5, so that a wing keeps its slope. The nodes' fit ends at |ρ| = 0.999.
    uint256 private constant REST_BELOW = 39_999_999_999_999;
    /// @dev σ has at least 11 bits of its own below |m|, so that curvature keeps its first digits.
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
    ///      In assembly because an update asks sixteen times; what it stands for:
    ///          reach = max(|m|, sigma), rest = WAD - |rho|
    ///          missing = |a| / 4 + 3 * b * reach / WAD + EVALUATION - LOSS_MAX * a
    ///          bend = (LOSS_MAX - 2 - WAD / (8 * rest)) * b * sigma / WAD
    ///          |m| >> SHARED_BITS <= sigma && rest > REST_BELOW && (missing <= 0
    ///              || bend * bend * ((WAD * WAD - rho * rho) / WAD) >= missing * missing * WAD)
    /// @param svi Words of 64 bits, 0 <= b <= 2e18, |rho| < 1e18, sigma > 0: no product leaves 213 bits.
    function isFine(Svi memory svi) internal pure returns (bool fine) {
        assembly ("memory-safe") {
            let rho := mload(add(svi, 0x40))
            let sign := sar(255, rho)
            let rest := sub(WAD, sub(xor(rho, sign), sign))
            fine := gt(rest, REST_BELOW)

            let sigma := mload(add(svi, 0x80))
            let reach := mload(add(svi, 0x60))
            sign := sar(255, reach)
            reach := sub(xor(reach, sign), sign)
            fine := gt(fine, gt(shr(SHARED_BITS, reach), sigma))
            reach := xor(reach, mul(xor(reach, sigma), gt(sigma, reach)))

            let a := mload(svi)
            let b := mload(add(svi, 0x20))
            sign := sar(255, a)
            let missing := add(shr(2, sub(xor(a, sign), sign)), div(mul(mul(3, b), reach), WAD))
            missing := sub(add(missing, EVALUATION), mul(LOSS_MAX, a))
            let bend := div(mul(mul(sub(sub(LOSS_MAX, 2), div(WAD, mul(8, rest))), b), sigma), WAD)
            bend := mul(mul(bend, bend), div(sub(WAD_SQUARED, mul(rho, rho)), WAD))
            fine := gt(fine, and(sgt(missing, 0), lt(bend, mul(mul(missing, missing), WAD))))
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

    /// @dev How many digits of base 16 exceed a field: e in 16^e. Stands for seven comparisons `excess >= 16 ** i`, which
    ///      Solidity would turn into branches.
    /// @param excess Below 2^28.
    function _exponent(uint256 excess) private pure returns (uint256 exponent) {
        assembly ("memory-safe") {
            exponent := add(add(gt(excess, 0), gt(excess, 0xf)), add(gt(excess, 0xff), gt(excess, 0xfff)))
            exponent := add(exponent, add(gt(excess, 0xffff), add(gt(excess, 0xfffff), gt(excess, 0xffffff))))
        }
    }
}
