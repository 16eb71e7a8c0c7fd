// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IExpirySettlement} from "../src/interfaces/IExpirySettlement.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {ObserverSigner} from "./support/ObserverSigner.sol";
import {SettlementDisputeCase} from "./support/SettlementDisputeCase.sol";

contract SettlementDisputeTimeTest is SettlementDisputeCase {
    // -- When

    function test_anOpenExpiryCannotBeDisputed() public {
        bytes memory packed = statements(0, F + 1, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IExpirySettlement.NotDisputable.selector, ISettlement.State.Open, ISettlement.State.Written
            )
        );
        settlement.dispute(FEED, EXPIRY_SEC + 1, packed);
    }

    function test_aFinalPriceIsFinalForEver() public {
        vm.warp(FINAL_AT_SEC);
        bytes memory packed = statements(0, 7, 1);
        bytes memory refused = abi.encodeWithSelector(
            IExpirySettlement.NotDisputable.selector, ISettlement.State.Final, ISettlement.State.Written
        );
        disputeExpecting(refused, packed);
        vm.warp(FINAL_AT_SEC + 3650 days);
        disputeExpecting(refused, packed);
        assertEq(settlement.finalPrice(FEED, EXPIRY_SEC), PRICE, "as it was");
    }

    function test_aVoidedPriceIsSettledAgainByANewerReport() public {
        settlement.dispute(FEED, EXPIRY_SEC, statements(0, F + 1, 1));
        bytes memory old = abi.encodeWithSelector(
            IExpirySettlement.NotNewerThanVoided.selector, timeOf(FINAL_ROUND), timeOf(FINAL_ROUND)
        );
        settleExpecting(old, FINAL_ROUND, VALUE, goodDetail(VALUE));
        settleExpecting(old, FINAL_ROUND, 2 * VALUE, goodDetail(2 * VALUE));
        vm.warp(EXPIRY_SEC + 100);
        settle(FINAL_ROUND + 1, VALUE / 2);
        assertSettled(ISettlement.State.Written, uint128(VALUE / 2) * 1e10, EXPIRY_SEC + 100 + WINDOW_SEC);
    }

    /// @dev What the group signs again can be contradicted again, by the same signatures.
    function test_theSameWrongPriceFallsAgain() public {
        bytes memory packed = statements(0, F + 1, 1);
        settlement.dispute(FEED, EXPIRY_SEC, packed);
        settle(FINAL_ROUND + 1, VALUE);
        settlement.dispute(FEED, EXPIRY_SEC, packed);
        assertSettled(ISettlement.State.Open, 0, 0);
        settleExpecting(
            abi.encodeWithSelector(
                IExpirySettlement.NotNewerThanVoided.selector, timeOf(FINAL_ROUND), timeOf(FINAL_ROUND + 1)
            ),
            FINAL_ROUND,
            VALUE,
            goodDetail(VALUE)
        );
    }

    // -- Who, at which time

    function test_witnessesAreTheObserversOfTheReportsTime() public {
        ObserverSigner.Observer[] memory joined = ObserverSigner.make("joined", F);
        ObserverSigner.Observer[] memory next = new ObserverSigner.Observer[](7);
        for (uint256 i = 0; i < 7; i++) {
            next[i] = i < F ? joined[i] : observers[i];
        }
        ObserverSigner.sort(next);
        uint64 fromSec = uint64(block.timestamp) + 60;
        committee.change(ObserverSigner.addressesOf(next), fromSec);
        vm.warp(fromSec + 60);

        // The new ones saw nothing of this expiry, and say so too late.
        bytes memory byNewcomers = bytes.concat(
            ObserverSigner.state(joined[0], NETWORK, FEED, EXPIRY_SEC, 1),
            ObserverSigner.state(joined[1], NETWORK, FEED, EXPIRY_SEC, 1)
        );
        byNewcomers = bytes.concat(byNewcomers, statement(6, 1));
        (bool done,) = address(settlement).call(abi.encodeCall(settlement.dispute, (FEED, EXPIRY_SEC, byNewcomers)));
        assertTrue(!done, "newcomers are no witnesses of the past");
        assertUntouched();
        // Who was there and left can still speak.
        settlement.dispute(FEED, EXPIRY_SEC, statements(0, F + 1, 1));
        assertSettled(ISettlement.State.Open, 0, 0);
    }

    // -- Laws

    /// @dev Whatever f liars say and sign, beside any honest statements, a price within everybody's tolerance stands.
    function testFuzz_liarsCannotVoidAnHonestPrice(uint8 who, uint128[7] memory lies, uint8[7] memory noise) public {
        bytes memory packed;
        uint256 liars = 0;
        for (uint256 i = 0; i < 7; i++) {
            if ((who >> i) & 1 == 0) continue;
            bool lies_ = liars < F && noise[i] % 2 == 0;
            if (lies_) liars++;
            // Honest values are within 63 basis points.
            uint128 honest = uint128(VALUE) + uint128(VALUE) / 10_000 * (noise[i] % 64);
            packed = bytes.concat(packed, statement(i, lies_ ? lies[i] : honest));
        }
        (bool done,) = address(settlement).call(abi.encodeCall(settlement.dispute, (FEED, EXPIRY_SEC, packed)));
        assertTrue(!done, "refused");
        assertUntouched();
    }

    /// @dev Whatever the group was made to sign, f + 1 honest observers void it if it is outside of their tolerance.
    function testFuzz_honestObserversVoidAWrongPrice(uint128 wrong, uint8 first, uint8[3] memory noise) public {
        settlement.dispute(FEED, EXPIRY_SEC, statements(0, F + 1, 1));
        wrong = uint128(bound(wrong, 1, type(uint128).max / 1e10));
        uint256 lowest = uint128(VALUE);
        uint256 highest = lowest + lowest / 10_000 * 63;
        // Further than g from all of them, by the price's own measure.
        vm.assume(
            (wrong > highest && (wrong - highest) * 10_000 > uint256(wrong) * TOLERANCE_BPS)
                || (wrong < lowest && (lowest - wrong) * 10_000 > uint256(wrong) * TOLERANCE_BPS)
        );
        settle(FINAL_ROUND + 1, int128(wrong));
        bytes memory packed;
        for (uint256 i = 0; i < 3; i++) {
            uint128 seen = uint128(VALUE) + uint128(VALUE) / 10_000 * (noise[i] % 64);
            packed = bytes.concat(packed, statement(first % 5 + i, seen));
        }
        settlement.dispute(FEED, EXPIRY_SEC, packed);
        assertSettled(ISettlement.State.Open, 0, 0);
    }
}
