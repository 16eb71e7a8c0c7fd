// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IHubPairs} from "../src/interfaces/IHubPairs.sol";
import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {IOwned} from "../src/interfaces/IOwned.sol";
import {PairSlotLibrary} from "../src/libraries/PairSlot.sol";
import {Entry, HubFixture} from "./support/HubFixture.sol";

/// @dev Two feeds in one slot.
contract OracleHubPairsTest is HubFixture {
    uint16 private constant P = 2 ** 15;
    int128 private constant VALUE_MAX = 2 ** 52 - 1;
    uint32 private constant PPB_MAX = 2 ** 26 - 1;

    function setUp() public {
        deployHub(2);
        hub.addPairs(makeFeeds(2, 4));
    }

    function four(Entry[] memory first, Entry[] memory second) private pure returns (Entry[] memory list) {
        list = new Entry[](4);
        (list[0], list[1], list[2], list[3]) = (first[0], first[1], second[0], second[1]);
    }

    function assertUntouched(uint16 first) private view {
        assertAnswer(first, IOracleHub.Answer(0, 0, 0, 0, 0, 0));
        assertAnswer(first + 1, IOracleHub.Answer(0, 0, 0, 0, 0, 0));
    }

    // -- What fits

    function testFuzz_bothComeBackAsTheyWereSigned(int128 a, int128 b, uint32 ca, uint32 cb, uint64 round) public {
        a = int128(int256(bound(uint128(a), 0, 2 ** 53 - 1))) - VALUE_MAX - 1;
        b = int128(int256(bound(uint128(b), 0, 2 ** 53 - 1))) - VALUE_MAX - 1;
        ca = uint32(bound(ca, 0, PPB_MAX));
        cb = uint32(bound(cb, 0, PPB_MAX));
        round = uint64(bound(round, FIRST_ROUND, FIRST_ROUND + 900_000));
        hub.submit(report(key, round, two(Entry(P + 2, 1, a, ca), Entry(P + 3, 1, b, cb))));
        assertAnswer(P + 2, IOracleHub.Answer(a, ca, round, timeSecOf(round), 1, 1));
        assertAnswer(P + 3, IOracleHub.Answer(b, cb, round, timeSecOf(round), 1, 1));
        assertUntouched(P);
    }

    function test_theExtremesFit() public {
        int128[4] memory extremes = [-VALUE_MAX - 1, -1, 0, VALUE_MAX];
        for (uint64 i = 0; i < 4; i++) {
            uint64 round = FIRST_ROUND + i;
            Entry memory other = Entry(P + 1, 1, extremes[3 - i], PPB_MAX);
            hub.submit(report(key, round, two(Entry(P, 1, extremes[i], 0), other)));
            assertAnswer(P, IOracleHub.Answer(extremes[i], 0, round, timeSecOf(round), uint32(i + 1), 1));
            assertAnswer(P + 1, IOracleHub.Answer(other.value, PPB_MAX, round, timeSecOf(round), uint32(i + 1), 1));
        }
    }

    function test_negativeOnesCostAsMuch() public {
        hub.submit(report(key, FIRST_ROUND, two(entry(P, 1), entry(P + 1, 1))));
        hub.submit(report(key, FIRST_ROUND + 1, two(entry(P, 2), entry(P + 1, 2))));
        uint256 positive = vm.lastCallGas().gasTotalUsed;
        hub.submit(report(key, FIRST_ROUND + 2, two(entry(P, -3), entry(P + 1, -3))));
        assertAtMost(vm.lastCallGas().gasTotalUsed, positive + 1000, "gas");
    }

    /// @dev One step beyond the field: the pair is left out with an event, and nothing is cut.
    function test_whatDoesNotFitIsLeftOutAndTheRestStored() public {
        Entry[4] memory tooBig = [
            Entry(P, 1, VALUE_MAX + 1, 0),
            Entry(P, 1, -VALUE_MAX - 2, 0),
            Entry(P, 1, 5, PPB_MAX + 1),
            Entry(P, 1, type(int128).min, type(uint32).max)
        ];
        for (uint64 i = 0; i < 4; i++) {
            vm.expectEmit(true, false, false, true, address(hub));
            emit IHubPairs.PairOverflow(P, FIRST_ROUND + i);
            Entry[] memory entries = four(two(tooBig[i], entry(P + 1, 6)), pair(P + 2, 7, int64(i)));
            hub.submit(report(key, FIRST_ROUND + i, entries));
            assertUntouched(P);
            assertEqInt(hub.answerAt(P + 3).value, int64(i), "stored");

            tooBig[i].index = P + 1;
            vm.expectEmit(true, false, false, true, address(hub));
            emit IHubPairs.PairOverflow(P, FIRST_ROUND + 10 + i);
            entries = join(entry(0, 1), two(entry(P, 6), tooBig[i]));
            hub.submit(report(key, FIRST_ROUND + 10 + i, entries));
            assertUntouched(P);
        }
    }

    function testFuzz_aPairIsStoredExactlyIfBothFit(int64 a, int64 b, uint32 ca, uint32 cb) public {
        bool fits = a > -VALUE_MAX - 2 && a <= VALUE_MAX && b > -VALUE_MAX - 2 && b <= VALUE_MAX && ca <= PPB_MAX
            && cb <= PPB_MAX;
        bytes memory payload = report(key, FIRST_ROUND, two(Entry(P, 1, a, ca), Entry(P + 1, 1, b, cb)));
        (bool accepted,) = address(hub).call(payload);
        assertTrue(accepted == fits, "stored exactly if both fit");
        if (!fits) assertUntouched(P);
    }

    // -- Together or not at all

    function test_aPairWithoutItsNeighbourIsLeftOutAndTheRestStored() public {
        for (uint16 i = 0; i < 2; i++) {
            vm.expectEmit(true, false, false, true, address(hub));
            emit IHubPairs.PairIncomplete(P + i, FIRST_ROUND + i);
            hub.submit(report(key, FIRST_ROUND + i, join(entry(0, 9), one(entry(P + i, 5)))));
            assertUntouched(P);
            assertEq(hub.answerAt(0).count, i + 1, "stored");
        }
    }

    /// @dev Neighbours in the report that are none in a slot.
    function test_neighboursOfDifferentPairsAreNone() public {
        hub.submit(report(key, FIRST_ROUND, join(entry(1, 9), two(entry(P + 1, 5), entry(P + 2, 6)))));
        assertUntouched(P);
        assertUntouched(P + 2);
        Entry[] memory three = join(entry(P + 1, 5), pair(P + 2, 6, 7));
        hub.submit(report(key, FIRST_ROUND + 1, three));
        assertUntouched(P);
        assertEqInt(hub.answerAt(P + 2).value, 6, "first");
        assertEqInt(hub.answerAt(P + 3).value, 7, "second");
    }

    function test_aReportOfHalvesAloneStoresNothing() public {
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.NothingStored.selector, FIRST_ROUND),
            report(key, FIRST_ROUND, one(entry(P, 5)))
        );
        hub.submit(report(key, FIRST_ROUND + 1, pair(P, 5, 6)));
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.StaleReport.selector, FIRST_ROUND + 1, FIRST_ROUND + 1),
            report(key, FIRST_ROUND + 1, pair(P, 5, 6))
        );
    }

    function test_aStalePairIsSkippedAndTheRestStored() public {
        hub.submit(report(key, FIRST_ROUND + 5, pair(P, 5, 6)));
        vm.expectEmit(true, false, false, true, address(hub));
        emit IOracleHub.EntrySkipped(P, FIRST_ROUND + 3, FIRST_ROUND + 5);
        hub.submit(report(key, FIRST_ROUND + 3, four(pair(P, 7, 8), pair(P + 2, 9, 10))));
        assertEqInt(hub.answerAt(P).value, 5, "kept");
        assertEqInt(hub.answerAt(P + 2).value, 9, "stored");
    }

    /// @dev One without an agreed value takes its neighbour along: a new value could not be told from the old time.
    function testFuzz_withoutOneValueBothKeepTheirLastOnes(uint8 a, uint8 b) public {
        (a, b) = (uint8(bound(a, 1, 3)), uint8(bound(b, 1, 3)));
        vm.assume(a != 1 || b != 1);
        hub.submit(report(key, FIRST_ROUND, pair(P, 5, -6)));
        hub.submit(report(key, FIRST_ROUND + 4, two(Entry(P, a, 70, 1), Entry(P + 1, b, 80, 2))));
        uint32 time = timeSecOf(FIRST_ROUND);
        assertAnswer(P, IOracleHub.Answer(5, 250_000, FIRST_ROUND + 4, time, 1, a == 1 ? 2 : a));
        assertAnswer(P + 1, IOracleHub.Answer(-6, 250_000, FIRST_ROUND + 4, time, 1, b == 1 ? 2 : b));
        hub.submit(report(key, FIRST_ROUND + 5, pair(P, 70, 80)));
        assertAnswer(P + 1, IOracleHub.Answer(80, 250_000, FIRST_ROUND + 5, timeSecOf(FIRST_ROUND + 5), 2, 1));
    }

    // -- Order, indices and keys

    function test_entriesOfPairsAscendToo() public {
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.EntriesNotAscending.selector, P + 1, P),
            report(key, FIRST_ROUND, two(entry(P + 1, 5), entry(P, 6)))
        );
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.EntriesNotAscending.selector, P, P),
            report(key, FIRST_ROUND, two(entry(P, 5), entry(P, 6)))
        );
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.EntriesNotAscending.selector, P + 1, 0),
            report(key, FIRST_ROUND, concat(pair(P, 5, 6), one(entry(0, 7))))
        );
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.EntriesNotAscending.selector, P + 3, P),
            report(key, FIRST_ROUND, four(pair(P + 2, 5, 6), pair(P, 7, 8)))
        );
    }

    /// @dev A pair with a missing value is stored by other code than a usual one, which has to remember both halves as well.
    function test_entriesOfPairsAscendBehindAMissingOne() public {
        Entry[] memory first = two(Entry(P, 2, 5, 0), entry(P + 1, 6));
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.EntriesNotAscending.selector, P + 1, P + 1),
            report(key, FIRST_ROUND, concat(first, one(entry(P + 1, 7))))
        );
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.EntriesNotAscending.selector, P + 1, P),
            report(key, FIRST_ROUND, four(first, pair(P, 7, 8)))
        );
        hub.submit(report(key, FIRST_ROUND, four(first, pair(P + 2, 7, 8))));
        assertEq(hub.answerAt(P + 3).round, FIRST_ROUND, "the next pair");
    }

    function concat(Entry[] memory first, Entry[] memory rest) private pure returns (Entry[] memory list) {
        list = rest;
        for (uint256 i = first.length; i > 0; i--) {
            list = join(first[i - 1], list);
        }
    }

    function test_unknownPairsAndStatusesAreRefused() public {
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.UnknownFeed.selector, P + 4, 4),
            report(key, FIRST_ROUND, pair(P + 4, 5, 6))
        );
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.UnknownFeed.selector, P + 5, 4),
            report(key, FIRST_ROUND, one(entry(P + 5, 5)))
        );
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.UnknownFeed.selector, P + 5, 4),
            report(key, FIRST_ROUND, join(entry(0, 1), one(entry(P + 5, 5))))
        );
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.BadStatus.selector, P + 1, 4),
            report(key, FIRST_ROUND, two(entry(P, 5), Entry(P + 1, 4, 6, 0)))
        );
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.BadStatus.selector, P, 0),
            report(key, FIRST_ROUND, join(entry(0, 1), one(Entry(P, 0, 6, 0))))
        );
    }

    function test_aNewerRoundWithAnOlderTimeIsRefused() public {
        hub.submit(report(key, FIRST_ROUND + 5, pair(P, 5, 6)));
        submitExpecting(
            abi.encodeWithSelector(
                IOracleHub.TimeBeforeStored.selector, P, timeSecOf(FIRST_ROUND + 4), timeSecOf(FIRST_ROUND + 5)
            ),
            reportAt(key, NETWORK, FIRST_ROUND + 6, timeOf(FIRST_ROUND + 4), pair(P, 5, 6))
        );
    }

    /// @dev The same rule of eras as for single feeds, on both sides of a hand-over.
    function testFuzz_onlyTheRoundDecidesWhoseKeyIsValid(uint64 round, bool byNew, bool touched) public {
        uint64 next = FIRST_ROUND + 50;
        round = uint64(bound(round, FIRST_ROUND + 1, next + 50));
        if (touched) hub.submit(report(key, FIRST_ROUND, pair(P, 5, 6)));
        hub.rotate(nextConfiguration(otherKey.x, 2, next));
        (bool accepted,) = address(hub).call(report(byNew ? otherKey : key, round, pair(P, 7, 8)));
        assertTrue(accepted == (byNew == (round >= next)), "accepted exactly in its own rounds");
    }

    /// @dev The place behind the last one would be taken for a feed by every report that names it.
    function test_aRotationListsNothing() public {
        hub.rotate(nextConfiguration(otherKey.x, 2, FIRST_ROUND + 50));
        assertEq(hub.slotAt(1) & 3, 1, "the last single feed");
        assertEq(hub.slotAt(P + 2) & 3, 1, "the last pair");
        assertEq(hub.slotAt(2), 0, "behind the single feeds");
        assertEq(hub.slotAt(P + 4), 0, "behind the pairs");
    }

    function test_theLatestRoundLooksAtPairsToo() public {
        hub.submit(report(key, FIRST_ROUND + 7, pair(P + 2, 5, 6)));
        assertEq(hub.latestRound(), FIRST_ROUND + 7, "round");
    }

    // -- The list

    function test_pairsAreListedFromTheirOwnIndexOn() public {
        assertEq(hub.feedCount(), 2, "single");
        assertEq(hub.pairedFeedCount(), 4, "paired");
        IOracleHub.Feed[] memory wanted = makeFeeds(2, 4);
        for (uint16 i = 0; i < 4; i++) {
            assertEq32(keccak256(abi.encode(hub.feedAt(P + i))), keccak256(abi.encode(wanted[i])), "feed");
            assertEq(hub.indexOf(wanted[i].feedId), P + i, "index");
        }
    }

    function test_aThousandPairedFeedsAreAllThereCanBe() public {
        hub.addPairs(makeFeeds(10, 996));
        assertEq(hub.pairedFeedCount(), 1000, "paired");
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.TooManyFeeds.selector, 1002, 1000));
        hub.addPairs(makeFeeds(2000, 2));
    }

    function test_pairsThatCannotBeAreRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IHubPairs.OddPairs.selector, 3));
        hub.addPairs(makeFeeds(10, 3));
        IOracleHub.Feed[] memory feeds = makeFeedsWithHistory(10, 2);
        vm.expectRevert(abi.encodeWithSelector(IHubPairs.HistoryOfPair.selector, feeds[0].feedId));
        hub.addPairs(feeds);
        feeds = makeFeeds(0, 2);
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.DuplicateFeed.selector, feeds[0].feedId, 0));
        hub.addPairs(feeds);
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.TooManyFeeds.selector, 1002, 1000));
        hub.addPairs(makeFeeds(10, 998));
        vm.expectRevert(abi.encodeWithSelector(IOwned.NotOwner.selector, address(0xBEEF), address(this)));
        vm.prank(address(0xBEEF));
        hub.addPairs(feeds);
    }

    /// @dev For readers that take the word itself.
    function test_theSlotIsTheOneOfThePair() public {
        hub.submit(report(key, FIRST_ROUND, pair(P, 5, -6)));
        assertEq(hub.slotAt(P), hub.slotAt(P + 1), "one slot");
        assertEq(hub.slotAt(P) & 3, 1, "era");
        assertEqInt(int256(hub.slotAt(P)) >> 203, 5, "first");
        assertEqInt(int256(hub.slotAt(P) << 79) >> 203, -6, "second");
        assertEq(hub.slotAt(7), 0, "no feed");
    }
}
