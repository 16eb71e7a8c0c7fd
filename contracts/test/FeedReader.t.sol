// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FeedReader} from "../src/FeedReader.sol";
import {IFeedReader} from "../src/interfaces/IFeedReader.sol";
import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {ReaderFixture} from "./support/ReaderFixture.sol";

/// @dev What is good and what is not, and what each behaviour makes of it.
contract FeedReaderTest is ReaderFixture {
    uint32 private constant MAX_PPB = 5_000_000;
    FeedReader private reader;
    FeedReader private zeroing;
    FeedReader private raw;

    function setUp() public {
        deployNamedHub();
        reader = deployReader(plain(IFeedReader.OnBadAnswer.Revert));
        zeroing = deployReader(plain(IFeedReader.OnBadAnswer.Zero));
        raw = deployReader(plain(IFeedReader.OnBadAnswer.Raw));
    }

    /// @dev Bad for each behaviour: an error, a zero, the value itself; and the typed functions do not care for it.
    function assertBad(IFeedReader.Quality quality, bytes memory revertData, uint80 id, int256 value, uint256 updatedAt)
        private
    {
        assertRefused(reader, revertData);
        vm.expectRevert(revertData);
        zeroing.read();
        vm.expectRevert(revertData);
        raw.read();
        assertQuality(reader, quality);
        assertQuality(zeroing, quality);
        assertQuality(raw, quality);
        assertEqInt(reader.tryRead().value, value, "tried value");

        assertRound(latest(zeroing), id, 0, updatedAt);
        assertEqInt(zeroing.latestAnswer(), 0, "zero");
        assertRound(latest(raw), id, value, updatedAt);
        assertEqInt(raw.latestAnswer(), value, "raw");
    }

    function test_theFaceSaysWhatTheFeedIs() public view {
        assertEq(reader.decimals(), 8, "decimals");
        assertEq32(keccak256(bytes(reader.description())), keccak256(bytes(NAME)), "description");
        assertEq(reader.version(), 2, "version");
        assertEq(uint160(address(reader.hub())), uint160(address(hub)), "hub");
        assertEq(reader.index(), INDEX, "index");
    }

    function testFuzz_requirementsAreKeptAsGiven(uint32 maxAgeSec, uint32 maxPpb, bool positiveOnly, uint8 way) public {
        IFeedReader.Requirements memory wanted = plain(IFeedReader.OnBadAnswer(way % 3));
        wanted.maxAgeSec = uint32(bound(maxAgeSec, 1, type(uint32).max));
        (wanted.maxConfidencePpb, wanted.positiveOnly) = (maxPpb, positiveOnly);
        bytes memory given = abi.encode(deployReader(wanted).requirements());
        assertEq32(keccak256(given), keccak256(abi.encode(wanted)), "requirements");
    }

    /// @custom:invariant nothingBadIsServed
    function testFuzz_aGoodAnswerIsServedAsTheHubHoldsItByEveryBehaviour(int128 value, uint32 ageSec) public {
        ageSec = uint32(bound(ageSec, 0, MAX_AGE_SEC));
        publish(FIRST_ROUND, 1, value);
        vm.warp(timeSecOf(FIRST_ROUND) + ageSec);
        FeedReader[3] memory readers = [reader, zeroing, raw];
        for (uint256 i = 0; i < 3; i++) {
            assertRound(latest(readers[i]), 1, value, timeSecOf(FIRST_ROUND));
            assertEqInt(readers[i].latestAnswer(), value, "latestAnswer");
            IFeedReader.Reading memory good = readers[i].read();
            assertEq(uint8(good.quality), uint8(IFeedReader.Quality.Good), "quality");
            assertEqInt(good.value, value, "value");
            assertEq(good.updatedAt, timeSecOf(FIRST_ROUND), "updatedAt");
            assertEq(good.roundId, 1, "roundId");
        }
    }

    function testFuzz_anOldAnswerIsBad(uint32 ageSec) public {
        ageSec = uint32(bound(ageSec, MAX_AGE_SEC + 1, type(uint32).max));
        publish(FIRST_ROUND, 1, 7);
        vm.warp(uint256(timeSecOf(FIRST_ROUND)) + ageSec);
        bytes memory refusal = abi.encodeWithSelector(IFeedReader.StaleAnswer.selector, ageSec, MAX_AGE_SEC);
        assertBad(IFeedReader.Quality.Stale, refusal, 1, 7, timeSecOf(FIRST_ROUND));
    }

    function test_noAnswerIsBad() public {
        bytes memory refusal = abi.encodeWithSelector(IFeedReader.NoAnswer.selector, INDEX);
        assertBad(IFeedReader.Quality.NoAnswer, refusal, 0, 0, 0);
        publish(FIRST_ROUND, 2, 0);
        assertBad(IFeedReader.Quality.NoAnswer, refusal, 0, 0, 0);
        vm.expectRevert(refusal);
        reader.getRoundData(0);
    }

    function test_aMissingOrDisputedFeedIsBadAndComesBack() public {
        vm.warp(timeSecOf(FIRST_ROUND + 3));
        publish(FIRST_ROUND, 1, 7);
        publish(FIRST_ROUND + 1, 2, 0);
        bytes memory refusal = abi.encodeWithSelector(IFeedReader.BadAnswerStatus.selector, 2, 1);
        assertBad(IFeedReader.Quality.Missing, refusal, 1, 7, timeSecOf(FIRST_ROUND));
        publish(FIRST_ROUND + 2, 3, 0);
        refusal = abi.encodeWithSelector(IFeedReader.BadAnswerStatus.selector, 3, 1);
        assertBad(IFeedReader.Quality.Disputed, refusal, 1, 7, timeSecOf(FIRST_ROUND));
        publish(FIRST_ROUND + 3, 1, 8);
        assertRound(latest(reader), 2, 8, timeSecOf(FIRST_ROUND + 3));
        assertRound(latest(zeroing), 2, 8, timeSecOf(FIRST_ROUND + 3));
    }

    function test_aFrozenFeedIsBadUntilTheOwnerLetsItGo() public {
        vm.warp(timeSecOf(FIRST_ROUND + 1));
        publish(FIRST_ROUND, 1, 7);
        freeze(INDEX);
        bytes memory refusal = abi.encodeWithSelector(IFeedReader.BadAnswerStatus.selector, 4, 1);
        assertBad(IFeedReader.Quality.Frozen, refusal, 1, 7, timeSecOf(FIRST_ROUND));
        unfreeze(INDEX);
        assertRound(latest(reader), 1, 7, timeSecOf(FIRST_ROUND));
        publish(FIRST_ROUND + 1, 1, 8);
        assertRound(latest(reader), 2, 8, timeSecOf(FIRST_ROUND + 1));
    }

    function testFuzz_anUncertainAnswerIsBadWhereCertaintyWasAskedFor(uint32 confidencePpb) public {
        IFeedReader.Requirements memory wanted = plain(IFeedReader.OnBadAnswer.Revert);
        FeedReader careless = reader;
        wanted.maxConfidencePpb = MAX_PPB;
        reader = deployReader(wanted);
        wanted.onBadAnswer = IFeedReader.OnBadAnswer.Zero;
        zeroing = deployReader(wanted);
        vm.warp(timeSecOf(FIRST_ROUND));
        publishInto(INDEX, FIRST_ROUND, 1, 7, confidencePpb);
        assertRound(latest(careless), 1, 7, timeSecOf(FIRST_ROUND));
        if (confidencePpb <= MAX_PPB) {
            assertRound(latest(reader), 1, 7, timeSecOf(FIRST_ROUND));
            assertEq(reader.read().confidencePpb, confidencePpb, "confidencePpb");
            return;
        }
        assertRefused(reader, abi.encodeWithSelector(IFeedReader.UncertainAnswer.selector, confidencePpb, MAX_PPB));
        assertQuality(reader, IFeedReader.Quality.Uncertain);
        assertEqInt(zeroing.latestAnswer(), 0, "zero");
    }

    function test_theCertaintyAskedForItselfIsEnough() public {
        testFuzz_anUncertainAnswerIsBadWhereCertaintyWasAskedFor(MAX_PPB);
    }

    function test_aLittleLessCertaintyIsNot() public {
        testFuzz_anUncertainAnswerIsBadWhereCertaintyWasAskedFor(MAX_PPB + 1);
    }

    function testFuzz_zeroAndBelowAreBadWhereOnlyPositiveValuesCanBe(int128 value) public {
        IFeedReader.Requirements memory wanted = plain(IFeedReader.OnBadAnswer.Revert);
        wanted.positiveOnly = true;
        FeedReader prices = deployReader(wanted);
        vm.warp(timeSecOf(FIRST_ROUND));
        publish(FIRST_ROUND, 1, value);
        assertEqInt(reader.latestAnswer(), value, "a rate may be anything");
        if (value > 0) {
            assertEqInt(prices.latestAnswer(), value, "a price");
            return;
        }
        assertRefused(prices, abi.encodeWithSelector(IFeedReader.NotPositive.selector, int256(value)));
        assertQuality(prices, IFeedReader.Quality.NotPositive);
    }

    /// @dev Consumers subtract updatedAt from block.timestamp.
    function test_updatedAtIsNeverAheadOfTheBlock() public {
        uint256 nowSec = timeSecOf(FIRST_ROUND) - 30;
        vm.warp(nowSec);
        publish(FIRST_ROUND, 1, 7);
        assertRound(latest(reader), 1, 7, nowSec);
        assertRound(roundData(reader, 1), 1, 7, nowSec);
        assertEq(reader.latestTimestamp(), nowSec, "latestTimestamp");
        assertEq(reader.tryRead().updatedAt, nowSec, "tried updatedAt");
    }

    function test_theCurrentRoundIsServedWhateverItsAgeAndStatus() public {
        publish(FIRST_ROUND, 1, 7);
        publish(FIRST_ROUND + 1, 1, 8);
        publish(FIRST_ROUND + 2, 3, 0);
        vm.warp(timeSecOf(FIRST_ROUND) + 1_000_000);
        assertRound(roundData(reader, 2), 2, 8, timeSecOf(FIRST_ROUND + 1));
        assertEqInt(reader.getAnswer(2), 8, "getAnswer");
        assertEq(reader.getTimestamp(2), timeSecOf(FIRST_ROUND + 1), "getTimestamp");
        assertEq(reader.latestRound(), 2, "latestRound");
        assertEq(reader.latestTimestamp(), timeSecOf(FIRST_ROUND + 1), "latestTimestamp");
    }

    function testFuzz_roundsThatNeverWereAreRefused(uint80 roundId) public {
        vm.assume(roundId == 0 || roundId > 2);
        publish(FIRST_ROUND, 1, 7);
        publish(FIRST_ROUND + 1, 1, 8);
        bytes memory refusal = abi.encodeWithSelector(IFeedReader.RoundNotKept.selector, uint256(roundId), 2);
        vm.expectRevert(refusal);
        reader.getRoundData(roundId);
        vm.expectRevert(refusal);
        reader.getAnswer(roundId);
        vm.expectRevert(refusal);
        reader.getTimestamp(roundId);
    }

    function test_readersOfNothingCannotBeMade() public {
        IFeedReader.Requirements memory wanted = plain(IFeedReader.OnBadAnswer.Revert);
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.UnknownFeed.selector, 2, 2));
        new FeedReader(hub, 2, NAME, wanted);
        bytes32 feedId = hub.feedAt(INDEX).feedId;
        vm.expectRevert(abi.encodeWithSelector(IFeedReader.WrongName.selector, "ETH-USD.spot-index", feedId));
        new FeedReader(hub, INDEX, "ETH-USD.spot-index", wanted);
        wanted.maxAgeSec = 0;
        vm.expectRevert(abi.encodeWithSelector(IFeedReader.ZeroMaxAge.selector));
        new FeedReader(hub, INDEX, NAME, wanted);
    }
}
