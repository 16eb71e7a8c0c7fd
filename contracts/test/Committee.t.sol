// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {Committee} from "../src/Committee.sol";
import {ICommittee} from "../src/interfaces/ICommittee.sol";
import {IOwned} from "../src/interfaces/IOwned.sol";
import {Test} from "./support/Test.sol";

contract CommitteeTest is Test {
    uint64 private constant NOW_SEC = 1_767_225_600;
    uint64 private constant EPOCH_SEC = 7 days;
    uint64 private constant SOON_SEC = NOW_SEC + 60;

    Committee private committee;

    function setUp() public {
        vm.warp(NOW_SEC);
        committee = new Committee(address(this), range(1, 7), EPOCH_SEC);
    }

    /// @dev Members 10·from, 10·(from + 1), …: ascending, with room between them.
    function range(uint160 from, uint256 count) private pure returns (address[] memory list) {
        list = new address[](count);
        for (uint160 i = 0; i < count; i++) {
            list[i] = address(10 * (from + i));
        }
    }

    function listOf(uint160[4] memory numbers) private pure returns (address[] memory list) {
        list = new address[](4);
        for (uint256 i = 0; i < 4; i++) {
            list[i] = address(numbers[i]);
        }
    }

    function changeExpecting(bytes memory revertData, address[] memory next, uint64 fromSec) private {
        vm.expectRevert(revertData);
        committee.change(next, fromSec);
    }

    function assertObserver(address observer, uint64 timeSec, bool wanted, string memory what) private view {
        assertTrue(committee.isObserverAt(observer, timeSec * 1000) == wanted, what);
    }

    // -- The first committee

    function test_theFirstCommitteeHoldsFromTheBeginning() public view {
        assertEq32(keccak256(abi.encode(committee.members())), keccak256(abi.encode(range(1, 7))), "members");
        assertEq(committee.f(), 2, "f");
        assertEq(committee.faultsAt(0), 2, "f at the beginning");
        assertEq(committee.termFromSec(), 0, "term");
        assertEq(committee.epochSec(), EPOCH_SEC, "epoch");
        for (uint160 i = 1; i <= 7; i++) {
            assertTrue(committee.isObserver(address(10 * i)), "now");
            assertObserver(address(10 * i), 0, true, "ever");
        }
        assertTrue(!committee.isObserver(address(80)), "somebody else");
        assertTrue(!committee.isObserver(address(0)), "nobody");
    }

    function test_theFirstCommitteeIsTold() public {
        vm.recordLogs();
        Committee other = new Committee(address(this), range(1, 4), EPOCH_SEC);
        bytes memory wanted = abi.encode(new address[](0), range(1, 4));
        assertEq32(keccak256(vm.getRecordedLogs()[1].data), keccak256(wanted), "event");
        assertEq(other.f(), 1, "f");
    }

    function test_committeesThatCannotBeAreRefused() public {
        vm.expectRevert(abi.encodeWithSelector(ICommittee.BadMemberCount.selector, 3, 4, 64));
        new Committee(address(this), range(1, 3), EPOCH_SEC);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.BadMemberCount.selector, 65, 4, 64));
        new Committee(address(this), range(1, 65), EPOCH_SEC);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.NotAscending.selector, address(0), address(0)));
        new Committee(address(this), range(0, 4), EPOCH_SEC);
        address[] memory twins = listOf([uint160(10), 20, 20, 30]);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.NotAscending.selector, address(20), address(20)));
        new Committee(address(this), twins, EPOCH_SEC);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.BadEpoch.selector, 2 days - 1, 2 days, 90 days));
        new Committee(address(this), range(1, 4), 2 days - 1);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.BadEpoch.selector, 90 days + 1, 2 days, 90 days));
        new Committee(address(this), range(1, 4), 90 days + 1);
    }

    function test_theLargestAndTheSmallestCommitteeAreAllowed() public {
        assertEq(new Committee(address(this), range(1, 64), 2 days).f(), 21, "64 members");
        assertEq(new Committee(address(this), range(1, 4), 90 days).f(), 1, "4 members");
    }

    // -- Changes

    function test_aChangeTakesEffectAtItsTimeAndLeavesThePastAlone() public {
        committee.change(range(3, 7), SOON_SEC);
        for (uint64 second = SOON_SEC - 1; second <= SOON_SEC; second++) {
            bool after_ = second == SOON_SEC;
            for (uint160 i = 1; i <= 2; i++) {
                assertObserver(address(10 * i), second, !after_, "who left");
            }
            for (uint160 i = 3; i <= 7; i++) {
                assertObserver(address(10 * i), second, true, "who stayed");
            }
            for (uint160 i = 8; i <= 9; i++) {
                assertObserver(address(10 * i), second, after_, "who joined");
            }
        }
        // To the millisecond: terms are whole seconds, times are not.
        assertTrue(committee.isObserverAt(address(10), SOON_SEC * 1000 - 1), "in the last millisecond");
        assertTrue(!committee.isObserverAt(address(10), SOON_SEC * 1000), "and not in the next");
        assertTrue(committee.isObserver(address(10)), "now is before");
        vm.warp(SOON_SEC);
        assertTrue(!committee.isObserver(address(10)), "now is after");
        assertTrue(committee.isObserver(address(90)), "a new one");
    }

    function test_aChangeIsToldWithOldAndNew() public {
        vm.expectEmit(true, true, true, true, address(committee));
        emit ICommittee.CommitteeChanged(SOON_SEC, range(1, 7), range(2, 7));
        committee.change(range(2, 7), SOON_SEC);
    }

    function test_fFollowsTheSizeOfItsTime() public {
        committee.change(range(1, 9), SOON_SEC);
        committee.change(range(1, 10), SOON_SEC + EPOCH_SEC);
        assertEq(committee.faultsAt(SOON_SEC * 1000 - 1), 2, "seven members");
        assertEq(committee.faultsAt(SOON_SEC * 1000), 2, "nine members");
        assertEq(committee.faultsAt((SOON_SEC + EPOCH_SEC) * 1000 - 1), 2, "still nine");
        assertEq(committee.faultsAt((SOON_SEC + EPOCH_SEC) * 1000), 3, "ten");
        committee.change(range(1, 13), SOON_SEC + 2 * EPOCH_SEC);
        assertEq(committee.faultsAt((SOON_SEC + EPOCH_SEC) * 1000 - 1), 2, "nine, two terms ago");
        assertEq(committee.faultsAt((SOON_SEC + EPOCH_SEC) * 1000), 3, "ten, from its first millisecond");
        assertEq(committee.f(), 2, "now");
        vm.warp(SOON_SEC + EPOCH_SEC);
        assertEq(committee.f(), 3, "then");
    }

    function test_moreThanFInOneEpochIsRefused() public {
        changeExpecting(abi.encodeWithSelector(ICommittee.TooManyReplaced.selector, 3, 3, 2), range(4, 7), SOON_SEC);
        changeExpecting(abi.encodeWithSelector(ICommittee.TooManyReplaced.selector, 3, 0, 2), range(1, 10), SOON_SEC);
        changeExpecting(abi.encodeWithSelector(ICommittee.TooManyReplaced.selector, 0, 3, 2), range(1, 4), SOON_SEC);
        changeExpecting(abi.encodeWithSelector(ICommittee.TooManyReplaced.selector, 0, 3, 2), range(4, 4), SOON_SEC);
        committee.change(range(3, 7), SOON_SEC);
    }

    function test_oneEpochLiesBetweenTwoTerms() public {
        committee.change(range(2, 7), SOON_SEC);
        uint64 nextSec = SOON_SEC + EPOCH_SEC;
        uint64 maxSec = NOW_SEC + 30 days;
        changeExpecting(
            abi.encodeWithSelector(ICommittee.BadTermStart.selector, nextSec - 1, nextSec, maxSec),
            range(3, 7),
            nextSec - 1
        );
        committee.change(range(3, 7), nextSec);
        assertEq(committee.termFromSec(), nextSec, "the newest term");
    }

    function test_aTermStartsNeitherInThePastNorInAnotherAge() public {
        uint64 maxSec = NOW_SEC + 30 days;
        changeExpecting(
            abi.encodeWithSelector(ICommittee.BadTermStart.selector, SOON_SEC - 1, SOON_SEC, maxSec),
            range(2, 7),
            SOON_SEC - 1
        );
        changeExpecting(
            abi.encodeWithSelector(ICommittee.BadTermStart.selector, maxSec + 1, SOON_SEC, maxSec),
            range(2, 7),
            maxSec + 1
        );
        committee.change(range(2, 7), maxSec);
    }

    function test_aChangeThatIsNoneIsRefused() public {
        changeExpecting(abi.encodeWithSelector(ICommittee.NothingChanged.selector), range(1, 7), SOON_SEC);
    }

    function test_changesThatCannotBeAreRefused() public {
        changeExpecting(abi.encodeWithSelector(ICommittee.BadMemberCount.selector, 3, 4, 64), range(1, 3), SOON_SEC);
        changeExpecting(abi.encodeWithSelector(ICommittee.BadMemberCount.selector, 65, 4, 64), range(1, 65), SOON_SEC);
        changeExpecting(
            abi.encodeWithSelector(ICommittee.NotAscending.selector, address(30), address(20)),
            listOf([uint160(10), 30, 20, 40]),
            SOON_SEC
        );
        changeExpecting(
            abi.encodeWithSelector(ICommittee.NotAscending.selector, address(0), address(0)),
            listOf([uint160(0), 20, 30, 40]),
            SOON_SEC
        );
    }

    function test_aKeyThatLeftNeverComesBack() public {
        committee.change(range(2, 7), SOON_SEC);
        changeExpecting(
            abi.encodeWithSelector(ICommittee.RetiredKey.selector, address(10), SOON_SEC),
            range(1, 8),
            SOON_SEC + EPOCH_SEC
        );
    }

    function testFuzz_nobodyElseChangesTheCommittee(address stranger) public {
        vm.assume(stranger != address(this));
        vm.expectRevert(abi.encodeWithSelector(IOwned.NotOwner.selector, stranger, address(this)));
        vm.prank(stranger);
        committee.change(range(2, 7), SOON_SEC);
    }

    /// @dev Any subset that stays, any newcomers: it passes exactly when at most f of each differ, and then says so.
    function testFuzz_membershipIsWhatTheChangeSaid(uint32 stayDice, uint32 joinDice) public {
        // Most stay and few join, so that about every other change is slow enough.
        uint256 stays = stayDice | (stayDice >> 8) | (stayDice >> 16);
        uint256 joins = joinDice & (joinDice >> 8) & (joinDice >> 16);
        address[] memory next = new address[](15);
        uint256 size = 0;
        uint256 removed = 7;
        uint256 added = 0;
        for (uint160 i = 1; i <= 15; i++) {
            // Members stand at 10, 20, … 70, newcomers between and around them.
            bool isMember = i % 2 == 0;
            bool isIn = ((isMember ? stays : joins) >> ((i - 1) / 2)) & 1 == 1;
            if (!isIn) continue;
            next[size++] = address(5 * i);
            if (isMember) removed--;
            else added++;
        }
        assembly ("memory-safe") {
            mstore(next, size)
        }
        bool wanted = size >= 4 && added <= 2 && removed <= 2 && added + removed > 0;
        (bool done,) = address(committee).call(abi.encodeCall(committee.change, (next, SOON_SEC)));
        assertTrue(done == wanted, "accepted exactly what is slow enough");
        if (!done) return;
        uint256 found = 0;
        for (uint160 i = 1; i <= 15; i++) {
            if (committee.isObserverAt(address(5 * i), SOON_SEC * 1000)) found++;
            assertObserver(address(5 * i), SOON_SEC - 1, i % 2 == 0, "as before");
        }
        for (uint256 i = 0; i < size; i++) {
            assertObserver(next[i], SOON_SEC, true, "a member");
        }
        assertEq(found, size, "and nobody else");
    }

    // -- Witnesses

    function test_moreThanFWitnessesAreEnough() public view {
        committee.checkWitnesses(range(1, 3), NOW_SEC * 1000);
        committee.checkWitnesses(range(1, 7), NOW_SEC * 1000);
    }

    function test_tooFewWitnessesAreRefused() public {
        vm.expectRevert(abi.encodeWithSelector(ICommittee.TooFewWitnesses.selector, 2, 3));
        committee.checkWitnesses(range(1, 2), NOW_SEC * 1000);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.TooFewWitnesses.selector, 0, 3));
        committee.checkWitnesses(new address[](0), NOW_SEC * 1000);
    }

    function test_oneWitnessTwiceIsOne() public {
        address[] memory twins = listOf([uint160(10), 20, 20, 30]);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.NotAscending.selector, address(20), address(20)));
        committee.checkWitnesses(twins, NOW_SEC * 1000);
    }

    function test_nobodyIsNoWitness() public {
        address[] memory nobody = listOf([uint160(0), 10, 20, 30]);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.NotAscending.selector, address(0), address(0)));
        committee.checkWitnesses(nobody, NOW_SEC * 1000);
    }

    function test_strangersAreNoWitnesses() public {
        vm.expectRevert(abi.encodeWithSelector(ICommittee.NotObserver.selector, address(80), NOW_SEC * 1000));
        committee.checkWitnesses(range(6, 3), NOW_SEC * 1000);
    }

    function test_witnessesAreThoseOfTheirTime() public {
        committee.change(range(3, 7), SOON_SEC);
        uint64 beforeMs = SOON_SEC * 1000 - 1;
        uint64 afterMs = SOON_SEC * 1000;
        committee.checkWitnesses(range(1, 3), beforeMs);
        committee.checkWitnesses(range(7, 3), afterMs);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.NotObserver.selector, address(80), beforeMs));
        committee.checkWitnesses(range(7, 3), beforeMs);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.NotObserver.selector, address(10), afterMs));
        committee.checkWitnesses(range(1, 3), afterMs);
    }
}
