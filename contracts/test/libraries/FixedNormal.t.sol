// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedBlack} from "../../src/libraries/FixedBlack.sol";
import {FixedMathHarness} from "../harness/FixedMathHarness.sol";
import {Test} from "../support/Test.sol";
import {FixedNormal} from "../../src/libraries/FixedNormal.sol";

contract FixedNormalTest is Test {
    FixedMathHarness private immutable HARNESS = new FixedMathHarness();

    function folded(int256 any, int256 limit) private pure returns (int256) {
        return int256(bound(uint256(any), 0, uint256(2 * limit))) - limit;
    }

    function assertNear(int256 z, int256 wanted, string memory what) private pure {
        int256 error = FixedNormal.cdf(z) - wanted;
        assertAtMost(uint256(error < 0 ? -error : error), 2, what);
    }

    /// @dev Wanted: 40-digit values, rounded.
    function test_knownValues() public pure {
        assertEqInt(FixedNormal.cdf(0), 0.5e18, "0");
        assertNear(1e18, 841344746068542949, "1");
        assertNear(1.96e18, 975002104851779566, "1.96");
        assertNear(-5e18, 286651571879, "-5");
    }

    function test_endsInZeroAndOne() public pure {
        assertEqInt(FixedNormal.cdf(-9e18), 0, "-9");
        assertEqInt(FixedNormal.cdf(9e18), 1e18, "9");
        assertEqInt(FixedNormal.cdf(type(int256).min), 0, "min");
        assertEqInt(FixedNormal.cdf(type(int256).max), 1e18, "max");
    }

    function testFuzz_bothTailsMakeOne(int256 z) public pure {
        z = folded(z, 10e18);
        assertEqInt(FixedNormal.cdf(z) + FixedNormal.cdf(-z), 1e18, "sum");
    }

    function testFuzz_neverFallsFromOneStepToTheNext(int256 z) public pure {
        z = folded(z, 10e18);
        assertTrue(FixedNormal.cdf(z + 1) >= FixedNormal.cdf(z), "fell");
    }

    function test_doesNotFallAtTheJoint() public pure {
        for (int256 z = 662912607362388304 - 50; z < 662912607362388304 + 50; z++) {
            assertTrue(FixedNormal.cdf(z + 1) >= FixedNormal.cdf(z), "fell");
        }
    }

    function testFuzz_callAndPutDifferByForwardAndStrike(uint256 forward, uint256 strike, uint256 totalVol)
        public
        pure
    {
        forward = bound(forward, 1, FixedBlack.PRICE_LIMIT - 1);
        strike = bound(strike, 1, FixedBlack.PRICE_LIMIT - 1);
        totalVol = bound(totalVol, 0, FixedBlack.TOTAL_VOL_LIMIT - 1);
        uint256 call = FixedBlack.call(forward, strike, totalVol);
        uint256 put = FixedBlack.put(forward, strike, totalVol);
        assertEq(call + strike, put + forward, "parity");
        assertAtMost(call, forward, "call");
        assertAtMost(put, strike, "put");
    }

    function test_withoutVolatilityOnlyTheIntrinsicValueIsLeft() public pure {
        assertEq(FixedBlack.call(1e18, 2e18, 0), 0, "a call above the forward");
        assertEq(FixedBlack.call(2e18, 1e18, 0), 1e18, "a call below it");
        assertEq(FixedBlack.put(2e18, 1e18, 0), 0, "a put below it");
        assertEq(FixedBlack.put(1e18, 2e18, 0), 1e18, "a put above it");
    }

    function testFuzz_blackRefusesWhatIsOutOfRange(uint256 excess) public {
        uint256 price = FixedBlack.PRICE_LIMIT;
        excess = bound(excess, 0, type(uint256).max - price);
        bytes4 refusal = FixedBlack.PriceOutOfRange.selector;
        vm.expectRevert(abi.encodeWithSelector(refusal, price + excess, price));
        HARNESS.call(price + excess, 1e18, 1e18);
        vm.expectRevert(abi.encodeWithSelector(refusal, price + excess, price));
        HARNESS.call(1e18, price + excess, 1e18);
        vm.expectRevert(abi.encodeWithSelector(refusal, 0, price));
        HARNESS.call(0, 1e18, 1e18);
        vm.expectRevert(abi.encodeWithSelector(refusal, 0, price));
        HARNESS.put(1e18, 0, 1e18);
        uint256 vol = FixedBlack.TOTAL_VOL_LIMIT;
        vm.expectRevert(abi.encodeWithSelector(FixedBlack.TotalVolOutOfRange.selector, vol, vol));
        HARNESS.call(1e18, 1e18, vol);
    }

    function test_blackRefusesTheLimitItself() public {
        testFuzz_blackRefusesWhatIsOutOfRange(0);
    }
}
