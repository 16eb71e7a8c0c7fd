// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {OracleHub} from "../../src/OracleHub.sol";
import {IOracleHub} from "../../src/interfaces/IOracleHub.sol";
import {Test} from "../support/Test.sol";
import {HubHandler} from "./HubHandler.sol";

/// @dev The invariants of docs/invariants.md, after every action of the handler.
contract OracleHubInvariantTest is Test {
    HubHandler private handler;
    OracleHub private hub;

    function setUp() public {
        handler = new HubHandler();
        hub = handler.theHub();
    }

    /// @dev forge asks which contracts it shall call.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_roundsNeverDecrease() public view {
        for (uint16 i = 0; i < handler.FEEDS(); i++) {
            IOracleHub.Answer memory before = handler.answerBefore(i);
            IOracleHub.Answer memory current = hub.answerAt(i);
            assertTrue(current.round >= before.round, "round");
            assertTrue(current.timeSec >= before.timeSec, "time");
        }
    }

    function invariant_countGrowsByOne() public view {
        for (uint16 i = 0; i < handler.FEEDS(); i++) {
            uint256 wanted = handler.answerBefore(i).count + (handler.valueExpected(i) ? 1 : 0);
            assertEq(hub.answerAt(i).count, wanted, "count");
        }
    }

    function invariant_answersWereSigned() public view {
        for (uint16 i = 0; i < handler.FEEDS(); i++) {
            IOracleHub.Answer memory a = hub.answerAt(i);
            bytes32 value = keccak256(abi.encode(i, a.value, a.confidencePpb, a.timeSec));
            assertTrue(a.count == 0 || handler.signedValue(value), "value");
            bytes32 status = keccak256(abi.encode(i, a.status, a.round));
            assertTrue(a.round == 0 || a.status == 4 || handler.signedStatus(status), "status");
        }
    }

    /// @dev Status 4 as long as it is frozen, and nothing of the answer moves in that time.
    function invariant_frozenAnswersStand() public view {
        for (uint16 i = 0; i < handler.FEEDS(); i++) {
            IOracleHub.Answer memory a = hub.answerAt(i);
            IOracleHub.Answer memory before = handler.answerBefore(i);
            assertTrue((a.status == 4) == handler.isFrozen(i), "status");
            if (a.status != 4) continue;
            assertEqInt(a.value, before.value, "value");
            assertEq(a.round, before.round, "round");
            assertEq(a.count, before.count, "count");
        }
    }

    /// @dev A suite that only ever sees refusals, or never a rotation, would prove nothing.
    function test_theHandlerReachesEveryCase() public {
        for (uint256 i = 0; i < 200; i++) {
            uint256 dice = uint256(keccak256(abi.encode("dice", i)));
            handler.submitSigned(uint64(dice), uint8(dice >> 64), uint8(dice >> 72), int64(uint64(dice >> 80)));
            handler.submitByTheWrongKey(uint64(dice >> 8), uint8(dice >> 72), 1);
            handler.submitDamaged(uint64(dice >> 16), uint8(dice >> 80), 1, dice, 1);
            handler.rotate(dice, uint8(dice >> 96), uint8(dice >> 104));
            handler.freeze(uint8(dice >> 112), uint8(dice >> 120));
            handler.submitProven(
                uint64(dice >> 24), uint8(dice >> 128), uint32(dice >> 136), int64(uint64(dice >> 168))
            );
            invariant_countGrowsByOne();
            invariant_frozenAnswersStand();
            invariant_roundsNeverDecrease();
            invariant_answersWereSigned();
        }
        assertTrue(handler.acceptedReports() > 100, "accepted reports");
        assertTrue(handler.refusedReports() > 400, "refused reports");
        assertTrue(handler.acceptedProofs() > 20, "accepted proofs");
        assertTrue(handler.rotations() > 20, "rotations");
    }
}
