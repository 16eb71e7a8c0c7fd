// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {Committee} from "../../src/Committee.sol";
import {Test} from "../support/Test.sol";
import {CommitteeHandler} from "./CommitteeHandler.sol";

/// @dev The invariants of docs/invariants.md, after every action of the handler.
contract CommitteeInvariantTest is Test {
    CommitteeHandler private handler;
    Committee private committee;

    function setUp() public {
        handler = new CommitteeHandler();
        committee = handler.committee();
    }

    /// @dev forge asks which contracts it shall call.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_pastMembersStay() public view {
        uint256 count = handler.momentCount();
        // The newest ones and one of the others: all of them at every step would take minutes.
        for (uint256 i = count > 4 ? count - 4 : 0; i < count; i++) {
            checkMoment(i);
        }
        checkMoment((count * 7) % 5 % count);
    }

    function checkMoment(uint256 i) private view {
        (uint64 timeSec, uint256 members, uint256 f) = handler.moments(i);
        assertEq(handler.membersAt(timeSec), members, "members of a moment that has passed");
        assertEq(committee.faultsAt(timeSec * 1000), f, "f of it");
    }

    /// @dev Around every start of a term: from just before it to as long after it as is still shorter than an epoch.
    function invariant_slowChange() public view {
        uint256 count = handler.startCount();
        for (uint256 i = count > 3 ? count - 3 : 0; i < count; i++) {
            uint64 startSec = handler.starts(i);
            uint256 before = handler.membersAt(startSec - 1);
            uint256 later = handler.membersAt(startSec - 1 + handler.EPOCH_SEC());
            uint256 f = committee.faultsAt((startSec - 1) * 1000);
            assertAtMost(bitsOf(later & ~before), f, "joined");
            assertAtMost(bitsOf(before & ~later), f, "left");
            assertEq(f, (bitsOf(before) - 1) / 3, "f of that size");
        }
    }

    function bitsOf(uint256 word) private pure returns (uint256 count) {
        for (; word != 0; word &= word - 1) {
            count++;
        }
    }

    /// @dev A suite that only ever sees refusals would prove nothing.
    function test_theHandlerReachesEveryCase() public {
        for (uint256 i = 0; i < 150; i++) {
            uint256 dice = uint256(keccak256(abi.encode("dice", i)));
            handler.change(dice, dice >> 64, uint8(dice >> 128), uint8(dice >> 136), uint32(dice >> 144));
            handler.wait(uint32(dice >> 176));
            invariant_slowChange();
            invariant_pastMembersStay();
        }
        assertTrue(handler.startCount() > 10, "changes");
        assertTrue(handler.refused() > 20, "refusals");
    }
}
