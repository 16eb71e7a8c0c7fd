// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IOwned} from "../../src/interfaces/IOwned.sol";
import {ObserverSigner} from "./ObserverSigner.sol";
import {SettlementFixture} from "./SettlementFixture.sol";
import {TestMultisig} from "./TestMultisig.sol";

/// @dev Passes on whatever it is given, with the name behind it of whom it claims to speak for, as trusted forwarders do.
contract Forwarder {
    function forward(address target, bytes calldata data, address claimed) external returns (bool done) {
        (done,) = target.call(bytes.concat(data, bytes20(claimed)));
    }
}

abstract contract GovernanceCase is SettlementFixture {
    uint256 internal constant DELAY_SEC = 2 days;
    address internal constant CANCELLER = address(0xCA7);
    address internal constant GUARDIAN = address(0x6A2D);
    bytes32 internal constant NEW_FEED = bytes32(uint256(10) << 248 | 0xe74);

    TestMultisig internal multisig;
    TimelockController internal timelock;

    struct Call {
        address target;
        bytes data;
    }

    function setUp() public {
        deploySettlement(3 * F + 1);
        address[] memory people = new address[](5);
        for (uint160 i = 0; i < 5; i++) {
            people[i] = person(i);
        }
        multisig = new TestMultisig(people, 3);
        address[] memory only = new address[](1);
        only[0] = address(multisig);
        // Nobody is admin: roles and delay change by the timelock's own hand only. Anybody executes what is ripe.
        timelock = new TimelockController(DELAY_SEC, only, new address[](1), address(this));
        timelock.grantRole(timelock.CANCELLER_ROLE(), CANCELLER);
        timelock.revokeRole(timelock.CANCELLER_ROLE(), address(multisig));
        timelock.renounceRole(timelock.DEFAULT_ADMIN_ROLE(), address(this));
        handOver();
    }

    function person(uint160 i) internal pure returns (address) {
        return address(0xA000 + i);
    }

    function handOver() internal {
        Call[] memory calls = new Call[](3);
        address[3] memory owned = [address(hub), address(registry), address(committee)];
        hub.setGuardian(GUARDIAN);
        for (uint256 i = 0; i < 3; i++) {
            IOwned(owned[i]).transferOwnership(address(timelock));
            calls[i] = Call(owned[i], abi.encodeCall(IOwned.acceptOwnership, ()));
        }
        govern(calls);
        for (uint256 i = 0; i < 3; i++) {
            assertEq(uint160(IOwned(owned[i]).owner()), uint160(address(timelock)), "owner");
        }
    }

    function scheduling(Call[] memory calls) internal view returns (bytes memory) {
        (address[] memory targets, uint256[] memory values, bytes[] memory data) = batchOf(calls);
        return abi.encodeCall(timelock.scheduleBatch, (targets, values, data, 0, 0, DELAY_SEC));
    }

    function batchOf(Call[] memory calls)
        internal
        pure
        returns (address[] memory targets, uint256[] memory values, bytes[] memory data)
    {
        targets = new address[](calls.length);
        values = new uint256[](calls.length);
        data = new bytes[](calls.length);
        for (uint256 i = 0; i < calls.length; i++) {
            (targets[i], data[i]) = (calls[i].target, calls[i].data);
        }
    }

    /// @dev Three of the five ask for it.
    function schedule(Call[] memory calls) internal returns (bytes32) {
        bytes memory data = scheduling(calls);
        for (uint160 i = 0; i < 3; i++) {
            vm.prank(person(i));
            multisig.ask(address(timelock), data);
        }
        (address[] memory targets, uint256[] memory values, bytes[] memory payloads) = batchOf(calls);
        return timelock.hashOperationBatch(targets, values, payloads, 0, 0);
    }

    function execute(Call[] memory calls) internal {
        (address[] memory targets, uint256[] memory values, bytes[] memory data) = batchOf(calls);
        timelock.executeBatch(targets, values, data, 0, 0);
    }

    function govern(Call[] memory calls) internal {
        schedule(calls);
        vm.warp(block.timestamp + DELAY_SEC);
        execute(calls);
    }

    function single(address target, bytes memory data) internal pure returns (Call[] memory calls) {
        calls = new Call[](1);
        calls[0] = Call(target, data);
    }

    function proposal() internal view returns (Call[] memory) {
        bytes memory data = abi.encodeCall(registry.propose, (NEW_FEED, UNIT, 8, definition("new 1")));
        return single(address(registry), data);
    }

    /// @dev The next key from a round that begins a day after the decision can be executed, and two of the observers.
    function rotation() internal view returns (Call[] memory calls) {
        ObserverSigner.Observer[] memory next = ObserverSigner.make("joined", 7);
        for (uint256 i = F; i < 7; i++) {
            next[i] = observers[i];
        }
        ObserverSigner.sort(next);
        uint64 fromSec = uint64(block.timestamp + DELAY_SEC + 1 days);
        uint64 firstRound = FIRST_ROUND + fromSec - T0_MS / 1000;
        calls = new Call[](2);
        calls[0] = Call(address(hub), abi.encodeCall(hub.rotate, (nextConfiguration(otherKey.x, 2, firstRound))));
        calls[1] =
            Call(address(committee), abi.encodeCall(committee.change, (ObserverSigner.addressesOf(next), fromSec)));
    }

    function assertRefused(address caller, Call memory made, bytes memory reason) internal {
        vm.prank(caller);
        (bool done, bytes memory given) = made.target.call(made.data);
        assertTrue(!done, "refused");
        assertEq32(keccak256(given), keccak256(reason), "for this reason");
    }

    function executeAsAnybody(Call[] memory calls) external {
        execute(calls);
    }
}
