// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {SurfaceHead, SurfaceHeadLibrary} from "../../src/libraries/SurfaceHead.sol";
import {Test} from "../support/Test.sol";

contract SurfaceHeadTest is Test {
    uint256 private constant EPOCH_SEC = SurfaceHeadLibrary.EPOCH_SEC;

    SurfaceHead private head;

    function put(uint256 seed, uint256 count) private returns (uint256[] memory list) {
        list = new uint256[](count);
        (uint256 first, uint256 second) = (SurfaceHeadLibrary.pack(EPOCH_SEC * 1000 + 1, 123), uint256(0));
        uint256 minute = 0;
        for (uint256 i = 0; i < count; i++) {
            minute += 1 + uint256(keccak256(abi.encode(seed, i))) % (i % 3 == 0 ? 2 : 1_000_000);
            list[i] = EPOCH_SEC + minute * 60;
            if (i < 8) first |= SurfaceHeadLibrary.inPlace(i, minute);
            else second |= SurfaceHeadLibrary.inPlace(i, minute);
        }
        (head.first, head.second) = (first, second);
    }

    function assertFound(uint256[] memory list, uint256 sec) private view {
        uint256 wantedAt = 0;
        while (wantedAt < list.length && list[wantedAt] < sec) {
            wantedAt++;
        }
        (uint256 i, uint256 expirySec, uint256 beforeSec) = head.search(head.first, sec);
        assertEq(expirySec, wantedAt < list.length ? list[wantedAt] : 0, "expiry");
        assertEq(beforeSec, wantedAt > 0 ? list[wantedAt - 1] : 0, "before");
        if (expirySec != 0) assertEq(i, wantedAt, "place");
    }

    function testFuzz_aSearchFindsWhatAScanFinds(uint256 seed, uint256 count, uint256 sec) public {
        uint256[] memory list = put(seed, bound(count, 1, 16));
        assertFound(list, bound(sec, EPOCH_SEC + 1, list[list.length - 1] + 1000));
        for (uint256 i = 0; i < list.length; i++) {
            for (uint256 near = list[i] - 1; near <= list[i] + 1; near++) {
                assertFound(list, near);
            }
        }
    }

    function testFuzz_expiriesComeBackInOrder(uint256 seed, uint256 count) public {
        uint256[] memory list = put(seed, bound(count, 0, 16));
        uint64[] memory given = SurfaceHeadLibrary.expiries(head);
        assertEq(given.length, list.length, "count");
        for (uint256 i = 0; i < list.length; i++) {
            assertEq(given[i], list[i], "expiry");
        }
    }

    function testFuzz_timeAndDispersionComeBack(uint256 timeMs, uint256 dispersion, uint256 expiries) public pure {
        timeMs = bound(timeMs, SurfaceHeadLibrary.TIME_MS_MIN, SurfaceHeadLibrary.TIME_MS_MAX);
        dispersion = bound(dispersion, 0, 1e6);
        uint256 first = SurfaceHeadLibrary.pack(timeMs, dispersion) | bound(expiries, 0, 2 ** 192 - 1);
        assertEq(SurfaceHeadLibrary.timeMs(first), timeMs, "time");
        assertEq(SurfaceHeadLibrary.dispersionPpm(first), dispersion, "dispersion");
    }

    function test_theLastExpiryOfAllFits() public {
        (head.first, head.second) = (0, SurfaceHeadLibrary.inPlace(15, SurfaceHeadLibrary.MINUTE_MAX));
        for (uint256 i = 0; i < 8; i++) {
            head.first |= SurfaceHeadLibrary.inPlace(i, i + 1);
            if (i < 7) head.second |= SurfaceHeadLibrary.inPlace(i + 8, i + 9);
        }
        uint256 lastSec = SurfaceHeadLibrary.EXPIRY_MS_MAX / 1000;
        (uint256 place, uint256 expirySec, uint256 beforeSec) = head.search(head.first, lastSec);
        assertEq(place, 15, "place");
        assertEq(expirySec, lastSec, "expiry");
        assertEq(beforeSec, EPOCH_SEC + 15 * 60, "before");
    }
}
