// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {VolSurface} from "../src/VolSurface.sol";
import {IReportVerifier} from "../src/interfaces/IReportVerifier.sol";
import {ISviSurface} from "../src/interfaces/ISviSurface.sol";
import {SviMath} from "../src/libraries/SviMath.sol";
import {CredulousVerifier} from "./support/CredulousVerifier.sol";
import {SignedSlice, SurfaceFixture} from "./support/SurfaceFixture.sol";

contract VolSurfaceReadTest is SurfaceFixture {
    SignedSlice[] private list;

    function setUp() public {
        deploySurface(new CredulousVerifier());
        SignedSlice[] memory slices = listed(11, 0.5e18);
        for (uint256 i = 0; i < slices.length; i++) {
            list.push(slices[i]);
        }
        store(1, slices);
    }

    function expiryOf(uint256 i) private view returns (uint64) {
        return uint64(list[i].expiryMs / 1000);
    }

    function vol(uint256 strike, uint64 expirySec) private view returns (uint256 given) {
        (given,) = surface.impliedVol(strike, expirySec);
    }

    function assertWithin(uint256 given, uint256 wanted, uint256 partsPerBillion, string memory what) private pure {
        uint256 distance = given > wanted ? given - wanted : wanted - given;
        assertAtMost(distance, wanted / 1e9 * partsPerBillion + 2, what);
    }

    // -- Values

    function test_theForwardOfAnExpiryIsTheSignedOne() public view {
        for (uint256 i = 0; i < list.length; i++) {
            (uint256 forward, uint256 confidence) = surface.forwardAt(expiryOf(i));
            assertEq(forward, uint256(list[i].forward) * 1e10, "forward");
            assertEq(confidence, 1e18 - 4001e12, "confidence: parts per million, rounded against the reader");
        }
    }

    /// @dev θ is the variance at the money of these smiles, so their volatility there is the one they were made of.
    function test_theVolatilityAtTheMoneyIsTheSmiles() public view {
        for (uint256 i = 0; i < list.length; i++) {
            assertWithin(vol(uint256(list[i].forward) * 1e10, expiryOf(i)), 0.5e18 + i * 0.001e18, 1000, "vol");
        }
    }

    function testFuzz_forwardsGrowEvenlyBetweenExpiries(uint256 at) public view {
        uint64 sec = uint64(bound(at, expiryOf(2) + 1, expiryOf(3) - 1));
        (uint256 forward,) = surface.forwardAt(sec);
        (uint256 near,) = surface.forwardAt(expiryOf(2));
        (uint256 far,) = surface.forwardAt(expiryOf(3));
        // Logarithm and line differ by less than their curvature, (ln F₂/F₁)²/8.
        uint256 line = near + (far - near) * (sec - expiryOf(2)) / (expiryOf(3) - expiryOf(2));
        assertTrue(forward >= near && forward <= far, "outside");
        assertWithin(forward, line, 1000, "line");
    }

    function testFuzz_totalVarianceNeverFallsInTime(uint256 one, uint256 other, int256 k) public view {
        k = int256(bound(uint256(k), 0, 0.4e18)) - 0.2e18;
        uint64 near = uint64(bound(one, expiryOf(0), expiryOf(10)));
        uint64 far = uint64(bound(other, near, expiryOf(10)));
        (uint256 nearVariance,) = surface.totalVariance(near, k);
        (uint256 farVariance,) = surface.totalVariance(far, k);
        assertTrue(nearVariance <= farVariance + farVariance / 1e5, "fell");
    }

    /// @dev A reader at the money of an expiry sees the same volatility however much time has passed, and less variance.
    function testFuzz_volatilityStaysWhileTimePasses(uint256 ageSec, uint256 strike) public {
        strike = bound(strike, 80_000e18, 110_000e18);
        uint256 before = vol(strike, expiryOf(4));
        (uint256 varianceBefore,) = surface.totalVariance(expiryOf(4), 0);
        vm.warp(AGREED_SEC + bound(ageSec, 11, MAX_AGE_SEC));
        assertWithin(vol(strike, expiryOf(4)), before, 1, "vol");
        (uint256 variance,) = surface.totalVariance(expiryOf(4), 0);
        assertTrue(variance < varianceBefore, "variance");
    }

    function testFuzz_volatilityAndVarianceAgree(uint256 strike, uint256 at) public view {
        strike = bound(strike, 60_000e18, 140_000e18);
        uint64 sec = uint64(bound(at, expiryOf(0), expiryOf(10)));
        (uint256 forward,) = surface.forwardAt(sec);
        (uint256 variance,) = surface.totalVariance(sec, FixedPointMathLib.lnWad(int256(strike * 1e18 / forward)));
        uint256 annual = variance * 365 days / (sec - block.timestamp);
        assertWithin(vol(strike, sec), FixedPointMathLib.sqrtWad(annual), 10_000, "vol");
    }

    // -- Refusals

    function test_nothingIsReadBeforeTheFirstSurface() public {
        VolSurface empty = new VolSurface(verifier, SURFACE_FEED, MAX_AGE_SEC, WING_CUT);
        vm.expectRevert(abi.encodeWithSelector(ISviSurface.NoSurface.selector));
        empty.impliedVol(1e18, expiryOf(0));
        vm.expectRevert(abi.encodeWithSelector(ISviSurface.NoSurface.selector));
        empty.forwardAt(expiryOf(0));
        (uint256 timeMs, uint256 dispersion) = empty.state();
        assertEq(timeMs + dispersion + empty.slices().length, 0, "state");
    }

    function test_aSurfaceIsReadUntilItsLastSecondAndNotLonger() public {
        vm.warp(AGREED_SEC + MAX_AGE_SEC);
        vol(95_000e18, expiryOf(1));
        vm.warp(AGREED_SEC + MAX_AGE_SEC + 1);
        bytes memory stale =
            abi.encodeWithSelector(ISviSurface.StaleSurface.selector, uint256(MAX_AGE_SEC) + 1, uint256(MAX_AGE_SEC));
        vm.expectRevert(stale);
        surface.impliedVol(95_000e18, expiryOf(1));
        vm.expectRevert(stale);
        surface.forwardAt(expiryOf(1));
        vm.expectRevert(stale);
        surface.totalVariance(expiryOf(1), 0);
    }

    function expectOutside(uint64 sec, uint256 before, uint256 behind) private {
        vm.expectRevert(abi.encodeWithSelector(ISviSurface.ExpiryOutside.selector, uint256(sec), before, behind));
        surface.impliedVol(95_000e18, sec);
    }

    function test_nothingIsExtrapolated() public {
        expectOutside(expiryOf(0) - 1, 0, expiryOf(0));
        expectOutside(expiryOf(10) + 1, expiryOf(10), 0);
        vol(95_000e18, expiryOf(0));
        vol(95_000e18, expiryOf(0) + 1);
        vol(95_000e18, expiryOf(10) - 1);
        vol(95_000e18, expiryOf(10));
    }

    function test_anExpiryThatHasComeIsRefusedAndNoNeighbourAnyMore() public {
        SignedSlice[] memory two = new SignedSlice[](2);
        two[0] = slice((uint256(AGREED_SEC) + 600) * 1000, 0.5e18);
        two[1] = slice((uint256(AGREED_SEC) + 1200) * 1000, 0.5e18);
        store(2, two);
        vm.warp(AGREED_SEC + 599);
        vol(95_000e18, AGREED_SEC + 601);
        vm.warp(AGREED_SEC + 600);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISviSurface.ExpiryPassed.selector, uint256(AGREED_SEC) + 600, uint256(AGREED_SEC) + 600
            )
        );
        surface.impliedVol(95_000e18, AGREED_SEC + 600);
        expectOutside(AGREED_SEC + 601, AGREED_SEC + 600, AGREED_SEC + 1200);
        vol(95_000e18, AGREED_SEC + 1200);
    }

    function test_strikesThatAreNoneAreRefused() public {
        for (uint256 i = 0; i < 2; i++) {
            uint256 strike = i == 0 ? 0 : 2 ** 128;
            vm.expectRevert(abi.encodeWithSelector(ISviSurface.StrikeOutOfRange.selector, strike, uint256(2 ** 128)));
            surface.impliedVol(strike, expiryOf(0));
        }
        vm.expectRevert(abi.encodeWithSelector(ISviSurface.BeyondWingCut.selector, type(int256).min, WING_CUT));
        surface.impliedVol(1, expiryOf(0));
        vm.expectPartialRevert(ISviSurface.BeyondWingCut.selector);
        surface.impliedVol(2 ** 128 - 1, expiryOf(0));
    }

    function test_beyondTheWingCutNothingIsHeldFlat() public {
        surface.totalVariance(expiryOf(4), WING_CUT);
        surface.totalVariance(expiryOf(4), -WING_CUT);
        for (int256 sign = -1; sign <= 1; sign += 2) {
            int256 k = sign * (WING_CUT + 1);
            vm.expectRevert(abi.encodeWithSelector(ISviSurface.BeyondWingCut.selector, k, WING_CUT));
            surface.totalVariance(expiryOf(4), k);
        }
        (uint256 forward,) = surface.forwardAt(expiryOf(4));
        vol(forward * 20, expiryOf(4));
        int256 beyond = FixedPointMathLib.lnWad(21e18);
        vm.expectRevert(abi.encodeWithSelector(ISviSurface.BeyondWingCut.selector, beyond, WING_CUT));
        surface.impliedVol(forward * 21, expiryOf(4));
    }

    /// @dev Curves that do not cross where they are compared may cross far out. The reader refuses there and only there.
    function test_whereTwoSlicesCrossBetweenThemNothingIsRead() public {
        SignedSlice[] memory two = new SignedSlice[](2);
        two[0] = slice(list[1].expiryMs, 0.5e18);
        two[1] = slice(list[2].expiryMs, 0.5e18);
        two[1].svi.b = two[0].svi.b / 2;
        two[1].svi.a += two[0].svi.b;
        store(2, two);
        uint64 between = expiryOf(1) + 3600;
        surface.totalVariance(between, 0.1e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISviSurface.CalendarCrossing.selector, uint256(expiryOf(1)), uint256(expiryOf(2)), int256(2.9e18)
            )
        );
        surface.totalVariance(between, 2.9e18);
        surface.totalVariance(expiryOf(1), 2.9e18);
        surface.totalVariance(expiryOf(2), 2.9e18);
    }

    function test_aSurfaceNeedsAllItsArguments() public {
        bytes memory zero = abi.encodeWithSelector(ISviSurface.ZeroArgument.selector);
        vm.expectRevert(zero);
        new VolSurface(IReportVerifier(address(0)), SURFACE_FEED, MAX_AGE_SEC, WING_CUT);
        vm.expectRevert(zero);
        new VolSurface(verifier, 0, MAX_AGE_SEC, WING_CUT);
        vm.expectRevert(zero);
        new VolSurface(verifier, SURFACE_FEED, 0, WING_CUT);
        int256[3] memory cuts = [int256(0), -1, SviMath.K_LIMIT + 1];
        for (uint256 i = 0; i < 3; i++) {
            vm.expectRevert(abi.encodeWithSelector(ISviSurface.BadWingCut.selector, cuts[i], SviMath.K_LIMIT));
            new VolSurface(verifier, SURFACE_FEED, MAX_AGE_SEC, cuts[i]);
        }
        assertEqInt(new VolSurface(verifier, SURFACE_FEED, MAX_AGE_SEC, 1).wingCut(), 1, "the least");
        int256 most = SviMath.K_LIMIT;
        assertEqInt(new VolSurface(verifier, SURFACE_FEED, MAX_AGE_SEC, most).wingCut(), most, "the most");
    }
}
