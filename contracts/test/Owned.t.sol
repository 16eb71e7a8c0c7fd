// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {OracleHub} from "../src/OracleHub.sol";
import {IOwned} from "../src/interfaces/IOwned.sol";
import {Test} from "./support/Test.sol";

/// @dev Ownership as the hub inherits it.
contract OwnedTest is Test {
    address private constant ALICE = address(0xA11CE);
    address private constant BOB = address(0xB0B);
    OracleHub private hub;

    function setUp() public {
        hub = new OracleHub("network", ALICE);
    }

    function assertOwners(address owner, address pending) private view {
        assertEq(uint160(hub.owner()), uint160(owner), "owner");
        assertEq(uint160(hub.pendingOwner()), uint160(pending), "pending owner");
    }

    function offer(address successor) private {
        vm.prank(ALICE);
        hub.transferOwnership(successor);
    }

    function test_theFirstOwnerIsTold() public {
        vm.recordLogs();
        new OracleHub("network", BOB);
        bytes32[] memory topics = vm.getRecordedLogs()[0].topics;
        assertEq32(topics[0], IOwned.OwnershipTransferred.selector, "event");
        assertEq32(topics[1], 0, "from nobody");
        assertEq32(topics[2], bytes32(uint256(uint160(BOB))), "to the first");
    }

    function test_ownershipMovesInTwoSteps() public {
        vm.expectEmit(true, true, true, true, address(hub));
        emit IOwned.OwnershipTransferStarted(ALICE, address(0), BOB);
        offer(BOB);
        assertOwners(ALICE, BOB);

        vm.expectEmit(true, true, true, true, address(hub));
        emit IOwned.OwnershipTransferred(ALICE, BOB);
        vm.prank(BOB);
        hub.acceptOwnership();
        assertOwners(BOB, address(0));
    }

    function test_anOfferCanBeTakenBack() public {
        offer(BOB);
        offer(address(0));
        vm.expectRevert(abi.encodeWithSelector(IOwned.NotOwner.selector, BOB, address(0)));
        vm.prank(BOB);
        hub.acceptOwnership();
        assertOwners(ALICE, address(0));
    }

    function testFuzz_nobodyElseOffersOrAccepts(address stranger) public {
        vm.assume(stranger != ALICE && stranger != BOB);
        offer(BOB);
        vm.expectRevert(abi.encodeWithSelector(IOwned.NotOwner.selector, stranger, ALICE));
        vm.prank(stranger);
        hub.transferOwnership(stranger);
        vm.expectRevert(abi.encodeWithSelector(IOwned.NotOwner.selector, stranger, BOB));
        vm.prank(stranger);
        hub.acceptOwnership();
    }

    function test_theFirstOwnerIsSomebody() public {
        vm.expectRevert(abi.encodeWithSelector(IOwned.ZeroOwner.selector));
        new OracleHub("network", address(0));
    }
}
