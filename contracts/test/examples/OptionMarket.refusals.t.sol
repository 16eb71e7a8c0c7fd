// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IOptionMarket} from "../../examples/IOptionMarket.sol";
import {OptionMarket} from "../../examples/OptionMarket.sol";
import {IFeedReader} from "../../src/interfaces/IFeedReader.sol";
import {IMarketReader} from "../../src/interfaces/IMarketReader.sol";
import {SurfaceStub} from "../support/MarketStubs.sol";
import {OptionMarketCase, Forwarder} from "../support/OptionMarketCase.sol";

contract OptionMarketRefusalsTest is OptionMarketCase {
    // -- Refusals to trade

    function test_noTradeOnABadAnswerOfAnyFeed() public {
        write(true, 50);
        surface.setRefusing(true);
        expectBuyReverts(abi.encodeWithSelector(SurfaceStub.Refused.selector), callId, 1);
        surface.setRefusing(false);
        surface.set(FORWARD, VOL, MIN_CONFIDENCE - 1);
        bytes4 low = IMarketReader.LowConfidence.selector;
        expectBuyReverts(abi.encodeWithSelector(low, MIN_CONFIDENCE - 1, MIN_CONFIDENCE), callId, 1);
        surface.set(FORWARD, VOL, 1e18);
        buy(callId, 1);

        freeze(INDEX);
        expectBuyReverts(abi.encodeWithSelector(IFeedReader.BadAnswerStatus.selector, 4, 1), callId, 1);
        unfreeze(INDEX);
        vm.warp(block.timestamp + 1);
        publishMarketAs(3);
        expectBuyReverts(abi.encodeWithSelector(IFeedReader.BadAnswerStatus.selector, 3, 1), callId, 1);
        vm.warp(block.timestamp + 1);
        publishMarket();
        buy(callId, 1);
        vm.warp(block.timestamp + MAX_AGE_SEC + 1);
        bytes memory stale = abi.encodeWithSelector(IFeedReader.StaleAnswer.selector, MAX_AGE_SEC + 1, MAX_AGE_SEC);
        expectBuyReverts(stale, callId, 1);
        vm.expectRevert(stale);
        market.quotePremium(callId, 1);
        // The spot alone is not enough: the rate is still old.
        publishInto(INDEX, publishedRound + MAX_AGE_SEC + 1, 1, 100_500e8, 0);
        expectBuyReverts(stale, callId, 1);
    }

    function test_buyerAndWriterHaveTheirLimits() public {
        bytes32 id = write(true, 50);
        uint256 premium = market.quotePremium(id, 10);
        vm.prank(BUYER);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.PremiumAboveMax.selector, premium, premium - 1));
        market.buy(id, WRITER, 10, premium - 1, NEVER);
        vm.prank(BUYER);
        vm.expectRevert(
            abi.encodeWithSelector(IOptionMarket.PastDeadline.selector, block.timestamp, block.timestamp - 1)
        );
        market.buy(id, WRITER, 10, premium, uint64(block.timestamp - 1));
        vm.prank(WRITER);
        market.reprice(id, premium / 10 + 1);
        vm.prank(BUYER);
        vm.expectRevert(
            abi.encodeWithSelector(IOptionMarket.PremiumBelowMin.selector, premium, (premium / 10 + 1) * 10)
        );
        market.buy(id, WRITER, 10, premium, NEVER);
        vm.prank(WRITER);
        market.reprice(id, premium / 10);
        vm.prank(BUYER);
        assertEq(market.buy(id, WRITER, 10, premium, uint64(block.timestamp)), premium, "at both limits");
    }

    function test_tradingEndsBeforeTheSettlementsWindowBegins() public {
        bytes32 id = write(true, 50);
        uint256 closesAtSec = expirySec - CLOSES_BEFORE_SEC;
        vm.warp(closesAtSec - 1);
        publishMarket();
        buy(id, 1);
        vm.warp(closesAtSec);
        bytes memory closed = abi.encodeWithSelector(IOptionMarket.TradingClosed.selector, expirySec, closesAtSec);
        expectBuyReverts(closed, id, 1);
        vm.prank(WRITER);
        vm.expectRevert(closed);
        market.write(STRIKE, expirySec, true, 1, 1);
    }

    function test_whatDoesNotExistIsRefused() public {
        bytes memory unknown = abi.encodeWithSelector(IOptionMarket.UnknownSeries.selector, callId);
        expectBuyReverts(unknown, callId, 1);
        vm.expectRevert(unknown);
        market.settle(callId);
        vm.expectRevert(unknown);
        market.unwrite(callId, 1);
        vm.prank(WRITER);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.ZeroStrike.selector));
        market.write(0, expirySec, true, 1, 1);
        bytes memory none = abi.encodeWithSelector(IOptionMarket.ZeroLots.selector);
        vm.prank(WRITER);
        vm.expectRevert(none);
        market.write(STRIKE, expirySec, true, 0, 1);
        write(true, 5);
        expectBuyReverts(none, callId, 0);
        expectBuyReverts(abi.encodeWithSelector(IOptionMarket.NotEnoughLots.selector, 6, 5), callId, 6);
        vm.prank(BUYER);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.NotEnoughLots.selector, 1, 0));
        market.transfer(callId, HEIR, 1);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.BadRecipient.selector, address(0)));
        market.transfer(callId, address(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.BadRecipient.selector, address(market)));
        market.transfer(callId, address(market), 1);
        vm.prank(WRITER);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.NotEnoughLots.selector, 6, 5));
        market.unwrite(callId, 6);
        vm.prank(WRITER);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.NotEnoughLots.selector, 1, 0));
        market.close(callId, 1);
    }

    function test_aWorthlessOptionIsNotGivenAway() public {
        surface.set(1e18, 0.05e18, 1e18);
        bytes32 id = write(true, 5);
        expectBuyReverts(abi.encodeWithSelector(IOptionMarket.ZeroPremium.selector), id, 1);
    }

    /// @dev A rate of -500 % discounts a put in the money to more than its strike.
    function test_aPremiumAboveTheCollateralIsNoTrade() public {
        bytes32 id = write(false, 5);
        surface.set(1e18, VOL, 1e18);
        publishInto(rateIndex, publishedRound + 1, 1, -5e9, 0);
        uint256 premium = market.quotePremium(id, 1);
        expectBuyReverts(abi.encodeWithSelector(IOptionMarket.PremiumAboveCollateral.selector, premium, PUT_LOT), id, 1);
    }

    function test_marketsThatCouldNotPayCannotBeMade() public {
        IOptionMarket.Terms memory t = terms();
        t.lotsPerUnit = 3;
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.BadLot.selector, 3, 8));
        new OptionMarket(t);
        t.lotsPerUnit = 0;
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.BadLot.selector, 0, 8));
        new OptionMarket(t);
        t = terms();
        t.rescindsAfterSec = 30 days - 1;
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.RescindTooSoon.selector, 30 days - 1, 30 days));
        new OptionMarket(t);
    }

    // -- Settling

    function test_nothingIsPaidBeforeThePriceIsFinal() public {
        bytes32 id = write(true, 50);
        buy(id, 20);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.NotYetExpired.selector, expirySec));
        market.settle(id);
        pass();
        uint256 rescindsAtSec = uint256(expirySec) + RESCINDS_AFTER_SEC;
        bytes memory early = abi.encodeWithSelector(IOptionMarket.NotYetFinal.selector, expirySec, rescindsAtSec);
        vm.prank(BUYER);
        vm.expectRevert(early);
        market.exercise(id);
        settlement.write(SETTLEMENT_FEED, expirySec, 125_000e18);
        vm.prank(WRITER);
        vm.expectRevert(early);
        market.collect(id);
        // Voided, and written again late: nobody lost anything by it.
        settlement.voidPrice(SETTLEMENT_FEED, expirySec);
        vm.warp(rescindsAtSec - 1);
        vm.expectRevert(early);
        market.settle(id);
        settleAt(125_000e18);
        market.settle(id);
        assertEq(market.seriesOf(id).payoutPerLot, 200_000, "payout");
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.AlreadySettled.selector, id));
        market.settle(id);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.AlreadySettled.selector, id));
        market.close(id, 1);
    }

    /// @dev Frozen for ever: every trade is undone, at the average of what was paid.
    function testFuzz_withoutAPriceThePremiumsGoBack(bool isCall, uint16 lots, uint256 forward) public {
        lots = uint16(bound(lots, 1, 500));
        bytes32 id = write(isCall, 1000);
        uint256 first = buy(id, lots);
        forward = bound(forward, 90_000e18, 110_000e18);
        surface.set(forward, VOL, 1e18);
        uint256 second = buy(id, 500);
        vm.warp(uint256(expirySec) + RESCINDS_AFTER_SEC);
        vm.prank(BUYER);
        uint256 back = market.exercise(id);
        uint256 paid = first + second;
        // In bitcoin at the forwards of the two purchases; rounded down to a unit a lot and two for the purchases.
        if (isCall) paid = first * 1e20 / FORWARD + second * 1e20 / forward;
        assertAtMost(back, paid, "no more than was paid");
        assertAtMost(paid - back, uint256(lots) + 500 + 2, "and no less but for a unit a lot");
        vm.prank(WRITER);
        assertEq(market.collect(id) + back, 1000 * (isCall ? CALL_LOT : PUT_LOT), "the writer has the rest");
    }

    /// @dev A written price is about to become final or to be voided, and neither takes longer than the dispute window.
    function test_aWrittenPriceIsNeverGivenUp() public {
        bytes32 id = write(true, 50);
        buy(id, 20);
        vm.warp(uint256(expirySec) + RESCINDS_AFTER_SEC);
        settlement.write(SETTLEMENT_FEED, expirySec, 125_000e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOptionMarket.NotYetFinal.selector, expirySec, uint256(expirySec) + RESCINDS_AFTER_SEC
            )
        );
        market.settle(id);
    }

    function test_unsoldLotsAndPremiumsGoOutWhateverTheFeedsDo() public {
        write(true, 50);
        write(false, 50);
        uint256 premium = buy(callId, 20);
        surface.setRefusing(true);
        vm.warp(block.timestamp + 365 days);
        vm.prank(WRITER);
        market.unwrite(callId, 30);
        vm.prank(WRITER);
        market.unwrite(putId, 50);
        vm.prank(WRITER);
        assertEq(market.withdrawPremiums(), premium, "premiums");
        assertEq(base.balanceOf(address(market)), 20 * CALL_LOT, "only what was sold is left");
    }

    function test_whoHoldsWhatItWroteEndsBothWithoutAPrice() public {
        write(true, 50);
        buy(callId, 20);
        vm.prank(BUYER);
        market.transfer(callId, WRITER, 15);
        uint256 paid = market.seriesOf(callId).paid;
        vm.warp(expirySec + 1);
        vm.prank(WRITER);
        market.close(callId, 15);
        assertEq(base.balanceOf(address(market)), 35 * CALL_LOT, "freed");
        assertEq(market.seriesOf(callId).soldLots, 5, "sold");
        assertEq(market.seriesOf(callId).paid, paid - (paid * 15 + 19) / 20, "paid for the others");
        assertEq(market.writingOf(callId, WRITER).soldLots, 5, "written");
    }

    function test_twiceIsRefused() public {
        write(true, 50);
        buy(callId, 20);
        pass();
        settleAt(125_000e18);
        bytes memory none = abi.encodeWithSelector(IOptionMarket.ZeroLots.selector);
        vm.prank(BUYER);
        market.exercise(callId);
        vm.prank(BUYER);
        vm.expectRevert(none);
        market.exercise(callId);
        vm.prank(WRITER);
        market.collect(callId);
        vm.prank(WRITER);
        vm.expectRevert(none);
        market.collect(callId);
        vm.prank(WRITER);
        market.withdrawPremiums();
        vm.prank(WRITER);
        assertEq(market.withdrawPremiums(), 0, "premiums");
    }

    /// @dev 2025-04-14, KiloEx: whoever came through a trusted forwarder was believed. Nobody is believed here: what
    ///      counts is who calls.
    function test_incidentForwarderAuthority() public {
        write(true, 50);
        buy(callId, 20);
        Forwarder forwarder = new Forwarder();
        bytes memory none = abi.encodeWithSelector(IOptionMarket.NotEnoughLots.selector, 20, 0);
        (bool done, bytes memory answer) =
            forwarder.forward(address(market), abi.encodeCall(market.transfer, (callId, HEIR, 20)), BUYER);
        assertTrue(!done && keccak256(answer) == keccak256(none), "the buyer's lots");
        none = abi.encodeWithSelector(IOptionMarket.NotEnoughLots.selector, 30, 0);
        (done, answer) = forwarder.forward(address(market), abi.encodeCall(market.unwrite, (callId, 30)), WRITER);
        assertTrue(!done && keccak256(answer) == keccak256(none), "the writer's lots");
        (done, answer) = forwarder.forward(address(market), abi.encodeCall(market.withdrawPremiums, ()), WRITER);
        assertEq(abi.decode(answer, (uint256)), 0, "the writer's premiums");
    }
}
