// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {Settlement} from "../../src/Settlement.sol";
import {IExpirySettlement} from "../../src/interfaces/IExpirySettlement.sol";
import {IFeedRegistry} from "../../src/interfaces/IFeedRegistry.sol";
import {IReportVerifier} from "../../src/interfaces/IReportVerifier.sol";
import {SettlementFixture} from "./SettlementFixture.sol";

abstract contract SettlementSettleCase is SettlementFixture {
    uint64 internal constant FINAL_AT_SEC = EXPIRY_SEC + 10 + WINDOW_SEC;

    function setUp() public {
        deploySettlement(3 * F + 1);
    }

    /// @dev Another settlement feed, on the hub and in a registry of its own.
    function listEverywhere(uint8 onHub, uint8 inRegistry) internal returns (bytes32 feedId) {
        feedId = bytes32(uint256(10) << 248 | 0xe74);
        listOnHub(feedId, onHub);
        registry.propose(feedId, UNIT, inRegistry, definition(DEFINITION));
        vm.warp(block.timestamp + 2 days);
        registry.activate(feedId, DEFINITION);
    }

    function refusedBy(IReportVerifier.ProvenLeaf memory leaf, IFeedRegistry.Status status)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(IFeedRegistry.DefinitionNotInForce.selector, FEED, leaf.definitionDigest, status);
    }

    function deployExpecting(bytes memory revertData, uint32 coverage, uint32 window, uint16 tolerance) internal {
        vm.expectRevert(revertData);
        new Settlement(hub, registry, committee, IExpirySettlement.Limits(coverage, window, tolerance));
    }
}
