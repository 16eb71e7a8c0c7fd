// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {OracleHub} from "../src/OracleHub.sol";
import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {IReportCodec} from "../src/interfaces/IReportCodec.sol";
import {Entry, HubFixture} from "./support/HubFixture.sol";
import {Vm} from "./support/Vm.sol";

/// @dev What a report does when nothing is wrong with it.
contract OracleHubSubmitTest is HubFixture {
    function setUp() public {
        deployHub(4);
    }

    function test_anAnswerIsStoredAsItWasSigned() public {
        hub.submit(report(key, FIRST_ROUND, one(entry(2, 10_423_317_845_233))));
        assertAnswer(2, IOracleHub.Answer(10_423_317_845_233, 250_000, FIRST_ROUND, timeSecOf(FIRST_ROUND), 1, 1));
    }

    function test_aFeedWithoutReportsHasStatusZero() public view {
        assertAnswer(0, IOracleHub.Answer(0, 0, 0, 0, 0, 0));
    }

    /// @dev Without selector and ABI frame: the same bytes, for less.
    function test_aBarePayloadIsASubmit() public {
        bytes memory payload = report(key, FIRST_ROUND, two(entry(0, 7), entry(2, 8)));
        (bool accepted,) = address(hub).call(payload);
        assertTrue(accepted, "accepted");
        assertAnswer(2, IOracleHub.Answer(8, 250_000, FIRST_ROUND, timeSecOf(FIRST_ROUND), 1, 1));
        (bool again, bytes memory reason) = address(hub).call(payload);
        assertTrue(!again, "a replay");
        assertEq32(bytes4(reason), IOracleHub.StaleReport.selector, "error");
    }

    /// @dev Calldata may go on behind the payload, and whoever carries it chooses how. Nothing there is an entry.
    function testFuzz_whatFollowsThePayloadIsNotRead(uint8 statuses, bool paired) public {
        hub.addPairs(makeFeeds(4, 4));
        uint16 first = paired ? 2 ** 15 : 0;
        for (uint64 i = 0; i < 2; i++) {
            hub.submit(report(key, FIRST_ROUND + i, four(first, 1)));
        }
        // Usual and unusual entries in front of the end, for the ways in which the one pass comes to it.
        Entry[] memory signed = two(entry(first, 7), entry(first + 1, 8));
        signed[0].status = 1 + statuses % 3;
        signed[1].status = 1 + (statuses >> 4) % 3;
        bytes memory payload = report(key, FIRST_ROUND + 2, signed);
        bytes memory more = encodeEntries(two(entry(first + 2, 666), entry(first + 3, 666)));
        (bool accepted,) =
            address(hub).call(bytes.concat(IOracleHub.submit.selector, abi.encode(32, payload.length), payload, more));
        assertTrue(accepted, "accepted");
        assertEq(hub.answerAt(first).round, FIRST_ROUND + 2, "stored");
        assertEqInt(hub.answerAt(first + 2).value, 1, "not an entry");
        assertEqInt(hub.answerAt(first + 3).value, 1, "not an entry");
    }

    function four(uint16 first, int128 value) private pure returns (Entry[] memory) {
        return
            join(
                entry(first, value),
                join(entry(first + 1, value), two(entry(first + 2, value), entry(first + 3, value)))
            );
    }

    function test_whatIsNoFunctionAndNoPayloadIsRefused() public {
        (bool accepted, bytes memory reason) = address(hub).call(hex"12345678");
        assertTrue(!accepted, "refused");
        assertEq32(bytes4(reason), IReportCodec.TruncatedPayload.selector, "error");
        (accepted, reason) = address(hub).call(new bytes(200));
        assertTrue(!accepted, "refused");
        assertEq32(bytes4(reason), IReportCodec.UnknownVersion.selector, "error");
        (accepted,) = address(hub).call{value: 1}(report(key, FIRST_ROUND, one(entry(0, 7))));
        assertTrue(!accepted, "money");
    }

    function test_anybodyMayCarryAReport() public {
        bytes memory payload = report(key, FIRST_ROUND, one(entry(0, 1)));
        vm.prank(address(0xBEEF));
        hub.submit(payload);
        assertEq(hub.answerAt(0).count, 1, "count");
    }

    function testFuzz_everyValueComesBack(int128 value, uint32 confidencePpb, uint16 index, uint64 round) public {
        index = uint16(bound(index, 0, 3));
        round = uint64(bound(round, FIRST_ROUND, FIRST_ROUND + 900_000));
        hub.submit(report(key, round, one(Entry(index, 1, value, confidencePpb))));
        assertAnswer(index, IOracleHub.Answer(value, confidencePpb, round, timeSecOf(round), 1, 1));
    }

    function test_extremeValuesComeBack() public {
        int128[5] memory extremes = [type(int128).min, -1, 0, 1, type(int128).max];
        for (uint64 i = 0; i < extremes.length; i++) {
            uint64 round = FIRST_ROUND + i;
            hub.submit(report(key, round, one(Entry(1, 1, extremes[i], type(uint32).max))));
            assertAnswer(1, IOracleHub.Answer(extremes[i], type(uint32).max, round, timeSecOf(round), uint32(i + 1), 1));
        }
    }

    function testFuzz_aFeedWithoutAnAgreedValueKeepsItsLastOne(int128 value, int128 noise, bool disputed) public {
        uint8 status = disputed ? 3 : 2;
        hub.submit(report(key, FIRST_ROUND, one(entry(0, value))));
        hub.submit(report(key, FIRST_ROUND + 9, one(Entry(0, status, noise, 77))));
        assertAnswer(0, IOracleHub.Answer(value, 250_000, FIRST_ROUND + 9, timeSecOf(FIRST_ROUND), 1, status));
        hub.submit(report(key, FIRST_ROUND + 10, one(entry(0, noise))));
        assertAnswer(0, IOracleHub.Answer(noise, 250_000, FIRST_ROUND + 10, timeSecOf(FIRST_ROUND + 10), 2, 1));
    }

    function test_aFeedMayBeMissingFromTheStart() public {
        hub.submit(report(key, FIRST_ROUND, one(Entry(0, 2, 0, 0))));
        assertAnswer(0, IOracleHub.Answer(0, 0, FIRST_ROUND, 0, 0, 2));
    }

    function test_aStaleEntryIsSkippedAndTheRestStored() public {
        hub.submit(report(key, FIRST_ROUND + 5, one(entry(1, 500))));
        vm.expectEmit(true, false, false, true, address(hub));
        emit IOracleHub.EntrySkipped(1, FIRST_ROUND + 3, FIRST_ROUND + 5);
        hub.submit(report(key, FIRST_ROUND + 3, two(entry(1, 300), entry(2, 301))));
        assertEqInt(hub.answerAt(1).value, 500, "kept");
        assertEqInt(hub.answerAt(2).value, 301, "stored");
    }

    function test_aStaleLastEntryDoesNotMakeAReportStale() public {
        hub.submit(report(key, FIRST_ROUND + 5, one(entry(2, 500))));
        hub.submit(report(key, FIRST_ROUND + 3, two(entry(1, 300), entry(2, 301))));
        assertEqInt(hub.answerAt(1).value, 300, "stored");
        assertEqInt(hub.answerAt(2).value, 500, "kept");
    }

    function test_anEntryOfTheStoredRoundIsSkippedToo() public {
        hub.submit(report(key, FIRST_ROUND + 5, one(entry(1, 500))));
        hub.submit(report(key, FIRST_ROUND + 5, two(entry(1, 501), entry(2, 502))));
        assertEqInt(hub.answerAt(1).value, 500, "kept");
        assertEq(hub.answerAt(1).count, 1, "count");
        assertEqInt(hub.answerAt(2).value, 502, "stored");
    }

    function test_oneEventTellsAnIndexerEverything() public {
        Entry[] memory entries = two(entry(0, -5), entry(3, 6));
        bytes memory payload = report(key, FIRST_ROUND, entries);
        vm.recordLogs();
        hub.submit(payload);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1, "one event");
        assertEq32(logs[0].topics[0], IOracleHub.ReportSubmitted.selector, "event");
        bytes memory front = abi.encodePacked(uint48(FIRST_ROUND), uint48(timeOf(FIRST_ROUND)));
        bytes memory wanted = abi.encode(bytes.concat(front, encodeEntries(entries)));
        assertEq32(keccak256(logs[0].data), keccak256(wanted), "data");
    }

    /// @dev Of every length, modulo a word.
    function test_theEventIsWholeWhateverItsLength() public {
        hub.addFeeds(makeFeeds(4, 29));
        for (uint16 count = 1; count <= 33; count++) {
            Entry[] memory entries = new Entry[](count);
            for (uint16 i = 0; i < count; i++) {
                entries[i] = entry(i, -1);
            }
            vm.recordLogs();
            hub.submit(report(key, FIRST_ROUND + count, entries));
            bytes memory front = abi.encodePacked(uint48(FIRST_ROUND + count), uint48(timeOf(FIRST_ROUND + count)));
            bytes memory wanted = abi.encode(bytes.concat(front, encodeEntries(entries)));
            assertEq32(keccak256(vm.getRecordedLogs()[0].data), keccak256(wanted), "data");
        }
    }

    function test_reportsUpToThirtySecondsAheadAreAccepted() public {
        vm.warp(timeSecOf(FIRST_ROUND) - 30);
        hub.submit(report(key, FIRST_ROUND, one(entry(0, 1))));
        assertEq(hub.answerAt(0).timeSec, timeSecOf(FIRST_ROUND), "signed time");
    }

    function test_severalAnswersComeInTheOrderAskedFor() public {
        hub.submit(report(key, FIRST_ROUND, two(entry(1, 11), entry(2, 22))));
        uint16[] memory indices = new uint16[](3);
        (indices[0], indices[1], indices[2]) = (2, 0, 1);
        IOracleHub.Answer[] memory found = hub.answers(indices);
        assertEqInt(found[0].value, 22, "first");
        assertEq(found[1].count, 0, "second");
        assertEqInt(found[2].value, 11, "third");
    }

    /// @dev What is laid out by hand is as long as the compiler would have it, to the byte.
    function test_answersAreAsLongAsTheirAbiSays() public {
        hub.submit(report(key, FIRST_ROUND, two(entry(1, 11), entry(2, 22))));
        uint16[] memory indices = new uint16[](2);
        (indices[0], indices[1]) = (1, 2);
        (, bytes memory found) = address(hub).staticcall(abi.encodeCall(hub.answers, (indices)));
        assertEq(found.length, 64 + 2 * 192, "answers");
        (, found) = address(hub).staticcall(abi.encodeCall(hub.snapshot, (indices)));
        assertEq(found.length, 96 + 2 * 192, "snapshot");
        (, found) = address(hub).staticcall(abi.encodeCall(hub.answerAt, (1)));
        assertEq(found.length, 192, "answerAt");
    }

    function test_theLatestRoundIsTheNewestOfAllFeeds() public {
        assertEq(hub.latestRound(), 0, "none yet");
        hub.submit(report(key, FIRST_ROUND + 7, one(entry(3, 1))));
        hub.submit(report(key, FIRST_ROUND + 2, one(entry(1, 1))));
        assertEq(hub.latestRound(), FIRST_ROUND + 7, "newest");
    }

    /// @dev The promise behind `era`: one slot for the key and one a feed, from a feed's second update on.
    function test_theSteadyStateReadsOneSlotForTheKeyAndOneAFeed() public {
        for (uint64 i = 0; i < 2; i++) {
            hub.submit(report(key, FIRST_ROUND + i, two(entry(0, 1), entry(1, 1))));
        }
        bytes memory payload = report(key, FIRST_ROUND + 2, two(entry(0, 1), entry(1, 1)));
        vm.record();
        hub.submit(payload);
        (bytes32[] memory reads, bytes32[] memory writes) = vm.accesses(address(hub));
        assertEq(distinct(reads), 3, "slots read");
        assertEq(distinct(writes), 2, "slots written");
    }

    function distinct(bytes32[] memory slots) private pure returns (uint256 count) {
        for (uint256 i = 0; i < slots.length; i++) {
            bool seen = false;
            for (uint256 j = 0; j < i; j++) {
                seen = seen || slots[i] == slots[j];
            }
            if (!seen) count++;
        }
    }
}
