// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IFeedRegistry} from "../src/interfaces/IFeedRegistry.sol";
import {IOwned} from "../src/interfaces/IOwned.sol";
import {FeedRegistryCase} from "./support/FeedRegistryCase.sol";

contract FeedRegistryRefusalsTest is FeedRegistryCase {
    // -- Withdrawal and end

    function test_aWithdrawnFeedWasNever() public {
        registry.propose(VOL, "1", 6, definition("vol 1"));
        vm.expectRevert(
            abi.encodeWithSelector(IFeedRegistry.NotProposed.selector, VOL, bytes32("vol 2"), bytes32("vol 1"))
        );
        registry.withdraw(VOL, "vol 2");
        vm.expectEmit(true, true, true, true, address(registry));
        emit IFeedRegistry.DefinitionWithdrawn(VOL, definition("vol 1"));
        registry.withdraw(VOL, "vol 1");
        IFeedRegistry.Feed memory zeros;
        assertFeed(VOL, zeros);
        assertStatus(VOL, "vol 1", IFeedRegistry.Status.Unknown);
        registry.propose(VOL, "percent", 4, definition("vol 1"));
        assertEq32(registry.feedOf(VOL).unit, "percent", "another meaning, since nobody relied on the first");
    }

    function test_aWithdrawnRevisionLeavesTheLiveOne() public {
        registry.propose(SPOT, UNIT, 8, definition("spot 2"));
        registry.withdraw(SPOT, "spot 2");
        assertFeed(
            SPOT, IFeedRegistry.Feed(IFeedRegistry.Status.Live, 8, NOW_SEC, 0, UNIT, 0, definition("spot 1"), none())
        );
        assertStatus(SPOT, "spot 2", IFeedRegistry.Status.Unknown);
    }

    function test_aDeprecatedFeedNamesItsSuccessor() public {
        registry.propose(VOL, "1", 6, definition("vol 1"));
        vm.warp(NOW_SEC + DELAY_SEC);
        registry.activate(VOL, "vol 1");
        registry.propose(SPOT, UNIT, 8, definition("spot 2"));
        vm.expectEmit(true, true, true, true, address(registry));
        emit IFeedRegistry.FeedDeprecated(SPOT, VOL, definition("spot 1"), definition("spot 2"));
        registry.deprecate(SPOT, VOL);
        IFeedRegistry.Status deprecated = IFeedRegistry.Status.Deprecated;
        assertFeed(SPOT, IFeedRegistry.Feed(deprecated, 8, NOW_SEC, 0, UNIT, VOL, definition("spot 1"), none()));
        assertStatus(SPOT, "spot 2", IFeedRegistry.Status.Unknown);
        // What was signed while it lived still has its meaning: an option on it has to settle.
        assertScale(SPOT, "spot 1", UNIT, 8);
        proposeExpecting(
            abi.encodeWithSelector(IFeedRegistry.WrongStatus.selector, SPOT, deprecated, IFeedRegistry.Status.Live),
            SPOT,
            UNIT,
            8,
            "spot 3"
        );
        vm.expectRevert(
            abi.encodeWithSelector(IFeedRegistry.WrongStatus.selector, SPOT, deprecated, IFeedRegistry.Status.Live)
        );
        registry.deprecate(SPOT, 0);
    }

    function test_aFeedMayEndWithoutASuccessor() public {
        registry.deprecate(SPOT, 0);
        assertEq32(registry.feedOf(SPOT).successor, 0, "nobody");
        assertEq(uint8(registry.feedOf(SPOT).status), uint8(IFeedRegistry.Status.Deprecated), "ended");
    }

    function test_aSuccessorIsAnotherLiveFeed() public {
        registry.propose(VOL, "1", 6, definition("vol 1"));
        IFeedRegistry.Status live = IFeedRegistry.Status.Live;
        IFeedRegistry.Status proposed = IFeedRegistry.Status.Proposed;
        vm.expectRevert(abi.encodeWithSelector(IFeedRegistry.BadSuccessor.selector, SPOT, SPOT, live));
        registry.deprecate(SPOT, SPOT);
        vm.expectRevert(abi.encodeWithSelector(IFeedRegistry.BadSuccessor.selector, SPOT, VOL, proposed));
        registry.deprecate(SPOT, VOL);
        vm.expectRevert(abi.encodeWithSelector(IFeedRegistry.WrongStatus.selector, VOL, proposed, live));
        registry.deprecate(VOL, SPOT);
    }

    // -- Definitions that cannot be

    function test_definitionsThatCannotBeAreRefused() public {
        bytes32 noKind = bytes32(uint256(0x111));
        proposeExpecting(abi.encodeWithSelector(IFeedRegistry.NoKind.selector, noKind), noKind, "1", 6, "x");
        proposeExpecting(abi.encodeWithSelector(IFeedRegistry.BadDecimals.selector, VOL, 31, 30), VOL, "1", 31, "x");
        proposeExpecting(abi.encodeWithSelector(IFeedRegistry.EmptyDefinition.selector, VOL), VOL, "1", 6, 0);
        IFeedRegistry.Definition memory still = definition("x");
        still.deviation = 0;
        vm.expectRevert(abi.encodeWithSelector(IFeedRegistry.EmptyDefinition.selector, VOL));
        registry.propose(VOL, "1", 6, still);
        IFeedRegistry.Definition memory silent = definition("x");
        silent.heartbeatSec = 0;
        vm.expectRevert(abi.encodeWithSelector(IFeedRegistry.EmptyDefinition.selector, VOL));
        registry.propose(VOL, "1", 6, silent);
        registry.propose(VOL, "1", 30, definition("x"));
    }

    function test_unitsAreText() public {
        bytes32[7] memory bad = [
            bytes32(0),
            // Nothing of what follows the text may be set, not even its first bit.
            bytes32(abi.encodePacked("1", uint8(0x80))),
            bytes32("US D"),
            bytes32(abi.encodePacked("USD", uint8(0), "BTC")),
            bytes32(abi.encodePacked("USD", uint8(0x7f))),
            bytes32("0123456789abcdef0123456789abcdef"),
            bytes32(uint256(1))
        ];
        for (uint256 i = 0; i < bad.length; i++) {
            proposeExpecting(abi.encodeWithSelector(IFeedRegistry.BadUnit.selector, VOL, bad[i]), VOL, bad[i], 6, "x");
        }
        registry.propose(VOL, "0123456789abcdef0123456789abcde", 6, definition("x"));
        registry.propose(VOL, "~!", 6, definition("y"));
    }

    // -- Callers

    function testFuzz_nobodyElseChangesTheRegistry(address stranger) public {
        vm.assume(stranger != address(this));
        registry.propose(VOL, "1", 6, definition("vol 1"));
        vm.warp(NOW_SEC + DELAY_SEC);
        bytes[4] memory calls = [
            abi.encodeCall(registry.propose, (SPOT, UNIT, 8, definition("spot 2"))),
            abi.encodeCall(registry.withdraw, (VOL, "vol 1")),
            abi.encodeCall(registry.activate, (VOL, "vol 1")),
            abi.encodeCall(registry.deprecate, (SPOT, bytes32(0)))
        ];
        bytes memory refused = abi.encodeWithSelector(IOwned.NotOwner.selector, stranger, address(this));
        for (uint256 i = 0; i < calls.length; i++) {
            vm.prank(stranger);
            (bool done, bytes memory reason) = address(registry).call(calls[i]);
            assertTrue(!done && keccak256(reason) == keccak256(refused), "refused");
        }
    }
}
