// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FeedReader} from "../../src/FeedReader.sol";
import {IFeedReader} from "../../src/interfaces/IFeedReader.sol";
import {IOracleHub} from "../../src/interfaces/IOracleHub.sol";
import {BlockGapLog} from "../../src/readers/BlockGapLog.sol";
import {FeedQuoter} from "../../src/readers/FeedQuoter.sol";
import {MarketReader} from "../../src/readers/MarketReader.sol";
import {SubtractingConsumer} from "../support/Consumers.sol";
import {SurfaceStub} from "../support/MarketStubs.sol";
import {ReaderFixture} from "../support/ReaderFixture.sol";
import {SchnorrSigner} from "../support/SchnorrSigner.sol";
import {Token} from "../support/Tokens.sol";
import {UptimeFeed} from "../support/UptimeFeeds.sol";

/// @dev What has cost others money, as it would meet a consumer of a reader. One test for each event.
contract IncidentsTest is ReaderFixture {
    uint32 private constant GRACE_SEC = 1800;
    FeedReader private reader;

    function setUp() public {
        deployNamedHub();
        IFeedReader.Requirements memory wanted = plain(IFeedReader.OnBadAnswer.Revert);
        wanted.positiveOnly = true;
        reader = deployReader(wanted);
        vm.warp(timeSecOf(FIRST_ROUND));
        publish(FIRST_ROUND, 1, 2520e8);
    }

    /// @dev 2025-10-10, a chain halted for eight hours and went on with the prices of before.
    function test_incidentStaleOnResume() public {
        vm.warp(timeSecOf(FIRST_ROUND) + 8 hours);
        assertRefused(reader, abi.encodeWithSelector(IFeedReader.StaleAnswer.selector, 8 hours, MAX_AGE_SEC));
        // A report from just before the halt, carried here after it, makes nothing fresh.
        publish(FIRST_ROUND + 5, 1, 2521e8);
        assertQuality(reader, IFeedReader.Quality.Stale);
        publish(FIRST_ROUND + 8 * 3600, 1, 1900e8);
        assertEqInt(reader.latestAnswer(), 1900e8, "the present");
    }

    /// @dev 2025-12-12, a pricer took 8 decimals for 18; and 2026-02-15, a ratio was taken for a price. Every face says the
    ///      same price in its own unit, whatever decimals feed and tokens have.
    function testFuzz_incidentWrongDecimals(uint8 feedDecimals, uint8 tokenDecimals) public {
        feedDecimals = uint8(bound(feedDecimals, 0, 18));
        tokenDecimals = uint8(bound(tokenDecimals, 6, 18));
        uint16 index = addNamedFeed("ETH-USD.spot-index", feedDecimals);
        publishInto(index, FIRST_ROUND, 1, int128(uint128(2520 * 10 ** feedDecimals)), 0);
        FeedReader eth = new FeedReader(hub, index, "ETH-USD.spot-index", plain(IFeedReader.OnBadAnswer.Revert));
        assertEq(eth.decimals(), feedDecimals, "decimals");
        assertEq(new SubtractingConsumer(eth, 60).price(), 2520e18, "as a consumer scales it");
        (uint256 spot,) = new MarketReader(eth, eth, new SurfaceStub(), 0).getSpot();
        assertEq(spot, 2520e18, "as an option market sees it");
        address coin = address(new Token(tokenDecimals));
        FeedQuoter quoter = new FeedQuoter(eth, coin, address(840));
        assertEq(quoter.getQuote(10 ** tokenDecimals, coin, address(840)), 2520e18, "a coin");
    }

    /// @dev 2025-05-26, an old report, signed by the right people, was shown again: 1816 instead of 2520.
    function test_incidentReplay() public {
        bytes memory old = report(key, FIRST_ROUND + 1, one(entry(INDEX, 1816e8)));
        hub.submit(old);
        publish(FIRST_ROUND + 2, 1, 2520e8);
        submitExpecting(abi.encodeWithSelector(IOracleHub.StaleReport.selector, FIRST_ROUND + 1, FIRST_ROUND + 2), old);
        // The same to another network's hub.
        bytes memory foreign = reportAt(
            key, keccak256("another network"), FIRST_ROUND + 3, timeOf(FIRST_ROUND + 3), one(entry(INDEX, 1816e8))
        );
        (bool accepted,) = address(hub).call(abi.encodeCall(hub.submit, (foreign)));
        assertTrue(!accepted, "another network's report");
        assertEqInt(reader.latestAnswer(), 2520e8, "the newest");
        assertEq(reader.latestRound(), 3, "rounds");
    }

    /// @dev 2025-07-21, a chain's clock was 5 s behind, and every update reverted for 8 minutes.
    function testFuzz_incidentBlockClockBehind(uint8 behindSec) public {
        behindSec = uint8(bound(behindSec, 5, 10));
        SubtractingConsumer consumer = new SubtractingConsumer(reader, 60);
        for (uint64 i = 1; i < 20; i++) {
            vm.warp(timeSecOf(FIRST_ROUND + i) - behindSec);
            publish(FIRST_ROUND + i, 1, 2520e8);
            assertEq(consumer.price(), 2520e18, "price");
            assertEq(reader.latestTimestamp(), block.timestamp, "never ahead of the block");
        }
    }

    /// @dev 2023-12-15, a sequencer stopped for 78 minutes. Fresh answers land at once when it is back, and nobody may act
    ///      on them before the others could: told by an uptime feed, and by the gap between the blocks alone.
    function test_incidentSequencerStop() public {
        UptimeFeed uptime = new UptimeFeed();
        uptime.set(false, 1);
        BlockGapLog log = new BlockGapLog(60);
        IFeedReader.Requirements memory wanted = plain(IFeedReader.OnBadAnswer.Revert);
        (wanted.graceSec, wanted.sequencerFeed) = (GRACE_SEC, address(uptime));
        FeedReader told = deployReader(wanted);
        (wanted.sequencerFeed, wanted.blockGapLog) = (address(0), address(log));
        FeedReader watching = deployReader(wanted);
        uint64 round = FIRST_ROUND + GRACE_SEC;
        for (uint64 r = FIRST_ROUND + 30; r <= round; r += 30) {
            vm.warp(timeSecOf(r));
            log.beat();
        }
        publish(round, 1, 2520e8);
        assertQuality(told, IFeedReader.Quality.Good);
        assertQuality(watching, IFeedReader.Quality.Good);

        round += 78 * 60;
        vm.warp(timeSecOf(round));
        publish(round, 1, 2200e8);
        // The first block after the stop: the uptime feed's message is not here yet, and nobody has beaten the log.
        assertQuality(watching, IFeedReader.Quality.SequencerDown);
        uptime.set(true, timeSecOf(round) - 78 * 60);
        assertQuality(told, IFeedReader.Quality.SequencerDown);
        log.beat();
        uptime.set(false, timeSecOf(round));
        for (uint64 sec = 0; sec < GRACE_SEC; sec += 30) {
            vm.warp(timeSecOf(round + sec));
            log.beat();
            if (sec != 0) publish(round + sec, 1, 2200e8);
            assertQuality(told, IFeedReader.Quality.SequencerGrace);
            assertQuality(watching, IFeedReader.Quality.SequencerGrace);
        }
        vm.warp(timeSecOf(round + GRACE_SEC));
        assertEqInt(told.latestAnswer(), 2200e8, "after the grace");
        assertEqInt(watching.latestAnswer(), 2200e8, "after the grace");
    }

    /// @dev 2021-09-20 and 2026-01-19, a price of zero or next to it was published and traded on.
    function test_incidentZeroPrice() public {
        publish(FIRST_ROUND + 1, 1, 0);
        vm.warp(timeSecOf(FIRST_ROUND + 1));
        assertRefused(reader, abi.encodeWithSelector(IFeedReader.NotPositive.selector, int256(0)));
        // A price next to zero on which the nodes do not agree.
        IFeedReader.Requirements memory wanted = plain(IFeedReader.OnBadAnswer.Revert);
        (wanted.positiveOnly, wanted.maxConfidencePpb) = (true, 10_000_000);
        FeedReader careful = deployReader(wanted);
        publishInto(INDEX, FIRST_ROUND + 2, 1, 1, 900_000_000);
        assertRefused(careful, abi.encodeWithSelector(IFeedReader.UncertainAnswer.selector, 900_000_000, 10_000_000));
    }

    /// @dev 2022-05-12, a feed had a floor of ten cents, and markets went on lending at it. No face here has a floor, a
    ///      ceiling or a largest step: what was signed is served, or refused.
    function testFuzz_incidentClamp(int128 value) public {
        publish(FIRST_ROUND + 1, 1, value);
        IFeedReader.Reading memory reading = reader.tryRead();
        assertEqInt(reading.value, value, "as signed");
        assertTrue((reading.quality == IFeedReader.Quality.Good) == (value > 0), "and good when it can be one");
        if (value > 0) assertEqInt(reader.latestAnswer(), value, "served as signed");
    }
}
