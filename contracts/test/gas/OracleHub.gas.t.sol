// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {OracleHub} from "../../src/OracleHub.sol";
import {IOracleHub} from "../../src/interfaces/IOracleHub.sol";
import {Entry, HubFixture} from "../support/HubFixture.sol";

/// @dev What `node scripts/forge.mjs snapshot` writes into .gas-snapshot. foundry.toml says `isolate = true`: every call
///      is a transaction of its own, so storage is cold and the number holds the intrinsic 21 000 and the calldata, as a
///      receipt's gasUsed does. Payloads come bare, as the nodes send them, unless the name says `submit(bytes)`.
contract OracleHubGasTest is HubFixture {
    uint16 private constant P = 2 ** 15;
    uint16 private constant KEPT_FROM = 100;

    /// @dev Indices 0 to 99 plain, 100 to 109 with histories, and 50 pairs. Three updates make the steady
    ///      state: the first finds empty slots of the first era.
    function setUp() public {
        deployHub(100);
        hub.addFeeds(makeFeedsWithHistory(KEPT_FROM, 10));
        hub.addPairs(makeFeeds(111, 100));
        for (uint16 i = 0; i < 10; i++) {
            hub.prepareHistory(KEPT_FROM + i, 8);
        }
        for (uint64 i = 0; i < 2; i++) {
            hub.submit(report(key, FIRST_ROUND + i, entriesFrom(0, 110, int64(i))));
            hub.submit(report(key, FIRST_ROUND + i, entriesFrom(P, 100, int64(i))));
        }
        vm.warp(timeSecOf(FIRST_ROUND + 2) + 1);
    }

    /// @dev Prices of about 100 000 and vols of about 0.5, in 8 decimals, by turns.
    function entriesFrom(uint16 first, uint16 count, int128 step) private pure returns (Entry[] memory entries) {
        entries = new Entry[](count);
        for (uint16 i = 0; i < count; i++) {
            int128 value = i % 2 == 0 ? int128(10_423_317_845_233) : int128(47_123_456);
            entries[i] = entry(first + i, value + step * 12_345);
        }
    }

    function measure(uint16 first, uint16 due, string memory name) private returns (uint256) {
        (bool accepted,) = address(hub).call(report(key, FIRST_ROUND + 2, entriesFrom(first, due, 3)));
        assertTrue(accepted, "accepted");
        return vm.snapshotGasLastCall("OracleHub", name);
    }

    function test_oneFeedStaysWithinItsBudget() public {
        assertAtMost(measure(0, 1, "submit 1"), 36_500, "gas");
    }

    /// @dev What test/e2e/gas.test.ts compares a devnet's receipts with.
    function test_fourFeeds() public {
        measure(0, 4, "submit 4");
    }

    function test_tenFeedsStayWithinTheirBudget() public {
        assertAtMost(measure(0, 10, "submit 10"), 10 * 8_700, "gas");
    }

    function test_fiftyFeedsStayWithinTheirBudget() public {
        assertAtMost(measure(0, 50, "submit 50"), 50 * 6_300, "gas");
    }

    function test_aHundredFeedsStayWithinTheirBudget() public {
        assertAtMost(measure(0, 100, "submit 100"), 100 * 6_000, "gas");
    }

    function test_aFeedWithHistoryStaysWithinItsBudget() public {
        assertAtMost(measure(KEPT_FROM, 1, "submit 1 ring"), 41_600, "gas");
    }

    function test_aHistoryAddsNoMoreThanItsBudget() public {
        uint256 plain = measure(0, 10, "submit 10");
        vm.warp(timeSecOf(FIRST_ROUND + 2) + 1);
        uint256 kept = measure(KEPT_FROM, 10, "submit 10 ring");
        assertAtMost((kept - plain) / 10, 5_100, "gas a feed");
    }

    function test_aHundredPairedFeedsStayWithinTheirBudget() public {
        assertAtMost(measure(P, 100, "submit 100 paired"), 100 * 3_600, "gas");
    }

    /// @dev Nothing in a payload tells how many nodes there are: one signature, one key, whatever n and t.
    function test_anotherCommitteeCostsTheSame() public {
        bytes memory ours = report(key, FIRST_ROUND + 2, entriesFrom(0, 1, 3));
        hub.rotate(nextConfiguration(otherKey.x, 2, FIRST_ROUND + 3));
        hub.submit(report(otherKey, FIRST_ROUND + 3, entriesFrom(0, 1, 4)));
        hub.submit(report(otherKey, FIRST_ROUND + 4, entriesFrom(0, 1, 5)));
        vm.warp(timeSecOf(FIRST_ROUND + 5) + 1);
        bytes memory theirs = report(otherKey, FIRST_ROUND + 5, entriesFrom(0, 1, 3));
        assertEq(theirs.length, ours.length, "bytes");
        (bool accepted,) = address(hub).call(theirs);
        assertTrue(accepted, "accepted");
        assertAtMost(vm.lastCallGas().gasTotalUsed, 36_600, "gas");
    }

    function test_submitThroughTheAbi() public {
        hub.submit(report(key, FIRST_ROUND + 2, entriesFrom(0, 1, 3)));
        vm.snapshotGasLastCall("OracleHub", "submit(bytes) 1");
        hub.submit(report(key, FIRST_ROUND + 3, entriesFrom(0, 10, 4)));
        vm.snapshotGasLastCall("OracleHub", "submit(bytes) 10");
    }

    function test_submitWithStatusOnly() public {
        Entry[] memory entries = entriesFrom(0, 1, 3);
        entries[0].status = 2;
        hub.submit(report(key, FIRST_ROUND + 2, entries));
        vm.snapshotGasLastCall("OracleHub", "submit(bytes) 1, missing");
    }

    function test_submitUnderOtherConfigurations() public {
        hub.rotate(nextConfiguration(otherKey.x, 2, FIRST_ROUND + 3));
        vm.snapshotGasLastCall("OracleHub", "rotate, 110 feeds and 50 pairs");
        hub.submit(report(key, FIRST_ROUND + 2, entriesFrom(0, 1, 3)));
        vm.snapshotGasLastCall("OracleHub", "submit(bytes) 1, by the previous key");
        hub.submit(report(otherKey, FIRST_ROUND + 3, entriesFrom(0, 1, 4)));
        vm.snapshotGasLastCall("OracleHub", "submit(bytes) 1, first update by a new key");
        hub.submit(report(otherKey, FIRST_ROUND + 4, entriesFrom(0, 1, 5)));
        vm.snapshotGasLastCall("OracleHub", "submit(bytes) 1, second update by a new key");
    }

    function test_aFirstUpdate() public {
        OracleHub young = new OracleHub(NETWORK, address(this));
        young.addFeeds(makeFeeds(0, 4));
        young.configure(firstConfiguration());
        young.submit(report(key, FIRST_ROUND, entriesFrom(0, 4, 1)));
        vm.snapshotGasLastCall("OracleHub", "submit(bytes) 4, their first update");
    }

    // -- Reading. Views are no transactions: these count from inside the called contract on, with cold storage. A consumer
    //    pays for the cold account besides, 2 600.

    function test_readOfTheHub() public {
        hub.answerAt(3);
        assertAtMost(vm.snapshotGasLastCall("OracleHub", "read answerAt"), 3_100, "gas");
        hub.answerAt(P + 3);
        assertAtMost(vm.snapshotGasLastCall("OracleHub", "read answerAt, paired"), 3_150, "gas");
    }

    function test_readOfTheSlot() public {
        hub.slotAt(3);
        assertAtMost(vm.snapshotGasLastCall("OracleHub", "read slotAt"), 2_700, "gas");
    }

    function test_readOfHistory() public {
        hub.historyAt(KEPT_FROM, 1);
        vm.snapshotGasLastCall("OracleHub", "read historyAt");
    }

    function test_aSnapshotOfFourFeedsStaysWithinItsBudget() public {
        uint16[] memory indices = new uint16[](4);
        (indices[0], indices[1], indices[2], indices[3]) = (2, 3, 5, 7);
        hub.snapshot(indices);
        assertAtMost(vm.snapshotGasLastCall("OracleHub", "read snapshot of 4 feeds"), 12_500, "gas");
    }
}
