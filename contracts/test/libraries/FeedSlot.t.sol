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
    }

    function fold(Fields memory f) private pure returns (FeedSlot) {
        f.round = uint64(bound(f.round, 0, FeedSlotLibrary.ROUND_MAX));
        f.count = uint32(bound(f.count, 0, FeedSlotLibrary.COUNT_MAX));
        f.era = uint8(bound(f.era, 0, 2));
        return FeedSlotLibrary.pack(f.value, f.confidencePpb, f.round, f.timeSec, f.count, f.era);
    }

    function assertKept(FeedSlot slot, Fields memory f) private pure {
        assertEqInt(slot.value(), f.value, "value");
        assertEq(slot.confidencePpb(), f.confidencePpb, "confidencePpb");
        assertEq(slot.timeSec(), f.timeSec, "timeSec");
        assertEq(slot.count(), f.count, "count");
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
        era = uint8(bound(era, 1, 2));
        FeedSlot slot = fold(f).withStatus(status, round, era);
        assertKept(slot, f);
        assertEq(slot.round(), round, "round");
        assertEq(slot.status(), status, "status");
        assertEq(slot.era(), era, "era");
    }

    function testFuzz_aRotationLeavesTheAnswerAlone(Fields memory f) public pure {
        FeedSlot slot = fold(f).withoutEra();
        assertKept(slot, f);
        assertEq(slot.round(), f.round, "round");
        assertEq(slot.status(), 1, "status");
        assertEq(slot.era(), FeedSlotLibrary.ERA_LISTED, "era");
    }

    function test_aListedFeedHasNoAnswer() public pure {
        FeedSlot slot = FeedSlotLibrary.LISTED;
        assertKept(slot, Fields(0, 0, 0, 0, 0, 0));
        assertEq(slot.round(), 0, "round");
        assertEq(slot.status(), 0, "status");
        assertEq(slot.era(), FeedSlotLibrary.ERA_LISTED, "era");
    }
}
