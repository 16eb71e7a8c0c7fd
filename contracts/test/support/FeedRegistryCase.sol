// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FeedRegistry} from "../../src/FeedRegistry.sol";
import {IFeedRegistry} from "../../src/interfaces/IFeedRegistry.sol";
import {Test} from "./Test.sol";

abstract contract FeedRegistryCase is Test {
    uint40 internal constant NOW_SEC = 1_767_225_600;
    uint40 internal constant DELAY_SEC = 3 days;
    bytes32 internal constant SPOT = bytes32(uint256(1) << 248 | 0x111);
    bytes32 internal constant VOL = bytes32(uint256(8) << 248 | 0x222);
    bytes32 internal constant UNIT = "USD/BTC";

    FeedRegistry internal registry;

    function setUp() public {
        vm.warp(NOW_SEC);
        IFeedRegistry.Founder[] memory founders = new IFeedRegistry.Founder[](1);
        founders[0] = IFeedRegistry.Founder(SPOT, UNIT, 8, definition("spot 1"));
        registry = new FeedRegistry(address(this), DELAY_SEC, founders);
    }

    function definition(bytes32 digest) internal pure returns (IFeedRegistry.Definition memory) {
        return IFeedRegistry.Definition(digest, "BTC-USD", 10, IFeedRegistry.DeviationType.Relative, 3600);
    }

    function none() internal pure returns (IFeedRegistry.Definition memory empty) {}

    function proposeExpecting(bytes memory revertData, bytes32 feedId, bytes32 unit, uint8 decimals, bytes32 digest)
        internal
    {
        vm.expectRevert(revertData);
        registry.propose(feedId, unit, decimals, definition(digest));
    }

    function assertStatus(bytes32 feedId, bytes32 digest, IFeedRegistry.Status wanted) internal view {
        assertEq(uint8(registry.statusOf(feedId, digest)), uint8(wanted), "status of the definition");
    }

    function assertFeed(bytes32 feedId, IFeedRegistry.Feed memory wanted) internal view {
        assertEq32(keccak256(abi.encode(registry.feedOf(feedId))), keccak256(abi.encode(wanted)), "feed");
    }

    function assertScale(bytes32 feedId, bytes32 digest, bytes32 unit, uint8 decimals) internal view {
        (bytes32 givenUnit, uint8 givenDecimals) = registry.scaleOf(feedId, digest);
        assertEq32(givenUnit, unit, "unit");
        assertEq(givenDecimals, decimals, "decimals");
    }

    function assertNoScale(bytes32 feedId, bytes32 digest, IFeedRegistry.Status status) internal {
        vm.expectRevert(abi.encodeWithSelector(IFeedRegistry.DefinitionNotInForce.selector, feedId, digest, status));
        registry.scaleOf(feedId, digest);
    }
}
