// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FeedSlot, FeedSlotLibrary} from "../../src/libraries/FeedSlot.sol";
import {Test} from "../support/Test.sol";

contract FeedSlotTest is Test {
    struct Fields {
        int128 value;
        uint32 confidencePpb;
        uint64 round;
        uint32 timeSec;
        uint32 count;
        uint8 era;
        bool history;
    }

    /// @dev A slot whose count is `f.count`, which was one less before the value came.
    function fold(Fields memory f) private pure returns (FeedSlot) {
        f.round = uint64(bound(f.round, 0, FeedSlotLibrary.ROUND_MAX));
        f.count = uint32(bound(f.count, 1, FeedSlotLibrary.COUNT_MAX));
        f.era = uint8(bound(f.era, 0, 3));
        uint256 before = uint256(keccak256(abi.encode(f))) & ~(uint256(FeedSlotLibrary.COUNT_MAX) << 4);
        before = (before & ~FeedSlotLibrary.HISTORY) | (f.history ? FeedSlotLibrary.HISTORY : 0);
        FeedSlot slot = FeedSlot.wrap(before | (uint256(f.count - 1) << 4));
        return slot.withValue(f.value, f.confidencePpb, FeedSlotLibrary.stamp(f.round, f.timeSec, f.era));
    }

    function assertKept(FeedSlot slot, Fields memory f) private pure {
        assertEqInt(slot.value(), f.value, "value");
        assertEq(slot.confidencePpb(), f.confidencePpb, "confidencePpb");
        assertEq(slot.timeSec(), f.timeSec, "timeSec");
        assertEq(slot.count(), f.count, "count");
        assertTrue(slot.hasHistory() == f.history, "history");
    }

    function testFuzz_everyFieldComesBack(Fields memory f) public pure {
        FeedSlot slot = fold(f);
        assertKept(slot, f);
        assertEq(slot.round(), f.round, "round");
        assertEq(slot.status(), 1, "status");
        assertEq(slot.era(), f.era, "era");
    }

    function testFuzz_aStatusLeavesTheValueAlone(Fields memory f, uint8 status, uint64 round, uint8 era) public pure {
        status = uint8(bound(status, 2, 3));
        round = uint64(bound(round, 0, FeedSlotLibrary.ROUND_MAX));
        era = uint8(bound(era, 1, 3));
        FeedSlot slot = fold(f).withStatus(status, round, era);
        assertKept(slot, f);
        assertEq(slot.round(), round, "round");
        assertEq(slot.status(), status, "status");
        assertEq(slot.era(), era, "era");
    }

    function testFuzz_aRotationLeavesTheAnswerAlone(Fields memory f) public pure {
        FeedSlot slot = fold(f).afterRotation();
        assertKept(slot, f);
        assertEq(slot.round(), f.round, "round");
        assertEq(slot.status(), 1, "status");
        assertEq(slot.era(), f.era == 3 ? 3 : FeedSlotLibrary.ERA_LISTED, "era");
    }

    function test_aListedFeedHasNoAnswer() public pure {
        FeedSlot[2] memory listed = [FeedSlotLibrary.LISTED, FeedSlotLibrary.LISTED_WITH_HISTORY];
        for (uint256 i = 0; i < 2; i++) {
            assertKept(listed[i], Fields(0, 0, 0, 0, 0, 0, i == 1));
            assertEq(listed[i].round(), 0, "round");
            assertEq(listed[i].status(), 0, "status");
            assertEq(listed[i].era(), FeedSlotLibrary.ERA_LISTED, "era");
        }
    }
}
