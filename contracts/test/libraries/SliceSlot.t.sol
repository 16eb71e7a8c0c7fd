// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {SliceSlot, SliceSlotLibrary} from "../../src/libraries/SliceSlot.sol";
import {Svi, SviMath} from "../../src/libraries/SviMath.sol";
import {ExactSvi} from "../support/ExactSvi.sol";
import {Test} from "../support/Test.sol";

contract SliceSlotTest is Test {
    /// @dev A volatility moves by half of what its variance does.
    uint256 private constant LOSS_MAX_PPM = 2;

    function assertKept(int256 given, int256 signed_, uint256 unit, string memory what) private pure {
        assertTrue(given <= signed_, what);
        assertAtMost(uint256(signed_ - given), unit == 0 ? 0 : unit - 1, what);
    }

    /// @dev The largest unit a field of so many bits may need for this magnitude, in steps of 16.
    function unitOf(uint256 size, uint256 bits) private pure returns (uint256 unit) {
        for (unit = 1; size / unit >= 2 ** bits;) {
            unit *= 16;
        }
    }

    function magnitude(int256 x) private pure returns (uint256) {
        return x < 0 ? uint256(-(x + 1)) : uint256(x);
    }

    function testFuzz_everyFieldComesBackButForItsLastBits(
        uint64 forward,
        int64 a,
        uint256 b,
        int256 rho,
        int64 m,
        int64 sigma
    ) public pure {
        Svi memory svi = Svi({
            a: a,
            b: int256(bound(b, 0, 2e18)),
            rho: int256(bound(uint256(rho), 0, 2 * 0.9995e18)) - 0.9995e18,
            m: m,
            sigma: int256(bound(uint256(int256(sigma)), 1, uint256(uint64(type(int64).max))))
        });
        assertAllKept(forward, svi);
    }

    function assertAllKept(uint64 forward, Svi memory svi) private pure {
        SliceSlot slot = SliceSlotLibrary.pack(forward, svi);
        Svi memory kept = slot.curve();
        assertEq(slot.forward(), forward, "forward");
        assertTrue(!slot.isFrozen(), "frozen");
        assertKept(kept.a, svi.a, unitOf(magnitude(svi.a), 38), "a");
        assertKept(kept.b, svi.b, unitOf(uint256(svi.b), 35), "b");
        assertKept(kept.rho, svi.rho, 2 ** 25, "rho");
        uint256 reach = magnitude(svi.m) > uint256(svi.sigma) ? magnitude(svi.m) : uint256(svi.sigma);
        assertKept(kept.m, svi.m, unitOf(reach, 35), "m");
        assertKept(kept.sigma, svi.sigma, unitOf(reach, 35), "sigma");
    }

    /// @dev Where a field needs its next exponent: the last number of each width and the first two of the next.
    function test_everyWidthIsKept() public pure {
        for (uint256 shift = 0; shift <= 28; shift += 4) {
            for (int256 step = -1; step <= 1; step++) {
                int256 a = int256(shift > 24 ? 2 ** 62 : 2 ** (38 + shift)) + step;
                int256 edge = int256(shift > 24 ? 2 ** 62 : 2 ** (35 + shift)) + step;
                int256 b = edge > 2e18 ? int256(2e18) : edge;
                assertAllKept(1, Svi(a, b, 0, edge, 1));
                assertAllKept(1, Svi(-a, b, 0, -edge, 1));
                assertAllKept(1, Svi(a, b, 0, 0, edge));
            }
        }
    }

    function testFuzz_smallNumbersAreKeptToTheLastBit(int32 a, uint32 b, int32 m, uint32 sigma) public pure {
        Svi memory svi = Svi(a, int256(uint256(b)), 0, m, int256(uint256(sigma)));
        Svi memory kept = SliceSlotLibrary.pack(1, svi).curve();
        assertEq32(keccak256(abi.encode(kept)), keccak256(abi.encode(svi)), "slice");
    }

    function testFuzz_freezingChangesNothingElse(uint64 forward, uint256 seed) public pure {
        SliceSlot slot = SliceSlotLibrary.pack(forward, ExactSvi.draw(seed));
        SliceSlot frozen = slot.frozen();
        assertTrue(frozen.isFrozen(), "not frozen");
        assertEq(frozen.forward(), forward, "forward");
        assertEq32(keccak256(abi.encode(frozen.curve())), keccak256(abi.encode(slot.curve())), "slice");
    }

    function testFuzz_aReaderOfTheSlotSeesWhatAReaderOfTheCurveSees(uint256 seed, int256 k) public pure {
        k = int256(bound(uint256(k), 0, 20e18)) - 10e18;
        SliceSlot slot = SliceSlotLibrary.pack(1, ExactSvi.draw(seed));
        Svi memory svi = slot.curve();
        assertEqInt(slot.variance(k), SviMath.variance(svi, k), "the same");
        // Each rounds down, here the sum and the root.
        int256 exact = ExactSvi.variance36(svi, k);
        assertAtMost(ExactSvi.size(slot.variance(k) * 1e18 - exact), uint256(svi.b) + 1e18, "exact");
    }

    /// @dev What the slot is for. At the money, in the body, and out to e^10 forwards.
    /// @custom:invariant volatilityIsKept
    function testFuzz_noVolatilityMovesByAMillionth(uint256 seed, uint256 where) public pure {
        Svi memory svi = ExactSvi.draw(seed);
        if (!SliceSlotLibrary.isFine(svi)) return;
        SliceSlot slot = SliceSlotLibrary.pack(1, svi);
        assertLittleLost(slot, svi, 0);
        int256 lowest = svi.m - svi.rho * svi.sigma / 1e18;
        assertLittleLost(slot, svi, lowest);
        int256 reach = 8 * ExactSvi.deviation(svi);
        if (reach > 10e18) reach = 10e18;
        assertLittleLost(slot, svi, int256(bound(where, 0, 2 * uint256(reach))) - reach);
        assertLittleLost(slot, svi, int256(where % 20e18) - 10e18);
    }

    function assertLittleLost(SliceSlot slot, Svi memory svi, int256 k) private pure {
        int256 exact = ExactSvi.variance36(svi, k);
        int256 loss = slot.variance(k) * 1e18 - exact;
        assertTrue(exact > 0, "no variance");
        assertAtMost(ExactSvi.size(loss) / 1e12, uint256(exact) / 1e18 * LOSS_MAX_PPM, "loss");
    }

    /// @dev Slices as they are, from ten minutes to two years, are far from the limit.
    function testFuzz_usualSlicesAreFine(uint256 seed, uint256 tenorSec, uint256 vol) public pure {
        tenorSec = bound(tenorSec, 600, 2 * 365 days);
        vol = bound(vol, 0.05e18, 4e18);
        uint256 theta = vol * vol / 1e18 * tenorSec / 365 days;
        Svi memory svi = ExactSvi.draw(seed);
        int256 shape = int256(ExactSvi.word(seed, 9) % 1000);
        int256 root = int256(FixedPointMathLib.sqrt(theta * 1e18));
        // σ from 0.02 to 4 deviations, b up to 1, ρ to 0.999, a smallest variance from a tenth of θ.
        svi.rho = svi.rho * 999 / 1000;
        svi.sigma = root * (20 + 4 * shape) / 1000;
        svi.m = root * (shape - 500) / 250;
        svi.b = root * (shape + 1) / 1000;
        int256 cosine = int256(FixedPointMathLib.sqrt(uint256(1e36 - svi.rho * svi.rho)));
        svi.a = int256(theta) / 10 - svi.b * svi.sigma / 1e18 * cosine / 1e18;
        assertTrue(SliceSlotLibrary.isFine(svi), "refused");
    }

    /// @dev The formula above `isFine`, as it is written there.
    function isFineAsWritten(Svi memory svi) private pure returns (bool) {
        int256 wad = 1e18;
        int256 place = svi.m < 0 ? -svi.m : svi.m;
        int256 slope = svi.rho < 0 ? -svi.rho : svi.rho;
        if (place >> 20 > svi.sigma) return false;
        (int256 missing, int256 bend) = (missingWithoutA(svi, place) - 3567 * svi.a, 0);
        bend = (3566 - wad / (8 * (wad - slope))) * svi.b * svi.sigma / wad;
        return missing <= 0 || bend * bend * ((wad * wad - svi.rho * svi.rho) / wad) >= missing * missing * wad;
    }

    function missingWithoutA(Svi memory svi, int256 place) private pure returns (int256) {
        int256 wad = 1e18;
        return svi.b * (place + 3 * svi.sigma) / wad + svi.b * place * place / (4096 * svi.sigma * wad) + 51_539_607_552;
    }

    /// @dev Beside the bound of `a`, where each term counts.
    function testFuzz_whatIsFineIsWhatIsWritten(uint64 b, uint256 rho, uint64 m, uint64 sigma, uint32 scales, int16 off)
        public
        pure
    {
        Svi memory svi = Svi({
            a: 0,
            b: int256(uint256(b) % 2e18) >> (scales % 48),
            rho: int256(rho % uint256(2 * SliceSlotLibrary.RHO_MAX + 1)) - SliceSlotLibrary.RHO_MAX,
            m: int256(uint256(m) >> 1) >> (scales / 48 % 48),
            sigma: 1 + (int256(uint256(sigma) >> 1) >> (scales / 2304 % 48))
        });
        if (scales % 2 == 1) svi.m = -svi.m;
        int256 room;
        {
            int256 slope = svi.rho < 0 ? -svi.rho : svi.rho;
            int256 bend = (3566 - 1e18 / (8 * (1e18 - slope))) * svi.b * svi.sigma / 1e18;
            room = int256(FixedPointMathLib.sqrt(uint256(bend * bend * ((1e36 - svi.rho * svi.rho) / 1e18) / 1e18)));
        }
        int256 bound_ = (missingWithoutA(svi, svi.m < 0 ? -svi.m : svi.m) - room) / 3567;
        for (int256 step = -2; step <= 2; step++) {
            svi.a = bound_ + step * (1 + (bound_ < 0 ? -bound_ : bound_) >> uint256(uint16(off)) % 64);
            assertTrue(SliceSlotLibrary.isFine(svi) == isFineAsWritten(svi), "as written");
        }
    }

    function test_aSmallestVarianceThatIsTheDifferenceOfLargeTermsIsRefused() public pure {
        Svi memory svi = Svi({a: -0.5e18, b: 0.5e18, rho: 0, m: 0, sigma: 1e18 + 1e13});
        assertTrue(!SliceSlotLibrary.isFine(svi), "5e-6 of 0.5");
        svi.sigma = 1e18 + 1e16;
        assertTrue(SliceSlotLibrary.isFine(svi), "5e-3 of 0.5");
    }

    function test_aSmoothingFarBelowThePlaceIsRefused() public pure {
        Svi memory svi = Svi({a: 1e18, b: 0.01e18, rho: 0, m: 2 ** 60, sigma: 2 ** 40});
        assertTrue(SliceSlotLibrary.isFine(svi), "a millionth");
        svi.sigma = 2 ** 40 - 1;
        assertTrue(!SliceSlotLibrary.isFine(svi), "less");
    }
}
