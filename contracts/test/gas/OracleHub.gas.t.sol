// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IOracleHub} from "../../src/interfaces/IOracleHub.sol";
import {Entry, HubFixture} from "../support/HubFixture.sol";
import {SchnorrSigner} from "../support/SchnorrSigner.sol";

/// @dev What `node scripts/forge.mjs snapshot` writes into .gas-snapshot. foundry.toml says `isolate = true`: every call
///      is a transaction of its own, so storage is cold and the number holds the intrinsic 21 000 and the calldata, as a
///      receipt's gasUsed does.
contract OracleHubGasTest is HubFixture {
    uint256 private constant ONE_FEED_MAX = 45_000;
    uint256 private constant FURTHER_FEED_MAX = 9_000;

    function setUp() public {
        deployHub(10);
        IOracleHub.Feed[] memory named = makeFeeds(10, 1);
        named[0].feedId = keccak256("a feed with a name");
        hub.addFeeds(named);
        hub.submit(report(key, FIRST_ROUND, one(entry(10, 1))));
        // Three updates make the steady state: the first finds empty slots of the first era.
        hub.submit(report(key, FIRST_ROUND, entriesFor(10, 1)));
        hub.submit(report(key, FIRST_ROUND + 1, entriesFor(10, 2)));
        vm.warp(timeSecOf(FIRST_ROUND + 2) + 1);
    }

    function entriesFor(uint16 count, int128 step) private pure returns (Entry[] memory entries) {
        entries = new Entry[](count);
        for (uint16 i = 0; i < count; i++) {
            // Prices of about 100 000 and vols of about 0.5, in 8 decimals, by turns.
            int128 value = i % 2 == 0 ? int128(10_423_317_845_233) : int128(47_123_456);
            entries[i] = entry(i, value + step * 12_345);
        }
    }

    function measureBare(uint16 due) private returns (uint256) {
        (bool accepted,) = address(hub).call(report(key, FIRST_ROUND + 2, entriesFor(due, 3)));
        assertTrue(accepted, "accepted");
        return vm.snapshotGasLastCall("OracleHub", string.concat("bare ", vm.toString(due)));
    }

    function test_bare1() public {
        measureBare(1);
    }

    function test_bare10() public {
        measureBare(10);
    }

    function measure(uint16 due, string memory name) private returns (uint256) {
        hub.submit(report(key, FIRST_ROUND + 2, entriesFor(due, 3)));
        return vm.snapshotGasLastCall("OracleHub", name);
    }

    function test_oneFeedStaysWithinItsBudget() public {
        assertAtMost(measure(1, "submit of 1 due feed, third update"), ONE_FEED_MAX, "gas");
    }

    function test_twoFeedsStayWithinTheirBudget() public {
        assertAtMost(measure(2, "submit of 2 due feeds, third update"), ONE_FEED_MAX + FURTHER_FEED_MAX, "gas");
    }

    function test_fourFeedsStayWithinTheirBudget() public {
        assertAtMost(measure(4, "submit of 4 due feeds, third update"), ONE_FEED_MAX + 3 * FURTHER_FEED_MAX, "gas");
    }

    function test_tenFeedsStayWithinTheirBudget() public {
        assertAtMost(measure(10, "submit of 10 due feeds, third update"), ONE_FEED_MAX + 9 * FURTHER_FEED_MAX, "gas");
    }

    function test_eachFurtherFeedStaysWithinItsBudget() public {
        hub.submit(report(key, FIRST_ROUND + 2, entriesFor(1, 3)));
        uint256 single = vm.lastCallGas().gasTotalUsed;
        hub.submit(report(key, FIRST_ROUND + 3, entriesFor(10, 4)));
        assertAtMost((vm.lastCallGas().gasTotalUsed - single) / 9, FURTHER_FEED_MAX, "gas a further feed");
    }

    function test_submitWithStatusOnly() public {
        Entry[] memory entries = entriesFor(1, 3);
        entries[0].status = 2;
        hub.submit(report(key, FIRST_ROUND + 2, entries));
        vm.snapshotGasLastCall("OracleHub", "submit of 1 missing feed, third update");
    }

    function test_submitUnderOtherConfigurations() public {
        hub.rotate(nextConfiguration(otherKey.x, 2, FIRST_ROUND + 3));
        vm.snapshotGasLastCall("OracleHub", "rotate, 11 feeds");
        hub.submit(report(key, FIRST_ROUND + 2, entriesFor(1, 3)));
        vm.snapshotGasLastCall("OracleHub", "submit of 1 due feed, by the previous key");
        hub.submit(report(otherKey, FIRST_ROUND + 3, entriesFor(1, 4)));
        vm.snapshotGasLastCall("OracleHub", "submit of 1 due feed, first update by a new key");
        hub.submit(report(otherKey, FIRST_ROUND + 4, entriesFor(1, 5)));
        vm.snapshotGasLastCall("OracleHub", "submit of 1 due feed, second update by a new key");
    }

    /// @dev Views are no transactions: these count from inside the called contract on, with cold storage.
    function test_readOfTheHub() public {
        hub.answerAt(3);
        vm.snapshotGasLastCall("OracleHub", "read answerAt");
    }

    function test_aSnapshotOfFourFeedsStaysWithinItsBudget() public {
        uint16[] memory indices = new uint16[](4);
        (indices[0], indices[1], indices[2], indices[3]) = (2, 3, 5, 7);
        hub.snapshot(indices);
        assertAtMost(vm.snapshotGasLastCall("OracleHub", "read snapshot of 4 feeds"), 12_500, "gas");
    }
}
