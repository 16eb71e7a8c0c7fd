// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {OracleHub} from "../src/OracleHub.sol";
import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {IOwned} from "../src/interfaces/IOwned.sol";
import {SchnorrSigner} from "./support/SchnorrSigner.sol";
import {HubFixture} from "./support/HubFixture.sol";

contract OracleHubConfigurationTest is HubFixture {
    uint64 private constant NEXT = FIRST_ROUND + 50;

    function setUp() public {
        deployHub(4);
    }

    function submitOne(SchnorrSigner.Key memory signer, uint64 round, uint16 index) private {
        hub.submit(report(signer, round, one(entry(index, int64(round)))));
    }

    function submitOneExpecting(bytes memory revertData, SchnorrSigner.Key memory signer, uint64 round) private {
        submitExpecting(revertData, report(signer, round, one(entry(3, 1))));
    }

    function assertConfigurations(IOracleHub.Configuration memory newest, IOracleHub.Configuration memory previous)
        private
        view
    {
        (IOracleHub.Configuration memory a, IOracleHub.Configuration memory b) = hub.configuration();
        assertEq32(keccak256(abi.encode(a)), keccak256(abi.encode(newest)), "newest");
        assertEq32(keccak256(abi.encode(b)), keccak256(abi.encode(previous)), "previous");
    }

    // -- The first configuration

    function test_theFirstConfigurationIsSetOnce() public {
        IOracleHub.Configuration memory none;
        assertConfigurations(firstConfiguration(), none);
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.AlreadyConfigured.selector, firstConfiguration().cfg));
        hub.configure(firstConfiguration());
    }

    function test_theFirstConfigurationIsTold() public {
        hub = new OracleHub(NETWORK, address(this));
        IOracleHub.Configuration memory none;
        vm.expectEmit(false, false, false, true, address(hub));
        emit IOracleHub.ConfigurationChanged(none, firstConfiguration(), none);
        hub.configure(firstConfiguration());
    }

    /// @dev The first is judged like those after it, see test_configurationsThatCannotBeAreRefused.
    function test_theFirstConfigurationIsJudgedToo() public {
        hub = new OracleHub(NETWORK, address(this));
        IOracleHub.Configuration memory first = firstConfiguration();
        first.groupKeyX = 5;
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.BadGroupKey.selector, 5));
        hub.configure(first);
    }

    function test_aHubCannotRotateBeforeItIsConfigured() public {
        hub = new OracleHub(NETWORK, address(this));
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.NotConfigured.selector));
        hub.rotate(firstConfiguration());
    }

    function test_onlyTheOwnerConfigures() public {
        bytes memory notOwner = abi.encodeWithSelector(IOwned.NotOwner.selector, address(0xBEEF), address(this));
        vm.expectRevert(notOwner);
        vm.prank(address(0xBEEF));
        hub.configure(firstConfiguration());
        vm.expectRevert(notOwner);
        vm.prank(address(0xBEEF));
        hub.rotate(nextConfiguration(otherKey.x, 2, NEXT));
    }

    function test_roundsBeforeTheFirstConfigurationAreRefused() public {
        bytes memory early = abi.encodeWithSelector(IOracleHub.KeyNotYetValid.selector, FIRST_ROUND - 1, FIRST_ROUND);
        submitExpecting(early, reportAt(key, NETWORK, FIRST_ROUND - 1, T0_MS - SLOT_MS, one(entry(0, 1))));
    }

    function test_configurationsThatCannotBeAreRefused() public {
        IOracleHub.Configuration memory c = nextConfiguration(otherKey.x, 2, NEXT);
        c.cfg = 0;
        rotateExpecting(abi.encodeWithSelector(IOracleHub.ZeroCfg.selector), c);

        c = nextConfiguration(0, 2, NEXT);
        rotateExpecting(abi.encodeWithSelector(IOracleHub.BadGroupKey.selector, 0), c);
        // 5 is no x on the curve: 132 has no square root there.
        c = nextConfiguration(5, 2, NEXT);
        rotateExpecting(abi.encodeWithSelector(IOracleHub.BadGroupKey.selector, 5), c);

        c = nextConfiguration(otherKey.x, 2, NEXT);
        c.slotMs = 249;
        rotateExpecting(abi.encodeWithSelector(IOracleHub.BadSlotMs.selector, 249, 250, 60_000), c);
        c.slotMs = 60_001;
        rotateExpecting(abi.encodeWithSelector(IOracleHub.BadSlotMs.selector, 60_001, 250, 60_000), c);

        c = nextConfiguration(otherKey.x, 2, NEXT);
        c.firstRound = 0;
        rotateExpecting(abi.encodeWithSelector(IOracleHub.BadFirstRound.selector, 0, 1, 2 ** 33 - 1), c);
        c.firstRound = 2 ** 33;
        rotateExpecting(abi.encodeWithSelector(IOracleHub.BadFirstRound.selector, 2 ** 33, 1, 2 ** 33 - 1), c);
    }

    function test_theShortestAndTheLongestSlotAreTaken() public {
        IOracleHub.Configuration memory next = nextConfiguration(otherKey.x, 2, NEXT);
        next.slotMs = 250;
        hub.rotate(next);
        next = nextConfiguration(otherKey.x, 3, NEXT);
        next.slotMs = 60_000;
        hub.rotate(next);
        (IOracleHub.Configuration memory newest,) = hub.configuration();
        assertEq(newest.slotMs, 60_000, "slotMs");
    }

    function rotateExpecting(bytes memory revertData, IOracleHub.Configuration memory next) private {
        vm.expectRevert(revertData);
        hub.rotate(next);
    }

    // -- The hand-over

    function test_theOldKeyKeepsTheRoundsBelowAndTheNewOneTheRest() public {
        submitOne(key, FIRST_ROUND, 0);
        hub.rotate(nextConfiguration(otherKey.x, 2, NEXT));

        submitOne(key, NEXT - 2, 0);
        submitOneExpecting(abi.encodeWithSelector(IOracleHub.KeyRetired.selector, NEXT, NEXT), key, NEXT);
        submitOneExpecting(
            abi.encodeWithSelector(IOracleHub.KeyNotYetValid.selector, NEXT - 1, NEXT), otherKey, NEXT - 1
        );

        submitOne(otherKey, NEXT, 1);
        submitOneExpecting(abi.encodeWithSelector(IOracleHub.KeyRetired.selector, NEXT + 1, NEXT), key, NEXT + 1);
        // A late report of the old key still lands where nothing newer is.
        submitOne(key, NEXT - 1, 0);
        assertEq(hub.answerAt(0).round, NEXT - 1, "late report");
        // And a feed that the new key did not touch yet is no way around its first round.
        submitOneExpecting(
            abi.encodeWithSelector(IOracleHub.KeyNotYetValid.selector, NEXT - 1, NEXT), otherKey, NEXT - 1
        );
    }

    /// @dev Rounds on both sides of the hand-over, for feeds with any history: only the round decides.
    function testFuzz_onlyTheRoundDecidesWhoseKeyIsValid(uint64 round, bool byNew, bool touched, bool touchedByNew)
        public
    {
        round = uint64(bound(round, FIRST_ROUND + 1, NEXT + 50));
        if (touched) submitOne(key, FIRST_ROUND, 3);
        hub.rotate(nextConfiguration(otherKey.x, 2, NEXT));
        if (touchedByNew) submitOne(otherKey, NEXT, 3);
        // The handed-over feed itself, or one nobody touched.
        uint16 index = 3;
        if (touchedByNew && round <= NEXT) index = 2;

        SchnorrSigner.Key memory signer = byNew ? otherKey : key;
        bytes memory payload = report(signer, round, one(entry(index, 1)));
        (bool accepted,) = address(hub).call(abi.encodeCall(hub.submit, (payload)));
        assertTrue(accepted == (byNew == (round >= NEXT)), "accepted exactly in its own rounds");
    }

    function test_aRotationIsToldWithOldAndNew() public {
        submitOne(key, FIRST_ROUND, 0);
        IOracleHub.Configuration memory next = nextConfiguration(otherKey.x, 2, NEXT);
        IOracleHub.Configuration memory none;
        vm.expectEmit(false, false, false, true, address(hub));
        emit IOracleHub.ConfigurationChanged(firstConfiguration(), next, none);
        hub.rotate(next);
        assertConfigurations(next, firstConfiguration());
    }

    function test_aRotationLeavesAnswersAlone() public {
        submitOne(key, FIRST_ROUND, 2);
        IOracleHub.Answer memory before = hub.answerAt(2);
        hub.rotate(nextConfiguration(otherKey.x, 2, NEXT));
        assertAnswer(2, before);
        assertEq(hub.answerAt(1).status, 0, "still never reported");
    }

    function test_theKeyBeforeThePreviousIsUnknown() public {
        SchnorrSigner.Key memory third = SchnorrSigner.keyFrom(uint256(keccak256("third key")));
        submitOne(key, FIRST_ROUND, 0);
        hub.rotate(nextConfiguration(otherKey.x, 2, NEXT));
        submitOne(otherKey, NEXT, 0);
        hub.rotate(nextConfiguration(third.x, 3, NEXT + 10));
        bytes4 wanted = bytes4(uint32(third.x));
        submitOneExpecting(
            abi.encodeWithSelector(IOracleHub.UnknownKey.selector, bytes4(uint32(key.x)), wanted), key, NEXT - 1
        );
        // The middle key has rounds on both of its sides.
        submitOneExpecting(
            abi.encodeWithSelector(IOracleHub.KeyNotYetValid.selector, NEXT - 1, NEXT), otherKey, NEXT - 1
        );
        submitOne(otherKey, NEXT + 9, 0);
        submitOne(third, NEXT + 10, 0);
    }

    // -- Continuity

    function test_aFirstRoundMustBeAboveEverythingAccepted() public {
        submitOne(key, FIRST_ROUND + 20, 0);
        rotateExpecting(
            abi.encodeWithSelector(IOracleHub.FirstRoundNotNewer.selector, FIRST_ROUND + 20, FIRST_ROUND + 20),
            nextConfiguration(otherKey.x, 2, FIRST_ROUND + 20)
        );
        hub.rotate(nextConfiguration(otherKey.x, 2, FIRST_ROUND + 21));
    }

    function test_aFirstRoundMustBeAboveTheFollowedOnes() public {
        rotateExpecting(
            abi.encodeWithSelector(IOracleHub.FirstRoundNotNewer.selector, FIRST_ROUND, FIRST_ROUND),
            nextConfiguration(otherKey.x, 2, FIRST_ROUND)
        );
    }

    function testFuzz_timeGoesOnWhereTheOldClockWouldBe(uint64 givenMs, uint32 slotMs) public {
        IOracleHub.Configuration memory next = nextConfiguration(otherKey.x, 2, NEXT);
        vm.assume(givenMs != next.firstRoundTimeMs);
        next.slotMs = uint32(bound(slotMs, 250, 60_000));
        uint256 wantedMs = next.firstRoundTimeMs;
        next.firstRoundTimeMs = givenMs;
        rotateExpecting(abi.encodeWithSelector(IOracleHub.RoundTimeDiscontinuous.selector, givenMs, wantedMs), next);
        next.firstRoundTimeMs = uint64(wantedMs);
        hub.rotate(next);
    }

    function test_countsGrow() public {
        rotateExpecting(
            abi.encodeWithSelector(IOracleHub.ConfigCountNotNewer.selector, 1, 1),
            nextConfiguration(otherKey.x, 1, NEXT)
        );
    }

    // -- Pending configurations

    function test_aPendingConfigurationCanBeReplaced() public {
        SchnorrSigner.Key memory third = SchnorrSigner.keyFrom(uint256(keccak256("third key")));
        submitOne(key, FIRST_ROUND, 0);
        IOracleHub.Configuration memory lost = nextConfiguration(otherKey.x, 2, NEXT);
        hub.rotate(lost);
        IOracleHub.Configuration memory next = nextConfiguration(third.x, 3, NEXT + 5);
        vm.expectEmit(false, false, false, true, address(hub));
        emit IOracleHub.ConfigurationChanged(firstConfiguration(), next, lost);
        hub.rotate(next);
        assertConfigurations(next, firstConfiguration());

        submitOne(key, NEXT + 4, 0);
        submitOneExpecting(
            abi.encodeWithSelector(IOracleHub.UnknownKey.selector, bytes4(uint32(otherKey.x)), bytes4(uint32(third.x))),
            otherKey,
            NEXT
        );
        submitOne(third, NEXT + 5, 0);
    }

    function test_aRotationCanBeTakenBack() public {
        submitOne(key, FIRST_ROUND, 0);
        hub.rotate(nextConfiguration(otherKey.x, 2, NEXT));
        hub.rotate(nextConfiguration(key.x, 3, NEXT));
        submitOne(key, NEXT - 1, 0);
        submitOne(key, NEXT, 0);
    }

    /// @dev New shares of the same key: rounds on both sides are that key's.
    function test_aRefreshKeepsTheKeyOnBothSides() public {
        submitOne(key, FIRST_ROUND, 0);
        hub.rotate(nextConfiguration(key.x, 2, NEXT));
        submitOne(key, NEXT - 1, 0);
        submitOne(key, NEXT, 1);
        submitOne(key, NEXT - 1, 2);
        bytes memory early = abi.encodeWithSelector(IOracleHub.KeyNotYetValid.selector, FIRST_ROUND - 1, FIRST_ROUND);
        submitExpecting(early, reportAt(key, NETWORK, FIRST_ROUND - 1, T0_MS - SLOT_MS, one(entry(3, 1))));
        submitOne(key, FIRST_ROUND, 3);
    }

    /// @dev Another key with the same tag takes 2^32 ceremonies, or a number that is only named as a key: its x.
    function test_aKeyWithTheSameTagIsRefused() public {
        uint256 x = key.x;
        IOracleHub.Configuration memory next;
        do {
            x = addmod(x, 1 << 32, 2 ** 255);
            next = nextConfiguration(x, 2, NEXT);
        } while (!isKey(x));
        rotateExpecting(abi.encodeWithSelector(IOracleHub.KeyTagTaken.selector, bytes4(uint32(key.x)), key.x), next);
    }

    function isKey(uint256 x) private pure returns (bool) {
        return x != 0 && ecrecover(bytes32(uint256(1)), 27, bytes32(x), bytes32(uint256(1))) != address(0);
    }
}
