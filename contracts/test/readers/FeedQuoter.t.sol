// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {FeedReader} from "../../src/FeedReader.sol";
import {IFeedReader} from "../../src/interfaces/IFeedReader.sol";
import {IQuoter} from "../../src/interfaces/IQuoter.sol";
import {FeedQuoter} from "../../src/readers/FeedQuoter.sol";
import {ReaderFixture} from "../support/ReaderFixture.sol";
import {Token} from "../support/Tokens.sol";

contract FeedQuoterTest is ReaderFixture {
    address private constant DOLLAR = address(840);
    address private constant COIN = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;
    FeedReader private reader;

    function setUp() public {
        deployNamedHub();
        // A reader that would say zero: the quoter must not.
        reader = deployReader(plain(IFeedReader.OnBadAnswer.Zero));
        vm.warp(timeSecOf(FIRST_ROUND));
    }

    function test_aBitcoinInDollarsAndBack() public {
        Token bitcoin = new Token(8);
        Token dollar = new Token(6);
        publish(FIRST_ROUND, 1, 104_233_17845233);
        FeedQuoter quoter = new FeedQuoter(reader, address(bitcoin), address(dollar));
        assertEq(quoter.getQuote(1e8, address(bitcoin), address(dollar)), 104_233_178452, "a bitcoin");
        assertEq(quoter.getQuote(104_233_178453, address(dollar), address(bitcoin)), 1e8, "and back");
        assertEq(quoter.getQuote(1e6, address(dollar), address(bitcoin)), 959, "a dollar");
        FeedQuoter currencies = new FeedQuoter(reader, COIN, DOLLAR);
        assertEq(currencies.getQuote(2e18, COIN, DOLLAR), 208_466.35690466e18, "two coins");
    }

    /// @dev Against one division of products in full.
    /// @dev The largest quote is 2^80 · 2^96 · 10^(30 − 8), just within 256 bits; what is beyond reverts.
    function testFuzz_quotesAreTheFeedsValueInTheTokensUnits(uint8 b, uint8 q, uint80 amount, uint96 value) public {
        (b, q) = (uint8(bound(b, 0, 30)), uint8(bound(q, 0, 30)));
        vm.assume(value != 0);
        Token base = new Token(b);
        Token quote = new Token(q);
        publish(FIRST_ROUND, 1, int128(uint128(value)));
        FeedQuoter quoter = new FeedQuoter(reader, address(base), address(quote));
        uint256 scaled = uint256(value) * 10 ** q;
        uint256 wanted = FixedPointMathLib.fullMulDiv(amount, scaled, 10 ** (8 + uint256(b)));
        assertEq(quoter.getQuote(amount, address(base), address(quote)), wanted, "forwards");
        wanted = FixedPointMathLib.fullMulDiv(amount, 10 ** (8 + uint256(b)), scaled);
        assertEq(quoter.getQuote(amount, address(quote), address(base)), wanted, "backwards");
    }

    function test_otherPairsAndUntrustedAnswersAreToldApart() public {
        FeedQuoter quoter = new FeedQuoter(reader, COIN, DOLLAR);
        vm.expectRevert(abi.encodeWithSelector(IQuoter.OracleUntrustedData.selector, COIN, DOLLAR));
        quoter.getQuote(1, COIN, DOLLAR);
        publish(FIRST_ROUND, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IQuoter.OracleUntrustedData.selector, DOLLAR, COIN));
        quoter.getQuote(1, DOLLAR, COIN);
        publish(FIRST_ROUND + 1, 1, -7);
        vm.expectRevert(abi.encodeWithSelector(IQuoter.OracleUntrustedData.selector, COIN, DOLLAR));
        quoter.getQuote(1, COIN, DOLLAR);
        publish(FIRST_ROUND + 2, 1, 7);
        assertEq(quoter.getQuote(1e18, COIN, DOLLAR), 7e10, "good again");
        vm.warp(timeSecOf(FIRST_ROUND + 2) + MAX_AGE_SEC + 1);
        vm.expectRevert(abi.encodeWithSelector(IQuoter.OracleUntrustedData.selector, COIN, DOLLAR));
        quoter.getQuote(1, COIN, DOLLAR);

        vm.expectRevert(abi.encodeWithSelector(IQuoter.OracleUnsupportedPair.selector, COIN, COIN));
        quoter.getQuote(1, COIN, COIN);
        vm.expectRevert(abi.encodeWithSelector(IQuoter.OracleUnsupportedPair.selector, COIN, address(978)));
        quoter.getQuote(1, COIN, address(978));
        vm.expectRevert(abi.encodeWithSelector(IQuoter.OracleUnsupportedPair.selector, address(1), DOLLAR));
        quoter.getQuote(1, address(1), DOLLAR);
    }

    function test_quotersOfNoPairCannotBeMade() public {
        vm.expectRevert(abi.encodeWithSelector(IQuoter.OracleUnsupportedPair.selector, COIN, COIN));
        new FeedQuoter(reader, COIN, COIN);
        address fine = address(new Token(31));
        vm.expectRevert(abi.encodeWithSelector(FeedQuoter.TooManyDecimals.selector, fine, 31, 30));
        new FeedQuoter(reader, fine, DOLLAR);
    }

    function test_currenciesHaveNumbersBelowAThousand() public {
        assertTrue(new FeedQuoter(reader, COIN, address(999)).quote() == address(999), "a currency");
        try new FeedQuoter(reader, COIN, address(1000)) {
            assertTrue(false, "no currency and no token");
        } catch {}
    }
}
