// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {FeedSlotLibrary} from "../src/libraries/FeedSlot.sol";
import {Entry, HubFixture} from "./support/HubFixture.sol";
import {SchnorrSigner} from "./support/SchnorrSigner.sol";

/// @dev Fields that do not fit into a slot, and those that just do.
contract OracleHubFieldsTest is HubFixture {
    function setUp() public {
        deployHub(4);
    }

    function test_aRoundAboveItsFieldIsRefused() public {
        uint64 round = FeedSlotLibrary.ROUND_MAX + 1;
        uint64 timeMs = timeOf(FIRST_ROUND + 11);
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.RoundOverflow.selector, round, FeedSlotLibrary.ROUND_MAX),
            reportAt(key, NETWORK, round, timeMs, one(entry(0, 7)))
        );
        hub.submit(reportAt(key, NETWORK, round - 1, timeMs, one(entry(0, 7))));
        assertEq(hub.answerAt(0).round, round - 1, "the largest round fits");
    }

    function test_aTimeAboveItsFieldIsRefused() public {
        uint64 timeMs = (2 ** 32) * 1000;
        vm.warp(2 ** 32);
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.TimeOverflow.selector, 2 ** 32, type(uint32).max),
            reportAt(key, NETWORK, FIRST_ROUND + 11, timeMs, one(entry(0, 7)))
        );
        hub.submit(reportAt(key, NETWORK, FIRST_ROUND + 11, timeMs - 1, one(entry(0, 7))));
        assertEq(hub.answerAt(0).timeSec, type(uint32).max, "the last second fits");
    }

    /// @dev What is wrong with the last round at the last second is its signature.
    function test_theLargestFieldsAreNotToBlame() public {
        vm.warp(2 ** 32);
        SchnorrSigner.Key memory pretender = SchnorrSigner.Key({secret: otherKey.secret, x: key.x});
        bytes memory payload =
            reportAt(pretender, NETWORK, FeedSlotLibrary.ROUND_MAX, 2 ** 32 * 1000 - 1, one(entry(0, 7)));
        vm.expectPartialRevert(IOracleHub.BadSignature.selector);
        hub.submit(payload);
    }

    function test_aCountAboveItsFieldIsRefused() public {
        setCount(FeedSlotLibrary.COUNT_MAX - 1);
        hub.submit(report(key, FIRST_ROUND + 11, one(entry(0, 7))));
        assertEq(hub.answerAt(0).count, FeedSlotLibrary.COUNT_MAX, "the largest count fits");
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.CountOverflow.selector, 0, FeedSlotLibrary.COUNT_MAX),
            report(key, FIRST_ROUND + 12, one(entry(0, 7)))
        );
        hub.submit(report(key, FIRST_ROUND + 12, one(Entry(0, 2, 0, 0))));
        assertEq(hub.answerAt(0).status, 2, "its status can still be told");
    }

    /// @dev Nobody has the time to submit 2^26 reports.
    function setCount(uint32 count) private {
        vm.record();
        hub.answerAt(0);
        (bytes32[] memory reads,) = vm.accesses(address(hub));
        uint256 slot = uint256(vm.load(address(hub), reads[0]));
        slot = (slot & ~(uint256(FeedSlotLibrary.COUNT_MAX) << 4)) | (uint256(count) << 4);
        vm.store(address(hub), reads[0], bytes32(slot));
        assertEq(hub.answerAt(0).count, count, "count was set");
    }
}
