// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {ISviSurface} from "../src/interfaces/ISviSurface.sol";
import {SliceSlotLibrary} from "../src/libraries/SliceSlot.sol";
import {SurfaceHeadLibrary} from "../src/libraries/SurfaceHead.sol";
import {Svi, SviMath} from "../src/libraries/SviMath.sol";
import {SignedSlice} from "./support/SurfaceFixture.sol";
import {VolSurfaceRefusalsCase} from "./support/VolSurfaceRefusalsCase.sol";

/// @dev What `update` refuses though it was signed. Every case leaves the stored surface as it was.
contract VolSurfaceRefusalsTest is VolSurfaceRefusalsCase {
    // -- Parameters

    function test_aCorrelationOfOneIsRefused() public {
        int256 limit = SliceSlotLibrary.RHO_MAX;
        int256[6] memory rhos = [int256(1e18), -1e18, type(int64).max, type(int64).min, limit + 1, -limit - 1];
        for (uint256 i = 0; i < rhos.length; i++) {
            Svi memory svi = usual();
            svi.rho = rhos[i];
            refuseCurve(
                abi.encodeWithSelector(ISviSurface.CorrelationOutside.selector, expiryMs(), rhos[i], limit), svi
            );
        }
    }

    function test_theStrongestCorrelationIsStored() public {
        SignedSlice[] memory one = new SignedSlice[](1);
        one[0] = three[0];
        for (int256 sign = -1; sign <= 1; sign += 2) {
            int256 rho = sign * SliceSlotLibrary.RHO_MAX;
            one[0].svi = Svi({a: 1e18, b: 0.1e18, rho: rho, m: 0, sigma: 1e18});
            store(uint48(12 + uint256(sign + 1)), one);
            assertAtMost(FixedPointMathLib.dist(surface.slices()[0].rho, rho), 1e8, "rho");
        }
    }

    function test_noSmoothingIsRefused() public {
        int256[3] memory sigmas = [int256(0), -1, type(int64).min];
        for (uint256 i = 0; i < sigmas.length; i++) {
            Svi memory svi = usual();
            svi.sigma = sigmas[i];
            refuseCurve(abi.encodeWithSelector(ISviSurface.NoSmoothing.selector, expiryMs(), sigmas[i]), svi);
        }
    }

    function test_aWingBeyondLeesBoundIsRefused() public {
        Svi memory svi = Svi({a: 1e18, b: 1.6e18 + 1, rho: -0.25e18, m: 0, sigma: 1e18});
        int256 given = svi.b * 1.25e18 / 1e18;
        refuseCurve(
            abi.encodeWithSelector(ISviSurface.WingOutOfRange.selector, expiryMs(), given, SviMath.WING_SLOPE_MAX), svi
        );
        svi.b = -1;
        refuseCurve(
            abi.encodeWithSelector(ISviSurface.WingOutOfRange.selector, expiryMs(), int256(-1), SviMath.WING_SLOPE_MAX),
            svi
        );
        svi.b = type(int64).min;
        given = svi.b * 1.25e18 / 1e18;
        refuseCurve(
            abi.encodeWithSelector(ISviSurface.WingOutOfRange.selector, expiryMs(), given, SviMath.WING_SLOPE_MAX), svi
        );
    }

    function test_leesBoundItselfIsTaken() public {
        SignedSlice[] memory one = new SignedSlice[](1);
        one[0] = three[0];
        one[0].svi = Svi({a: 1e18, b: 1.6e18, rho: -0.25e18, m: 0, sigma: 1e18});
        store(11, one);
        assertEq(surface.slices().length, 1, "stored");
    }

    function test_negativeVarianceIsRefused() public {
        Svi memory svi = usual();
        int256 least = SviMath.leastVariance(svi);
        svi.a -= least + 1e9;
        int256 given = SviMath.leastVariance(svi);
        assertTrue(given < 0, "negative");
        refuseCurve(abi.encodeWithSelector(ISviSurface.NoVariance.selector, expiryMs(), given), svi);
    }

    /// @dev Zero is refused, and nothing else.
    function test_theLeastSmoothingIsStored() public {
        SignedSlice[] memory one = new SignedSlice[](1);
        one[0] = three[0];
        one[0].svi = Svi({a: 0.04e18, b: 0.1e18, rho: 0, m: 0, sigma: 1});
        store(11, one);
        assertEqInt(surface.slices()[0].sigma, 1, "sigma");
    }

    /// @dev None is not negative: it is less than a slot carries.
    function test_noVarianceAtAllIsTooFine() public {
        Svi memory svi = Svi({a: 0, b: 0, rho: 0, m: 0, sigma: 1e18});
        refuseCurve(abi.encodeWithSelector(ISviSurface.SliceTooFine.selector, expiryMs(), 0), svi);
    }

    function testFuzz_noSliceIsStoredWithoutVarianceSomewhere(uint256 down) public {
        SignedSlice[] memory one = new SignedSlice[](1);
        one[0] = three[1];
        int256 least = SviMath.leastVariance(one[0].svi);
        one[0].svi.a -= int256(bound(down, 0, 3 * uint256(least)));
        bytes memory proof = believed(leafOf(hashDetail(11, one), AGREED_MS + 11));
        try surface.update(proof, encodeDetail(11, one)) {
            ISviSurface.Slice memory stored = surface.slices()[0];
            Svi memory svi = Svi(stored.a, stored.b, stored.rho, stored.m, stored.sigma);
            assertTrue(SviMath.leastVariance(svi) > 0, "negative");
        } catch {
            assertAtMost(uint256(least) * 9999 / 10000, bound(down, 0, 3 * uint256(least)), "refused too early");
        }
    }

    function test_whatItsSlotCannotCarryIsRefused() public {
        Svi memory svi = Svi({a: -0.5e18, b: 0.5e18, rho: 0, m: 0, sigma: 1e18 + 1e13});
        refuseCurve(
            abi.encodeWithSelector(ISviSurface.SliceTooFine.selector, expiryMs(), SviMath.leastVariance(svi)), svi
        );
    }

    // -- Calendar

    function test_aLaterSliceBelowAnEarlierOneIsRefused() public {
        Svi memory svi = three[0].svi;
        svi.a -= 1e14;
        int256 k = svi.m;
        refuseCurve(
            abi.encodeWithSelector(
                ISviSurface.CalendarCrossing.selector, three[0].expiryMs / 1000, expiryMs() / 1000, k
            ),
            svi
        );
    }

    /// @dev As high as the earlier one in its own middle, and falling so steeply that it is lower in that one's.
    function test_aLaterSliceBelowTheBendOfAnEarlierOneIsRefused() public {
        Svi memory near = three[0].svi;
        Svi memory svi = Svi({a: 0, b: 5 * near.b, rho: -0.9e18, m: near.m - near.sigma * 3 / 2, sigma: near.sigma});
        svi.a = SviMath.variance(near, svi.m) * 101 / 100 - svi.b * svi.sigma / 1e18;
        refuseCurve(
            abi.encodeWithSelector(
                ISviSurface.CalendarCrossing.selector, three[0].expiryMs / 1000, expiryMs() / 1000, near.m
            ),
            svi
        );
    }

    function test_whereTheBendIsFarOutTheForwardIsCompared() public {
        Svi memory near = three[0].svi;
        Svi memory svi = Svi({a: 0, b: 1e14, rho: 0, m: 0.2e18, sigma: near.sigma});
        svi.a = SviMath.variance(near, 0) / 2 - SviMath.variance(svi, 0);
        refuseCurve(
            abi.encodeWithSelector(
                ISviSurface.CalendarCrossing.selector, three[0].expiryMs / 1000, expiryMs() / 1000, int256(0)
            ),
            svi
        );
    }

    // -- Expiries and forwards

    function test_expiriesThatDoNotAscendAreRefused() public {
        SignedSlice[] memory list = three;
        list[1].expiryMs = list[0].expiryMs;
        refuseList(
            abi.encodeWithSelector(ISviSurface.ExpiryNotAfter.selector, list[0].expiryMs, list[0].expiryMs), list
        );
        list = three;
        (list[1], list[2]) = (list[2], list[1]);
        refuseList(
            abi.encodeWithSelector(ISviSurface.ExpiryNotAfter.selector, list[2].expiryMs, list[1].expiryMs), list
        );
    }

    function test_anExpiryThatHadComeWhenItWasAgreedOnIsRefused() public {
        SignedSlice[] memory list = three;
        list[0].expiryMs = AGREED_MS - 250;
        refuseList(
            abi.encodeWithSelector(ISviSurface.ExpiryNotAfter.selector, list[0].expiryMs, uint256(AGREED_MS) + 11), list
        );
    }

    function test_anExpiryBetweenMinutesOrBeyondItsFieldIsRefused() public {
        uint256 max = SurfaceHeadLibrary.EXPIRY_MS_MAX;
        uint256[4] memory given =
            [uint256(three[2].expiryMs) + 1, three[2].expiryMs + 59_000, max + 60_000, type(uint48).max];
        for (uint256 i = 0; i < given.length; i++) {
            SignedSlice[] memory list = three;
            list[2].expiryMs = uint48(given[i]);
            refuseList(abi.encodeWithSelector(ISviSurface.BadExpiry.selector, given[i], max), list);
        }
    }

    function test_theLastMinuteOfItsFieldIsStored() public {
        SignedSlice[] memory list = three;
        list[2].expiryMs = uint48(SurfaceHeadLibrary.EXPIRY_MS_MAX);
        store(11, list);
        assertEq(surface.slices()[2].expirySec, SurfaceHeadLibrary.EXPIRY_MS_MAX / 1000, "the last expiry");
    }

    function test_aForwardOfZeroIsRefused() public {
        SignedSlice[] memory list = three;
        list[1].forward = 0;
        refuseList(abi.encodeWithSelector(ISviSurface.ZeroForward.selector, expiryMs()), list);
    }
}
