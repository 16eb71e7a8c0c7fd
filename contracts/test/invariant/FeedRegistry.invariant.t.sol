// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FeedRegistry} from "../../src/FeedRegistry.sol";
import {IFeedRegistry} from "../../src/interfaces/IFeedRegistry.sol";
import {Test} from "../support/Test.sol";
import {RegistryHandler} from "./RegistryHandler.sol";

/// @dev The invariants of docs/invariants.md, after every action of the handler.
contract FeedRegistryInvariantTest is Test {
    RegistryHandler private handler;
    FeedRegistry private registry;

    function setUp() public {
        handler = new RegistryHandler();
        registry = handler.registry();
    }

    /// @dev forge asks which contracts it shall call.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_meaningIsForever() public view {
        for (uint256 f = 0; f < handler.FEEDS(); f++) {
            bytes32 wanted = handler.meaning(f);
            if (wanted != 0) assertEq32(handler.meaningOf(f), wanted, "unit and decimals");
        }
    }

    function invariant_shadowFirst() public view {
        assertEq(handler.activatedTooEarly(), 0, "activated before its time as a shadow was over");
        for (uint256 f = 0; f < handler.FEEDS(); f++) {
            checkFeed(handler.feedIdOf(f), handler.meaning(f) != 0);
        }
    }

    /// @dev At most one definition lives, and it is the one the feed shows; a feed that nobody activated has none.
    function checkFeed(bytes32 feedId, bool wasActivated) private view {
        IFeedRegistry.Feed memory feed = registry.feedOf(feedId);
        uint256 live = 0;
        for (uint256 d = 0; d < handler.DEFINITIONS(); d++) {
            bytes32 digest = handler.digestOf(d);
            if (registry.statusOf(feedId, digest) != IFeedRegistry.Status.Live) continue;
            live++;
            assertEq32(digest, feed.live.digest, "the one that is shown");
        }
        assertEq(live, feed.status == IFeedRegistry.Status.Live ? 1 : 0, "live definitions");
        assertTrue(wasActivated || live == 0, "nobody activated it");
    }

    /// @dev A suite that only ever sees refusals would prove nothing.
    function test_theHandlerReachesEveryCase() public {
        for (uint256 i = 0; i < 400; i++) {
            uint256 dice = uint256(keccak256(abi.encode("dice", i)));
            handler.propose(uint8(dice), uint8(dice >> 8), 0, (dice >> 16) % 8 == 0);
            handler.wait(uint32(dice >> 24));
            handler.activate(uint8(dice >> 56));
            if (dice % 5 == 0) handler.withdraw(uint8(dice >> 64), uint8(dice >> 72));
            if (i > 200) handler.deprecate(uint8(dice >> 80), uint8(dice >> 88), uint8(dice >> 96));
            invariant_meaningIsForever();
            invariant_shadowFirst();
        }
        assertTrue(handler.activated() > 20, "activations");
        assertTrue(handler.revised() > 10, "revisions");
        assertTrue(handler.deprecated() > 0, "ends");
        assertTrue(handler.refused() > 100, "refusals");
    }
}
