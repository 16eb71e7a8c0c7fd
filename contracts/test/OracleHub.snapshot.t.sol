// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {Entry, HubFixture} from "./support/HubFixture.sol";

/// @dev Several feeds of one publication, or none.
contract OracleHubSnapshotTest is HubFixture {
    uint16 private constant P = 2 ** 15;

    function setUp() public {
        deployHub(3);
        hub.addPairs(makeFeeds(3, 2));
        hub.submit(report(key, FIRST_ROUND, everything(100)));
    }

    function everything(int128 value) private pure returns (Entry[] memory) {
        return
            join(entry(0, value), join(entry(1, value + 1), join(entry(2, value + 2), pair(P, value + 3, value + 4))));
    }

    function all() private pure returns (uint16[] memory indices) {
        indices = new uint16[](5);
        (indices[0], indices[1], indices[2], indices[3], indices[4]) = (2, 0, P + 1, 1, P);
    }

    function test_allAnswersAreOfTheSameRound() public view {
        (uint64 round, IOracleHub.Answer[] memory found) = hub.snapshot(all());
        assertEq(round, FIRST_ROUND, "round");
        assertEq(found.length, 5, "length");
        int128[5] memory wanted = [int128(102), 100, 104, 101, 103];
        for (uint256 i = 0; i < 5; i++) {
            bytes memory answer = abi.encode(hub.answerAt(all()[i]));
            assertEq32(keccak256(abi.encode(found[i])), keccak256(answer), "as answerAt has it");
            assertEqInt(found[i].value, wanted[i], "in the order asked for");
            assertEq(found[i].round, FIRST_ROUND, "of the round");
        }
    }

    /// @dev Whatever lands in between: either all are of one round, or the call reverts and names the first that is not.
    function testFuzz_aTornSnapshotIsNamed(uint8 touched) public {
        touched = uint8(bound(touched, 0, 3));
        if (touched != 3) hub.submit(report(key, FIRST_ROUND + 1, one(entry(touched, 7))));
        else hub.submit(report(key, FIRST_ROUND + 1, pair(P, 7, 8)));
        // The order asked for is 2, 0, P + 1, 1, P.
        (uint16 at, uint64 given, uint64 wanted) = touched == 2
            ? (uint16(0), FIRST_ROUND, FIRST_ROUND + 1)
            : (touched == 3 ? P + 1 : touched, FIRST_ROUND + 1, FIRST_ROUND);
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.SnapshotTorn.selector, at, given, wanted));
        hub.snapshot(all());
        hub.submit(report(key, FIRST_ROUND + 2, everything(200)));
        (uint64 round,) = hub.snapshot(all());
        assertEq(round, FIRST_ROUND + 2, "whole again");
    }

    function testFuzz_aBadAnswerIsNamed(uint8 status) public {
        status = uint8(bound(status, 2, 3));
        Entry[] memory entries = everything(200);
        entries[1].status = status;
        hub.submit(report(key, FIRST_ROUND + 1, entries));
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.SnapshotStatus.selector, 1, status, 1));
        hub.snapshot(all());
    }

    function test_aFrozenFeedIsInNoSnapshot() public {
        hub.freezeFeeds(indicesOf(P));
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.SnapshotStatus.selector, P + 1, 4, 1));
        hub.snapshot(all());
    }

    function test_whatWasNeverReportedIsInNoSnapshot() public {
        hub.addFeeds(makeFeeds(5, 1));
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.SnapshotStatus.selector, 3, 0, 1));
        hub.snapshot(indicesOf(3));
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.UnknownFeed.selector, 4, 4));
        hub.snapshot(indicesOf(4));
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.EmptySnapshot.selector));
        hub.snapshot(new uint16[](0));
    }
}
