// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {ISviSurface} from "../interfaces/ISviSurface.sol";
import {SliceSlotLibrary} from "./SliceSlot.sol";
import {SurfaceHeadLibrary} from "./SurfaceHead.sol";
import {Svi, SviMath} from "./SviMath.sol";

/// @title What a signed slice has to keep before it is stored, with the errors of ISviSurface.
library SliceRules {
    int256 private constant WAD = 1e18;
    uint256 private constant MINUTE_MS = 60_000;
    uint256 private constant EXPIRY_MS_MAX = SurfaceHeadLibrary.EXPIRY_SEC_MAX * 1000;

    /// @dev What the next slice is compared with: where it is, and what it says at the forward.
    struct Before {
        uint256 expiryMs;
        int256 atMoney;
    }

    /// @notice Ascending, whole minutes, and with a forward.
    /// @param beforeMs The expiry before, or the time of the agreement; unix ms.
    function checkExpiry(uint256 expiryMs, uint256 beforeMs, uint256 forward) internal pure {
        unchecked {
            if (expiryMs <= beforeMs) revert ISviSurface.ExpiryNotAfter(expiryMs, beforeMs);
            if (expiryMs % MINUTE_MS != 0 || expiryMs > EXPIRY_MS_MAX) {
                revert ISviSurface.BadExpiry(expiryMs, EXPIRY_MS_MAX);
            }
            if (forward == 0) revert ISviSurface.ZeroForward(expiryMs);
        }
    }

    /// @notice A curve inside of its domain, with variance everywhere, within Lee's bound, and fine enough for its slot.
    function checkSlice(uint256 expiryMs, Svi memory svi) internal pure {
        unchecked {
            int256 rho = svi.rho;
            int256 steepness = rho < 0 ? -rho : rho;
            if (steepness >= WAD) revert ISviSurface.CorrelationOutside(expiryMs, rho, WAD);
            if (svi.sigma <= 0) revert ISviSurface.NoSmoothing(expiryMs, svi.sigma);
            if (svi.b < 0) revert ISviSurface.WingOutOfRange(expiryMs, svi.b, SviMath.WING_SLOPE_MAX);
            steepness = svi.b * (WAD + steepness);
            if (steepness > SviMath.WING_SLOPE_MAX * WAD) {
                revert ISviSurface.WingOutOfRange(expiryMs, steepness / WAD, SviMath.WING_SLOPE_MAX);
            }
            if (SliceSlotLibrary.isFine(svi)) return;
            int256 least = SviMath.leastVariance(svi);
            if (least < 0) revert ISviSurface.NoVariance(expiryMs, least);
            revert ISviSurface.SliceTooFine(expiryMs, least);
        }
    }

    /// @notice Compares a slice with the one before it, at the forward and at its own m, in the middle of its bend, where
    ///         a later slice is most likely to lie below an earlier one and where its variance is a + bσ.
    /// @param before Of the earlier one; becomes that of the later one.
    /// @param near   The earlier one; none where `before.atMoney` is zero.
    function checkCalendar(Before memory before, Svi memory near, uint256 expiryMs, Svi memory far) internal pure {
        unchecked {
            int256 atMoney = SviMath.variance(far, 0);
            if (before.atMoney != 0) {
                if (SviMath.crosses(before.atMoney, atMoney)) {
                    revert ISviSurface.CalendarCrossing(before.expiryMs / 1000, expiryMs / 1000, 0);
                }
                int256 m = far.m;
                int256 level = SviMath.allowed(far.a + far.b * far.sigma / WAD);
                if (SviMath.isComparable(m, atMoney) && SviMath.exceeds(near, m, level)) {
                    revert ISviSurface.CalendarCrossing(before.expiryMs / 1000, expiryMs / 1000, m);
                }
            }
            before.expiryMs = expiryMs;
            before.atMoney = atMoney;
        }
    }
}
