// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IOracleHub} from "../../src/interfaces/IOracleHub.sol";
import {HubAnswer} from "../../src/libraries/HubAnswer.sol";
import {ReaderFixture} from "../support/ReaderFixture.sol";

contract HubAnswerTest is ReaderFixture {
    function setUp() public {
        deployNamedHub();
    }

    function fill(IOracleHub from, uint16 index) external view returns (IOracleHub.Answer memory answer) {
        HubAnswer.fill(from, index, answer);
    }

    /// @dev As the compiler's own call, whatever lies in the words before and after.
    function testFuzz_isWhatTheHubAnswers(int128 value, uint32 confidencePpb, uint8 status, uint256 dirt) public {
        vm.warp(timeSecOf(FIRST_ROUND));
        publishInto(INDEX, FIRST_ROUND, 1, value, confidencePpb);
        if (status % 4 >= 2) publishInto(INDEX, FIRST_ROUND + 1, status % 4, 0, 0);
        uint256[2] memory before = [dirt, ~dirt];
        IOracleHub.Answer memory answer = IOracleHub.Answer(1, 2, 3, 4, 5, 6);
        uint256[2] memory behind = [~dirt, dirt];
        HubAnswer.fill(hub, INDEX, answer);
        assertEq32(keccak256(abi.encode(answer)), keccak256(abi.encode(hub.answerAt(INDEX))), "answer");
        bytes memory wanted = abi.encode(dirt, ~dirt, ~dirt, dirt);
        assertEq32(keccak256(abi.encode(before, behind)), keccak256(wanted), "its neighbours");
    }

    function test_revertsAsTheHubDoesAndWhereThereIsNone() public {
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.UnknownFeed.selector, 7, hub.feedCount()));
        this.fill(hub, 7);
        vm.expectRevert(bytes(""));
        this.fill(IOracleHub(address(0xdead)), INDEX);
    }
}
