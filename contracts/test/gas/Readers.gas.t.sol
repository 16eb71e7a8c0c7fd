// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FeedReader} from "../../src/FeedReader.sol";
import {IFeedReader} from "../../src/interfaces/IFeedReader.sol";
import {BlockGapLog} from "../../src/readers/BlockGapLog.sol";
import {FeedQuoter} from "../../src/readers/FeedQuoter.sol";
import {ReaderFixture} from "../support/ReaderFixture.sol";
import {UptimeFeed, UptimeProxy} from "../support/UptimeFeeds.sol";

/// @dev Cold reads, as OracleHub.gas.t.sol measures them: from inside the called contract on, with the cold account and
///      storage of the hub and of the uptime feeds.
contract ReadersGasTest is ReaderFixture {
    /// @dev 9 500 for who calls a reader whose own account is cold too.
    uint256 private constant READ_MAX = 9500 - 2600;
    uint256 private constant READ_WITH_SEQUENCER_MAX = 23_000;

    UptimeProxy private proxy;
    BlockGapLog private log;

    function setUp() public {
        deployNamedHub();
        UptimeFeed feed = new UptimeFeed();
        feed.set(false, 1);
        proxy = new UptimeProxy(feed);
        feed.allow(address(proxy));
        vm.warp(timeSecOf(FIRST_ROUND) + 100);
        log = new BlockGapLog(60);
        publish(FIRST_ROUND, 1, 10_423_317_845_233);
    }

    function guarded() private pure returns (IFeedReader.Requirements memory wanted) {
        wanted = plain(IFeedReader.OnBadAnswer.Revert);
        (wanted.maxConfidencePpb, wanted.positiveOnly) = (5_000_000, true);
    }

    function test_everyGuardButTheSequencers() public {
        FeedReader reader = deployReader(guarded());
        reader.latestRoundData();
        assertAtMost(
            vm.snapshotGasLastCall("FeedReader", "read latestRoundData, every guard but the sequencer's"),
            READ_MAX,
            "gas"
        );
        reader.tryRead();
        vm.snapshotGasLastCall("FeedReader", "read tryRead, every guard but the sequencer's");
        FeedQuoter quoter = new FeedQuoter(reader, address(978), address(840));
        quoter.getQuote(1e18, address(978), address(840));
        vm.snapshotGasLastCall("FeedQuoter", "read getQuote, with the cold reader behind it");
    }

    function test_theSequencersGuardToo() public {
        IFeedReader.Requirements memory wanted = guarded();
        (wanted.graceSec, wanted.sequencerFeed) = (50, address(proxy));
        FeedReader reader = deployReader(wanted);
        reader.latestRoundData();
        uint256 gasUsed = vm.snapshotGasLastCall("FeedReader", "read latestRoundData, the sequencer's proxied feed too");
        assertAtMost(gasUsed, READ_WITH_SEQUENCER_MAX, "gas");
    }

    function test_theBlockGapLog() public {
        log.beat();
        vm.snapshotGasLastCall("BlockGapLog", "beat");
        vm.warp(timeSecOf(FIRST_ROUND) + 120);
        IFeedReader.Requirements memory wanted = guarded();
        (wanted.graceSec, wanted.blockGapLog) = (10, address(log));
        FeedReader reader = deployReader(wanted);
        reader.latestRoundData();
        vm.snapshotGasLastCall("FeedReader", "read latestRoundData, the log of block gaps too");
    }
}
