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

    /// @notice Compares two neighbours at the m of either, in the middle of its bend: there one of the two variances is
    ///         a + bσ and the other one has only to be above or below it, so that it takes no root. An m beyond one
    ///         standard deviation says little: then the forward takes its place.
    function checkCalendar(uint256 nearMs, Svi memory near, uint256 farMs, Svi memory far) internal pure {
        unchecked {
            int256 level = far.a + far.b * far.sigma / WAD;
            int256 k = far.m;
            bool crosses;
            if (k * k <= level * WAD) {
                crosses = SviMath.exceeds(near, k, SviMath.allowed(level));
            } else {
                k = 0;
                crosses = SviMath.crosses(SviMath.variance(near, 0), SviMath.variance(far, 0));
            }
            if (crosses) revert ISviSurface.CalendarCrossing(nearMs / 1000, farMs / 1000, k);

            level = near.a + near.b * near.sigma / WAD;
            k = near.m;
            if (k * k > level * WAD) return;
            if (SviMath.exceeds(far, k, SviMath.required(level))) return;
            revert ISviSurface.CalendarCrossing(nearMs / 1000, farMs / 1000, k);
        }
    }
}
