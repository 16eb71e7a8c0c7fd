// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {ISviSurface} from "../src/interfaces/ISviSurface.sol";
import {SliceSlotLibrary} from "../src/libraries/SliceSlot.sol";
import {Svi, SviMath} from "../src/libraries/SviMath.sol";
import {CredulousVerifier} from "./support/CredulousVerifier.sol";
import {SignedSlice, SurfaceFixture} from "./support/SurfaceFixture.sol";
import {ExactSvi} from "./support/ExactSvi.sol";

contract VolSurfaceChallengeTest is SurfaceFixture {
    SignedSlice[] private three;

    event SliceFrozen(uint64 indexed expirySec, uint256 timeMs, ISviSurface.Fault fault, int256 k);

    function setUp() public {
        deploySurface(new CredulousVerifier());
        three.push(listed(3, 0.5e18)[0]);
        three.push(listed(3, 0.5e18)[1]);
        three.push(listed(3, 0.5e18)[2]);
    }

    function expiryOf(uint256 i) private view returns (uint64) {
        return uint64(three[i].expiryMs / 1000);
    }

    function expectFrozen(uint64 expirySec) private {
        vm.expectRevert(abi.encodeWithSelector(ISviSurface.SliceIsFrozen.selector, uint256(expirySec)));
    }

    /// @dev Vogt's slice a year ahead: it keeps every condition that `update` looks at.
    function storeVogt(uint48 round) private returns (uint64 expirySec) {
        SignedSlice[] memory two = new SignedSlice[](2);
        two[0] = three[0];
        two[1] = three[1];
        two[1].expiryMs = AGREED_MS - 250 + 365 days * 1000;
        two[1].svi = Svi({a: -0.041e18, b: 0.1331e18, rho: 0.306e18, m: 0.3586e18, sigma: 0.4153e18});
        store(round, two);
        return uint64(two[1].expiryMs / 1000);
    }

    function test_anyoneFreezesASliceWithANegativeDensity() public {
        uint64 vogt = storeVogt(1);
        surface.impliedVol(95_000e18, vogt);
        vm.expectEmit(true, true, true, true, address(surface));
        emit SliceFrozen(vogt, AGREED_MS + 1, ISviSurface.Fault.Butterfly, 0.9e18);
        vm.prank(address(0xbeef));
        surface.challenge(vogt, 0.9e18);

        assertTrue(surface.slices()[1].isFrozen && !surface.slices()[0].isFrozen, "which");
        expectFrozen(vogt);
        surface.impliedVol(95_000e18, vogt);
        expectFrozen(vogt);
        surface.totalVariance(vogt - 1, 0);
        expectFrozen(vogt);
        surface.forwardAt(vogt - 1);
        // Its neighbour is read as before, on its own.
        surface.impliedVol(95_000e18, expiryOf(0));
    }

    function test_theNextUpdateThaws() public {
        uint64 vogt = storeVogt(1);
        surface.challenge(vogt, 0.9e18);
        store(2, three);
        for (uint256 i = 0; i < 3; i++) {
            assertTrue(!surface.slices()[i].isFrozen, "frozen");
        }
        surface.impliedVol(95_000e18, expiryOf(1));
    }

    function test_aChallengeWhereTheDensityIsPositiveFails() public {
        uint64 vogt = storeVogt(1);
        int256[4] memory ks = [int256(-1.5e18), 0, 0.64e18, 1.26e18];
        for (uint256 i = 0; i < 4; i++) {
            vm.expectPartialRevert(ISviSurface.ChallengeFailed.selector);
            surface.challenge(vogt, ks[i]);
            assertTrue(!surface.slices()[1].isFrozen, "frozen");
        }
    }

    /// @dev A later slice that is higher where `update` looks, and dips below the earlier one beside it.
    function crossing() private view returns (SignedSlice[] memory two, int256 k) {
        two = new SignedSlice[](2);
        two[0] = three[0];
        two[1] = three[1];
        Svi memory near = two[0].svi;
        // As high in the middle, and flat to the right: it crosses a little further on.
        two[1].svi = Svi({a: near.a, b: near.b, rho: near.rho, m: near.m, sigma: near.sigma});
        two[1].svi.sigma = near.sigma * 3;
        two[1].svi.rho = -0.6e18;
        two[1].svi.a = SviMath.variance(near, near.m) * 101 / 100 - two[1].svi.b * two[1].svi.sigma / 1e18;
        k = near.m + near.sigma;
    }

    function test_aCrossingBesideWhereUpdateLooksFreezesBothSlices() public {
        (SignedSlice[] memory two, int256 k) = crossing();
        store(1, two);
        assertTrue(k * k < 4 * SviMath.variance(two[1].svi, 0) * 1e18, "within two deviations");
        ISviSurface.Slice[] memory before = surface.slices();
        vm.expectEmit(true, true, true, true, address(surface));
        emit SliceFrozen(expiryOf(0), AGREED_MS + 1, ISviSurface.Fault.Calendar, k);
        vm.expectEmit(true, true, true, true, address(surface));
        emit SliceFrozen(expiryOf(1), AGREED_MS + 1, ISviSurface.Fault.Calendar, k);
        surface.challenge(expiryOf(0), k);
        ISviSurface.Slice[] memory after_ = surface.slices();
        for (uint256 i = 0; i < 2; i++) {
            assertTrue(after_[i].isFrozen, "frozen");
            before[i].isFrozen = true;
            assertEq32(keccak256(abi.encode(after_[i])), keccak256(abi.encode(before[i])), "all else stays");
        }
        expectFrozen(expiryOf(1));
        surface.impliedVol(95_000e18, expiryOf(1));
    }

    function test_theLaterSliceOfACrossingIsNotTheOneToName() public {
        (SignedSlice[] memory two, int256 k) = crossing();
        store(1, two);
        vm.expectPartialRevert(ISviSurface.ChallengeFailed.selector);
        surface.challenge(expiryOf(1), k);
    }

    /// @dev Signers look no further than four deviations of a grid that may be smaller: out there no slice is at fault.
    function test_aCrossingFarOutIsNobodysFault() public {
        (SignedSlice[] memory two,) = crossing();
        store(1, two);
        int256 k = 0.9e18;
        assertTrue(SviMath.crosses(SviMath.variance(two[0].svi, k), SviMath.variance(two[1].svi, k)), "crosses");
        vm.expectPartialRevert(ISviSurface.ChallengeFailed.selector);
        surface.challenge(expiryOf(0), k);
    }

    function test_whatIsNotThereCannotBeChallenged() public {
        vm.expectRevert(abi.encodeWithSelector(ISviSurface.UnknownExpiry.selector, uint256(expiryOf(0))));
        surface.challenge(expiryOf(0), 0);
        store(1, three);
        for (uint256 i = 0; i < 3; i++) {
            uint64 sec = i == 0 ? expiryOf(0) + 1 : i == 1 ? expiryOf(2) + 60 : 0;
            vm.expectRevert(abi.encodeWithSelector(ISviSurface.UnknownExpiry.selector, uint256(sec)));
            surface.challenge(sec, 0);
        }
        vm.expectRevert(abi.encodeWithSelector(ISviSurface.BeyondWingCut.selector, WING_CUT + 1, WING_CUT));
        surface.challenge(expiryOf(0), WING_CUT + 1);
        vm.expectRevert(abi.encodeWithSelector(ISviSurface.BeyondWingCut.selector, -WING_CUT - 1, WING_CUT));
        surface.challenge(expiryOf(0), -WING_CUT - 1);
        challengeInVain(expiryOf(0), WING_CUT);
        challengeInVain(expiryOf(0), -WING_CUT);
    }

    function testFuzz_aSurfaceWithoutArbitrageIsNeverFrozen(uint256 vol, uint256 rho, uint256 eta, uint256 k) public {
        vol = bound(vol, 0.1e18, 2e18);
        int256 skew = int256(bound(rho, 0, 1.9e18)) - 0.95e18;
        eta = bound(eta, 0.05e18, 1.99e36 / (1e18 + ExactSvi.size(skew)));
        SignedSlice[] memory list = listed(6, vol);
        for (uint256 i = 0; i < list.length; i++) {
            // One volatility for all: in variance slices are as close as the time between them, at most.
            list[i].svi = smile(thetaOf(vol, list[i].expiryMs), skew, eta);
        }
        store(1, list);
        for (uint256 i = 0; i < list.length; i++) {
            int256 at = int256(bound(uint256(keccak256(abi.encode(k, i))), 0, 2 * uint256(WING_CUT))) - WING_CUT;
            challengeInVain(uint64(list[i].expiryMs / 1000), at);
            challengeInVain(uint64(list[i].expiryMs / 1000), at / 20);
        }
    }

    function challengeInVain(uint64 expirySec, int256 k) private {
        vm.expectPartialRevert(ISviSurface.ChallengeFailed.selector);
        surface.challenge(expirySec, k);
    }

    /// @dev Two expiries of one and the same curve touch everywhere, which is no crossing.
    function testFuzz_slicesThatTouchAreNotCrossing(uint256 seed, uint256 where) public {
        SignedSlice[] memory two = new SignedSlice[](2);
        two[0] = three[0];
        two[1] = three[1];
        Svi memory svi = ExactSvi.draw(seed);
        vm.assume(SliceSlotLibrary.isFine(svi));
        two[0].svi = svi;
        two[1].svi = svi;
        store(1, two);
        int256 k = int256(bound(where, 0, 2 * uint256(WING_CUT))) - WING_CUT;
        (bool isFrozen,) = address(surface).call(abi.encodeCall(surface.challenge, (expiryOf(0), k)));
        // Anything can be wrong with such a slice but this: the later one would be frozen as well.
        assertTrue(!isFrozen || !surface.slices()[1].isFrozen, "crossing");
    }
}
