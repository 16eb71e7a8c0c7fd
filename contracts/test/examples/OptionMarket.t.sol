// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {OptionMarketCase} from "../support/OptionMarketCase.sol";
import {PreciseBlack} from "../support/PreciseBlack.sol";

contract OptionMarketTest is OptionMarketCase {
    // -- A life

    function test_aCallFromTheWriterToTheLastPayout() public {
        write(true, 50);
        assertEq(base.balanceOf(address(market)), 50 * CALL_LOT, "locked");
        uint256 premium = buy(callId, 20);
        assertEq(premium, premiumOf(true, 20), "premium");
        assertEq(quote.balanceOf(BUYER), 1_000_000_000e6 - premium, "paid");
        vm.prank(BUYER);
        market.transfer(callId, HEIR, 5);

        pass();
        settleAt(125_000e18);
        vm.prank(BUYER);
        assertEq(market.exercise(callId), 15 * 200_000, "a fifth of a lot each");
        vm.prank(HEIR);
        assertEq(market.exercise(callId), 5 * 200_000, "the heir's");
        vm.prank(WRITER);
        assertEq(market.collect(callId), 30 * CALL_LOT + 20 * 800_000, "the rest");
        vm.prank(WRITER);
        assertEq(market.withdrawPremiums(), premium, "premiums");
        assertEq(base.balanceOf(HEIR), 5 * 200_000, "the heir has it");
        assertEq(base.balanceOf(address(market)) + quote.balanceOf(address(market)), 0, "nothing is left");
    }

    function test_aPutFromTheWriterToTheLastPayout() public {
        write(false, 50);
        assertEq(quote.balanceOf(address(market)), 50 * PUT_LOT, "locked");
        uint256 premium = buy(putId, 20);
        assertEq(premium, premiumOf(false, 20), "premium");
        pass();
        settleAt(80_000e18);
        vm.prank(BUYER);
        assertEq(market.exercise(putId), 20 * 200e6, "twenty thousand a unit");
        vm.prank(WRITER);
        assertEq(market.collect(putId), 30 * PUT_LOT + 20 * 800e6, "the rest");
        vm.prank(WRITER);
        market.withdrawPremiums();
        assertEq(quote.balanceOf(WRITER), 1_000_000_000e6 + premium - 20 * 200e6, "the writer");
        assertEq(quote.balanceOf(BUYER), 1_000_000_000e6 - premium + 20 * 200e6, "the buyer");
    }

    function testFuzz_everyPriceIsPaidOutInFull(uint128 price, uint128 strike, bool isCall, uint16 lots, uint16 bought)
        public
    {
        lots = uint16(bound(lots, 1, 1000));
        bought = uint16(bound(bought, 1, lots));
        strike = uint128(bound(strike, 1e18, 1_000_000e18));
        surface.set(uint256(strike), VOL, 1e18);
        vm.prank(WRITER);
        bytes32 id = market.write(strike, expirySec, isCall, lots, 1);
        buy(id, bought);
        pass();
        settleAt(price);
        uint256 locked = (isCall ? base : quote).balanceOf(address(market)) - (isCall ? 0 : market.premiumsOf(WRITER));
        vm.prank(BUYER);
        uint256 payout = market.exercise(id);
        vm.prank(WRITER);
        assertEq(market.collect(id) + payout, locked, "all of it");

        // What the contract says of itself: (S - K)/S of the base, K - S of the quote.
        uint256 wanted = 0;
        if (isCall && price > strike) wanted = CALL_LOT * (uint256(price) - strike) / price;
        if (!isCall && price < strike) wanted = (uint256(strike) - price) / 1e14;
        assertEq(payout, bought * wanted, "payout");
    }

    function testFuzz_thePremiumIsBlacksWithinItsPromise(uint256 forward, uint256 vol, uint32 aheadSec, bool isCall)
        public
    {
        forward = bound(forward, 30_000e18, 300_000e18);
        vol = bound(vol, 0.1e18, 3e18);
        surface.set(forward, vol, 1e18);
        bytes32 id = write(isCall, 100);
        vm.warp(bound(aheadSec, block.timestamp + 1, expirySec - CLOSES_BEFORE_SEC - 1));
        publishMarket();
        uint256 wanted = PreciseBlack.price(isCall, forward, STRIKE, vol, expirySec - block.timestamp, 0.04e18) / 1e30;
        if (wanted == 0) return;
        uint256 given = market.quotePremium(id, 100);
        // A unit up for the rounding to the token, and 1e-9 of the forward.
        assertTrue(given >= wanted && given <= wanted + 1 + forward / 1e21, "premium of a unit");
    }
}
