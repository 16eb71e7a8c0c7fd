// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IOptionMarket} from "../../examples/IOptionMarket.sol";
import {OptionMarket} from "../../examples/OptionMarket.sol";
import {FeedReader} from "../../src/FeedReader.sol";
import {IFeedReader} from "../../src/interfaces/IFeedReader.sol";
import {MarketReader} from "../../src/readers/MarketReader.sol";
import {SettlementStub, SurfaceStub} from "./MarketStubs.sol";
import {ReaderFixture} from "./ReaderFixture.sol";
import {Token} from "./Tokens.sol";

/// @dev An option market over a real hub, whose spot and rate are published in signed reports.
abstract contract OptionFixture is ReaderFixture {
    bytes32 internal constant SETTLEMENT_FEED = keccak256("BTC-USD.settlement");
    uint256 internal constant LOTS_PER_UNIT = 100;
    uint32 internal constant CLOSES_BEFORE_SEC = 1800;
    uint32 internal constant RESCINDS_AFTER_SEC = 30 days;
    uint128 internal constant STRIKE = 100_000e18;
    uint256 internal constant FORWARD = 101_000e18;
    uint256 internal constant VOL = 0.5e18;
    uint256 internal constant MIN_CONFIDENCE = 0.9e18;
    /// @dev Collateral of a lot: a hundredth of a coin of 8 decimals, a hundredth of the strike in 6 decimals.
    uint256 internal constant CALL_LOT = 1e6;
    uint256 internal constant PUT_LOT = 1000e6;

    uint16 internal rateIndex;
    uint64 internal publishedRound = FIRST_ROUND;
    uint64 internal expirySec;
    SurfaceStub internal surface;
    SettlementStub internal settlement;
    MarketReader internal feeds;
    Token internal base;
    Token internal quote;
    OptionMarket internal market;
    bytes32 internal callId;
    bytes32 internal putId;

    function deployMarket() internal {
        deployNamedHub();
        rateIndex = addNamedFeed("USD.rate-30d", 9);
        surface = new SurfaceStub();
        surface.set(FORWARD, VOL, 1e18);
        settlement = new SettlementStub();
        IFeedReader.Requirements memory wanted = plain(IFeedReader.OnBadAnswer.Revert);
        wanted.positiveOnly = true;
        FeedReader spot = deployReader(wanted);
        wanted.positiveOnly = false;
        FeedReader rate = new FeedReader(hub, rateIndex, "USD.rate-30d", wanted);
        feeds = new MarketReader(spot, rate, surface, MIN_CONFIDENCE);
        base = new Token(8);
        quote = new Token(6);
        market = new OptionMarket(terms());
        vm.warp(timeSecOf(FIRST_ROUND));
        expirySec = timeSecOf(FIRST_ROUND) + 30 days;
        callId = market.seriesIdOf(STRIKE, expirySec, true);
        putId = market.seriesIdOf(STRIKE, expirySec, false);
        publishMarket();
    }

    function terms() internal view returns (IOptionMarket.Terms memory) {
        return IOptionMarket.Terms({
            feeds: feeds,
            settlement: settlement,
            settlementFeed: SETTLEMENT_FEED,
            base: address(base),
            quote: address(quote),
            lotsPerUnit: LOTS_PER_UNIT,
            closesBeforeSec: CLOSES_BEFORE_SEC,
            rescindsAfterSec: RESCINDS_AFTER_SEC
        });
    }

    /// @dev Spot and a rate of 4 %, at the block's time, whatever round that is.
    function publishMarket() internal {
        publishMarketAs(1);
    }

    /// @dev A report that speaks of frozen feeds only is refused, so that a frozen spot feed is left out.
    function publishMarketAs(uint8 status) internal {
        publishedRound = uint64(FIRST_ROUND + (block.timestamp * 1000 - T0_MS) / SLOT_MS);
        if (hub.answerAt(INDEX).status != 4) publishInto(INDEX, publishedRound, status, 100_500e8, 100_000);
        publishInto(rateIndex, publishedRound, 1, 0.04e9, 100_000);
    }

    function fund(address account) internal {
        base.mint(account, 1_000_000e8);
        quote.mint(account, 1_000_000_000e6);
        vm.prank(account);
        base.approve(address(market), type(uint256).max);
        vm.prank(account);
        quote.approve(address(market), type(uint256).max);
    }

    function settleAt(uint256 price) internal {
        settlement.write(SETTLEMENT_FEED, expirySec, price);
        settlement.finish(SETTLEMENT_FEED, expirySec);
    }
}
