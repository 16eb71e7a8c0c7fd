// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {OracleHub} from "../src/OracleHub.sol";
import {IHubGuard} from "../src/interfaces/IHubGuard.sol";
import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {IOwned} from "../src/interfaces/IOwned.sol";
import {ProofFixture} from "./support/ProofFixture.sol";

/// @dev The brake. Nobody sets a value, and only the owner releases it.
contract OracleHubFreezeTest is ProofFixture {
    address private constant GUARDIAN = address(0x6A);
    address private constant STRANGER = address(0xBEEF);
    uint16 private constant FIRST_PAIRED = 2 ** 15;

    function setUp() public {
        deployHub(4);
        hub.addPairs(makeFeeds(4, 2));
        hub.setGuardian(GUARDIAN);
        hub.submit(report(key, FIRST_ROUND, two(entry(0, 100), entry(1, 200))));
    }

    // -- Feeds

    function test_aFrozenFeedShowsStatusFourAndKeepsItsValue() public {
        vm.expectEmit(true, true, false, true, address(hub));
        emit IHubGuard.FeedFrozen(0, GUARDIAN);
        vm.prank(GUARDIAN);
        hub.freezeFeeds(indicesOf(0));
        assertAnswer(0, IOracleHub.Answer(100, 250_000, FIRST_ROUND, timeSecOf(FIRST_ROUND), 1, 4));
        assertEq(hub.answerAt(1).status, 1, "the others go on");
    }

    function test_entriesOfAFrozenFeedAreSkippedAndTheRestStored() public {
        hub.freezeFeeds(indicesOf(0));
        vm.expectEmit(true, false, false, true, address(hub));
        emit IOracleHub.FrozenEntrySkipped(0, FIRST_ROUND + 1);
        hub.submit(report(key, FIRST_ROUND + 1, two(entry(0, 101), entry(1, 201))));
        assertEqInt(hub.answerAt(0).value, 100, "frozen");
        assertEqInt(hub.answerAt(1).value, 201, "stored");
    }

    function test_aReportOfFrozenFeedsAloneStoresNothing() public {
        hub.freezeFeeds(indicesOf(0));
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.NothingStored.selector, FIRST_ROUND + 1),
            report(key, FIRST_ROUND + 1, one(entry(0, 101)))
        );
    }

    function test_aProofCannotThawAFeed() public {
        hub.freezeFeeds(indicesOf(0));
        bytes memory proof = prove(key, makeTree(FIRST_ROUND + 1, 4), 1);
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.NothingStored.selector, FIRST_ROUND + 1));
        hub.submitProven(proof);
    }

    function test_onlyTheOwnerUnfreezes() public {
        vm.prank(GUARDIAN);
        hub.freezeFeeds(indicesOf(0));
        vm.expectRevert(abi.encodeWithSelector(IOwned.NotOwner.selector, GUARDIAN, address(this)));
        vm.prank(GUARDIAN);
        hub.unfreezeFeeds(indicesOf(0));

        vm.expectEmit(true, false, false, true, address(hub));
        emit IHubGuard.FeedUnfrozen(0);
        hub.unfreezeFeeds(indicesOf(0));
        assertAnswer(0, IOracleHub.Answer(100, 250_000, FIRST_ROUND, timeSecOf(FIRST_ROUND), 1, 1));
        hub.submit(report(key, FIRST_ROUND + 1, one(entry(0, 101))));
        assertEqInt(hub.answerAt(0).value, 101, "goes on");
    }

    function test_aPairIsFrozenAndUnfrozenWholeAndBothAreTold() public {
        for (uint16 i = 0; i < 2; i++) {
            vm.expectEmit(true, true, false, true, address(hub));
            emit IHubGuard.FeedFrozen(FIRST_PAIRED + i, address(this));
        }
        vm.recordLogs();
        hub.freezeFeeds(indicesOf(FIRST_PAIRED + 1));
        assertEq(vm.getRecordedLogs().length, 2, "told of these two");
        assertEq(hub.answerAt(FIRST_PAIRED).status, 4, "first");
        assertEq(hub.answerAt(FIRST_PAIRED + 1).status, 4, "second");
        for (uint16 i = 0; i < 2; i++) {
            vm.expectEmit(true, true, false, true, address(hub));
            emit IHubGuard.FeedUnfrozen(FIRST_PAIRED + i);
        }
        hub.unfreezeFeeds(indicesOf(FIRST_PAIRED));
        assertEq(hub.answerAt(FIRST_PAIRED + 1).status, 0, "as it was");
        hub.freezeFeeds(indicesOf(0));
        vm.recordLogs();
        hub.unfreezeFeeds(indicesOf(0));
        assertEq(vm.getRecordedLogs().length, 1, "a single feed has no neighbour");
    }

    function test_aRotationLeavesAFrozenFeedFrozen() public {
        hub.freezeFeeds(indicesOf(0));
        hub.rotate(nextConfiguration(otherKey.x, 2, FIRST_ROUND + 50));
        assertEq(hub.answerAt(0).status, 4, "frozen");
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.NothingStored.selector, FIRST_ROUND + 50),
            report(otherKey, FIRST_ROUND + 50, one(entry(0, 1)))
        );
    }

    /// @dev While it was frozen a hand-over may have passed: the era says nothing of the new key's rounds any more.
    function test_anUnfrozenFeedIsNoWayAroundANewKeysFirstRound() public {
        hub.freezeFeeds(indicesOf(0));
        hub.rotate(nextConfiguration(otherKey.x, 2, FIRST_ROUND + 50));
        hub.unfreezeFeeds(indicesOf(0));
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.KeyNotYetValid.selector, FIRST_ROUND + 49, FIRST_ROUND + 50),
            report(otherKey, FIRST_ROUND + 49, one(entry(0, 1)))
        );
        hub.submit(report(key, FIRST_ROUND + 49, one(entry(0, 1))));
    }

    function test_freezingTwiceChangesNothing() public {
        hub.freezeFeeds(indicesOf(0));
        uint16[] memory both = new uint16[](2);
        (both[0], both[1]) = (0, 1);
        hub.freezeFeeds(both);
        assertEq(hub.answerAt(1).status, 4, "the one that was not");
        hub.unfreezeFeeds(both);
        vm.expectRevert(abi.encodeWithSelector(IHubGuard.FeedNotFrozen.selector, 0));
        hub.unfreezeFeeds(both);
    }

    function test_feedsThatAreNotThereCannotBeFrozen() public {
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.UnknownFeed.selector, 4, 4));
        hub.freezeFeeds(indicesOf(4));
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.UnknownFeed.selector, 4, 4));
        hub.unfreezeFeeds(indicesOf(4));
    }

    function test_aPairIsFrozenTogether() public {
        hub.submit(report(key, FIRST_ROUND, pair(FIRST_PAIRED, 5, 6)));
        hub.freezeFeeds(indicesOf(FIRST_PAIRED + 1));
        assertEq(hub.answerAt(FIRST_PAIRED).status, 4, "first");
        assertEq(hub.answerAt(FIRST_PAIRED + 1).status, 4, "second");
        assertEqInt(hub.answerAt(FIRST_PAIRED + 1).value, 6, "kept");
        hub.submit(report(key, FIRST_ROUND + 1, join(entry(0, 101), pair(FIRST_PAIRED, 7, 8))));
        assertEqInt(hub.answerAt(FIRST_PAIRED).value, 5, "kept");
        hub.unfreezeFeeds(indicesOf(FIRST_PAIRED));
        assertEq(hub.answerAt(FIRST_PAIRED + 1).status, 1, "goes on");
        assertEqInt(hub.answerAt(0).value, 101, "stored");
    }

    // -- The hub

    function test_aFrozenHubAcceptsNothingAndAnswersStillStand() public {
        vm.expectEmit(true, false, false, true, address(hub));
        emit IHubGuard.HubWasFrozen(GUARDIAN);
        vm.prank(GUARDIAN);
        hub.freezeHub();
        assertTrue(hub.hubFrozen(), "frozen");
        bytes memory frozen = abi.encodeWithSelector(IHubGuard.HubFrozen.selector);
        submitExpecting(frozen, report(key, FIRST_ROUND + 1, one(entry(0, 101))));
        // A payload that names the key zero finds none either.
        bytes memory payload = report(key, FIRST_ROUND + 1, one(entry(0, 101)));
        for (uint256 i = 5; i < 9; i++) {
            payload[i] = 0;
        }
        submitExpecting(frozen, payload);
        bytes memory proof = prove(key, makeTree(FIRST_ROUND + 1, 4), 1);
        vm.expectRevert(frozen);
        hub.verify(proof);
        vm.expectRevert(frozen);
        hub.submitProven(proof);
        assertAnswer(0, IOracleHub.Answer(100, 250_000, FIRST_ROUND, timeSecOf(FIRST_ROUND), 1, 1));
    }

    function test_aFrozenHubStillTellsItsConfiguration() public {
        hub.freezeHub();
        (IOracleHub.Configuration memory newest,) = hub.configuration();
        assertEq32(keccak256(abi.encode(newest)), keccak256(abi.encode(firstConfiguration())), "newest");
    }

    function test_onlyTheOwnerUnfreezesTheHub() public {
        vm.prank(GUARDIAN);
        hub.freezeHub();
        vm.expectRevert(abi.encodeWithSelector(IOwned.NotOwner.selector, GUARDIAN, address(this)));
        vm.prank(GUARDIAN);
        hub.unfreezeHub();
        vm.expectEmit(false, false, false, true, address(hub));
        emit IHubGuard.HubWasUnfrozen();
        hub.unfreezeHub();
        assertTrue(!hub.hubFrozen(), "goes on");
        hub.submit(report(key, FIRST_ROUND + 1, one(entry(0, 101))));
    }

    /// @dev The way out after a key was lost: freeze, rotate to another, unfreeze.
    function test_aFrozenHubCanRotateAndStaysFrozen() public {
        hub.freezeHub();
        hub.rotate(nextConfiguration(otherKey.x, 2, FIRST_ROUND + 50));
        assertTrue(hub.hubFrozen(), "frozen");
        submitExpecting(
            abi.encodeWithSelector(IHubGuard.HubFrozen.selector), report(otherKey, FIRST_ROUND + 50, one(entry(0, 1)))
        );
        (IOracleHub.Configuration memory newest, IOracleHub.Configuration memory previous) = hub.configuration();
        assertEq(newest.groupKeyX, otherKey.x, "newest");
        assertEq(previous.groupKeyX, key.x, "previous");
        hub.unfreezeHub();
        hub.submit(report(otherKey, FIRST_ROUND + 50, one(entry(0, 1))));
        assertEq(hub.answerAt(0).round, FIRST_ROUND + 50, "goes on under the new key");
    }

    function test_theBrakeIsPulledAndReleasedOnce() public {
        vm.expectRevert(abi.encodeWithSelector(IHubGuard.HubNotFrozen.selector));
        hub.unfreezeHub();
        hub.freezeHub();
        vm.expectRevert(abi.encodeWithSelector(IHubGuard.HubFrozen.selector));
        hub.freezeHub();
        hub = new OracleHub(NETWORK, address(this));
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.NotConfigured.selector));
        hub.freezeHub();
    }

    // -- Who may

    function test_strangersMayNeitherFreezeNorUnfreeze() public {
        bytes memory notGuardian =
            abi.encodeWithSelector(IHubGuard.NotGuardian.selector, STRANGER, GUARDIAN, address(this));
        bytes memory notOwner = abi.encodeWithSelector(IOwned.NotOwner.selector, STRANGER, address(this));
        vm.expectRevert(notGuardian);
        vm.prank(STRANGER);
        hub.freezeFeeds(indicesOf(0));
        vm.expectRevert(notGuardian);
        vm.prank(STRANGER);
        hub.freezeHub();
        vm.expectRevert(notOwner);
        vm.prank(STRANGER);
        hub.unfreezeFeeds(indicesOf(0));
        vm.expectRevert(notOwner);
        vm.prank(STRANGER);
        hub.unfreezeHub();
        vm.expectRevert(notOwner);
        vm.prank(STRANGER);
        hub.setGuardian(STRANGER);
    }

    function test_aGuardianIsNamedWithOldAndNewAndTakenBack() public {
        vm.expectEmit(true, true, false, true, address(hub));
        emit IHubGuard.GuardianChanged(GUARDIAN, address(0));
        hub.setGuardian(address(0));
        assertEq(uint160(hub.guardian()), 0, "none");
        vm.expectRevert(abi.encodeWithSelector(IHubGuard.NotGuardian.selector, GUARDIAN, address(0), address(this)));
        vm.prank(GUARDIAN);
        hub.freezeHub();
    }
}
