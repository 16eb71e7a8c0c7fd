// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IHubPairs} from "../src/interfaces/IHubPairs.sol";
import {IHubProofs} from "../src/interfaces/IHubProofs.sol";
import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {IReportVerifier} from "../src/interfaces/IReportVerifier.sol";
import {FeedSlotLibrary} from "../src/libraries/FeedSlot.sol";
import {Entry} from "./support/HubFixture.sol";
import {ProofFixture} from "./support/ProofFixture.sol";

/// @dev A chain that missed publications catches up with a report that speaks of them.
contract OracleHubProvenTest is ProofFixture {
    uint64 private constant PUBLISHED = FIRST_ROUND + 10;
    uint64 private constant REPORTED = FIRST_ROUND + 40;
    uint64 private constant NEXT = FIRST_ROUND + 30;
    uint16 private constant P = 2 ** 15;

    function setUp() public {
        deployHub(4);
        hub.addFeeds(makeFeedsWithHistory(4, 1));
        hub.addPairs(makeFeeds(5, 2));
    }

    /// @dev A report of round REPORTED whose seven feeds were last published in round PUBLISHED.
    function lateTree() private pure returns (TreeReport memory tree) {
        tree = makeTree(REPORTED, 7);
        for (uint256 i = 0; i < 7; i++) {
            tree.leaves[i].pubRound = uint48(PUBLISHED);
            tree.leaves[i].pubTimeMs = uint48(timeOf(PUBLISHED));
        }
    }

    function assertCaughtUp(uint16 index, IReportVerifier.ProvenLeaf memory leaf, uint32 count) private view {
        uint32 timeSec = uint32(leaf.pubTimeMs / 1000);
        assertAnswer(
            index,
            IOracleHub.Answer(leaf.pubValue, leaf.pubConfidencePpb, leaf.pubRound, timeSec, count, leaf.pubStatus)
        );
    }

    function provenExpecting(bytes memory revertData, bytes memory proof) private {
        vm.expectRevert(revertData);
        hub.submitProven(proof);
    }

    // -- Catching up

    function test_aMissedPublicationIsStoredAsOfItsOwnRound() public {
        TreeReport memory tree = lateTree();
        hub.submit(report(key, FIRST_ROUND, one(entry(1, 5))));
        vm.expectEmit(true, true, false, true, address(hub));
        IReportVerifier.ProvenLeaf memory leaf = tree.leaves[1];
        emit IHubProofs.EntryProven(1, PUBLISHED, 1, leaf.pubValue, leaf.pubConfidencePpb, leaf.pubTimeMs);
        vm.expectEmit(true, false, false, true, address(hub));
        emit IHubProofs.ProofSubmitted(REPORTED, tree.timeMs);
        vm.prank(address(0xBEEF));
        hub.submitProven(prove(key, tree, 2));
        assertCaughtUp(1, leaf, 2);
    }

    function testFuzz_anySubsetCatchesUp(uint8 mask, int48 value) public {
        mask = uint8(bound(mask, 1, 127));
        TreeReport memory tree = lateTree();
        for (uint256 i = 0; i < 7; i++) {
            tree.leaves[i].pubValue = int128(value) + int128(uint128(i));
        }
        bool bothPaired = mask >> 5 == 3;
        (bool accepted,) = address(hub).call(abi.encodeCall(hub.submitProven, (prove(key, tree, mask))));
        assertTrue(accepted == (mask & 31 != 0 || bothPaired), "something could be stored");
        for (uint16 i = 0; i < 7; i++) {
            uint16 index = i < 5 ? i : P + i - 5;
            bool stored = accepted && (mask >> i) & 1 == 1 && (i < 5 || bothPaired);
            if (stored) assertCaughtUp(index, tree.leaves[i], 1);
            else assertAnswer(index, IOracleHub.Answer(0, 0, 0, 0, 0, 0));
        }
    }

    function test_whatIsNotNewerIsSkippedAndTheRestStored() public {
        hub.submit(report(key, PUBLISHED, one(entry(0, 5))));
        vm.expectEmit(true, false, false, true, address(hub));
        emit IOracleHub.EntrySkipped(0, PUBLISHED, PUBLISHED);
        TreeReport memory tree = lateTree();
        hub.submitProven(prove(key, tree, 3));
        assertEqInt(hub.answerAt(0).value, 5, "kept");
        assertCaughtUp(1, tree.leaves[1], 1);
        provenExpecting(abi.encodeWithSelector(IOracleHub.NothingStored.selector, REPORTED), prove(key, tree, 3));
    }

    function test_aNewerReportAndTheProofMeetInEitherOrder() public {
        TreeReport memory tree = lateTree();
        hub.submitProven(prove(key, tree, 2));
        hub.submit(report(key, REPORTED, one(entry(1, 77))));
        assertEqInt(hub.answerAt(1).value, 77, "newer");
        provenExpecting(abi.encodeWithSelector(IOracleHub.NothingStored.selector, REPORTED), prove(key, tree, 2));
        assertEq(hub.answerAt(1).count, 2, "count");
    }

    function test_aFeedThatWasNeverPublishedHasNothingToCatchUpWith() public {
        TreeReport memory tree = lateTree();
        IReportVerifier.ProvenLeaf memory leaf = tree.leaves[1];
        (leaf.pubStatus, leaf.pubValue, leaf.pubConfidencePpb, leaf.pubRound, leaf.pubTimeMs) = (0, 0, 0, 0, 0);
        provenExpecting(abi.encodeWithSelector(IOracleHub.NothingStored.selector, REPORTED), prove(key, tree, 2));
        assertAnswer(1, IOracleHub.Answer(0, 0, 0, 0, 0, 0));
    }

    function test_aProvenValueEntersTheHistory() public {
        TreeReport memory tree = lateTree();
        hub.submitProven(prove(key, tree, 1 << 4));
        assertEqInt(hub.historyAt(4, 1).value, tree.leaves[4].pubValue, "kept");
    }

    // -- Missing and disputed

    /// @dev The leaf of a missing feed carries its last value with that value's time, so both can be caught up with.
    function testFuzz_aMissedValueAndItsEndAreCaughtUpAtOnce(bool disputed, bool hadValue) public {
        TreeReport memory tree = lateTree();
        IReportVerifier.ProvenLeaf memory leaf = tree.leaves[1];
        leaf.pubStatus = disputed ? 3 : 2;
        leaf.pubTimeMs = uint48(timeOf(PUBLISHED - 4));
        if (hadValue) hub.submit(report(key, FIRST_ROUND, one(entry(1, 5))));
        hub.submitProven(prove(key, tree, 2));
        assertCaughtUp(1, leaf, hadValue ? 2 : 1);
    }

    function test_aKnownValueIsNotCountedTwice() public {
        TreeReport memory tree = lateTree();
        IReportVerifier.ProvenLeaf memory leaf = tree.leaves[1];
        hub.submit(report(key, PUBLISHED - 4, one(Entry(1, 1, leaf.pubValue, leaf.pubConfidencePpb))));
        leaf.pubStatus = 2;
        leaf.pubTimeMs = uint48(timeOf(PUBLISHED - 4));
        hub.submitProven(prove(key, tree, 2));
        assertCaughtUp(1, leaf, 1);
    }

    function test_aFeedMayBeMissingFromTheStart() public {
        TreeReport memory tree = lateTree();
        IReportVerifier.ProvenLeaf memory leaf = tree.leaves[1];
        (leaf.pubStatus, leaf.pubValue, leaf.pubConfidencePpb, leaf.pubTimeMs) = (2, 0, 0, 0);
        hub.submitProven(prove(key, tree, 2));
        assertAnswer(1, IOracleHub.Answer(0, 0, PUBLISHED, 0, 0, 2));
    }

    // -- Pairs

    function test_aPairCatchesUpWhicheverStandsFirst() public {
        TreeReport memory tree = lateTree();
        (tree.leaves[0], tree.leaves[6]) = (tree.leaves[6], tree.leaves[0]);
        for (uint16 i = 0; i < 2; i++) {
            IReportVerifier.ProvenLeaf memory leaf = tree.leaves[i == 0 ? 5 : 0];
            vm.expectEmit(true, true, false, true, address(hub));
            emit IHubProofs.EntryProven(P + i, PUBLISHED, 1, leaf.pubValue, leaf.pubConfidencePpb, leaf.pubTimeMs);
        }
        hub.submitProven(prove(key, tree, 1 | 1 << 5));
        assertCaughtUp(P, tree.leaves[5], 1);
        assertCaughtUp(P + 1, tree.leaves[0], 1);
    }

    function test_aPairOfDifferentRoundsIsLeftOut() public {
        TreeReport memory tree = lateTree();
        tree.leaves[6].pubRound++;
        vm.expectEmit(true, false, false, true, address(hub));
        emit IHubPairs.PairIncomplete(P, PUBLISHED);
        hub.submitProven(prove(key, tree, 1 | 3 << 5));
        assertAnswer(P, IOracleHub.Answer(0, 0, 0, 0, 0, 0));
        assertCaughtUp(0, tree.leaves[0], 1);
        provenExpecting(abi.encodeWithSelector(IOracleHub.NothingStored.selector, REPORTED), prove(key, tree, 1 << 5));
    }

    // -- Keys and eras

    /// @dev The publication is older than the key that vouches for it; the report is not.
    function test_aNewKeyVouchesForPublicationsBeforeItsTime() public {
        hub.rotate(nextConfiguration(otherKey.x, 2, NEXT));
        TreeReport memory tree = lateTree();
        hub.submitProven(prove(otherKey, tree, 2));
        assertCaughtUp(1, tree.leaves[1], 1);
        // And the old key's later rounds still land after it, the new key's from its first one on.
        hub.submit(report(key, NEXT - 1, one(entry(1, 7))));
        bytes memory early = report(otherKey, NEXT - 1, one(entry(2, 7)));
        submitExpecting(abi.encodeWithSelector(IOracleHub.KeyNotYetValid.selector, NEXT - 1, NEXT), early);
        hub.submit(report(otherKey, NEXT, one(entry(1, 8))));
    }

    /// @dev A stored publication of the old key's time must not open the rounds before the new key's first to that key.
    function test_aProvenOldRoundProvesNothingOfTheNewKey() public {
        hub.rotate(nextConfiguration(otherKey.x, 2, NEXT));
        hub.submitProven(prove(otherKey, lateTree(), 2));
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.KeyNotYetValid.selector, PUBLISHED + 1, NEXT),
            report(otherKey, PUBLISHED + 1, one(entry(1, 7)))
        );
    }

    /// @dev From its first round on, and of its own alone: era 2 spares later reports a look at that round.
    function test_aPublicationOfTheNewKeysTimeIsItsOwn() public {
        hub.rotate(nextConfiguration(otherKey.x, 2, NEXT));
        TreeReport memory tree = makeTree(REPORTED, 7);
        (tree.leaves[0].pubRound, tree.leaves[1].pubRound) = (uint48(NEXT - 1), uint48(NEXT));
        hub.submitProven(prove(otherKey, tree, 3));
        assertEq(uint256(hub.slotAt(0)) & 3, 1, "before");
        assertEq(uint256(hub.slotAt(1)) & 3, 2, "from the first on");
    }

    /// @dev Else the old key could, with one last report, write into the rounds after its life.
    function testFuzz_aPublicationIsNeverNewerThanItsReport(uint64 ahead) public {
        hub.rotate(nextConfiguration(otherKey.x, 2, NEXT));
        TreeReport memory tree = makeTree(NEXT - 1, 4);
        uint64 round = NEXT - 1 + uint64(bound(ahead, 1, 1_000_000));
        tree.leaves[1].pubRound = uint48(round);
        provenExpecting(
            abi.encodeWithSelector(IHubProofs.PublishedAfterReport.selector, 1, round, NEXT - 1), prove(key, tree, 2)
        );
    }

    function testFuzz_onlyTheReportsRoundDecidesWhoseKeyIsValid(uint64 round, bool byNew) public {
        hub.rotate(nextConfiguration(otherKey.x, 2, NEXT));
        round = uint64(bound(round, PUBLISHED, NEXT + 50));
        TreeReport memory tree = makeTree(round, 4);
        tree.leaves[1].pubRound = uint48(PUBLISHED);
        bytes memory proof = prove(byNew ? otherKey : key, tree, 2);
        (bool accepted,) = address(hub).call(abi.encodeCall(hub.submitProven, (proof)));
        assertTrue(accepted == (byNew == (round >= NEXT)), "accepted exactly in its own rounds");
    }

    // -- Refusals

    function test_anotherDefinitionIsRefused() public {
        TreeReport memory tree = lateTree();
        bytes32 wanted = tree.leaves[1].definitionDigest;
        tree.leaves[1].definitionDigest = "another";
        provenExpecting(
            abi.encodeWithSelector(IHubProofs.WrongDefinition.selector, 1, bytes32("another"), wanted),
            prove(key, tree, 2)
        );
    }

    function test_anUnknownFeedIsRefused() public {
        TreeReport memory tree = lateTree();
        tree.leaves[1].feedId = "unknown";
        provenExpecting(
            abi.encodeWithSelector(IOracleHub.UnknownFeedId.selector, bytes32("unknown")), prove(key, tree, 2)
        );
    }

    function test_fieldsThatDoNotFitAreRefused() public {
        TreeReport memory tree = lateTree();
        tree.leaves[1].pubTimeMs = uint48(2 ** 32 * 1000);
        provenExpecting(
            abi.encodeWithSelector(IOracleHub.TimeOverflow.selector, 2 ** 32, type(uint32).max), prove(key, tree, 2)
        );
        tree = lateTree();
        tree.round = FeedSlotLibrary.ROUND_MAX + 1;
        tree.leaves[1].pubRound = uint48(tree.round);
        provenExpecting(
            abi.encodeWithSelector(IOracleHub.RoundOverflow.selector, tree.round, FeedSlotLibrary.ROUND_MAX),
            prove(key, tree, 2)
        );
    }

    function test_theLastRoundFits() public {
        TreeReport memory tree = lateTree();
        tree.round = FeedSlotLibrary.ROUND_MAX;
        tree.leaves[1].pubRound = uint48(tree.round);
        hub.submitProven(prove(key, tree, 2));
        assertEq(hub.answerAt(1).round, FeedSlotLibrary.ROUND_MAX, "round");
    }

    function test_theLastSecondFits() public {
        TreeReport memory tree = lateTree();
        tree.leaves[1].pubTimeMs = uint48(2 ** 32 * 1000 - 1);
        hub.submitProven(prove(key, tree, 2));
        assertEq(hub.answerAt(1).timeSec, type(uint32).max, "time");
    }

    function testFuzz_otherStatusesAreRefused(uint8 status) public {
        vm.assume(status == 0 || status > 3);
        TreeReport memory tree = lateTree();
        tree.leaves[1].pubStatus = status;
        provenExpecting(abi.encodeWithSelector(IOracleHub.BadStatus.selector, 1, status), prove(key, tree, 2));
    }

    function test_aPublicationOlderThanTheStoredTimeIsRefused() public {
        hub.submit(report(key, PUBLISHED - 1, one(entry(1, 5))));
        TreeReport memory tree = lateTree();
        tree.leaves[1].pubTimeMs = uint48(timeOf(PUBLISHED - 2));
        provenExpecting(
            abi.encodeWithSelector(
                IOracleHub.TimeBeforeStored.selector, 1, timeSecOf(PUBLISHED - 2), timeSecOf(PUBLISHED - 1)
            ),
            prove(key, tree, 2)
        );
    }
}
