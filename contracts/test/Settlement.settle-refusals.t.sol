// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {Settlement} from "../src/Settlement.sol";
import {IExpirySettlement} from "../src/interfaces/IExpirySettlement.sol";
import {IHubGuard} from "../src/interfaces/IHubGuard.sol";
import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {IReportVerifier} from "../src/interfaces/IReportVerifier.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {SettlementSettleCase} from "./support/SettlementSettleCase.sol";

contract SettlementSettleRefusalsTest is SettlementSettleCase {
    // -- Prices that are not settled yet

    function test_onlyTheFinalPhaseSettles() public {
        for (uint8 phase = 0; phase < 8; phase++) {
            if (phase == 4) continue;
            Detail memory d = goodDetail(VALUE);
            d.phase = phase;
            settleExpecting(
                abi.encodeWithSelector(IExpirySettlement.BadPhase.selector, phase, 4), FINAL_ROUND, VALUE, d
            );
        }
    }

    function test_aMissingOrDisputedValueDoesNotSettle() public {
        bytes memory detail = encode(goodDetail(VALUE));
        IReportVerifier.ProvenLeaf memory leaf = leafOf(VALUE, detail);
        uint8[3] memory bad = [0, 2, 3];
        for (uint256 i = 0; i < bad.length; i++) {
            leaf.status = bad[i];
            settleLeafExpecting(
                abi.encodeWithSelector(IExpirySettlement.BadLeafStatus.selector, bad[i], 1), FINAL_ROUND, leaf, detail
            );
        }
    }

    function test_aPriceOfOneInstantIsRefused() public {
        Detail memory d = goodDetail(VALUE);
        (d.fixedPart, d.variablePart) = (VALUE - 1, 1);
        settleExpecting(
            abi.encodeWithSelector(IExpirySettlement.NotAMean.selector, VALUE, VALUE - 1, 1), FINAL_ROUND, VALUE, d
        );
        (d.fixedPart, d.variablePart) = (VALUE, 1);
        settleExpecting(
            abi.encodeWithSelector(IExpirySettlement.NotAMean.selector, VALUE, VALUE, 1), FINAL_ROUND, VALUE, d
        );
        (d.fixedPart, d.variablePart) = (VALUE - 1, 0);
        settleExpecting(
            abi.encodeWithSelector(IExpirySettlement.NotAMean.selector, VALUE, VALUE - 1, 0), FINAL_ROUND, VALUE, d
        );
    }

    function test_aWindowThatTheNodesHardlySawIsRefused() public {
        Detail memory d = goodDetail(VALUE);
        d.coveragePpm = 949_999;
        settleExpecting(
            abi.encodeWithSelector(IExpirySettlement.LowCoverage.selector, 949_999, 950_000), FINAL_ROUND, VALUE, d
        );
        d.coveragePpm = 950_000;
        settleDetail(FINAL_ROUND, VALUE, d);
    }

    // -- Clocks

    function test_nothingSettlesBeforeTheExpiryByAnyClock() public {
        uint48 expiryMs = uint48(EXPIRY_SEC * 1000);
        // The report's clock.
        uint64 early = FINAL_ROUND - 2;
        settleExpecting(
            abi.encodeWithSelector(IExpirySettlement.NotExpired.selector, expiryMs, timeOf(early), block.timestamp),
            early,
            VALUE,
            goodDetail(VALUE)
        );
        // This chain's: it may lag, and a market that trades by it must not know the price.
        vm.warp(EXPIRY_SEC - 1);
        settleExpecting(
            abi.encodeWithSelector(
                IExpirySettlement.NotExpired.selector, expiryMs, timeOf(FINAL_ROUND), EXPIRY_SEC - 1
            ),
            FINAL_ROUND,
            VALUE,
            goodDetail(VALUE)
        );
        vm.warp(EXPIRY_SEC);
        settle(FINAL_ROUND - 1, VALUE);
    }

    function test_aReportFromTheFutureIsRefused() public {
        uint64 round = FINAL_ROUND + 10 + 30;
        uint256 maxMs = (block.timestamp + 30) * 1000;
        settleExpecting(
            abi.encodeWithSelector(IOracleHub.FutureReport.selector, timeOf(round), maxMs),
            round,
            VALUE,
            goodDetail(VALUE)
        );
        settle(round - 1, VALUE);
    }

    function test_anExpiryBetweenTwoSecondsIsRefused() public {
        Detail memory d = goodDetail(VALUE);
        d.expiryMs -= 500;
        settleExpecting(
            abi.encodeWithSelector(IExpirySettlement.ExpiryNotWholeSeconds.selector, d.expiryMs), FINAL_ROUND, VALUE, d
        );
    }

    // -- Details

    function test_onlyASettlementsDetailIsRead() public {
        Detail memory d = goodDetail(VALUE);
        d.codes = 0x0401;
        settleExpecting(
            abi.encodeWithSelector(IExpirySettlement.NotASettlementDetail.selector, 51, 51), FINAL_ROUND, VALUE, d
        );
        bytes memory whole = encode(goodDetail(VALUE));
        bytes[3] memory bad = [bytes(""), abi.encodePacked(whole, uint8(0)), abi.encodePacked(bytes32(whole))];
        for (uint256 i = 0; i < bad.length; i++) {
            settleLeafExpecting(
                abi.encodeWithSelector(IExpirySettlement.NotASettlementDetail.selector, bad[i].length, 51),
                FINAL_ROUND,
                leafOf(VALUE, bad[i]),
                bad[i]
            );
        }
    }

    function testFuzz_aDetailIsBoundByteByByte(uint256 at, uint8 mask) public {
        bytes memory detail = encode(goodDetail(VALUE));
        bytes memory proof = proofOf(key, FINAL_ROUND, leafOf(VALUE, detail));
        detail[bound(at, 2, detail.length - 1)] ^= bytes1(uint8(bound(mask, 1, 255)));
        vm.expectRevert(
            abi.encodeWithSelector(
                IExpirySettlement.DetailMismatch.selector, keccak256(detail), keccak256(encode(goodDetail(VALUE)))
            )
        );
        settlement.settle(proof, detail);
    }

    function test_aProofIsOfOneLeaf() public {
        bytes memory detail = encode(goodDetail(VALUE));
        IReportVerifier.ProvenLeaf[] memory leaves = new IReportVerifier.ProvenLeaf[](2);
        leaves[0] = leafOf(VALUE, detail);
        leaves[1] = leafOf(VALUE, detail);
        leaves[1].feedId = bytes32(uint256(FEED) + 1);
        bytes memory proof = proofOf(key, FINAL_ROUND, leaves);
        vm.expectRevert(abi.encodeWithSelector(IExpirySettlement.NotOneLeaf.selector, 2));
        settlement.settle(proof, detail);
    }

    function testFuzz_aProofIsBoundByteByByte(uint256 at, uint8 mask) public {
        bytes memory detail = encode(goodDetail(VALUE));
        bytes memory proof = proofOf(key, FINAL_ROUND, leafOf(VALUE, detail));
        proof[bound(at, 0, proof.length - 1)] ^= bytes1(uint8(bound(mask, 1, 255)));
        (bool done,) = address(settlement).call(abi.encodeCall(settlement.settle, (proof, detail)));
        assertTrue(!done, "refused");
        assertSettled(ISettlement.State.Open, 0, 0);
    }

    function test_theReportWasSignedByTheKeyOfItsRound() public {
        hub.rotate(nextConfiguration(otherKey.x, 2, FINAL_ROUND + 1));
        bytes memory detail = encode(goodDetail(VALUE));
        bytes memory tooOld = proofOf(key, FINAL_ROUND + 1, leafOf(VALUE, detail));
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.KeyRetired.selector, FINAL_ROUND + 1, FINAL_ROUND + 1));
        settlement.settle(tooOld, detail);
        bytes memory tooNew = proofOf(otherKey, FINAL_ROUND, leafOf(VALUE, detail));
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.KeyNotYetValid.selector, FINAL_ROUND, FINAL_ROUND + 1));
        settlement.settle(tooNew, detail);
        // A report of before the rotation lands after it.
        settle(FINAL_ROUND, VALUE);
    }

    // -- Under the brake

    function test_aFrozenFeedSettlesNothingUntilItGoesOn() public {
        uint16[] memory indices = new uint16[](1);
        indices[0] = hub.indexOf(FEED);
        hub.freezeFeeds(indices);
        settleExpecting(
            abi.encodeWithSelector(IExpirySettlement.FrozenFeed.selector, FEED, indices[0]),
            FINAL_ROUND,
            VALUE,
            goodDetail(VALUE)
        );
        hub.unfreezeFeeds(indices);
        settle(FINAL_ROUND, VALUE);
        // What is written takes its course, and can be disputed.
        hub.freezeFeeds(indices);
        assertSettled(ISettlement.State.Written, PRICE, FINAL_AT_SEC);
        settlement.dispute(FEED, EXPIRY_SEC, statements(0, F + 1, 1));
        assertSettled(ISettlement.State.Open, 0, 0);
    }

    function test_aFrozenHubSettlesNothingUntilItGoesOn() public {
        hub.freezeHub();
        settleExpecting(abi.encodeWithSelector(IHubGuard.HubFrozen.selector), FINAL_ROUND, VALUE, goodDetail(VALUE));
        hub.unfreezeHub();
        settle(FINAL_ROUND, VALUE);
    }

    // -- Deployment

    function test_limitsThatProtectNobodyAreRefused() public {
        bytes4 coverage = IExpirySettlement.BadMinCoverage.selector;
        deployExpecting(abi.encodeWithSelector(coverage, 499_999, 500_000, 1_000_000), 499_999, 3600, 100);
        deployExpecting(abi.encodeWithSelector(coverage, 1_000_001, 500_000, 1_000_000), 1_000_001, 3600, 100);
        bytes4 window = IExpirySettlement.BadDisputeWindow.selector;
        deployExpecting(abi.encodeWithSelector(window, 599, 600, 7 days), 950_000, 599, 100);
        deployExpecting(abi.encodeWithSelector(window, 7 days + 1, 600, 7 days), 950_000, 7 days + 1, 100);
        bytes4 tolerance = IExpirySettlement.BadTolerance.selector;
        deployExpecting(abi.encodeWithSelector(tolerance, 4, 5, 1000), 950_000, 3600, 4);
        deployExpecting(abi.encodeWithSelector(tolerance, 1001, 5, 1000), 950_000, 3600, 1001);
        new Settlement(hub, registry, committee, IExpirySettlement.Limits(500_000, 600, 5));
        new Settlement(hub, registry, committee, IExpirySettlement.Limits(1_000_000, 7 days, 1000));
    }

    function test_whatItWasBuiltWithIsReadable() public view {
        assertEq(uint160(address(settlement.hub())), uint160(address(hub)), "hub");
        assertEq(uint160(address(settlement.registry())), uint160(address(registry)), "registry");
        assertEq(uint160(address(settlement.committee())), uint160(address(committee)), "committee");
        assertEq32(keccak256(abi.encode(settlement.limits())), keccak256(abi.encode(goodLimits())), "limits");
    }
}
