// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FeedReader} from "../../src/FeedReader.sol";
import {IFeedReader} from "../../src/interfaces/IFeedReader.sol";
import {IHubHistory} from "../../src/interfaces/IHubHistory.sol";
import {ExpiryPricer, LendingOracle, SubtractingConsumer, WalkingPricer} from "../support/Consumers.sol";
import {HistoryFixture} from "../support/HistoryFixture.sol";

/// @dev Consumers written for Chainlink's aggregators are given a reader's address, and nothing else is changed.
contract ConsumersTest is HistoryFixture {
    FeedReader private reader;

    function setUp() public {
        deployHistory();
        reader = deployReader(plain(IFeedReader.OnBadAnswer.Revert));
    }

    /// @dev Ten answers, a minute apart; the expiry lies between the fourth and the fifth.
    function publishTen() private returns (uint256 expirySec) {
        for (uint64 i = 0; i < 10; i++) {
            vm.warp(timeSecOf(FIRST_ROUND + 60 * i) + 2);
            publish(FIRST_ROUND + 60 * i, 1, 100_000e8 + int128(int64(i)) * 1e8);
        }
        return timeSecOf(FIRST_ROUND + 60 * 3) + 30;
    }

    function test_anOpynStylePricerFindsTheFirstRoundAfterTheExpiry() public {
        uint256 expirySec = publishTen();
        ExpiryPricer pricer = new ExpiryPricer(reader);
        assertEq(pricer.getPrice(), 100_009e8, "the newest");
        // Long after, when no answer passes the gate any more.
        vm.warp(block.timestamp + 30 days);
        assertQuality(reader, IFeedReader.Quality.Stale);
        vm.expectRevert(abi.encodeWithSelector(ExpiryPricer.NotAfterExpiry.selector, timeSecOf(FIRST_ROUND + 180)));
        pricer.setExpiryPrice(expirySec, 4);
        vm.expectRevert(abi.encodeWithSelector(ExpiryPricer.NotTheFirst.selector, timeSecOf(FIRST_ROUND + 240)));
        pricer.setExpiryPrice(expirySec, 6);
        pricer.setExpiryPrice(expirySec, 5);
        assertEq(pricer.expiryPrice(expirySec), 100_004e8, "expiry price");
    }

    function test_aPricerWalksBackThroughDenseRounds() public {
        uint256 expirySec = publishTen();
        WalkingPricer pricer = new WalkingPricer(reader);
        vm.warp(block.timestamp + 30 days);
        // A disputed round in between has no value, and leaves no hole in the ids.
        publish(FIRST_ROUND + 60 * 11, 3, 0);
        publish(FIRST_ROUND + 60 * 12, 1, 99e8);
        assertEq(reader.latestRound(), 11, "eleven values");
        (uint256 price, uint80 roundId) = pricer.priceAt(expirySec, uint80(reader.latestRound()));
        assertEq(price, 100_004e8, "price");
        assertEq(roundId, 5, "round");
    }

    /// @dev Whatever happened to the feed since, what was published in a round stays true of it.
    function testFuzz_everyRoundStaysWhatItWas(uint8 count, uint8 status) public {
        count = uint8(bound(count, 1, 20));
        for (uint64 i = 0; i < count; i++) {
            publish(FIRST_ROUND + i, 1, int128(int64(1000 + i)));
        }
        publish(FIRST_ROUND + 100, uint8(bound(status, 2, 3)), 0);
        if (count % 2 == 0) freeze(INDEX);
        vm.warp(block.timestamp + 365 days);
        for (uint64 i = 0; i < count; i++) {
            assertRound(roundData(reader, uint80(i) + 1), uint80(i) + 1, int64(1000 + i), timeSecOf(FIRST_ROUND + i));
            assertEqInt(reader.getAnswer(i + 1), int64(1000 + i), "getAnswer");
            assertEq(reader.getTimestamp(i + 1), timeSecOf(FIRST_ROUND + i), "getTimestamp");
        }
    }

    function test_roundsThatWereAndAreNoLongerKeptAreRefusedByTheHub() public {
        for (uint64 i = 0; i < KEPT + 2; i++) {
            publish(FIRST_ROUND + i, 1, int128(int64(1000 + i)));
        }
        assertEqInt(reader.getAnswer(KEPT + 2), int64(uint64(1000 + KEPT + 1)), "the newest");
        assertEqInt(reader.getAnswer(3), 1002, "the oldest");
        vm.expectRevert(abi.encodeWithSelector(IHubHistory.ValueNotKept.selector, INDEX, 2, 3, KEPT + 2));
        reader.getAnswer(2);
    }

    function test_anAaveStyleOracleFallsBackAndNeverStops() public {
        IFeedReader.Requirements memory wanted = plain(IFeedReader.OnBadAnswer.Zero);
        wanted.maxConfidencePpb = 5_000_000;
        FeedReader zeroing = deployReader(wanted);
        LendingOracle oracle = new LendingOracle(address(zeroing), 95_000e8);
        assertEq(oracle.getAssetPrice(), 95_000e8, "before the first answer");
        vm.warp(timeSecOf(FIRST_ROUND + 3));
        publish(FIRST_ROUND, 1, 100_000e8);
        assertEq(oracle.getAssetPrice(), 100_000e8, "good");
        publish(FIRST_ROUND + 1, 3, 0);
        assertEq(oracle.getAssetPrice(), 95_000e8, "disputed");
        publishInto(INDEX, FIRST_ROUND + 2, 1, 100_000e8, 5_000_001);
        assertEq(oracle.getAssetPrice(), 95_000e8, "uncertain");
        publish(FIRST_ROUND + 3, 1, 100_001e8);
        assertEq(oracle.getAssetPrice(), 100_001e8, "good again");
        vm.warp(timeSecOf(FIRST_ROUND + 3) + MAX_AGE_SEC + 1);
        assertEq(oracle.getAssetPrice(), 95_000e8, "stale");
        vm.warp(timeSecOf(FIRST_ROUND + 3));
        freeze(INDEX);
        assertEq(oracle.getAssetPrice(), 95_000e8, "frozen");
    }

    function testFuzz_aConsumerMaySubtractWhereverTheClocksStand(uint8 aheadSec) public {
        aheadSec = uint8(bound(aheadSec, 0, 30));
        SubtractingConsumer consumer = new SubtractingConsumer(reader, 60);
        vm.warp(timeSecOf(FIRST_ROUND) - aheadSec);
        publish(FIRST_ROUND, 1, 100_000e8);
        assertEq(consumer.price(), 100_000e18, "ahead of the block");
        vm.warp(timeSecOf(FIRST_ROUND) + 60);
        assertEq(consumer.price(), 100_000e18, "sixty seconds old");
        vm.warp(timeSecOf(FIRST_ROUND) + 61);
        vm.expectRevert(abi.encodeWithSelector(SubtractingConsumer.TooOld.selector, 61));
        consumer.price();
    }
}
