// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";
import {IOptionMarket} from "../../examples/IOptionMarket.sol";
import {OptionMarket} from "../../examples/OptionMarket.sol";
import {ITokenCustody} from "../../examples/TokenCustody.sol";
import {OptionFixture} from "../support/OptionFixture.sol";
import {FeeToken, HookToken, RefusingToken, SilentToken, Token} from "../support/Tokens.sol";

/// @dev Tokens that are not as they should be, as the quote token of a market: collateral of puts, and premiums.
contract CustodyTest is OptionFixture {
    address private constant WRITER = address(0xA11CE);
    uint64 private constant NEVER = type(uint64).max;
    uint256 private constant ANY = type(uint256).max;

    function setUp() public {
        deployMarket();
    }

    function use(address token) private {
        IOptionMarket.Terms memory t = terms();
        t.quote = token;
        market = new OptionMarket(t);
        quote = Token(token);
        // What the compiler would check of a token that returns nothing.
        (bool minted,) = token.call(abi.encodeCall(Token.mint, (WRITER, 1_000_000e6)));
        vm.prank(WRITER);
        (bool approved,) = token.call(abi.encodeCall(Token.approve, (address(market), ANY)));
        assertTrue(minted && approved, "funded");
        base.mint(WRITER, 100e8);
        vm.prank(WRITER);
        base.approve(address(market), ANY);
    }

    function writePut(uint256 lots) private {
        vm.prank(WRITER);
        market.write(STRIKE, expirySec, false, lots, 1);
    }

    function test_aTokenThatReturnsNothingWorks() public {
        use(address(new SilentToken()));
        writePut(10);
        vm.prank(WRITER);
        uint256 premium = market.buy(putId, WRITER, 4, ANY, NEVER);
        vm.prank(WRITER);
        market.unwrite(putId, 6);
        vm.warp(expirySec);
        settleAt(80_000e18);
        vm.prank(WRITER);
        market.exercise(putId);
        vm.prank(WRITER);
        market.collect(putId);
        vm.prank(WRITER);
        market.withdrawPremiums();
        assertTrue(premium != 0, "a premium");
        assertEq(quote.balanceOf(WRITER), 1_000_000e6, "all of it is back");
    }

    function test_aTokenWithAFeeIsRefused() public {
        use(address(new FeeToken()));
        vm.prank(WRITER);
        vm.expectRevert(
            abi.encodeWithSelector(
                ITokenCustody.TransferNotExact.selector, address(quote), 10 * PUT_LOT / 100 * 99, 10 * PUT_LOT
            )
        );
        market.write(STRIKE, expirySec, false, 10, 1);
        // And so is one as a premium.
        vm.prank(WRITER);
        market.write(STRIKE, expirySec, true, 10, 1);
        uint256 premium = market.quotePremium(callId, 10);
        vm.prank(WRITER);
        vm.expectRevert(
            abi.encodeWithSelector(
                ITokenCustody.TransferNotExact.selector, address(quote), premium - premium / 100, premium
            )
        );
        market.buy(callId, WRITER, 10, ANY, NEVER);
    }

    /// @dev A fee that begins later takes its part of what goes out, and locks nothing.
    function test_aFeeThatBeginsLaterLocksNothing() public {
        FeeToken token = new FeeToken();
        token.setCharging(false);
        use(address(token));
        writePut(10);
        token.setCharging(true);
        vm.prank(WRITER);
        market.unwrite(putId, 10);
        assertEq(quote.balanceOf(address(market)), 0, "nothing is left");
        assertEq(quote.balanceOf(WRITER), 1_000_000e6 - 10 * PUT_LOT / 100, "but the fee, all is back");
    }

    function test_aTokenThatSaysFalseIsRefused() public {
        use(address(new RefusingToken()));
        vm.prank(WRITER);
        vm.expectRevert(abi.encodeWithSelector(SafeTransferLib.TransferFromFailed.selector));
        market.write(STRIKE, expirySec, false, 10, 1);
    }

    function test_tokensThatCannotBeCountedAreRefused() public {
        IOptionMarket.Terms memory t = terms();
        t.quote = address(new Token(19));
        vm.expectRevert(abi.encodeWithSelector(ITokenCustody.TooManyTokenDecimals.selector, t.quote, 19, 18));
        new OptionMarket(t);
        t.quote = t.base;
        vm.expectRevert(abi.encodeWithSelector(ITokenCustody.SameToken.selector, t.base));
        new OptionMarket(t);
    }

    /// @dev Whatever a token calls back while it moves, the door is closed, and the books are as if it had not tried.
    function testFuzz_aTokenThatCallsBackFindsTheDoorClosed(uint8 door, bool onTheWayIn) public {
        HookToken token = new HookToken(6);
        use(address(token));
        writePut(10);
        vm.prank(WRITER);
        market.buy(putId, WRITER, 4, ANY, NEVER);
        vm.warp(expirySec - CLOSES_BEFORE_SEC - 1);
        publishMarket();
        bytes[9] memory doors = [
            abi.encodeCall(market.write, (STRIKE, expirySec, false, 1, 1)),
            abi.encodeCall(market.buy, (putId, WRITER, 1, ANY, NEVER)),
            abi.encodeCall(market.unwrite, (putId, 1)),
            abi.encodeCall(market.close, (putId, 1)),
            abi.encodeCall(market.transfer, (putId, address(this), 1)),
            abi.encodeCall(market.withdrawPremiums, ()),
            abi.encodeCall(market.exercise, (putId)),
            abi.encodeCall(market.collect, (putId)),
            abi.encodeCall(market.settle, (putId))
        ];
        token.listen(address(market), doors[door % 9]);
        uint256 held = quote.balanceOf(address(market));
        if (onTheWayIn) {
            writePut(1);
            assertEq(quote.balanceOf(address(market)), held + PUT_LOT, "one lot in");
        } else {
            vm.prank(WRITER);
            market.unwrite(putId, 1);
            assertEq(quote.balanceOf(address(market)), held - PUT_LOT, "one lot out");
        }
        assertTrue(token.hookFailed(), "it got in");
        assertEq32(
            keccak256(token.hookError()), keccak256(abi.encodeWithSelector(ITokenCustody.Reentered.selector)), "why not"
        );
    }
}
