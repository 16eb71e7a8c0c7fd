// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FeedRegistry} from "../src/FeedRegistry.sol";
import {IFeedRegistry} from "../src/interfaces/IFeedRegistry.sol";
import {FeedRegistryCase} from "./support/FeedRegistryCase.sol";

contract FeedRegistryTest is FeedRegistryCase {
    // -- Deployment

    function test_foundersAreLiveAtOnce() public {
        assertFeed(
            SPOT, IFeedRegistry.Feed(IFeedRegistry.Status.Live, 8, NOW_SEC, 0, UNIT, 0, definition("spot 1"), none())
        );
        assertScale(SPOT, "spot 1", UNIT, 8);
        assertEq(registry.feedCount(), 1, "count");
        assertEq32(registry.feedIdAt(0), SPOT, "id");
        assertEq(registry.delaySec(), DELAY_SEC, "delay");
        vm.expectRevert(abi.encodeWithSelector(IFeedRegistry.NoSuchPosition.selector, 1, 1));
        registry.feedIdAt(1);
    }

    function test_delaysThatProtectNobodyAreRefused() public {
        IFeedRegistry.Founder[] memory nobody = new IFeedRegistry.Founder[](0);
        vm.expectRevert(abi.encodeWithSelector(IFeedRegistry.BadDelay.selector, 2 days - 1, 2 days, 30 days));
        new FeedRegistry(address(this), 2 days - 1, nobody);
        vm.expectRevert(abi.encodeWithSelector(IFeedRegistry.BadDelay.selector, 30 days + 1, 2 days, 30 days));
        new FeedRegistry(address(this), 30 days + 1, nobody);
        assertEq(new FeedRegistry(address(this), 2 days, nobody).delaySec(), 2 days, "the shortest");
        assertEq(new FeedRegistry(address(this), 30 days, nobody).delaySec(), 30 days, "the longest");
    }

    // -- From shadow to life

    function test_aProposalIsAShadow() public {
        vm.expectEmit(true, true, true, true, address(registry));
        emit IFeedRegistry.DefinitionProposed(VOL, "1/sqrt(year)", 6, none(), definition("vol 1"), NOW_SEC + DELAY_SEC);
        registry.propose(VOL, "1/sqrt(year)", 6, definition("vol 1"));
        IFeedRegistry.Status proposed = IFeedRegistry.Status.Proposed;
        uint40 fromSec = NOW_SEC + DELAY_SEC;
        assertFeed(VOL, IFeedRegistry.Feed(proposed, 6, 0, fromSec, "1/sqrt(year)", 0, none(), definition("vol 1")));
        assertStatus(VOL, "vol 1", proposed);
        assertNoScale(VOL, "vol 1", proposed);
        assertEq(registry.feedCount(), 1, "not among the feeds yet");
    }

    function test_aProposalLivesAfterTheDelay() public {
        registry.propose(VOL, "1", 6, definition("vol 1"));
        vm.warp(NOW_SEC + DELAY_SEC);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IFeedRegistry.DefinitionActivated(VOL, none(), definition("vol 1"));
        registry.activate(VOL, "vol 1");
        IFeedRegistry.Status live = IFeedRegistry.Status.Live;
        assertFeed(VOL, IFeedRegistry.Feed(live, 6, NOW_SEC + DELAY_SEC, 0, "1", 0, definition("vol 1"), none()));
        assertScale(VOL, "vol 1", "1", 6);
        assertEq(registry.feedCount(), 2, "count");
        assertEq32(registry.feedIdAt(1), VOL, "id");
    }

    function test_nothingLivesBeforeTheDelay() public {
        registry.propose(VOL, "1", 6, definition("vol 1"));
        uint256 lastSec = NOW_SEC + DELAY_SEC - 1;
        vm.warp(lastSec);
        vm.expectRevert(abi.encodeWithSelector(IFeedRegistry.ActivatedTooEarly.selector, VOL, lastSec, lastSec + 1));
        registry.activate(VOL, "vol 1");
        assertNoScale(VOL, "vol 1", IFeedRegistry.Status.Proposed);
    }

    function test_onlyWhatWasReviewedIsActivated() public {
        registry.propose(VOL, "1", 6, definition("vol 1"));
        vm.warp(NOW_SEC + DELAY_SEC - 1);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IFeedRegistry.DefinitionProposed(
            VOL, "1", 7, definition("vol 1"), definition("vol 2"), NOW_SEC + 2 * DELAY_SEC - 1
        );
        registry.propose(VOL, "1", 7, definition("vol 2"));
        assertStatus(VOL, "vol 1", IFeedRegistry.Status.Unknown);
        vm.warp(NOW_SEC + DELAY_SEC);
        bytes memory gone =
            abi.encodeWithSelector(IFeedRegistry.NotProposed.selector, VOL, bytes32("vol 1"), bytes32("vol 2"));
        vm.expectRevert(gone);
        registry.activate(VOL, "vol 1");
        // The delay begins anew with what is new.
        uint256 fromSec = NOW_SEC + 2 * DELAY_SEC - 1;
        bytes memory early = abi.encodeWithSelector(
            IFeedRegistry.ActivatedTooEarly.selector, VOL, uint256(NOW_SEC + DELAY_SEC), fromSec
        );
        vm.expectRevert(early);
        registry.activate(VOL, "vol 2");
    }

    function test_withoutAProposalThereIsNothingToActivateOrWithdraw() public {
        bytes memory nothing =
            abi.encodeWithSelector(IFeedRegistry.NotProposed.selector, SPOT, bytes32("spot 1"), bytes32(0));
        vm.expectRevert(nothing);
        registry.activate(SPOT, "spot 1");
        vm.expectRevert(nothing);
        registry.withdraw(SPOT, "spot 1");
        nothing = abi.encodeWithSelector(IFeedRegistry.NotProposed.selector, SPOT, bytes32(0), bytes32(0));
        vm.expectRevert(nothing);
        registry.activate(SPOT, 0);
        vm.expectRevert(nothing);
        registry.withdraw(SPOT, 0);
    }

    // -- Revisions

    function test_aRevisionIsAShadowBesideTheLiveOne() public {
        registry.propose(SPOT, UNIT, 8, definition("spot 2"));
        assertFeed(
            SPOT,
            IFeedRegistry.Feed(
                IFeedRegistry.Status.Live,
                8,
                NOW_SEC,
                NOW_SEC + DELAY_SEC,
                UNIT,
                0,
                definition("spot 1"),
                definition("spot 2")
            )
        );
        assertScale(SPOT, "spot 1", UNIT, 8);
        assertNoScale(SPOT, "spot 2", IFeedRegistry.Status.Proposed);
    }

    function test_reportsOfTheOldDefinitionKeepTheirMeaning() public {
        registry.propose(SPOT, UNIT, 8, definition("spot 2"));
        vm.warp(NOW_SEC + DELAY_SEC);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IFeedRegistry.DefinitionActivated(SPOT, definition("spot 1"), definition("spot 2"));
        registry.activate(SPOT, "spot 2");
        assertStatus(SPOT, "spot 1", IFeedRegistry.Status.Deprecated);
        assertStatus(SPOT, "spot 2", IFeedRegistry.Status.Live);
        assertScale(SPOT, "spot 1", UNIT, 8);
        assertScale(SPOT, "spot 2", UNIT, 8);
        assertEq(registry.feedCount(), 1, "still one feed");
    }

    function test_aRevisionCanBeTakenBackAfterItsActivation() public {
        registry.propose(SPOT, UNIT, 8, definition("spot 2"));
        vm.warp(NOW_SEC + DELAY_SEC);
        registry.activate(SPOT, "spot 2");
        registry.propose(SPOT, UNIT, 8, definition("spot 1"));
        assertScale(SPOT, "spot 1", UNIT, 8);
        registry.withdraw(SPOT, "spot 1");
        assertScale(SPOT, "spot 1", UNIT, 8);
        registry.propose(SPOT, UNIT, 8, definition("spot 1"));
        vm.warp(NOW_SEC + 2 * DELAY_SEC);
        registry.activate(SPOT, "spot 1");
        assertStatus(SPOT, "spot 1", IFeedRegistry.Status.Live);
        assertStatus(SPOT, "spot 2", IFeedRegistry.Status.Deprecated);
    }

    /// @dev Moonwell's and Ribbon's losses began with a number whose scale had changed under its readers.
    function test_aFeedNeverChangesItsUnitOrDecimals() public {
        proposeExpecting(
            abi.encodeWithSelector(IFeedRegistry.MeaningChanged.selector, SPOT, UNIT, 18, UNIT, 8),
            SPOT,
            UNIT,
            18,
            "spot 2"
        );
        proposeExpecting(
            abi.encodeWithSelector(IFeedRegistry.MeaningChanged.selector, SPOT, bytes32("EUR/BTC"), 8, UNIT, 8),
            SPOT,
            "EUR/BTC",
            8,
            "spot 2"
        );
    }

    function test_aKnownDefinitionIsNotProposedAgain() public {
        IFeedRegistry.Status live = IFeedRegistry.Status.Live;
        proposeExpecting(
            abi.encodeWithSelector(IFeedRegistry.DefinitionKnown.selector, SPOT, bytes32("spot 1"), live),
            SPOT,
            UNIT,
            8,
            "spot 1"
        );
        registry.propose(SPOT, UNIT, 8, definition("spot 2"));
        IFeedRegistry.Status proposed = IFeedRegistry.Status.Proposed;
        proposeExpecting(
            abi.encodeWithSelector(IFeedRegistry.DefinitionKnown.selector, SPOT, bytes32("spot 2"), proposed),
            SPOT,
            UNIT,
            8,
            "spot 2"
        );
    }
}
