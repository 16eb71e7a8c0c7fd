// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {ProofFixture} from "../support/ProofFixture.sol";

/// @dev Views are no transactions: these count from inside the called contract on, with cold storage, as a consumer's
///      call would add to its own transaction beside the cold account (2 600).
contract ProofsGasTest is ProofFixture {
    uint64 private constant ROUND = FIRST_ROUND + 20;

    function setUp() public {
        deployHub(2);
    }

    function test_oneLeafAmong256StaysWithinItsBudget() public {
        bytes memory proof = prove(key, makeTree(ROUND, 256), 1 << 201);
        hub.verify(proof);
        assertAtMost(vm.snapshotGasLastCall("OracleHub", "verify 1 of 256"), 10_500, "gas");
    }

    function test_fourLeavesAmong256() public {
        bytes memory proof = prove(key, makeTree(ROUND, 256), 15 << 200);
        hub.verify(proof);
        vm.snapshotGasLastCall("OracleHub", "verify 4 of 256, neighbours");
    }
}
