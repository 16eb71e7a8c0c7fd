// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {SettlementFixture} from "./SettlementFixture.sol";

abstract contract SettlementDisputeCase is SettlementFixture {
    uint64 internal constant FINAL_AT_SEC = EXPIRY_SEC + 10 + WINDOW_SEC;
    /// @dev The furthest values that do not contradict VALUE, one percent of it away.
    uint128 internal constant HIGHEST_GOOD = uint128(VALUE) + uint128(VALUE) / 100;
    uint128 internal constant LOWEST_GOOD = uint128(VALUE) - uint128(VALUE) / 100;

    function setUp() public {
        deploySettlement(3 * F + 1);
        settle(FINAL_ROUND, VALUE);
    }

    function assertUntouched() internal view {
        assertSettled(ISettlement.State.Written, PRICE, FINAL_AT_SEC);
    }

    function deployAgain() internal {
        delete observers;
        deploySettlement(3 * F + 1);
    }

    /// @dev The same signature beside another value.
    function relabelled(bytes memory one_) internal pure returns (bytes memory) {
        one_[15] = bytes1(uint8(one_[15]) + 1);
        return one_;
    }
}
