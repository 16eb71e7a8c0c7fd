// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IExpirySettlement} from "../src/interfaces/IExpirySettlement.sol";
import {IFeedRegistry} from "../src/interfaces/IFeedRegistry.sol";
import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {IReportVerifier} from "../src/interfaces/IReportVerifier.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {SettlementSettleCase} from "./support/SettlementSettleCase.sol";

/// @dev What becomes a price, and every way in which it does not.
contract SettlementSettleTest is SettlementSettleCase {
    // -- What is written

    function test_aFinalPriceOfTheNodesIsWritten() public {
        assertSettled(ISettlement.State.Open, 0, 0);
        vm.expectEmit(true, true, true, true, address(settlement));
        emit IExpirySettlement.Settled(
            FEED, EXPIRY_SEC, PRICE, UNIT, FINAL_ROUND, timeOf(FINAL_ROUND), COVERAGE_PPM, FINAL_AT_SEC
        );
        settle(FINAL_ROUND, VALUE);
        assertSettled(ISettlement.State.Written, PRICE, FINAL_AT_SEC);
    }

    function test_aPriceIsFinalWhenItsWindowCloses() public {
        settle(FINAL_ROUND, VALUE);
        vm.warp(FINAL_AT_SEC - 1);
        assertSettled(ISettlement.State.Written, PRICE, FINAL_AT_SEC);
        vm.expectRevert(
            abi.encodeWithSelector(
                IExpirySettlement.NotFinal.selector, ISettlement.State.Written, ISettlement.State.Final, FINAL_AT_SEC
            )
        );
        settlement.finalPrice(FEED, EXPIRY_SEC);
        vm.warp(FINAL_AT_SEC);
        assertSettled(ISettlement.State.Final, PRICE, FINAL_AT_SEC);
        assertEq(settlement.finalPrice(FEED, EXPIRY_SEC), PRICE, "final price");
    }

    function test_anOpenExpiryHasNoFinalPrice() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                IExpirySettlement.NotFinal.selector, ISettlement.State.Open, ISettlement.State.Final, 0
            )
        );
        settlement.finalPrice(FEED, EXPIRY_SEC);
    }

    function test_aChainThatStoodStillSettlesLate() public {
        vm.warp(EXPIRY_SEC + 40 days);
        settle(FINAL_ROUND, VALUE);
        assertSettled(ISettlement.State.Written, PRICE, EXPIRY_SEC + 40 days + WINDOW_SEC);
    }

    function test_aPriceIsWrittenOnce() public {
        settle(FINAL_ROUND, VALUE);
        bytes memory settled =
            abi.encodeWithSelector(IExpirySettlement.AlreadySettled.selector, PRICE, uint256(FINAL_AT_SEC));
        settleExpecting(settled, FINAL_ROUND, VALUE, goodDetail(VALUE));
        settleExpecting(settled, FINAL_ROUND + 1, VALUE + 1, goodDetail(VALUE + 1));
        vm.warp(FINAL_AT_SEC + 365 days);
        settleExpecting(settled, FINAL_ROUND + 1, VALUE + 1, goodDetail(VALUE + 1));
        assertEq(settlement.finalPrice(FEED, EXPIRY_SEC), PRICE, "as it was");
    }

    function test_everyExpiryHasItsOwnPrice() public {
        settle(FINAL_ROUND, VALUE);
        Detail memory before = goodDetail(VALUE + 1);
        before.expiryMs -= 1 days * 1000;
        settleDetail(FINAL_ROUND, VALUE + 1, before);
        assertSettled(ISettlement.State.Written, PRICE, FINAL_AT_SEC);
        (, uint256 price,) = settlement.settlementOf(FEED, EXPIRY_SEC - 1 days);
        assertEq(price, PRICE + 1e10, "the day before");
    }

    function testFuzz_thePriceIsTheValueTimesAPowerOfTen(uint256 any, uint8 decimals) public {
        decimals = uint8(bound(decimals, 0, 18));
        uint256 scale = 10 ** (18 - decimals);
        // Beyond 2^127 there is no value, beyond 2^128 no price.
        uint256 max = type(uint128).max / scale;
        if (max > uint128(type(int128).max)) max = uint128(type(int128).max);
        uint256 value = bound(any, 1, max);
        bytes32 feedId = listEverywhere(decimals, decimals);
        bytes memory detail = encode(goodDetail(int128(uint128(value))));
        IReportVerifier.ProvenLeaf memory leaf = leafOf(int128(uint128(value)), detail);
        leaf.feedId = feedId;
        settlement.settle(proofOf(key, FINAL_ROUND, leaf), detail);
        (, uint256 price,) = settlement.settlementOf(feedId, EXPIRY_SEC);
        assertEq(price, value * scale, "price");
    }

    // -- Numbers that are not what they seem

    /// @dev Opyn's pricers stored answers of 8 decimals as prices of 18, or the other way round: Ribbon lost by it.
    function test_aValueInOtherDecimalsCannotEnter() public {
        bytes32 feedId = listEverywhere(8, 18);
        bytes memory detail = encode(goodDetail(VALUE));
        IReportVerifier.ProvenLeaf memory leaf = leafOf(VALUE, detail);
        leaf.feedId = feedId;
        settleLeafExpecting(
            abi.encodeWithSelector(IExpirySettlement.DecimalsDiffer.selector, 8, 18), FINAL_ROUND, leaf, detail
        );
    }

    function test_moreDecimalsThanAPriceHasAreRefused() public {
        bytes32 feedId = listEverywhere(19, 19);
        bytes memory detail = encode(goodDetail(VALUE));
        IReportVerifier.ProvenLeaf memory leaf = leafOf(VALUE, detail);
        leaf.feedId = feedId;
        settleLeafExpecting(
            abi.encodeWithSelector(IExpirySettlement.TooManyPriceDecimals.selector, 19, 18), FINAL_ROUND, leaf, detail
        );
    }

    function test_aZeroOrNegativePriceIsRefused() public {
        settleExpecting(
            abi.encodeWithSelector(IExpirySettlement.NotPositive.selector, 0), FINAL_ROUND, 0, goodDetail(0)
        );
        settleExpecting(
            abi.encodeWithSelector(IExpirySettlement.NotPositive.selector, -VALUE),
            FINAL_ROUND,
            -VALUE,
            goodDetail(-VALUE)
        );
        settle(FINAL_ROUND, 1);
    }

    function test_aPriceThatDoesNotFitIsRefusedAndNotCut() public {
        int128 largest = int128(type(uint128).max / 1e10);
        uint256 tooLarge = uint256(uint128(largest + 1)) * 1e10;
        settleExpecting(
            abi.encodeWithSelector(IExpirySettlement.PriceOverflow.selector, tooLarge, type(uint128).max),
            FINAL_ROUND,
            largest + 1,
            goodDetail(largest + 1)
        );
        settle(FINAL_ROUND, largest);
        assertSettled(ISettlement.State.Written, tooLarge - 1e10, FINAL_AT_SEC);
    }

    function test_aFeedThatIsNoSettlementIsRefused() public {
        bytes memory detail = encode(goodDetail(VALUE));
        IReportVerifier.ProvenLeaf memory leaf = leafOf(VALUE, detail);
        leaf.feedId = bytes32(uint256(1) << 248 | 0xb7c);
        settleLeafExpecting(
            abi.encodeWithSelector(IExpirySettlement.WrongKind.selector, 1, 10), FINAL_ROUND, leaf, detail
        );
    }

    function test_anotherDefinitionsNumberIsRefused() public {
        bytes memory detail = encode(goodDetail(VALUE));
        IReportVerifier.ProvenLeaf memory leaf = leafOf(VALUE, detail);
        leaf.definitionDigest = "settlement definition 2";
        IFeedRegistry.Status unknown = IFeedRegistry.Status.Unknown;
        settleLeafExpecting(refusedBy(leaf, unknown), FINAL_ROUND, leaf, detail);
        registry.propose(FEED, UNIT, DECIMALS, definition(leaf.definitionDigest));
        settleLeafExpecting(refusedBy(leaf, IFeedRegistry.Status.Proposed), FINAL_ROUND, leaf, detail);
        vm.warp(block.timestamp + 2 days);
        registry.activate(FEED, leaf.definitionDigest);
        settlement.settle(proofOf(key, FINAL_ROUND, leaf), detail);
    }

    function test_whatWasSignedUnderTheOldDefinitionStillSettles() public {
        registry.propose(FEED, UNIT, DECIMALS, definition("settlement definition 2"));
        vm.warp(block.timestamp + 2 days);
        registry.activate(FEED, "settlement definition 2");
        registry.deprecate(FEED, 0);
        settle(FINAL_ROUND, VALUE);
    }

    function test_aFeedTheHubDoesNotListIsRefused() public {
        bytes32 feedId = bytes32(uint256(10) << 248 | 0xe74);
        registry.propose(feedId, UNIT, 8, definition(DEFINITION));
        vm.warp(block.timestamp + 2 days);
        registry.activate(feedId, DEFINITION);
        bytes memory detail = encode(goodDetail(VALUE));
        IReportVerifier.ProvenLeaf memory leaf = leafOf(VALUE, detail);
        leaf.feedId = feedId;
        settleLeafExpecting(
            abi.encodeWithSelector(IOracleHub.UnknownFeedId.selector, feedId), FINAL_ROUND, leaf, detail
        );
    }
}
