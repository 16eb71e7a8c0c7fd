// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {BlackPrice} from "../../src/libraries/BlackPrice.sol";
import {PreciseBlack} from "../support/PreciseBlack.sol";
import {Test} from "../support/Test.sol";

/// @dev Makes the library's refusals visible.
contract BlackPriceHarness {
    function price(bool isCall, uint256 forward, uint256 strike, uint256 vol, uint256 timeSec, int256 rate)
        external
        pure
        returns (uint256)
    {
        return BlackPrice.price(isCall, forward, strike, vol, timeSec, rate);
    }

    function discount(int256 rate, uint256 timeSec) external pure returns (uint256) {
        return BlackPrice.discount(rate, timeSec);
    }

    function totalVol(uint256 vol, uint256 timeSec) external pure returns (uint256) {
        return BlackPrice.totalVol(vol, timeSec);
    }
}

contract BlackPriceTest is Test {
    uint256 private constant SHORTEST_SEC = 600;
    uint256 private constant LONGEST_SEC = 2 * 365 days;
    BlackPriceHarness private immutable HARNESS = new BlackPriceHarness();

    struct Option {
        bool isCall;
        uint256 forward;
        uint256 strike;
        uint256 vol;
        uint256 timeSec;
        int256 rate;
    }

    struct VectorOption {
        bool isCall;
        uint256 forward;
        uint256 strike;
        uint256 vol;
        uint256 timeSec;
        int256 rate;
        uint256 price;
    }

    string private constant TYPES =
        "VectorOption(bool isCall,uint256 forward,uint256 strike,uint256 vol,uint256 timeSec,int256 rate,uint256 price)";

    function given(Option memory o) private pure returns (uint256) {
        return BlackPrice.price(o.isCall, o.forward, o.strike, o.vol, o.timeSec, o.rate);
    }

    /// @dev From ten minutes to two years, 1 % to 500 % volatility, a third of the strikes within some deviations, the
    ///      others up to a factor of a hundred away; prices from a millionth to a million; rates from -50 to +100 %.
    function folded(Option memory o, uint256 dice) private pure returns (Option memory) {
        o.forward = 10 ** bound(dice, 12, 23) * bound(o.forward, 1e9, 1e10) / 1e9;
        o.vol = bound(o.vol, 0.01e18, 5e18);
        o.timeSec = bound(o.timeSec, SHORTEST_SEC, LONGEST_SEC);
        o.rate = int256(bound(uint256(o.rate), 0, 1.5e18)) - 0.5e18;
        uint256 moneyness =
            bound(o.strike, 1e18, dice % 3 == 0 ? 1e18 + 6 * BlackPrice.totalVol(o.vol, o.timeSec) : 1e20);
        o.strike = dice % 2 == 0 ? o.forward * moneyness / 1e18 : o.forward * 1e18 / moneyness;
        return o;
    }

    /// @dev |given - wanted| in 1e-36.
    function errorOf(uint256 wad, uint256 precise) private pure returns (uint256) {
        return FixedPointMathLib.dist(wad * 1e18, precise);
    }

    /// @dev Within 1e-7 of the premium or 1e-9 of the forward; and within the much smaller bound that the library states.
    function testFuzz_agreesWithThirtySixDigits(Option memory any, uint256 dice) public pure {
        Option memory o = folded(any, dice);
        uint256 wanted = PreciseBlack.price(o.isCall, o.forward, o.strike, o.vol, o.timeSec, o.rate);
        uint256 difference = errorOf(given(o), wanted);
        assertAtMost(difference, FixedPointMathLib.max(wanted / 1e7, o.forward * 1e9), "what was promised");

        uint256 discount = PreciseBlack.discount(o.rate, o.timeSec) / 1e18 + 1;
        uint256 undiscounted = 2e18 + 3 * o.forward + 2 * o.strike;
        uint256 stated = undiscounted * discount / 1e18 + wanted / 1e18 * (1e18 + 2 * discount) / discount + 1e18;
        assertAtMost(difference, stated, "what the library states");
    }

    function testFuzz_callMinusPutIsTheDiscountedForwardMinusStrike(Option memory any, uint256 dice) public pure {
        Option memory o = folded(any, dice);
        o.isCall = true;
        uint256 call = given(o);
        o.isCall = false;
        uint256 put = given(o);
        uint256 wanted = FixedPointMathLib.dist(o.forward, o.strike) * BlackPrice.discount(o.rate, o.timeSec) / 1e18;
        assertAtMost(FixedPointMathLib.dist(FixedPointMathLib.dist(call, put), wanted), 2, "parity");
    }

    /// @dev test/vectors/black.json: prices by src/quant/black76.ts in floating point.
    function test_agreesWithTheTypeScriptOfTheNodes() public view {
        string memory json = vm.readFile("test/vectors/black.json");
        uint256 count = vm.parseJsonUint(json, ".count");
        assertTrue(count >= 200, "vectors");
        for (uint256 i = 0; i < count; i++) {
            bytes memory coded = vm.parseJsonType(json, string.concat(".options[", vm.toString(i), "]"), TYPES);
            VectorOption memory v = abi.decode(coded, (VectorOption));
            uint256 price = BlackPrice.price(v.isCall, v.forward, v.strike, v.vol, v.timeSec, v.rate);
            // A double holds sixteen digits of forward and strike.
            uint256 max = (v.forward + v.strike + v.price) / 1e14 + 10;
            assertAtMost(FixedPointMathLib.dist(price, v.price), max, v.isCall ? "call" : "put");
            uint256 wanted = PreciseBlack.price(v.isCall, v.forward, v.strike, v.vol, v.timeSec, v.rate) / 1e18;
            assertAtMost(FixedPointMathLib.dist(wanted, v.price), max, "the three agree");
        }
    }

    /// @dev The yardstick itself, against 40-digit values.
    function test_knownValues() public pure {
        assertAtMost(
            FixedPointMathLib.dist(PreciseBlack.cdf(1.96e36), 975002104851779565863415730959162810), 1e6, "series"
        );
        assertAtMost(FixedPointMathLib.dist(PreciseBlack.cdf(-8e36), 622096057427178412352), 1e6, "fraction");
        assertAtMost(
            FixedPointMathLib.dist(PreciseBlack.tailOf(5e36), PreciseBlack.ONE / 2 - PreciseBlack.centre(5e36)),
            1e7,
            "where they meet"
        );
        // exp(-1), ln 10.
        assertAtMost(
            FixedPointMathLib.dist(PreciseBlack.expMinus(1e36), 367879441171442321595523770161460867), 10, "exp"
        );
        assertAtMost(
            FixedPointMathLib.dist(uint256(PreciseBlack.ln(1e37)), 2302585092994045684017991454684364208),
            100,
            "logarithm"
        );
        // At the money and without a rate: F·(2Φ(s/2) - 1), s = 0.5.
        assertAtMost(
            FixedPointMathLib.dist(BlackPrice.price(true, 1e18, 1e18, 0.5e18, 365 days, 0), 197412651365847448),
            10,
            "at the money"
        );
        assertEq(BlackPrice.totalVol(0.5e18, 365 days), 0.5e18, "a year is 365 days");
        assertEq(BlackPrice.discount(0, LONGEST_SEC), 1e18, "no rate");
        int256 rateMax = int256(uint256(type(uint128).max));
        assertEq(BlackPrice.discount(rateMax, 0), 1e18, "no time at the highest rate");
        assertEq(BlackPrice.discount(-rateMax, 0), 1e18, "no time at the lowest rate");
    }

    function test_theLimitsThemselvesAreRefused() public {
        testFuzz_whatIsOutOfRangeIsRefused(0, type(int256).max);
    }

    function testFuzz_whatIsOutOfRangeIsRefused(uint256 excess, int256 rate) public {
        uint256 far = bound(excess, 0, type(uint128).max);
        uint256 vol = BlackPrice.VOL_LIMIT;
        vm.expectRevert(abi.encodeWithSelector(BlackPrice.VolOutOfRange.selector, vol + far, vol));
        HARNESS.price(true, 1e18, 1e18, vol + far, 600, 0);
        uint256 time = BlackPrice.TIME_LIMIT_SEC;
        vm.expectRevert(abi.encodeWithSelector(BlackPrice.TimeOutOfRange.selector, time + far, time));
        HARNESS.price(true, 1e18, 1e18, 1e18, time + far, 0);
        vm.expectRevert(abi.encodeWithSelector(BlackPrice.TimeOutOfRange.selector, time + far, time));
        HARNESS.discount(0, time + far);
        vm.expectRevert(abi.encodeWithSelector(BlackPrice.TimeOutOfRange.selector, time + far, time));
        HARNESS.totalVol(1e18, time + far);
        vm.assume(rate > 10e18 || rate < -10e18);
        vm.expectRevert(abi.encodeWithSelector(BlackPrice.RateOutOfRange.selector, rate, 365 days));
        HARNESS.discount(rate, 365 days);
    }

    function test_theLargestRatesAreServed() public pure {
        assertEq(BlackPrice.discount(10e18, 365 days), 45399929762484, "e^-10");
        assertAtMost(
            FixedPointMathLib.dist(BlackPrice.discount(-10e18, 365 days), 22026465794806716516957), 22_027, "e^10"
        );
    }
}
