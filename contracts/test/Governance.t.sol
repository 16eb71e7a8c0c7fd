// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {ICommittee} from "../src/interfaces/ICommittee.sol";
import {IFeedRegistry} from "../src/interfaces/IFeedRegistry.sol";
import {IHubGuard} from "../src/interfaces/IHubGuard.sol";
import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {IOwned} from "../src/interfaces/IOwned.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {GovernanceCase, Forwarder} from "./support/GovernanceCase.sol";
import {ObserverSigner} from "./support/ObserverSigner.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @dev The contracts as they are meant to be owned: three of five people, behind a timelock that nobody administers.
contract GovernanceTest is GovernanceCase {
    // -- The way of a decision

    // -- What governance can do, and when

    function test_aDecisionTakesItsDelayAndThenAnybodyExecutesIt() public {
        Call[] memory calls = proposal();
        bytes32 id = schedule(calls);
        assertTrue(timelock.isOperationPending(id), "everybody sees it");
        vm.warp(block.timestamp + DELAY_SEC - 1);
        assertTrue(!timelock.isOperationReady(id), "not ripe");
        (bool done,) = address(this).call(abi.encodeCall(this.executeAsAnybody, (calls)));
        assertTrue(!done, "a second too early");
        vm.warp(block.timestamp + 1);
        vm.prank(address(0xBEEF));
        this.executeAsAnybody(calls);
        assertEq(uint8(registry.feedOf(NEW_FEED).status), uint8(IFeedRegistry.Status.Proposed), "done");
    }

    /// @dev Drift lost 285 million within minutes of two signatures: nothing here happens within minutes.
    function test_instantGovernanceIsImpossible() public {
        // Not by the people themselves, not by the multisig, and not by a shorter delay.
        Call[] memory calls = proposal();
        bytes memory notOwner = abi.encodeWithSelector(IOwned.NotOwner.selector, person(0), address(timelock));
        assertRefused(person(0), calls[0], notOwner);
        notOwner = abi.encodeWithSelector(IOwned.NotOwner.selector, address(multisig), address(timelock));
        assertRefused(address(multisig), calls[0], notOwner);
        (address[] memory targets, uint256[] memory values, bytes[] memory data) = batchOf(calls);
        bytes memory hasty = abi.encodeCall(timelock.scheduleBatch, (targets, values, data, 0, 0, DELAY_SEC - 1));
        assertRefused(
            address(multisig),
            Call(address(timelock), hasty),
            abi.encodeWithSelector(TimelockController.TimelockInsufficientDelay.selector, DELAY_SEC - 1, DELAY_SEC)
        );
        // Nor can the delay itself be shortened without waiting for it.
        assertRefused(
            address(multisig),
            Call(address(timelock), abi.encodeCall(timelock.updateDelay, (0))),
            abi.encodeWithSelector(TimelockController.TimelockUnauthorizedCaller.selector, address(multisig))
        );
        schedule(single(address(timelock), abi.encodeCall(timelock.updateDelay, (0))));
        assertEq(timelock.getMinDelay(), DELAY_SEC, "still");
    }

    function test_aMinorityOfThePeopleDecidesNothing() public {
        bytes memory data = scheduling(proposal());
        for (uint256 i = 0; i < 4; i++) {
            vm.prank(person(uint160(i % 2)));
            assertTrue(!multisig.ask(address(timelock), data), "two of five, twice");
        }
        vm.prank(person(2));
        assertTrue(multisig.ask(address(timelock), data), "the third");
    }

    function test_whatWasScheduledCanBeCancelledByItsOwnRoleOnly() public {
        Call[] memory calls = proposal();
        bytes32 id = schedule(calls);
        bytes memory cancelling = abi.encodeCall(timelock.cancel, (id));
        bytes32 role = timelock.CANCELLER_ROLE();
        assertRefused(
            address(multisig),
            Call(address(timelock), cancelling),
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, address(multisig), role)
        );
        vm.prank(CANCELLER);
        timelock.cancel(id);
        vm.warp(block.timestamp + DELAY_SEC);
        (bool done,) = address(this).call(abi.encodeCall(this.executeAsAnybody, (calls)));
        assertTrue(!done, "cancelled");
    }

    function testFuzz_nobodyElseSchedules(address stranger) public {
        vm.assume(stranger != address(multisig));
        bytes32 role = timelock.PROPOSER_ROLE();
        assertRefused(
            stranger,
            Call(address(timelock), scheduling(proposal())),
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, stranger, role)
        );
    }

    function test_nobodyAdministersTheTimelock() public view {
        bytes32 admin = timelock.DEFAULT_ADMIN_ROLE();
        address[4] memory all = [address(this), address(multisig), CANCELLER, person(0)];
        for (uint256 i = 0; i < all.length; i++) {
            assertTrue(!timelock.hasRole(admin, all[i]), "no admin");
        }
        assertTrue(timelock.hasRole(admin, address(timelock)), "but itself");
    }

    /// @dev KiloEx trusted whoever came through its forwarder.
    function test_aForwarderSpeaksForNobody() public {
        Forwarder forwarder = new Forwarder();
        Call[] memory calls = new Call[](7);
        calls[0] = proposal()[0];
        calls[1] = Call(address(registry), abi.encodeCall(registry.deprecate, (FEED, bytes32(0))));
        (calls[2], calls[3]) = (rotation()[0], rotation()[1]);
        address[3] memory owned = [address(hub), address(registry), address(committee)];
        for (uint256 i = 0; i < 3; i++) {
            calls[4 + i] = Call(owned[i], abi.encodeCall(IOwned.transferOwnership, (person(0))));
        }
        for (uint256 i = 0; i < calls.length; i++) {
            assertTrue(!forwarder.forward(calls[i].target, calls[i].data, address(timelock)), "refused");
            vm.prank(address(timelock));
            (bool done,) = calls[i].target.call(calls[i].data);
            assertTrue(done, "what the owner itself may do");
        }
    }

    /// @dev Moonwell's and Blizz's repairs waited for their timelocks while money left: stopping waits for nothing.
    function test_theGuardianStopsAtOnceAndCanDoNothingElse() public {
        uint16[] memory indices = new uint16[](1);
        indices[0] = hub.indexOf(FEED);
        vm.prank(GUARDIAN);
        hub.freezeFeeds(indices);
        assertEq(hub.answerAt(indices[0]).status, 4, "frozen");
        vm.prank(GUARDIAN);
        hub.freezeHub();
        assertTrue(hub.hubFrozen(), "all of it");

        Call[] memory owners = new Call[](8);
        owners[0] = Call(address(hub), abi.encodeCall(hub.unfreezeFeeds, (indices)));
        owners[1] = Call(address(hub), abi.encodeCall(hub.unfreezeHub, ()));
        owners[2] = Call(address(hub), abi.encodeCall(hub.setGuardian, (person(0))));
        owners[3] = Call(address(hub), abi.encodeCall(hub.addFeeds, (makeFeeds(0, 1))));
        (owners[4], owners[5]) = (rotation()[0], rotation()[1]);
        owners[6] = proposal()[0];
        owners[7] = Call(address(registry), abi.encodeCall(registry.deprecate, (FEED, bytes32(0))));
        for (uint256 i = 0; i < owners.length; i++) {
            assertRefused(
                GUARDIAN, owners[i], abi.encodeWithSelector(IOwned.NotOwner.selector, GUARDIAN, address(timelock))
            );
        }
    }

    function test_lettingAFrozenFeedGoOnIsADecision() public {
        uint16[] memory indices = new uint16[](1);
        indices[0] = hub.indexOf(FEED);
        vm.prank(GUARDIAN);
        hub.freezeFeeds(indices);
        govern(single(address(hub), abi.encodeCall(hub.unfreezeFeeds, (indices))));
        assertTrue(hub.answerAt(indices[0]).status != 4, "goes on");
    }

    function testFuzz_nobodyElseFreezes(address stranger) public {
        vm.assume(stranger != GUARDIAN && stranger != address(timelock));
        bytes memory refused =
            abi.encodeWithSelector(IHubGuard.NotGuardian.selector, stranger, GUARDIAN, address(timelock));
        assertRefused(stranger, Call(address(hub), abi.encodeCall(hub.freezeHub, ())), refused);
        assertRefused(stranger, Call(address(hub), abi.encodeCall(hub.freezeFeeds, (new uint16[](1)))), refused);
    }

    /// @dev What is proposed waits twice: until it is a shadow, and until it lives.
    function test_aFeedIsAShadowForItsOwnDelayAsWell() public {
        govern(proposal());
        Call[] memory activation =
            single(address(registry), abi.encodeCall(registry.activate, (NEW_FEED, bytes32("new 1"))));
        govern(activation);
        assertEq(uint8(registry.feedOf(NEW_FEED).status), uint8(IFeedRegistry.Status.Live), "live after four days");
    }

    function test_keyAndObserversRotateTogether() public {
        Call[] memory calls = rotation();
        govern(calls);
        (IOracleHub.Configuration memory newest,) = hub.configuration();
        assertEq(newest.groupKeyX, otherKey.x, "the next key");
        assertEq(newest.firstRoundTimeMs, committee.termFromSec() * 1000, "from the same moment on");

        // The price of an expiry before still comes from the old key, and its witnesses are the old observers.
        settle(FINAL_ROUND, VALUE);
        settlement.dispute(FEED, EXPIRY_SEC, statements(0, F + 1, 1));
        assertSettled(ISettlement.State.Open, 0, 0);
    }

    function test_noMajorityReplacesTheCommitteeAtOnce() public {
        address[] memory captured = ObserverSigner.addressesOf(ObserverSigner.make("captured", 7));
        uint64 fromSec = uint64(block.timestamp + DELAY_SEC + 1 days);
        Call[] memory calls = single(address(committee), abi.encodeCall(committee.change, (captured, fromSec)));
        schedule(calls);
        vm.warp(block.timestamp + DELAY_SEC);
        (bool done, bytes memory reason) = address(this).call(abi.encodeCall(this.executeAsAnybody, (calls)));
        bytes memory wanted = abi.encodeWithSelector(ICommittee.TooManyReplaced.selector, 7, 7, F);
        assertTrue(!done && keccak256(reason) == keccak256(wanted), "at most f in an epoch");
    }

    /// @dev Ribbon's successors let whoever owned the oracle write an expiry price: here even the owner of everything
    ///      has no way to write, change, void or bless one.
    function test_governanceHasNoHandInASettlement() public {
        settle(FINAL_ROUND, VALUE);
        (ISettlement.State state, uint256 price,) = settlement.settlementOf(FEED, EXPIRY_SEC);
        assertTrue(state == ISettlement.State.Written && price == PRICE, "written by the nodes");
        (bool owned,) = address(settlement).staticcall(abi.encodeCall(IOwned.owner, ()));
        assertTrue(!owned, "and owned by nobody");
    }
}
