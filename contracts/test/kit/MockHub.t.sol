// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {MockHub} from "../../kit/MockHub.sol";
import {TestSigner} from "../../kit/TestSigner.sol";
import {IOracleHub} from "../../src/interfaces/IOracleHub.sol";
import {SchnorrSecp256k1} from "../../src/libraries/SchnorrSecp256k1.sol";
import {Test} from "../support/Test.sol";

contract MockHubTest is Test {
    MockHub private mock;

    function setUp() public {
        vm.warp(1_767_225_600);
        bytes32[] memory ids = new bytes32[](2);
        ids[0] = keccak256("A");
        ids[1] = keccak256("B");
        mock = new MockHub(ids, 8, 3600);
    }

    function test_whatIsPublishedIsWhatTheHubAnswers() public {
        mock.publish(1, 123);
        IOracleHub.Answer memory answer = mock.hub().answerAt(1);
        assertEqInt(answer.value, 123, "value");
        assertEq(answer.count, 1, "count");
        assertEq(answer.timeSec, block.timestamp, "timeSec");
        assertEq(mock.hub().answerAt(0).count, 0, "count");
    }

    function test_twoReportsOfOneBlockAreTwoRounds() public {
        mock.publish(0, 1);
        mock.publish(0, 2);
        assertEq(mock.hub().answerAt(0).count, 2, "count");
        vm.warp(block.timestamp + 100);
        mock.publish(0, 3);
        assertEq(mock.hub().answerAt(0).round, 101, "round");
    }

    function test_aMissingFeedKeepsItsValue() public {
        mock.publish(0, 7);
        mock.publishStatus(0, 2);
        IOracleHub.Answer memory answer = mock.hub().answerAt(0);
        assertEq(answer.status, 2, "status");
        assertEqInt(answer.value, 7, "value");
    }

    function test_whatARealHubRefusesReverts() public {
        uint64 aheadMs = uint64(block.timestamp + 31) * 1000;
        vm.expectRevert(
            abi.encodeWithSelector(IOracleHub.FutureReport.selector, aheadMs, (block.timestamp + 30) * 1000)
        );
        mock.publishAt(0, 1, 0, 1, aheadMs);
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.UnknownFeed.selector, 2, 2));
        mock.publish(2, 1);
    }

    function testFuzz_theSignerSignsForItsKeyAlone(bytes32 digest) public view {
        (address rAddress, uint256 z) = TestSigner.sign(digest);
        assertTrue(SchnorrSecp256k1.verify(TestSigner.GROUP_KEY_X, digest, rAddress, z), "verify");
        assertTrue(!SchnorrSecp256k1.verify(TestSigner.GROUP_KEY_X, ~digest, rAddress, z), "verify");
    }
}
