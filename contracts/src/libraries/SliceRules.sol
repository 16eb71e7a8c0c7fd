// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {ISviSurface} from "../interfaces/ISviSurface.sol";
import {SliceSlotLibrary} from "./SliceSlot.sol";
import {SurfaceHeadLibrary} from "./SurfaceHead.sol";
import {Svi, SviMath} from "./SviMath.sol";

/// @title What a signed slice has to keep before it is stored, with the errors of ISviSurface.
library SliceRules {
    int256 private constant WAD = 1e18;

    /// @notice Ascending, whole minutes, and with a forward.
    /// @param beforeMs The expiry before, or the time of the agreement, after 2024 began; unix ms.
    /// @return minute Of the expiry, since 2024.
    function checkExpiry(uint256 expiryMs, uint256 beforeMs, uint256 forward) internal pure returns (uint256 minute) {
        unchecked {
            minute = expiryMs / SurfaceHeadLibrary.MINUTE_MS - SurfaceHeadLibrary.EPOCH_MINUTE;
            if (expiryMs <= beforeMs) revert ISviSurface.ExpiryNotAfter(expiryMs, beforeMs);
            if (minute > SurfaceHeadLibrary.MINUTE_MAX || expiryMs % SurfaceHeadLibrary.MINUTE_MS != 0) {
                revert ISviSurface.BadExpiry(expiryMs, SurfaceHeadLibrary.EXPIRY_MS_MAX);
            }
            if (forward == 0) revert ISviSurface.ZeroForward(expiryMs);
        }
    }

    /// @notice A curve inside of its domain, with variance everywhere, within Lee's bound, and fine enough for its slot.
    function checkSlice(uint256 expiryMs, Svi memory svi) internal pure {
        unchecked {
            int256 rho = svi.rho;
            int256 size = rho < 0 ? -rho : rho;
            if (size > SliceSlotLibrary.RHO_MAX) {
                revert ISviSurface.CorrelationOutside(expiryMs, rho, SliceSlotLibrary.RHO_MAX);
            }
            if (svi.sigma <= 0) revert ISviSurface.NoSmoothing(expiryMs, svi.sigma);
            int256 steepness = svi.b * (WAD + size);
            // A negative one is a huge unsigned one.
            if (uint256(steepness) > uint256(SviMath.WING_SLOPE_MAX * WAD)) {
                revert ISviSurface.WingOutOfRange(expiryMs, steepness / WAD, SviMath.WING_SLOPE_MAX);
            }
            if (SliceSlotLibrary.isFine(svi)) return;
            int256 least = SviMath.leastVariance(svi);
            if (least < 0) revert ISviSurface.NoVariance(expiryMs, least);
            revert ISviSurface.SliceTooFine(expiryMs, least);
        }
    }

    /// @notice Compares two neighbours at the m of either, in the middle of its bend, if that is within one standard
    ///         deviation of the forward. Where the later one's is not, the forward takes its place. For those that
    ///         `SviMath.areApart` did not let through, which are few.
    function checkCalendar(uint256 nearMs, Svi memory near, uint256 farMs, Svi memory far) internal pure {
        int256 k = SviMath.isCentral(far) ? far.m : int256(0);
        if (SviMath.crosses(SviMath.variance(near, k), SviMath.variance(far, k))) {
            revert ISviSurface.CalendarCrossing(nearMs / 1000, farMs / 1000, k);
        }
        k = near.m;
        if (SviMath.isCentral(near) && SviMath.crosses(SviMath.variance(near, k), SviMath.variance(far, k))) {
            revert ISviSurface.CalendarCrossing(nearMs / 1000, farMs / 1000, k);
        }
    }
}
