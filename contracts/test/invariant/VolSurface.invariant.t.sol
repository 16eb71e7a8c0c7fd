// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {VolSurface} from "../../src/VolSurface.sol";
import {ISviSurface} from "../../src/interfaces/ISviSurface.sol";
import {Svi} from "../../src/libraries/SviMath.sol";
import {ExactSvi} from "../support/ExactSvi.sol";
import {SignedSlice} from "../support/SurfaceFixture.sol";
import {Test} from "../support/Test.sol";
import {SurfaceHandler} from "./SurfaceHandler.sol";

/// @dev The invariants of docs/invariants.md, after every action of the handler.
contract VolSurfaceInvariantTest is Test {
    SurfaceHandler private handler;
    VolSurface private surface;

    function setUp() public {
        handler = new SurfaceHandler();
        surface = handler.theSurface();
    }

    /// @dev forge asks which contracts it shall call.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_timesNeverDecrease() public view {
        (uint256 timeMs,) = surface.state();
        assertTrue(timeMs >= handler.timeBefore(), "time");
    }

    function invariant_storedSlicesWereSigned() public view {
        (uint256 timeMs,) = surface.state();
        ISviSurface.Slice[] memory stored = surface.slices();
        SignedSlice[] memory signed = handler.signedAt(timeMs);
        assertEq(stored.length, signed.length, "count");
        for (uint256 i = 0; i < stored.length; i++) {
            assertEq(stored[i].expirySec, signed[i].expiryMs / 1000, "expiry");
            assertEq(stored[i].forward, uint256(signed[i].forward) * 1e10, "forward");
            Svi memory svi = signed[i].svi;
            assertKept(stored[i].a, svi.a, ExactSvi.size(svi.a));
            assertKept(stored[i].b, svi.b, uint256(svi.b));
            assertKept(stored[i].rho, svi.rho, 1e18);
            uint256 reach = FixedPointMathLib.max(ExactSvi.size(svi.m), uint256(svi.sigma));
            assertKept(stored[i].m, svi.m, reach);
            assertKept(stored[i].sigma, svi.sigma, reach);
        }
    }

    /// @dev At most 2^-31 of a size below.
    function assertKept(int256 stored, int256 signed, uint256 size) private pure {
        assertTrue(stored <= signed, "above");
        assertAtMost(uint256(signed - stored), size >> 31, "below");
    }

    function invariant_nothingStaleIsRead() public view {
        assertEq(handler.badAnswers(), 0, "bad answers");
    }

    function invariant_honestSlicesAreNeverFrozen() public view {
        assertEq(handler.wronglyFrozen(), 0, "wrongly frozen");
    }

    /// @dev A suite that only ever sees refusals would prove nothing.
    function test_theHandlerReachesEveryCase() public {
        for (uint256 i = 0; i < 150; i++) {
            uint256 dice = uint256(keccak256(abi.encode("dice", i)));
            handler.updateSigned(dice);
            handler.read(dice, dice >> 8, dice >> 16);
            handler.updateByTheWrongKey(dice >> 1);
            handler.challenge(5, dice % 2 == 0 ? int256(uint256(3.9e18)) : int256(dice >> 2));
            handler.read(dice >> 3, dice >> 8, dice >> 16);
            handler.updateDamaged(dice >> 4);
            handler.letTimePass(dice);
            invariant_timesNeverDecrease();
            invariant_storedSlicesWereSigned();
        }
        invariant_nothingStaleIsRead();
        invariant_honestSlicesAreNeverFrozen();
        assertTrue(handler.accepted() > 30, "accepted");
        assertTrue(handler.refused() > 300, "refused");
        assertTrue(handler.answered() > 50, "answered");
        assertTrue(handler.unanswered() > 50, "unanswered");
        assertTrue(handler.frozen() > 0, "frozen");
    }
}
