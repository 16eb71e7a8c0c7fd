// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IVarianceSwap} from "../../examples/IVarianceSwap.sol";
import {VarianceSwap} from "../../examples/VarianceSwap.sol";
import {FeedReader} from "../../src/FeedReader.sol";
import {IFeedReader} from "../../src/interfaces/IFeedReader.sol";
import {HistoryFixture} from "../support/HistoryFixture.sol";
import {Token} from "../support/Tokens.sol";

/// @dev The realised-vol feed is the named one, with 8 decimals, published every round that the tests like.
contract VarianceSwapTest is HistoryFixture {
    address private constant LONG = address(0xA11CE);
    address private constant SHORT = address(0xB0B);
    uint32 private constant WINDOW_SEC = 7 days;
    uint32 private constant FIXING_MAX_AGE_SEC = 600;
    uint32 private constant UNWINDS_AFTER_SEC = 30 days;
    uint128 private constant STRIKE = 0.5e18;
    uint128 private constant CAP = 1.25e18;
    uint256 private constant NOTIONAL = 1_000_000e6;
    uint256 private constant LONG_STAKE = 250_000e6;
    uint256 private constant SHORT_STAKE = 1_312_500e6;
    uint256 private constant RICH = 10_000_000e6;

    Token private token;
    FeedReader private reader;
    VarianceSwap private swaps;
    uint64 private fixingSec;

    function setUp() public {
        deployHistory();
        IFeedReader.Requirements memory wanted = plain(IFeedReader.OnBadAnswer.Revert);
        wanted.positiveOnly = true;
        reader = deployReader(wanted);
        token = new Token(6);
        swaps = new VarianceSwap(terms());
        address[2] memory accounts = [LONG, SHORT];
        for (uint256 i = 0; i < 2; i++) {
            token.mint(accounts[i], RICH);
            vm.prank(accounts[i]);
            token.approve(address(swaps), type(uint256).max);
        }
        vm.warp(timeSecOf(FIRST_ROUND));
        publish(FIRST_ROUND, 1, 0.6e8);
        fixingSec = timeSecOf(FIRST_ROUND) + 30 days;
    }

    function terms() private view returns (IVarianceSwap.Terms memory) {
        return IVarianceSwap.Terms({
            reader: reader,
            token: address(token),
            windowSec: WINDOW_SEC,
            fixingMaxAgeSec: FIXING_MAX_AGE_SEC,
            unwindsAfterSec: UNWINDS_AFTER_SEC
        });
    }

    function propose(bool asLong) private returns (uint256) {
        vm.prank(asLong ? LONG : SHORT);
        return swaps.propose(asLong, STRIKE, CAP, NOTIONAL, fixingSec);
    }

    function enter() private returns (uint256 id) {
        id = propose(true);
        vm.prank(SHORT);
        swaps.accept(id);
    }

    /// @dev A value so many seconds after the fixing, or before it, and the block's time with it.
    function publishAt(int64 fromFixingSec, int128 value) private {
        uint64 sec = uint64(int64(fixingSec) + fromFixingSec);
        if (block.timestamp < sec) vm.warp(sec);
        publish(FIRST_ROUND + (sec - timeSecOf(FIRST_ROUND)), 1, value);
    }

    function withdrawBoth() private {
        vm.prank(LONG);
        swaps.withdraw();
        vm.prank(SHORT);
        swaps.withdraw();
        assertEq(token.balanceOf(address(swaps)), 0, "nothing is left");
        assertEq(token.balanceOf(LONG) + token.balanceOf(SHORT), 2 * RICH, "nothing came about");
    }

    function test_aSwapFromTheProposalToThePayout() public {
        uint256 id = propose(true);
        assertEq(token.balanceOf(address(swaps)), LONG_STAKE, "long");
        vm.prank(SHORT);
        swaps.accept(id);
        assertEq(token.balanceOf(address(swaps)), LONG_STAKE + SHORT_STAKE, "both");
        publishAt(-5, 0.8e8);
        publishAt(5, 0.9e8);
        swaps.fix(id, 2);
        assertEq(swaps.owedTo(LONG), 640_000e6, "0.8 squared");
        withdrawBoth();
        assertEq(token.balanceOf(LONG), RICH - LONG_STAKE + 640_000e6, "long");
    }

    /// @custom:invariant theStakesArePaidOut
    function testFuzz_theStakesArePaidOutWhateverTheVolatility(
        uint128 strike,
        uint128 cap,
        uint256 notional,
        uint64 vol,
        bool asLong
    ) public {
        strike = uint128(bound(strike, 0.01e18, 3e18));
        cap = uint128(bound(cap, strike + 0.01e18, 3.1e18));
        notional = bound(notional, 1e8, 1_000_000e6);
        vol = uint64(bound(vol, 1, 1000e8));
        vm.prank(asLong ? LONG : SHORT);
        uint256 id = swaps.propose(asLong, strike, cap, notional, fixingSec);
        vm.prank(asLong ? SHORT : LONG);
        swaps.accept(id);
        IVarianceSwap.Swap memory swap = swaps.swapAt(id);
        publishAt(0, int128(uint128(vol)));
        publishAt(1, 1);
        swaps.fix(id, 2);
        uint256 counted = uint256(vol) * 1e10 < cap ? uint256(vol) * 1e10 : cap;
        assertEq(swaps.owedTo(LONG), notional * (counted * counted) / 1e36, "notional times variance");
        assertEq(swaps.owedTo(LONG) + swaps.owedTo(SHORT), swap.longStake + swap.shortStake, "all of it");
        withdrawBoth();
    }

    function test_onlyTheRoundThatWasTheNewestAtTheFixingWillDo() public {
        uint256 id = enter();
        publishAt(-60, 0.7e8);
        publishAt(0, 0.8e8);
        bytes4 not = IVarianceSwap.NotTheFixingRound.selector;
        vm.expectRevert(abi.encodeWithSelector(not, fixingSec - 60, fixingSec, fixingSec));
        swaps.fix(id, 2);
        // The newest is not shown to be the one until there is a next.
        vm.expectRevert(abi.encodeWithSelector(IFeedReader.RoundNotKept.selector, 4, 3));
        swaps.fix(id, 3);
        publishAt(30, 0.9e8);
        publishAt(60, 0.9e8);
        vm.expectRevert(abi.encodeWithSelector(not, fixingSec + 30, fixingSec + 60, fixingSec));
        swaps.fix(id, 4);
        swaps.fix(id, 3);
        assertEq(swaps.owedTo(LONG), 640_000e6, "0.8 squared");
        vm.expectRevert(
            abi.encodeWithSelector(
                IVarianceSwap.WrongState.selector, IVarianceSwap.State.Over, IVarianceSwap.State.Running
            )
        );
        swaps.fix(id, 3);
    }

    function test_aFeedThatWasSilentAtTheFixingDoesNotFix() public {
        uint256 id = enter();
        publishAt(-int64(uint64(FIXING_MAX_AGE_SEC)) - 1, 0.7e8);
        publishAt(1, 0.8e8);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVarianceSwap.FixingTooOld.selector, fixingSec - FIXING_MAX_AGE_SEC - 1, fixingSec, FIXING_MAX_AGE_SEC
            )
        );
        swaps.fix(id, 2);
        uint256 earliestSec = uint256(fixingSec) + UNWINDS_AFTER_SEC;
        vm.warp(earliestSec - 1);
        vm.expectRevert(abi.encodeWithSelector(IVarianceSwap.TooEarly.selector, earliestSec - 1, earliestSec));
        swaps.unwind(id);
        vm.warp(earliestSec);
        swaps.unwind(id);
        assertEq(swaps.owedTo(LONG), LONG_STAKE, "long");
        assertEq(swaps.owedTo(SHORT), SHORT_STAKE, "short");
        withdrawBoth();
    }

    function test_noSwapAndNoFixingOnABadAnswer() public {
        uint256 id = enter();
        uint256 open = propose(false);
        publishAt(-8 * 86_400, 0.7e8);
        publish(FIRST_ROUND + 22 days + 1, 3, 0);
        bytes memory disputed = abi.encodeWithSelector(IFeedReader.BadAnswerStatus.selector, 3, 1);
        vm.prank(LONG);
        vm.expectRevert(disputed);
        swaps.propose(true, STRIKE, CAP, NOTIONAL, fixingSec);
        vm.prank(LONG);
        vm.expectRevert(disputed);
        swaps.accept(open);
        publishAt(0, 0.8e8);
        publishAt(1, 0.8e8);
        publish(FIRST_ROUND + 30 days + 2, 3, 0);
        vm.expectRevert(disputed);
        swaps.fix(id, 3);
        publishAt(3, 0.8e8);
        swaps.fix(id, 3);
        // What nobody accepted goes back whatever the feed does.
        vm.warp(block.timestamp + 365 days);
        vm.prank(SHORT);
        swaps.cancel(open);
        withdrawBoth();
    }

    function test_nobodyEntersWhenTheWindowHasBegun() public {
        uint256 open = propose(true);
        uint256 latestSec = fixingSec - WINDOW_SEC;
        publishAt(-int64(uint64(WINDOW_SEC)), 0.7e8);
        propose(true);
        publishAt(-int64(uint64(WINDOW_SEC)) + 1, 0.7e8);
        bytes memory late = abi.encodeWithSelector(IVarianceSwap.TooLate.selector, latestSec + 1, latestSec);
        vm.prank(SHORT);
        vm.expectRevert(late);
        swaps.accept(open);
        vm.prank(LONG);
        vm.expectRevert(late);
        swaps.propose(true, STRIKE, CAP, NOTIONAL, fixingSec);
    }

    function test_whatCannotBeMeantIsRefused() public {
        bytes4 bad = IVarianceSwap.BadVols.selector;
        vm.expectRevert(abi.encodeWithSelector(bad, 0, CAP, 1e22));
        swaps.propose(true, 0, CAP, NOTIONAL, fixingSec);
        vm.expectRevert(abi.encodeWithSelector(bad, STRIKE, STRIKE, 1e22));
        swaps.propose(true, STRIKE, STRIKE, NOTIONAL, fixingSec);
        vm.expectRevert(abi.encodeWithSelector(bad, STRIKE, 1e22, 1e22));
        swaps.propose(true, STRIKE, 1e22, NOTIONAL, fixingSec);
        vm.expectRevert(abi.encodeWithSelector(IVarianceSwap.NotionalTooSmall.selector, 0));
        swaps.propose(true, STRIKE, CAP, 0, fixingSec);
        vm.expectRevert(abi.encodeWithSelector(IVarianceSwap.UnknownSwap.selector, 0, 0));
        swaps.accept(0);
        uint256 id = propose(true);
        vm.prank(SHORT);
        vm.expectRevert(abi.encodeWithSelector(IVarianceSwap.NotProposer.selector, SHORT, LONG));
        swaps.cancel(id);
        bytes4 state = IVarianceSwap.WrongState.selector;
        vm.expectRevert(abi.encodeWithSelector(state, IVarianceSwap.State.Proposed, IVarianceSwap.State.Running));
        swaps.unwind(id);
        vm.prank(LONG);
        swaps.cancel(id);
        vm.prank(SHORT);
        vm.expectRevert(abi.encodeWithSelector(state, IVarianceSwap.State.Over, IVarianceSwap.State.Proposed));
        swaps.accept(id);

        IVarianceSwap.Terms memory t = terms();
        t.windowSec = 0;
        vm.expectRevert(abi.encodeWithSelector(IVarianceSwap.ZeroTime.selector));
        new VarianceSwap(t);
        t = terms();
        t.unwindsAfterSec = 30 days - 1;
        vm.expectRevert(abi.encodeWithSelector(IVarianceSwap.UnwindTooSoon.selector, 30 days - 1, 30 days));
        new VarianceSwap(t);
    }
}
