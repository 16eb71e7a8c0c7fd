// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FeedReader} from "../../src/FeedReader.sol";
import {IBlockGapLog} from "../../src/interfaces/IBlockGapLog.sol";
import {IFeedReader} from "../../src/interfaces/IFeedReader.sol";
import {BlockGapLog} from "../../src/readers/BlockGapLog.sol";
import {ReaderFixture} from "../support/ReaderFixture.sol";
import {BrokenUptimeFeed, UptimeFeed} from "../support/UptimeFeeds.sol";
import {Vm} from "../support/Vm.sol";

/// @dev Neither up, which is 0, nor down, which is 1.
contract OddUptimeFeed {
    function latestRoundData() external pure returns (uint80, int256, uint256, uint256, uint80) {
        return (1, int256(1 << 248), 1, 1, 1);
    }
}

/// @dev Readers on a chain whose sequencer can stop, told by an uptime feed or by the gaps between blocks.
contract SequencerTest is ReaderFixture {
    uint32 private constant GRACE_SEC = 1800;
    uint32 private constant GAP_MAX_SEC = 60;
    uint256 private nowSec;
    UptimeFeed private uptime;

    function setUp() public {
        deployNamedHub();
        uptime = new UptimeFeed();
        nowSec = timeSecOf(FIRST_ROUND);
        vm.warp(nowSec);
        uptime.set(false, 1);
        publish(FIRST_ROUND, 1, 7);
    }

    function requiring(address sequencerFeed, address blockGapLog)
        private
        pure
        returns (IFeedReader.Requirements memory wanted)
    {
        wanted = plain(IFeedReader.OnBadAnswer.Revert);
        (wanted.graceSec, wanted.sequencerFeed, wanted.blockGapLog) = (GRACE_SEC, sequencerFeed, blockGapLog);
    }

    function test_aGraceWithoutAFeedAndAFeedWithoutAGraceCannotBeMeant() public {
        IFeedReader.Requirements memory wanted = requiring(address(0), address(0));
        bytes4 mismatch = IFeedReader.GraceMismatch.selector;
        vm.expectRevert(abi.encodeWithSelector(mismatch, GRACE_SEC, address(0), address(0)));
        deployReader(wanted);
        wanted = requiring(address(uptime), address(0));
        wanted.graceSec = 0;
        vm.expectRevert(abi.encodeWithSelector(mismatch, 0, address(uptime), address(0)));
        deployReader(wanted);
        wanted = requiring(address(0), address(uptime));
        wanted.graceSec = 0;
        vm.expectRevert(abi.encodeWithSelector(mismatch, 0, address(0), address(uptime)));
        deployReader(wanted);
    }

    function test_aReaderOfAnUnreadableUptimeFeedCannotBeMade() public {
        bytes memory refusal = abi.encodeWithSelector(IFeedReader.SequencerUnreadable.selector, address(0xdead));
        vm.expectRevert(refusal);
        deployReader(requiring(address(0xdead), address(0)));
        vm.expectRevert(refusal);
        deployReader(requiring(address(uptime), address(0xdead)));
    }

    function test_onlyZeroIsUp() public {
        FeedReader reader = deployReader(requiring(address(new OddUptimeFeed()), address(0)));
        assertQuality(reader, IFeedReader.Quality.SequencerDown);
    }

    function testFuzz_onlyALongEnoughUptimeIsGood(bool down, uint64 startedAt, bool asLog) public {
        FeedReader reader =
            deployReader(asLog ? requiring(address(0), address(uptime)) : requiring(address(uptime), address(0)));
        uint256 since = bound(startedAt, nowSec - 2 * GRACE_SEC, nowSec + 100);
        uptime.set(down, since);
        if (down) {
            assertQuality(reader, IFeedReader.Quality.SequencerDown);
            assertRefused(reader, abi.encodeWithSelector(IFeedReader.SequencerDown.selector, address(uptime), since));
        } else if (since + GRACE_SEC > nowSec) {
            uint256 upSec = since > nowSec ? 0 : nowSec - since;
            assertQuality(reader, IFeedReader.Quality.SequencerGrace);
            assertRefused(
                reader, abi.encodeWithSelector(IFeedReader.SequencerGrace.selector, address(uptime), upSec, GRACE_SEC)
            );
        } else {
            assertQuality(reader, IFeedReader.Quality.Good);
            assertRound(latest(reader), 1, 7, nowSec);
        }
    }

    function test_theLastSecondOfTheGraceIsBadAndTheNextOneGood() public {
        FeedReader reader = deployReader(requiring(address(uptime), address(0)));
        uptime.set(false, nowSec - GRACE_SEC + 1);
        assertQuality(reader, IFeedReader.Quality.SequencerGrace);
        uptime.set(false, nowSec - GRACE_SEC);
        assertQuality(reader, IFeedReader.Quality.Good);
    }

    /// @dev Whatever an uptime feed does, `tryRead` says so and does not revert.
    function testFuzz_aBrokenUptimeFeedIsAStatusAndNoRevert(bytes calldata answer, bool reverts) public {
        BrokenUptimeFeed broken = new BrokenUptimeFeed();
        broken.set(abi.encode(1, 0, 1, 1, 1), false);
        FeedReader reader = deployReader(requiring(address(broken), address(0)));
        assertQuality(reader, IFeedReader.Quality.Good);
        broken.set(answer, reverts);
        if (reverts || answer.length < 160) {
            assertQuality(reader, IFeedReader.Quality.SequencerUnreadable);
            assertRefused(reader, abi.encodeWithSelector(IFeedReader.SequencerUnreadable.selector, address(broken)));
        } else {
            reader.tryRead();
        }
        broken.set(abi.encode(type(uint256).max, 0, 1, type(uint256).max, type(uint256).max), false);
        assertQuality(reader, IFeedReader.Quality.Good);
        broken.set(abi.encode(1, 0, 0, 0, 1), false);
        assertQuality(reader, IFeedReader.Quality.SequencerUnreadable);
    }

    function test_theErrorNamesTheFeedThatSpeaksAgainstTheAnswer() public {
        UptimeFeed second = new UptimeFeed();
        second.set(true, 5);
        FeedReader reader = deployReader(requiring(address(uptime), address(second)));
        assertRefused(reader, abi.encodeWithSelector(IFeedReader.SequencerDown.selector, address(second), 5));
        uptime.set(false, nowSec);
        assertRefused(
            reader, abi.encodeWithSelector(IFeedReader.SequencerGrace.selector, address(uptime), 0, GRACE_SEC)
        );
    }

    /// @dev Even an attacker who lets the uptime feed run out of gas gets a revert, and never a zero to his liking.
    function testFuzz_starvedOfGasAReaderNeverSaysZero(uint256 gasGiven) public {
        IFeedReader.Requirements memory wanted = requiring(address(uptime), address(0));
        wanted.onBadAnswer = IFeedReader.OnBadAnswer.Zero;
        FeedReader reader = deployReader(wanted);
        gasGiven = bound(gasGiven, 1000, 30_000);
        bytes memory question = abi.encodeCall(reader.latestAnswer, ());
        (bool answered, bytes memory answer) = address(reader).staticcall{gas: gasGiven}(question);
        if (answered) assertEqInt(abi.decode(answer, (int256)), 7, "the answer");
        else assertTrue(gasGiven < 30_000, "enough gas is enough");
    }

    // -- The log of gaps

    function testFuzz_gapsAreSeenWhetherOrNotAnybodyBeatsInThem(uint32 stopSec, bool beaten) public {
        BlockGapLog log = new BlockGapLog(GAP_MAX_SEC);
        uint256 lastSec = nowSec;
        nowSec += bound(stopSec, 0, 10_000);
        vm.warp(nowSec);
        bool gap = nowSec - lastSec > GAP_MAX_SEC;
        if (beaten) log.beat();
        (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 inRound) = log.latestRoundData();
        assertEqInt(answer, gap && !beaten ? int256(1) : int256(0), "answer");
        assertEq(startedAt, gap && beaten ? nowSec : lastSec, "startedAt");
        assertEq(updatedAt, beaten ? nowSec : lastSec, "updatedAt");
        assertEq(id, gap && beaten ? 2 : 1, "id");
        assertEq(inRound, id, "inRound");
    }

    /// @custom:invariant aGapIsAlwaysSeen
    function testFuzz_noSequenceOfBeatsHidesAGap(uint16[12] calldata pausesSec, uint16 beatMask) public {
        BlockGapLog log = new BlockGapLog(GAP_MAX_SEC);
        uint256 lastBeatSec = nowSec;
        uint256 resumedAtSec = nowSec;
        for (uint256 i = 0; i < 12; i++) {
            nowSec += pausesSec[i] % (2 * GAP_MAX_SEC);
            vm.warp(nowSec);
            bool gap = nowSec - lastBeatSec > GAP_MAX_SEC;
            (, int256 answer, uint256 startedAt,,) = log.latestRoundData();
            assertTrue((answer == 1) == gap, "an open gap is down");
            assertTrue(gap || startedAt == resumedAtSec, "a closed one is remembered");
            if (beatMask >> i & 1 == 0) continue;
            if (gap) {
                vm.expectEmit(true, true, true, true, address(log));
                emit IBlockGapLog.ChainResumed(uint64(lastBeatSec), uint64(nowSec));
                resumedAtSec = nowSec;
            }
            log.beat();
            lastBeatSec = nowSec;
        }
    }

    function test_aNewLogTellsSinceWhenItListens() public {
        vm.recordLogs();
        BlockGapLog log = new BlockGapLog(GAP_MAX_SEC);
        Vm.Log[] memory told = vm.getRecordedLogs();
        assertEq(told.length, 1, "logs");
        assertTrue(told[0].emitter == address(log), "emitter");
        assertEq32(told[0].topics[0], IBlockGapLog.ChainResumed.selector, "event");
        assertEq32(keccak256(told[0].data), keccak256(abi.encode(0, nowSec)), "from nothing, now");
    }

    function test_theLogKeepsThePresentOnly() public {
        BlockGapLog log = new BlockGapLog(GAP_MAX_SEC);
        (, int256 answer,,,) = log.getRoundData(1);
        assertEqInt(answer, 0, "answer");
        vm.expectRevert(abi.encodeWithSelector(IBlockGapLog.RoundNotKept.selector, 2, 1));
        log.getRoundData(2);
        vm.expectRevert(abi.encodeWithSelector(IBlockGapLog.ZeroGapMax.selector));
        new BlockGapLog(0);
    }
}
