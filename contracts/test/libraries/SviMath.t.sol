// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {SliceSlotLibrary} from "../../src/libraries/SliceSlot.sol";
import {Svi, SviMath} from "../../src/libraries/SviMath.sol";
import {ExactSvi} from "../support/ExactSvi.sol";
import {Test} from "../support/Test.sol";

contract SviMathTest is Test {
    /// @dev A. Vogt's slice (Gatheral and Jacquier 2014, example 3.1), which has a butterfly arbitrage.
    function vogt() private pure returns (Svi memory) {
        return Svi({a: -0.041e18, b: 0.1331e18, rho: 0.306e18, m: 0.3586e18, sigma: 0.4153e18});
    }

    function kept(Svi memory svi) private pure returns (Svi memory) {
        return SliceSlotLibrary.pack(1, svi).curve();
    }

    function anyK(uint256 where, Svi memory svi) private pure returns (int256) {
        uint256 reach = FixedPointMathLib.min(10e18, 8 * uint256(ExactSvi.deviation(svi)));
        return int256(bound(where, 0, 2 * reach)) - int256(reach);
    }

    function assertNear(int256 given, int256 wanted, uint256 within, string memory what) private pure {
        assertAtMost(ExactSvi.size(given - wanted), within, what);
    }

    /// @dev Wanted: published values, recomputed to 12 digits.
    function test_knownValues() public pure {
        assertNear(SviMath.variance(vogt(), -1.5e18), 0.136781961122e18, 1e6, "w(-1.5)");
        assertNear(SviMath.variance(vogt(), 0), 0.017426252555e18, 1e6, "w(0)");
        assertNear(SviMath.variance(vogt(), 0.4e18), 0.016236569623e18, 1e6, "w(0.4)");
        assertNear(SviMath.leastVariance(vogt()), 0.0116249e18, 1e11, "least");
    }

    /// @dev The closed start and five steps are as good as solady's search and seven.
    function testFuzz_theRootIsExact(int64 x, int64 y) public pure {
        vm.assume(y > 0);
        Svi memory svi = Svi({a: 0, b: 1e18, rho: 0, m: 0, sigma: y});
        uint256 square = uint256(int256(x) * x + int256(y) * y);
        assertEqInt(SviMath.variance(svi, x), int256(FixedPointMathLib.sqrt(square)), "root");
    }

    /// @dev Below a square Newton's steps swing between its root and the number under it.
    function test_smallRootsAreExact() public pure {
        Svi memory svi = Svi({a: 0, b: 1e18, rho: 0, m: 0, sigma: 0});
        for (int256 x = 0; x < 48; x++) {
            for (svi.sigma = 1; svi.sigma < 48; svi.sigma++) {
                uint256 square = uint256(x * x + svi.sigma * svi.sigma);
                assertEqInt(SviMath.variance(svi, x), int256(FixedPointMathLib.sqrt(square)), "root");
            }
        }
    }

    function test_theRootIsExactWhereTheStartIsWorst() public pure {
        for (int256 y = 1; y < 2 ** 62; y = y * 3 + 1) {
            for (int256 x = y - 1; x <= y + 1; x++) {
                Svi memory svi = Svi({a: 0, b: 1e18, rho: 0, m: 0, sigma: y});
                uint256 square = uint256(x * x + y * y);
                assertEqInt(SviMath.variance(svi, x), int256(FixedPointMathLib.sqrt(square)), "root");
            }
        }
    }

    // -- Butterfly

    function test_vogtsSliceIsAnArbitrageWhereItIs() public pure {
        assertNear(SviMath.durrlemanCeiling(kept(vogt()), 0.9e18), -0.032685130709e18, 1e12, "g(0.9)");
        assertNear(SviMath.durrlemanCeiling(kept(vogt()), -1.5e18), 0.247830695258e18, 1e12, "g(-1.5)");
        assertNear(SviMath.durrlemanCeiling(kept(vogt()), 0), 1.038649731282e18, 1e12, "g(0)");
        assertTrue(SviMath.durrlemanCeiling(kept(vogt()), 0.6424e18) >= 0, "just outside");
        assertTrue(SviMath.durrlemanCeiling(kept(vogt()), 0.6426e18) < 0, "just inside");
        assertTrue(SviMath.durrlemanCeiling(kept(vogt()), 1.2568e18) < 0, "just inside");
        assertTrue(SviMath.durrlemanCeiling(kept(vogt()), 1.257e18) >= 0, "just outside");
    }

    /// @dev Wanted: its intervals worked out to 60 digits. Each radius is a hundred million units here and counts by itself:
    ///      a narrower one would freeze what was honest, a wider one let more pass than was reasoned.
    function test_theCeilingIsAsWideAsItsRadii() public pure {
        Svi memory svi = vogt();
        assertNear(SviMath.durrlemanCeiling(svi, 0.9e18), -32685129304725282, 8, "a negative density");
        svi = Svi({a: 0.5e18, b: 0.9e18, rho: -0.9e18, m: 0.01e18, sigma: 3e18});
        assertNear(SviMath.durrlemanCeiling(svi, -2e18), 470607423452806353, 8, "a wide bend");
        svi = Svi({a: 0.09e18, b: 1.2e18, rho: 0.6e18, m: -0.4e18, sigma: 0.3e18});
        assertNear(SviMath.durrlemanCeiling(svi, 0.8e18), -79986660412769250, 8, "a steep wing");
        svi = Svi({a: 0.001e18, b: 0.05e18, rho: 0.2e18, m: 0.1e18, sigma: 0.05e18});
        assertNear(SviMath.durrlemanCeiling(svi, 0.1e18), 1227544779378728262, 500, "at its own m");
        svi = Svi({a: 0.04e18, b: 0.2e18, rho: -0.5e18, m: 5e18, sigma: 0.001e18});
        assertNear(SviMath.durrlemanCeiling(svi, 4.9e18), 131911586641046244210, 10_000, "a sharp bend far away");
    }

    /// @dev Whatever was cut from a slice, what is proven of the slot is true of what was signed.
    /// @custom:invariant honestSlicesAreNeverFrozen
    function testFuzz_theCeilingIsAboveTheSignedSlice(uint256 seed, uint256 where) public pure {
        Svi memory svi = ExactSvi.draw(seed);
        if (!SliceSlotLibrary.isFine(svi)) return;
        int256 k = anyK(where, svi);
        int256 exact = ExactSvi.durrleman36(svi, k);
        int256 ceiling = SviMath.durrlemanCeiling(kept(svi), k);
        assertTrue(ceiling > type(int256).max / 1e18 || ceiling * 1e18 >= exact, "below");
    }

    /// @dev And it is no excuse: for slices as they are it is above by less than 1e-4, and the nodes
    ///      admit none below 1e-3.
    function testFuzz_theCeilingIsCloseOnUsualSlices(uint256 seed, uint256 where) public pure {
        Svi memory svi = ExactSvi.draw(seed);
        int256 deviation = ExactSvi.deviation(svi);
        // A smallest variance of at least a quarter of that at the money, a bend of a fifth of a deviation to ten of them: beyond
        // those the variance is the small difference of two large numbers, and what a slot loses of either weighs more.
        if (ExactSvi.least36(svi) < ExactSvi.variance36(svi, 0) / 4) return;
        if (svi.sigma < deviation / 5 || svi.sigma > 10 * deviation) return;
        if (deviation < 1e14 || deviation > 1e18) return;
        int256 k = int256(bound(where, 0, 8 * uint256(deviation))) - 4 * deviation;
        int256 excess = SviMath.durrlemanCeiling(kept(svi), k) * 1e18 - ExactSvi.durrleman36(svi, k);
        assertAtMost(uint256(excess) / 1e18, 1e14, "excess");
    }

    // -- Calendar

    function test_aCrossingIsMoreThanRounding() public pure {
        assertTrue(!SviMath.crosses(1e18, 1e18), "equal");
        assertTrue(!SviMath.crosses(1e18 + 1e13, 1e18), "a hundred thousandth");
        assertTrue(SviMath.crosses(1e18 + 1e13 + 1, 1e18), "more");
        assertTrue(SviMath.crosses(1, 0), "from nothing");
    }

    function test_oneDeviationItselfIsCentral() public pure {
        assertTrue(SviMath.isCentral(Svi({a: 1e18, b: 0, rho: 0, m: 1e18, sigma: 1e18})), "m = 1, w = 1");
        assertTrue(!SviMath.isCentral(Svi({a: 1e18, b: 0, rho: 0, m: 1e18 + 1, sigma: 1e18})), "a little further");
    }

    /// @dev The way without roots agrees with the plain one, but in the width of the tolerance's own tolerance.
    function assertBothWaysAgree(Svi memory near, Svi memory far) private pure {
        uint256 edges = 0;
        bool isPlain = SviMath.isCentral(near) && SviMath.isCentral(far);
        for (uint256 i = 0; i < 2; i++) {
            int256 k = i == 0 ? near.m : far.m;
            int256 nearVariance = SviMath.variance(near, k);
            int256 farVariance = SviMath.variance(far, k);
            isPlain = isPlain && !SviMath.crosses(nearVariance, farVariance);
            // Within 1e-9 of where it turns, either answer will do.
            int256 edge = nearVariance - farVariance - farVariance / 1e5;
            if (ExactSvi.size(edge) <= ExactSvi.size(nearVariance) / 1e9 + 100) edges++;
        }
        if (edges == 0) assertTrue(SviMath.areApart(near, far) == isPlain, "the two ways differ");
    }

    function testFuzz_slicesApartDoNotCross(uint256 nearSeed, uint256 farSeed, uint256 lift) public pure {
        Svi memory near = ExactSvi.draw(nearSeed);
        Svi memory far = ExactSvi.draw(nearSeed / 2 == farSeed / 2 ? nearSeed : farSeed);
        if (lift % 2 == 0) far = Svi(near.a, near.b, near.rho, near.m, near.sigma);
        far.a += int256(bound(lift, 0, 4e4)) * near.a / 1e9;
        assertBothWaysAgree(near, far);
    }

    /// @dev Two central slices of like shape and level, as neighbours are, where every term of the comparison counts.
    function testFuzz_neighboursAreApartOrNot(uint256 seed) public pure {
        Svi memory near = ExactSvi.draw(seed);
        near.m /= 5;
        uint256[6] memory draws;
        for (uint256 i = 0; i < 6; i++) {
            draws[i] = ExactSvi.word(seed, 20 + i);
        }
        Svi memory far;
        far.b = near.b * int256(50 + draws[0] % 101) / 100;
        far.rho = near.rho * int256(draws[1] % 101) / 100;
        far.sigma = near.sigma * int256(50 + draws[2] % 101) / 100;
        far.m = near.m + ExactSvi.deviation(near) * (int256(draws[3] % 101) - 50) / 100;
        int256 k = draws[4] % 2 == 0 ? near.m : far.m;
        int256 level = SviMath.variance(near, k) * (970 + int256(draws[5] % 61)) / 1000;
        far.a = level - SviMath.variance(far, k);
        assertBothWaysAgree(near, far);
    }

    function test_twoStandardDeviationsAreExact() public pure {
        assertTrue(SviMath.isComparable(0.4e18, 0.04e18) && SviMath.isComparable(-0.4e18, 0.04e18), "two");
        assertTrue(!SviMath.isComparable(0.4e18 + 1, 0.04e18) && !SviMath.isComparable(-0.4e18 - 1, 0.04e18), "more");
    }

    function testFuzz_twoStandardDeviationsAreComparable(uint256 atMoney, uint256 k) public pure {
        atMoney = bound(atMoney, 1e8, 9e18);
        k = bound(k, 0, 10e18);
        bool wanted = k * k <= 4 * atMoney * 1e18;
        assertTrue(SviMath.isComparable(int256(k), int256(atMoney)) == wanted, "right");
        assertTrue(SviMath.isComparable(-int256(k), int256(atMoney)) == wanted, "left");
    }
}
