// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FeedReader} from "../src/FeedReader.sol";
import {OracleHub} from "../src/OracleHub.sol";
import {IFeedReader} from "../src/interfaces/IFeedReader.sol";
import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {Entry, HubFixture} from "./support/HubFixture.sol";

contract FeedReaderTest is HubFixture {
    string private constant NAME = "BTC-USD.spot-index";
    uint32 private constant MAX_AGE_SEC = 120;
    uint16 private constant INDEX = 1;
    FeedReader private reader;

    function setUp() public {
        deployHub(1);
        IOracleHub.Feed[] memory feeds = makeFeeds(1, 1);
        // The kind's code stands in the top byte.
        feeds[0].feedId = (keccak256(bytes(NAME)) << 8 >> 8) | (bytes32(uint256(0x01)) << 248);
        hub.addFeeds(feeds);
        reader = new FeedReader(hub, INDEX, NAME, MAX_AGE_SEC);
    }

    function publish(uint64 round, uint8 status, int128 value) private {
        hub.submit(report(key, round, one(Entry(INDEX, status, value, 0))));
    }

    function assertRound(bytes memory given, uint80 id, int256 answer, uint256 updatedAt) private pure {
        bytes memory wanted = abi.encode(id, answer, updatedAt, updatedAt, id);
        assertEq32(keccak256(given), keccak256(wanted), "round data");
    }

    function latest() private view returns (bytes memory) {
        (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 inRound) = reader.latestRoundData();
        return abi.encode(id, answer, startedAt, updatedAt, inRound);
    }

    function roundData(uint80 roundId) private view returns (bytes memory) {
        (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 inRound) = reader.getRoundData(roundId);
        return abi.encode(id, answer, startedAt, updatedAt, inRound);
    }

    /// @dev Both faces behind the gate refuse alike.
    function assertRefused(bytes memory revertData) private {
        vm.expectRevert(revertData);
        reader.latestRoundData();
        vm.expectRevert(revertData);
        reader.latestAnswer();
    }

    function test_theFaceSaysWhatTheFeedIs() public view {
        assertEq(reader.decimals(), 8, "decimals");
        assertEq32(keccak256(bytes(reader.description())), keccak256(bytes(NAME)), "description");
        assertEq(reader.version(), 1, "version");
        assertEq(uint160(address(reader.hub())), uint160(address(hub)), "hub");
        assertEq(reader.index(), INDEX, "index");
        assertEq(reader.maxAgeSec(), MAX_AGE_SEC, "maxAgeSec");
    }

    function testFuzz_aFreshAnswerIsServedAsTheHubHoldsIt(int128 value, uint32 ageSec) public {
        ageSec = uint32(bound(ageSec, 0, MAX_AGE_SEC));
        publish(FIRST_ROUND, 1, value);
        vm.warp(timeSecOf(FIRST_ROUND) + ageSec);
        assertRound(latest(), 1, value, timeSecOf(FIRST_ROUND));
        assertEqInt(reader.latestAnswer(), value, "latestAnswer");
    }

    function testFuzz_anOldAnswerIsRefused(uint32 ageSec) public {
        ageSec = uint32(bound(ageSec, MAX_AGE_SEC + 1, type(uint32).max));
        publish(FIRST_ROUND, 1, 7);
        vm.warp(uint256(timeSecOf(FIRST_ROUND)) + ageSec);
        assertRefused(abi.encodeWithSelector(IFeedReader.StaleAnswer.selector, ageSec, MAX_AGE_SEC));
    }

    function test_noAnswerIsRefused() public {
        assertRefused(abi.encodeWithSelector(IFeedReader.NoAnswer.selector, INDEX));
        publish(FIRST_ROUND, 2, 0);
        assertRefused(abi.encodeWithSelector(IFeedReader.NoAnswer.selector, INDEX));
        vm.expectRevert(abi.encodeWithSelector(IFeedReader.NoAnswer.selector, INDEX));
        reader.getRoundData(0);
    }

    function test_aMissingOrDisputedFeedIsRefusedAndComesBack() public {
        vm.warp(timeSecOf(FIRST_ROUND + 3));
        publish(FIRST_ROUND, 1, 7);
        publish(FIRST_ROUND + 1, 2, 0);
        assertRefused(abi.encodeWithSelector(IFeedReader.BadAnswerStatus.selector, 2, 1));
        publish(FIRST_ROUND + 2, 3, 0);
        assertRefused(abi.encodeWithSelector(IFeedReader.BadAnswerStatus.selector, 3, 1));
        publish(FIRST_ROUND + 3, 1, 8);
        assertRound(latest(), 2, 8, timeSecOf(FIRST_ROUND + 3));
    }

    /// @dev Consumers subtract updatedAt from block.timestamp.
    function test_updatedAtIsNeverAheadOfTheBlock() public {
        uint256 nowSec = timeSecOf(FIRST_ROUND) - 30;
        vm.warp(nowSec);
        publish(FIRST_ROUND, 1, 7);
        assertRound(latest(), 1, 7, nowSec);
        assertRound(roundData(1), 1, 7, nowSec);
    }

    function test_theCurrentRoundIsServedWhateverItsAgeAndStatus() public {
        publish(FIRST_ROUND, 1, 7);
        publish(FIRST_ROUND + 1, 1, 8);
        publish(FIRST_ROUND + 2, 3, 0);
        vm.warp(timeSecOf(FIRST_ROUND) + 1_000_000);
        assertRound(roundData(2), 2, 8, timeSecOf(FIRST_ROUND + 1));
    }

    function testFuzz_otherRoundsAreNotKept(uint80 roundId) public {
        vm.assume(roundId != 2);
        publish(FIRST_ROUND, 1, 7);
        publish(FIRST_ROUND + 1, 1, 8);
        vm.expectRevert(abi.encodeWithSelector(IFeedReader.RoundNotKept.selector, roundId, 2));
        reader.getRoundData(roundId);
    }

    function test_readersOfNothingCannotBeMade() public {
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.UnknownFeed.selector, 2, 2));
        new FeedReader(hub, 2, NAME, MAX_AGE_SEC);
        bytes32 feedId = hub.feedAt(INDEX).feedId;
        vm.expectRevert(abi.encodeWithSelector(IFeedReader.WrongName.selector, "ETH-USD.spot-index", feedId));
        new FeedReader(hub, INDEX, "ETH-USD.spot-index", MAX_AGE_SEC);
        vm.expectRevert(abi.encodeWithSelector(IFeedReader.ZeroMaxAge.selector));
        new FeedReader(hub, INDEX, NAME, 0);
    }
}
