// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FeedRegistry} from "../src/FeedRegistry.sol";
import {IFeedRegistry} from "../src/interfaces/IFeedRegistry.sol";
import {IOwned} from "../src/interfaces/IOwned.sol";
import {Test} from "./support/Test.sol";

contract FeedRegistryTest is Test {
    uint40 private constant NOW_SEC = 1_767_225_600;
    uint40 private constant DELAY_SEC = 3 days;
    bytes32 private constant SPOT = bytes32(uint256(1) << 248 | 0x111);
    bytes32 private constant VOL = bytes32(uint256(8) << 248 | 0x222);
    bytes32 private constant UNIT = "USD/BTC";

    FeedRegistry private registry;

    function setUp() public {
        vm.warp(NOW_SEC);
        IFeedRegistry.Founder[] memory founders = new IFeedRegistry.Founder[](1);
        founders[0] = IFeedRegistry.Founder(SPOT, UNIT, 8, definition("spot 1"));
        registry = new FeedRegistry(address(this), DELAY_SEC, founders);
    }

    function definition(bytes32 digest) private pure returns (IFeedRegistry.Definition memory) {
        return IFeedRegistry.Definition(digest, "BTC-USD", 10, IFeedRegistry.DeviationType.Relative, 3600);
    }

    function none() private pure returns (IFeedRegistry.Definition memory empty) {}

    function proposeExpecting(bytes memory revertData, bytes32 feedId, bytes32 unit, uint8 decimals, bytes32 digest)
        private
    {
        vm.expectRevert(revertData);
        registry.propose(feedId, unit, decimals, definition(digest));
    }

    function assertStatus(bytes32 feedId, bytes32 digest, IFeedRegistry.Status wanted) private view {
        assertEq(uint8(registry.statusOf(feedId, digest)), uint8(wanted), "status of the definition");
    }

    function assertFeed(bytes32 feedId, IFeedRegistry.Feed memory wanted) private view {
        assertEq32(keccak256(abi.encode(registry.feedOf(feedId))), keccak256(abi.encode(wanted)), "feed");
    }

    function assertScale(bytes32 feedId, bytes32 digest, bytes32 unit, uint8 decimals) private view {
        (bytes32 givenUnit, uint8 givenDecimals) = registry.scaleOf(feedId, digest);
        assertEq32(givenUnit, unit, "unit");
        assertEq(givenDecimals, decimals, "decimals");
    }

    function assertNoScale(bytes32 feedId, bytes32 digest, IFeedRegistry.Status status) private {
        vm.expectRevert(abi.encodeWithSelector(IFeedRegistry.DefinitionNotInForce.selector, feedId, digest, status));
        registry.scaleOf(feedId, digest);
    }

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
        bytes32[6] memory bad = [
            bytes32(0),
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
