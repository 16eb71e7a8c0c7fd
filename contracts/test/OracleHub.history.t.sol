// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IHubHistory} from "../src/interfaces/IHubHistory.sol";
import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {Entry, HubFixture} from "./support/HubFixture.sol";

/// @dev The values before the newest one, of feeds that keep them.
contract OracleHubHistoryTest is HubFixture {
    uint32 private constant DEPTH = 512;
    uint16 private constant KEPT = 1;

    function setUp() public {
        deployHub(1);
        hub.addFeeds(makeFeedsWithHistory(1, 1));
        hub.addFeeds(makeFeeds(2, 1));
    }

    function submitValue(uint64 step, int128 value) private {
        hub.submit(report(key, FIRST_ROUND + step, one(entry(KEPT, value))));
    }

    function assertHistory(uint32 count, int128 value, uint64 round) private view {
        IOracleHub.Answer memory a = hub.historyAt(KEPT, count);
        assertEqInt(a.value, value, "value");
        assertEq(a.confidencePpb, 250_000, "confidencePpb");
        assertEq(a.round, round, "round");
        assertEq(a.timeSec, timeSecOf(round), "timeSec");
        assertEq(a.count, count, "count");
        assertEq(a.status, 1, "status");
    }

    function notKeptExpecting(uint16 index, uint32 count, uint32 oldest, uint32 newest) private {
        vm.expectRevert(abi.encodeWithSelector(IHubHistory.ValueNotKept.selector, index, count, oldest, newest));
        hub.historyAt(index, count);
    }

    function test_everyValueIsKeptUnderItsCount() public {
        for (uint64 i = 1; i <= 20; i++) {
            submitValue(3 * i, int64(1000 * i));
        }
        for (uint32 count = 1; count <= 20; count++) {
            assertHistory(count, int32(1000 * count), FIRST_ROUND + 3 * count);
        }
        notKeptExpecting(KEPT, 0, 1, 20);
        notKeptExpecting(KEPT, 21, 1, 20);
    }

    function test_theRingGoesRoundAndForgetsTheOldest() public {
        for (uint64 i = 1; i <= DEPTH + 3; i++) {
            submitValue(i, int64(i));
        }
        assertHistory(DEPTH + 3, int32(DEPTH) + 3, FIRST_ROUND + DEPTH + 3);
        assertHistory(4, 4, FIRST_ROUND + 4);
        notKeptExpecting(KEPT, 3, 4, DEPTH + 3);
        notKeptExpecting(KEPT, DEPTH + 4, 4, DEPTH + 3);
    }

    /// @dev A place that is 512 counts younger or older must not pass for the one asked for.
    function testFuzz_onlyTheCountItselfIsAnswered(uint32 count) public {
        for (uint64 i = 1; i <= 3; i++) {
            submitValue(i, int64(i));
        }
        vm.assume(count == 0 || count > 3);
        notKeptExpecting(KEPT, count, 1, 3);
    }

    /// @dev What was published stays true of its round: neither a later gap nor a freeze takes it back.
    function test_aMissingOrFrozenFeedKeepsItsHistory() public {
        submitValue(1, 11);
        submitValue(2, 22);
        hub.submit(report(key, FIRST_ROUND + 3, one(Entry(KEPT, 2, 0, 0))));
        assertHistory(1, 11, FIRST_ROUND + 1);
        assertHistory(2, 22, FIRST_ROUND + 2);
        assertEq(hub.answerAt(KEPT).status, 2, "missing now");
        hub.freezeFeeds(indicesOf(KEPT));
        assertHistory(2, 22, FIRST_ROUND + 2);
    }

    function test_aFeedWithoutHistoryAnswersItsNewestOnly() public {
        hub.submit(report(key, FIRST_ROUND + 1, one(entry(2, 7))));
        hub.submit(report(key, FIRST_ROUND + 2, one(entry(2, 8))));
        assertEqInt(hub.historyAt(2, 2).value, 8, "newest");
        notKeptExpecting(2, 1, 2, 2);
        notKeptExpecting(2, 3, 2, 2);
    }

    function test_aFeedWithoutValuesHasNoHistory() public {
        notKeptExpecting(KEPT, 0, 0, 0);
        notKeptExpecting(KEPT, 1, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.UnknownFeed.selector, 3, 3));
        hub.historyAt(3, 1);
        for (uint16 index = 999; index < 1002; index++) {
            vm.expectRevert(abi.encodeWithSelector(IOracleHub.UnknownFeed.selector, index, 3));
            hub.historyAt(index, 1);
        }
    }

    function test_theNeighboursRingsAreApart() public {
        hub.addFeeds(makeFeedsWithHistory(3, 1));
        for (uint64 i = 1; i <= 4; i++) {
            hub.submit(report(key, FIRST_ROUND + i, two(entry(KEPT, int64(i)), entry(3, -int64(i)))));
        }
        for (uint32 count = 1; count <= 4; count++) {
            assertHistory(count, int32(count), FIRST_ROUND + count);
            assertEqInt(hub.historyAt(3, count).value, -int32(count), "neighbour");
        }
    }

    // -- Paying in advance

    function test_anybodyMayPrepareAndNothingIsSeenOfIt() public {
        submitValue(1, 11);
        IOracleHub.Answer memory before = hub.answerAt(KEPT);
        vm.prank(address(0xBEEF));
        assertEq(hub.prepareHistory(KEPT, 10), 10, "fresh");
        assertAnswer(KEPT, before);
        assertHistory(1, 11, FIRST_ROUND + 1);
        notKeptExpecting(KEPT, 2, 1, 1);
        assertEq(hub.prepareHistory(KEPT, 12), 2, "only what is not paid for");
        submitValue(2, 22);
        assertHistory(2, 22, FIRST_ROUND + 2);
    }

    function test_aWholeRingCanBePrepared() public {
        submitValue(1, 11);
        assertEq(hub.prepareHistory(KEPT, 512), 511, "all but the one in use");
        assertEq(hub.prepareHistory(KEPT, 512), 0, "all are paid for");
        assertHistory(1, 11, FIRST_ROUND + 1);
    }

    function test_preparingWhatCannotBeIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IHubHistory.NoHistory.selector, 2));
        hub.prepareHistory(2, 1);
        vm.expectRevert(abi.encodeWithSelector(IHubHistory.HistoryTooLong.selector, 513, 512));
        hub.prepareHistory(KEPT, 513);
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.UnknownFeed.selector, 9, 3));
        hub.prepareHistory(9, 1);
    }

    /// @dev Walks back from now as settlement code does.
    function testFuzz_aWalkBackSeesEveryValueOnce(uint64 gaps, uint8 length) public {
        length = uint8(bound(length, 1, 30));
        uint64 round = FIRST_ROUND;
        int128 sum = 0;
        for (uint256 i = 1; i <= length; i++) {
            round += 1 + uint64((gaps >> i) & 3);
            hub.submit(report(key, round, one(entry(KEPT, int128(int256(i * i))))));
            sum += int128(int256(i * i));
        }
        uint32 previousTime = type(uint32).max;
        for (uint32 count = hub.answerAt(KEPT).count; count > 0; count--) {
            IOracleHub.Answer memory a = hub.historyAt(KEPT, count);
            assertTrue(a.timeSec < previousTime, "older and older");
            previousTime = a.timeSec;
            sum -= a.value;
        }
        assertEqInt(sum, 0, "every value once");
    }
}
