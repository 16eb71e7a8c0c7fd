// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {SettlementFixture} from "../support/SettlementFixture.sol";

/// @dev Whole transactions with cold storage, intrinsic and calldata gas included.
contract SettlementGasTest is SettlementFixture {
    uint256 private constant FIVE_SIGNATURES_MAX = 90_000;

    function measure(uint256 members, string memory name) private returns (uint256) {
        deploySettlement(members);
        settle(FINAL_ROUND, VALUE);
        settlement.dispute(FEED, EXPIRY_SEC, statements(0, (members - 1) / 3 + 1, uint128(VALUE) * 2));
        vm.snapshotGasLastCall("Settlement", name);
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        assertSettled(ISettlement.State.Open, 0, 0);
        return gas;
    }

    function test_aDisputeWithTwoSignatures() public {
        measure(4, "dispute with 2 signatures, of 4 observers");
    }

    function test_aDisputeWithFiveSignaturesStaysWithinItsBudget() public {
        assertAtMost(measure(13, "dispute with 5 signatures, of 13 observers"), FIVE_SIGNATURES_MAX, "gas");
    }

    function test_aDisputeWithElevenSignatures() public {
        measure(31, "dispute with 11 signatures, of 31 observers");
    }

    function test_settling() public {
        deploySettlement(13);
        settle(FINAL_ROUND, VALUE);
        vm.snapshotGasLastCall("Settlement", "settle, one leaf of 26");
    }

    /// @dev Views are no transactions: this counts from inside the called contract on, with cold storage.
    function test_readOfAFinalPrice() public {
        deploySettlement(4);
        settle(FINAL_ROUND, VALUE);
        vm.warp(EXPIRY_SEC + 10 + WINDOW_SEC);
        settlement.finalPrice(FEED, EXPIRY_SEC);
        vm.snapshotGasLastCall("Settlement", "read finalPrice");
    }
}
