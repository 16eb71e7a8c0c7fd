// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IReportVerifier} from "../src/interfaces/IReportVerifier.sol";
import {ISviSurface} from "../src/interfaces/ISviSurface.sol";
import {SliceSlotLibrary} from "../src/libraries/SliceSlot.sol";
import {SurfaceDetail} from "../src/libraries/SurfaceDetail.sol";
import {SurfaceHeadLibrary} from "../src/libraries/SurfaceHead.sol";
import {Svi, SviMath} from "../src/libraries/SviMath.sol";
import {CredulousVerifier, SignedSlice, SurfaceFixture} from "./support/SurfaceFixture.sol";

/// @dev What `update` refuses though it was signed. Every case leaves the stored surface as it was.
contract VolSurfaceRefusalsTest is SurfaceFixture {
    SignedSlice[] private three;
    bytes32 private storedState;

    function setUp() public {
        deploySurface(new CredulousVerifier());
        SignedSlice[] memory list = listed(3, 0.5e18);
        for (uint256 i = 0; i < 3; i++) {
            three.push(list[i]);
        }
        store(10, list);
        storedState = stateHash();
    }

    function stateHash() private view returns (bytes32) {
        (uint256 timeMs, uint256 dispersion) = surface.state();
        return keccak256(abi.encode(timeMs, dispersion, surface.slices()));
    }

    function assertUntouched() private view {
        assertEq32(stateHash(), storedState, "the stored surface");
    }

    /// @dev With the second slice replaced by this curve.
    function refuseCurve(bytes memory revertData, Svi memory svi) private {
        SignedSlice[] memory list = three;
        list[1].svi = svi;
        storeExpecting(revertData, 11, list);
        assertUntouched();
    }

    function expiryMs() private view returns (uint256) {
        return three[1].expiryMs;
    }

    function usual() private view returns (Svi memory) {
        return three[1].svi;
    }

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

    function refuseList(bytes memory revertData, SignedSlice[] memory list) private {
        storeExpecting(revertData, 11, list);
        assertUntouched();
    }

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

    function test_aForwardOfZeroIsRefused() public {
        SignedSlice[] memory list = three;
        list[1].forward = 0;
        refuseList(abi.encodeWithSelector(ISviSurface.ZeroForward.selector, expiryMs()), list);
    }

    // -- Times, status, dispersion

    function refuseLeaf(bytes memory revertData, IReportVerifier.ProvenLeaf memory leaf) private {
        vm.expectRevert(revertData);
        surface.update(believed(leaf), encodeDetail(11, three));
        assertUntouched();
    }

    function goodLeaf() private view returns (IReportVerifier.ProvenLeaf memory) {
        return leafOf(hashDetail(11, three), AGREED_MS + 11);
    }

    function test_theSameOrAnOlderSurfaceIsRefused() public {
        for (uint48 ago = 0; ago < 3; ago++) {
            IReportVerifier.ProvenLeaf memory leaf = goodLeaf();
            leaf.timeMs = AGREED_MS + 10 - ago;
            refuseLeaf(
                abi.encodeWithSelector(
                    ISviSurface.SurfaceNotNewer.selector, uint256(leaf.timeMs), uint256(AGREED_MS) + 10
                ),
                leaf
            );
        }
    }

    function test_aSurfaceFromTheFutureIsRefused() public {
        IReportVerifier.ProvenLeaf memory leaf = goodLeaf();
        uint256 maxMs = (block.timestamp + 30) * 1000;
        leaf.timeMs = uint48(maxMs + 1);
        refuseLeaf(abi.encodeWithSelector(ISviSurface.FutureSurface.selector, maxMs + 1, maxMs), leaf);
        leaf.timeMs = uint48(maxMs);
        surface.update(believed(leaf), encodeDetail(11, three));
        surface.impliedVol(95_000e18, uint64(expiryMs() / 1000));
    }

    function test_aTimeBeyondItsFieldIsRefused() public {
        IReportVerifier.ProvenLeaf memory leaf = goodLeaf();
        leaf.timeMs = uint48(SurfaceHeadLibrary.TIME_MS_MAX + 1);
        vm.warp(leaf.timeMs / 1000);
        refuseLeaf(
            abi.encodeWithSelector(
                ISviSurface.TimeOverflow.selector, uint256(leaf.timeMs), SurfaceHeadLibrary.TIME_MS_MAX
            ),
            leaf
        );
    }

    function test_aSurfaceThatItsReportDoesNotStandByIsRefused() public {
        for (uint8 status = 0; status < 4; status++) {
            if (status == 1) continue;
            IReportVerifier.ProvenLeaf memory leaf = goodLeaf();
            leaf.status = status;
            refuseLeaf(abi.encodeWithSelector(ISviSurface.SurfaceNotAgreed.selector, status, uint8(1)), leaf);
        }
    }

    function test_aDispersionAsLargeAsTheVolatilityIsRefused() public {
        uint32[3] memory given = [uint32(999_999_001), 1e9, type(uint32).max];
        for (uint256 i = 0; i < given.length; i++) {
            IReportVerifier.ProvenLeaf memory leaf = goodLeaf();
            leaf.confidencePpb = given[i];
            refuseLeaf(
                abi.encodeWithSelector(
                    ISviSurface.DispersionTooLarge.selector, uint256(given[i]), uint256(999_999_000)
                ),
                leaf
            );
        }
        IReportVerifier.ProvenLeaf memory last = goodLeaf();
        last.confidencePpb = 999_999_000;
        surface.update(believed(last), encodeDetail(11, three));
        (, uint256 confidence) = surface.forwardAt(uint64(expiryMs() / 1000));
        assertEq(confidence, 1e12, "a millionth is left");
    }

    function test_aLeafOfAnotherFeedIsRefused() public {
        IReportVerifier.ProvenLeaf memory leaf = goodLeaf();
        leaf.feedId = keccak256("vol-surface:ETH-USD");
        refuseLeaf(abi.encodeWithSelector(ISviSurface.SurfaceNotProven.selector, SURFACE_FEED), leaf);
    }

    function test_itsLeafIsFoundAmongOthers() public {
        IReportVerifier.ProvenLeaf[] memory leaves = new IReportVerifier.ProvenLeaf[](3);
        leaves[0].feedId = bytes32(uint256(1));
        leaves[1].feedId = bytes32(uint256(2));
        leaves[2] = goodLeaf();
        surface.update(abi.encode(uint64(1), uint64(1), leaves), encodeDetail(11, three));
        (uint256 timeMs,) = surface.state();
        assertEq(timeMs, AGREED_MS + 11, "stored");
    }

    // -- The bytes of a detail

    function refuseDetail(bytes memory revertData, bytes memory detail) private {
        IReportVerifier.ProvenLeaf memory leaf = goodLeaf();
        vm.expectRevert(revertData);
        surface.update(believed(leaf), detail);
        assertUntouched();
    }

    function test_aDetailOfAnotherLengthIsRefused() public {
        bytes memory detail = encodeDetail(11, three);
        bytes4 refusal = SurfaceDetail.BadDetailLength.selector;
        refuseDetail(abi.encodeWithSelector(refusal, 0, 58), "");
        refuseDetail(abi.encodeWithSelector(refusal, detail.length + 1, detail.length), bytes.concat(detail, hex"00"));
        bytes memory cut = new bytes(detail.length - 1);
        for (uint256 i = 0; i < cut.length; i++) {
            cut[i] = detail[i];
        }
        refuseDetail(abi.encodeWithSelector(refusal, cut.length, detail.length), cut);
    }

    function test_noSliceAndTooManyAreRefused() public {
        bytes4 refusal = SurfaceDetail.BadSliceCount.selector;
        SignedSlice[] memory none = new SignedSlice[](0);
        bytes memory empty = abi.encodePacked(uint8(4), uint8(1), uint48(11), int128(1), uint8(0), uint8(0), bytes32(0));
        assertEq(none.length, 0, "none");
        refuseDetail(abi.encodeWithSelector(refusal, 0, 16), empty);
        bytes memory detail = encodeDetail(11, three);
        detail[24] = bytes1(uint8(17));
        refuseDetail(abi.encodeWithSelector(refusal, 17, 16), detail);
    }

    /// @custom:invariant storedSlicesWereSigned
    function testFuzz_aDetailWithAnyBitChangedIsRefused(uint256 bit) public {
        bytes memory detail = encodeDetail(11, three);
        bit = bound(bit, 0, detail.length * 8 - 1);
        detail[bit / 8] ^= bytes1(uint8(2 ** (bit % 8)));
        IReportVerifier.ProvenLeaf memory leaf = goodLeaf();
        (bool isTaken,) = address(surface).call(abi.encodeCall(surface.update, (believed(leaf), detail)));
        assertTrue(!isTaken, "taken");
        assertUntouched();
    }

    /// @dev Hashes of trees of every shape, against the plain way in the fixture.
    function test_detailsOfEveryCountAreTaken() public {
        for (uint48 count = 1; count <= 16; count++) {
            store(20 + count, listed(count, 0.5e18));
            assertEq(surface.slices().length, count, "stored");
        }
        for (uint48 count = 15; count > 0; count--) {
            store(60 - count, listed(count, 0.5e18));
            assertEq(surface.slices().length, count, "fewer than before");
        }
    }
}
