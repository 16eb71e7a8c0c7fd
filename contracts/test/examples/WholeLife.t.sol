// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IOptionMarket} from "../../examples/IOptionMarket.sol";
import {OptionMarket} from "../../examples/OptionMarket.sol";
import {FeedReader} from "../../src/FeedReader.sol";
import {IFeedReader} from "../../src/interfaces/IFeedReader.sol";
import {IOracleHub} from "../../src/interfaces/IOracleHub.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {ISviSurface} from "../../src/interfaces/ISviSurface.sol";
import {MarketReader} from "../../src/readers/MarketReader.sol";
import {Entry} from "../support/HubFixture.sol";
import {PreciseBlack} from "../support/PreciseBlack.sol";
import {SettlementFixture} from "../support/SettlementFixture.sol";
import {SignedSurfaceFixture} from "../support/SurfaceFixture.sol";
import {Token} from "../support/Tokens.sol";

/// @dev The option market over everything it is meant for: a hub, a surface and a settlement that believe signatures only,
///      a rotation of the key on the way, and a price that is disputed, voided and signed again.
contract WholeLifeTest is SettlementFixture, SignedSurfaceFixture {
    address private constant WRITER = address(0xA11CE);
    address private constant BUYER = address(0xB0B);
    uint64 private constant NEVER = type(uint64).max;
    uint256 private constant ANY = type(uint256).max;
    uint128 private constant STRIKE = 90_000e18;
    uint64 private constant ROUND = FIRST_ROUND + 20;
    uint16 private constant SPOT = 1;
    uint16 private constant RATE = 2;

    Token private base;
    Token private quote;
    OptionMarket private market;
    bytes32 private putId;
    bytes32 private callId;

    function setUp() public {
        deploySettlement(3 * F + 1);
        deploySurface(hub);
        listNamed("BTC-USD.spot-index", 8);
        listNamed("USD.rate-30d", 9);
        IFeedReader.Requirements memory wanted;
        wanted.maxAgeSec = 120;
        FeedReader spot = new FeedReader(hub, SPOT, "BTC-USD.spot-index", wanted);
        FeedReader rate = new FeedReader(hub, RATE, "USD.rate-30d", wanted);
        base = new Token(8);
        quote = new Token(6);
        market = new OptionMarket(
            IOptionMarket.Terms({
                feeds: new MarketReader(spot, rate, surface, 0.95e18),
                settlement: settlement,
                settlementFeed: FEED,
                base: address(base),
                quote: address(quote),
                lotsPerUnit: 100,
                closesBeforeSec: 1800,
                rescindsAfterSec: 30 days
            })
        );
        fund(WRITER);
        fund(BUYER);
        vm.warp(timeSecOf(ROUND) + 5);
        publishAll(ROUND);
    }

    function listNamed(string memory name, uint8 decimals) private {
        IOracleHub.Feed[] memory feeds = new IOracleHub.Feed[](1);
        feeds[0] = IOracleHub.Feed(keccak256(bytes(name)), DEFINITION, decimals, 60, false);
        hub.addFeeds(feeds);
    }

    function fund(address account) private {
        base.mint(account, 100e8);
        quote.mint(account, 10_000_000e6);
        vm.prank(account);
        base.approve(address(market), ANY);
        vm.prank(account);
        quote.approve(address(market), ANY);
    }

    /// @dev Spot and rate by push, the surface by proof.
    function publishAll(uint64 round) private {
        hub.submit(report(key, round, two(Entry(SPOT, 1, 95_000e8, 50_000), Entry(RATE, 1, 0.04e9, 50_000))));
        storeSigned(uint48(round), listed(11, 0.5e18));
    }

    function write(bool isCall) private returns (bytes32) {
        vm.prank(WRITER);
        return market.write(STRIKE, EXPIRY_SEC, isCall, 100, 1);
    }

    function buy(bytes32 id, uint256 lots) private returns (uint256) {
        vm.prank(BUYER);
        return market.buy(id, WRITER, lots, ANY, NEVER);
    }

    /// @dev Nobody has anything that was not there, and what nobody has lies in the market.
    function assertNothingIsLost() private view {
        uint256 bases = base.balanceOf(WRITER) + base.balanceOf(BUYER) + base.balanceOf(address(market));
        uint256 quotes = quote.balanceOf(WRITER) + quote.balanceOf(BUYER) + quote.balanceOf(address(market));
        assertEq(bases, 200e8, "base");
        assertEq(quotes, 20_000_000e6, "quote");
    }

    function test_fromTheFirstLotToTheLastPayoutThroughRotationAndDispute() public {
        callId = write(true);
        putId = write(false);
        uint256 paid = buy(putId, 60);
        paid += buy(callId, 40);
        assertNothingIsLost();

        // The premium is Black's on what the surface says.
        (uint256 forward,) = surface.forwardAt(EXPIRY_SEC);
        (uint256 vol,) = surface.impliedVol(STRIKE, EXPIRY_SEC);
        uint256 price = PreciseBlack.price(false, forward, STRIKE, vol, EXPIRY_SEC - block.timestamp, 0.04e18);
        uint256 premium = market.quotePremium(putId, 100);
        assertTrue(premium >= price / 1e30 && premium <= price / 1e30 + 1 + forward / 1e21, "premium");

        // Feeds go silent: no trade. They come back under another key: trade again.
        vm.warp(block.timestamp + 121);
        vm.prank(BUYER);
        vm.expectPartialRevert(IFeedReader.StaleAnswer.selector);
        market.buy(putId, WRITER, 1, ANY, NEVER);
        hub.rotate(nextConfiguration(otherKey.x, 2, ROUND + 150));
        key = otherKey;
        vm.warp(timeSecOf(ROUND + 160));
        publishAll(ROUND + 160);
        paid += buy(putId, 10);
        assertNothingIsLost();

        // A liar's price does not stay, and pays nobody.
        vm.warp(EXPIRY_SEC + 10);
        settle(FINAL_ROUND, VALUE * 2);
        vm.expectPartialRevert(IOptionMarket.NotYetFinal.selector);
        market.settle(putId);
        settlement.dispute(FEED, EXPIRY_SEC, statements(0, F + 1, uint128(VALUE)));
        vm.expectPartialRevert(IOptionMarket.NotYetFinal.selector);
        market.settle(putId);

        vm.warp(EXPIRY_SEC + 2 hours);
        settle(FINAL_ROUND + 3600, VALUE);
        vm.expectPartialRevert(IOptionMarket.NotYetFinal.selector);
        market.settle(putId);
        vm.warp(EXPIRY_SEC + 2 hours + WINDOW_SEC + 1);
        (ISettlement.State state,,) = settlement.settlementOf(FEED, EXPIRY_SEC);
        assertEq(uint8(state), uint8(ISettlement.State.Final), "final");
        everybodyLeaves(paid);
    }

    function everybodyLeaves(uint256 paid) private {
        vm.prank(BUYER);
        uint256 payout = market.exercise(putId);
        assertEq(payout, 70 * ((uint256(STRIKE) - PRICE) / 1e14), "puts");
        vm.prank(BUYER);
        assertEq(market.exercise(callId), 0, "calls");
        assertNothingIsLost();
        vm.prank(WRITER);
        assertEq(market.collect(putId), 100 * 900e6 - payout, "the puts' rest");
        vm.prank(WRITER);
        assertEq(market.collect(callId), 100 * 1e6, "the calls' collateral");
        vm.prank(WRITER);
        assertEq(market.withdrawPremiums(), paid, "premiums");
        assertNothingIsLost();
        assertEq(base.balanceOf(address(market)) + quote.balanceOf(address(market)), 0, "nothing is left");
        assertEq(quote.balanceOf(BUYER), 10_000_000e6 - paid + payout, "the buyer");
    }

    /// @dev A surface that nobody renewed refuses, and so does the market.
    function test_anOldSurfaceIsNoTrade() public {
        putId = write(false);
        buy(putId, 1);
        vm.warp(timeSecOf(ROUND) + MAX_AGE_SEC + 60);
        uint64 later = ROUND + MAX_AGE_SEC + 60;
        hub.submit(report(key, later, two(Entry(SPOT, 1, 95_000e8, 50_000), Entry(RATE, 1, 0.04e9, 50_000))));
        vm.prank(BUYER);
        vm.expectPartialRevert(ISviSurface.StaleSurface.selector);
        market.buy(putId, WRITER, 1, ANY, NEVER);
    }
}
