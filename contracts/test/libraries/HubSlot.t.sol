// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IOracleHub} from "../../src/interfaces/IOracleHub.sol";
import {FeedSlot} from "../../src/libraries/FeedSlot.sol";
import {HubSlot} from "../../src/libraries/HubSlot.sol";
import {ReaderFixture} from "../support/ReaderFixture.sol";

contract Refusing {
    fallback() external {
        revert("a reason of its own");
    }
}

/// @dev Answers with a byte less than a word.
contract AnsweringShort {
    fallback() external {
        assembly {
            mstore(0, not(0))
            return(0, 31)
        }
    }
}

/// @dev What it reverts with looks like an answer.
contract RefusingWithAWord {
    fallback() external {
        assembly {
            mstore(0, not(0))
            revert(0, 32)
        }
    }
}

contract HubSlotTest is ReaderFixture {
    uint16 private constant P = 2 ** 15;
    uint256 private constant ERA_MASK = 3;

    function setUp() public {
        deployNamedHub();
        hub.addPairs(makeFeeds(2, 4));
    }

    function read(IOracleHub from, uint16 index) external view returns (FeedSlot) {
        return HubSlot.read(from, index);
    }

    function assertReadsAs(uint16 index, uint256 word) private {
        uint256 place = (uint256(index >= P ? index & ~uint16(1) : index) << 8) | 1;
        vm.store(address(hub), bytes32(place), bytes32(word));
        FeedSlot slot = HubSlot.read(hub, index);
        IOracleHub.Answer memory seen = IOracleHub.Answer({
            value: slot.value(),
            confidencePpb: slot.confidencePpb(),
            round: slot.round(),
            timeSec: slot.timeSec(),
            count: slot.count(),
            status: HubSlot.statusOf(slot)
        });
        assertEq32(keccak256(abi.encode(seen)), keccak256(abi.encode(hub.answerAt(index))), "answer");
    }

    /// @dev Whatever stands in the slot, of a single feed and of both halves of a pair, frozen or not.
    function testFuzz_isWhatTheHubAnswers(uint256 word, uint256 era) public {
        word = (word & ~ERA_MASK) | bound(era, 1, 3);
        assertReadsAs(INDEX, word);
        assertReadsAs(P + 2, word);
        assertReadsAs(P + 3, word);
    }

    /// @dev The first and the last index of each kind.
    function test_pairsBeginWhereTheHubHasThem() public {
        uint256 word = type(uint256).max << 2 | 1;
        uint16[4] memory indices = [0, P - 1, P, type(uint16).max];
        for (uint256 i = 0; i < indices.length; i++) {
            assertReadsAs(indices[i], word);
        }
    }

    function test_halvesHaveNoHistory() public {
        vm.store(address(hub), bytes32((uint256(P) << 8) | 1), bytes32(type(uint256).max));
        assertTrue(!HubSlot.read(hub, P).hasHistory() && !HubSlot.read(hub, P + 1).hasHistory(), "history");
    }

    function test_revertsAsTheHubDoesAndWhereThereIsNone() public {
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.UnknownFeed.selector, 7, hub.feedCount()));
        this.read(hub, 7);
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.UnknownFeed.selector, P + 4, 4));
        this.read(hub, P + 4);
        vm.expectRevert(bytes(""));
        this.read(IOracleHub(address(0xdead)), INDEX);
        IOracleHub refusing = IOracleHub(address(new Refusing()));
        vm.expectRevert(bytes("a reason of its own"));
        this.read(refusing, INDEX);
        refusing = IOracleHub(address(new RefusingWithAWord()));
        vm.expectRevert(abi.encode(type(uint256).max));
        this.read(refusing, INDEX);
        refusing = IOracleHub(address(new AnsweringShort()));
        vm.expectRevert(abi.encodePacked(bytes31(type(uint248).max)));
        this.read(refusing, INDEX);
    }
}
