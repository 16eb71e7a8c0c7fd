// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {ICommittee} from "../src/interfaces/ICommittee.sol";
import {IExpirySettlement} from "../src/interfaces/IExpirySettlement.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {ExpiryStatement} from "../src/libraries/ExpiryStatement.sol";
import {ObserverSigner} from "./support/ObserverSigner.sol";
import {SettlementFixture} from "./support/SettlementFixture.sol";

/// @dev Who can take a price away, and who cannot. Seven observers, of whom two may lie.
contract SettlementDisputeTest is SettlementFixture {
    uint64 private constant FINAL_AT_SEC = EXPIRY_SEC + 10 + WINDOW_SEC;
    /// @dev The furthest values that do not contradict VALUE, one percent of it away.
    uint128 private constant HIGHEST_GOOD = uint128(VALUE) + uint128(VALUE) / 100;
    uint128 private constant LOWEST_GOOD = uint128(VALUE) - uint128(VALUE) / 100;

    function setUp() public {
        deploySettlement(3 * F + 1);
        settle(FINAL_ROUND, VALUE);
    }

    function assertUntouched() private view {
        assertSettled(ISettlement.State.Written, PRICE, FINAL_AT_SEC);
    }

    // -- What voids

    function test_moreThanFObserversVoidAWrongPrice() public {
        address[] memory witnesses = new address[](F + 1);
        for (uint256 i = 0; i <= F; i++) {
            witnesses[i] = observers[i + 2].addr;
        }
        vm.expectEmit(true, true, true, true, address(settlement));
        emit IExpirySettlement.Voided(FEED, EXPIRY_SEC, PRICE, timeOf(FINAL_ROUND), witnesses);
        settlement.dispute(FEED, EXPIRY_SEC, statements(2, F + 1, LOWEST_GOOD - 1));
        assertSettled(ISettlement.State.Open, 0, 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IExpirySettlement.NotFinal.selector, ISettlement.State.Open, ISettlement.State.Final, 0
            )
        );
        settlement.finalPrice(FEED, EXPIRY_SEC);
    }

    function test_whoVoidsIsAnybodyAndSeveralMayTestify() public {
        vm.prank(address(0xBEEF));
        settlement.dispute(FEED, EXPIRY_SEC, statements(0, 7, HIGHEST_GOOD + 1));
        assertSettled(ISettlement.State.Open, 0, 0);
    }

    function test_everyObserverSaysItsOwnValue() public {
        bytes memory packed =
            bytes.concat(statement(1, 1), statement(3, LOWEST_GOOD - 1), statement(4, uint128(VALUE) / 2));
        settlement.dispute(FEED, EXPIRY_SEC, packed);
        assertSettled(ISettlement.State.Open, 0, 0);
    }

    function test_aPriceCanBeDisputedUntilItsLastSecond() public {
        vm.warp(FINAL_AT_SEC - 1);
        settlement.dispute(FEED, EXPIRY_SEC, statements(0, F + 1, HIGHEST_GOOD + 1));
        assertSettled(ISettlement.State.Open, 0, 0);
    }

    function test_theSignaturesOfAnotherChainServeHere() public {
        // Nothing of this chain or contract is signed: the same bytes void the same price in a second settlement.
        bytes memory packed = statements(0, F + 1, HIGHEST_GOOD + 1);
        settlement.dispute(FEED, EXPIRY_SEC, packed);
        deployAgain();
        settle(FINAL_ROUND, VALUE);
        settlement.dispute(FEED, EXPIRY_SEC, packed);
        assertSettled(ISettlement.State.Open, 0, 0);
    }

    function deployAgain() private {
        delete observers;
        deploySettlement(3 * F + 1);
    }

    // -- What does not

    function test_fLiarsVoidNothing() public {
        disputeExpecting(
            abi.encodeWithSelector(ICommittee.TooFewWitnesses.selector, F, F + 1), statements(0, F, HIGHEST_GOOD + 1)
        );
        assertUntouched();
    }

    function test_oneLiarTwiceIsOne() public {
        bytes memory packed = bytes.concat(statement(0, 1), statement(0, 2), statement(1, 1));
        address twice = observers[0].addr;
        disputeExpecting(abi.encodeWithSelector(ICommittee.NotAscending.selector, twice, twice), packed);
        assertUntouched();
    }

    function test_statementsAscendBySigner() public {
        bytes memory packed = bytes.concat(statement(1, 1), statement(0, 1), statement(2, 1));
        disputeExpecting(
            abi.encodeWithSelector(ICommittee.NotAscending.selector, observers[1].addr, observers[0].addr), packed
        );
        assertUntouched();
    }

    function test_aValueWithinTheToleranceDoesNotContradict() public {
        uint128[3] memory good = [LOWEST_GOOD, uint128(VALUE), HIGHEST_GOOD];
        for (uint256 i = 0; i < good.length; i++) {
            disputeExpecting(
                abi.encodeWithSelector(IExpirySettlement.WithinTolerance.selector, good[i], VALUE, TOLERANCE_BPS),
                statements(0, F + 1, good[i])
            );
        }
        assertUntouched();
    }

    function test_oneHonestValueAmongThemSavesThePrice() public {
        bytes memory packed = bytes.concat(statements(0, F, 1), statement(F, uint128(VALUE)));
        disputeExpecting(
            abi.encodeWithSelector(IExpirySettlement.WithinTolerance.selector, VALUE, VALUE, TOLERANCE_BPS), packed
        );
        assertUntouched();
    }

    /// @dev A price between what observers saw is what a median is.
    function test_valuesOnBothSidesDoNotContradict() public {
        bytes memory packed = bytes.concat(statements(0, F, LOWEST_GOOD - 1), statement(F, HIGHEST_GOOD + 1));
        disputeExpecting(abi.encodeWithSelector(IExpirySettlement.OtherSide.selector, HIGHEST_GOOD + 1, VALUE), packed);
        packed = bytes.concat(statement(0, HIGHEST_GOOD + 1), statements(1, F, LOWEST_GOOD - 1));
        disputeExpecting(abi.encodeWithSelector(IExpirySettlement.OtherSide.selector, LOWEST_GOOD - 1, VALUE), packed);
        assertUntouched();
    }

    function test_strangersAreNoWitnesses() public {
        ObserverSigner.Observer[] memory strangers = ObserverSigner.make("stranger", F + 1);
        bytes memory packed;
        for (uint256 i = 0; i <= F; i++) {
            packed = bytes.concat(packed, ObserverSigner.state(strangers[i], NETWORK, FEED, EXPIRY_SEC, 1));
        }
        disputeExpecting(
            abi.encodeWithSelector(ICommittee.NotObserver.selector, strangers[0].addr, timeOf(FINAL_ROUND)), packed
        );
        assertUntouched();
    }

    function testFuzz_whatObserversSignIsReadable(uint128 value) public view {
        bytes32 expiryId = ExpiryStatement.idOf(NETWORK, FEED, EXPIRY_SEC);
        assertEq32(
            settlement.statementDigest(FEED, EXPIRY_SEC, value), ExpiryStatement.digest(expiryId, value), "digest"
        );
    }

    function test_aStatementAboutSomethingElseIsNobodysHere() public {
        bytes[4] memory others;
        for (uint256 i = 0; i <= F; i++) {
            ObserverSigner.Observer memory o = observers[i];
            bytes32 otherFeed = bytes32(uint256(FEED) + 1);
            others[0] = bytes.concat(others[0], ObserverSigner.state(o, "network", FEED, EXPIRY_SEC, 1));
            others[1] = bytes.concat(others[1], ObserverSigner.state(o, NETWORK, otherFeed, EXPIRY_SEC, 1));
            others[2] = bytes.concat(others[2], ObserverSigner.state(o, NETWORK, FEED, EXPIRY_SEC + 1, 1));
            others[3] = bytes.concat(others[3], relabelled(ObserverSigner.state(o, NETWORK, FEED, EXPIRY_SEC, 1)));
        }
        for (uint256 i = 0; i < others.length; i++) {
            (bool done,) = address(settlement).call(abi.encodeCall(settlement.dispute, (FEED, EXPIRY_SEC, others[i])));
            assertTrue(!done, "refused");
        }
        assertUntouched();
    }

    /// @dev The same signature beside another value.
    function relabelled(bytes memory one_) private pure returns (bytes memory) {
        one_[15] = bytes1(uint8(one_[15]) + 1);
        return one_;
    }

    function testFuzz_anAlteredByteIsRefused(uint256 at, uint8 mask) public {
        bytes memory packed = statements(0, F + 1, 1);
        packed[bound(at, 0, packed.length - 1)] ^= bytes1(uint8(bound(mask, 1, 255)));
        (bool done,) = address(settlement).call(abi.encodeCall(settlement.dispute, (FEED, EXPIRY_SEC, packed)));
        assertTrue(!done, "refused");
        assertUntouched();
    }

    function test_theMalleableTwinOfASignatureIsRefused() public {
        // Only a twin below 2^255 leaves room for the parity's bit: one signature in 2^127 has it. So it is made up, and
        // would be nobody's in any case; what counts is that it is refused for what it is.
        uint256 s = ExpiryStatement.S_MAX + 1;
        bytes memory packed = bytes.concat(abi.encodePacked(uint128(1), uint256(1), s), statements(0, F, 1));
        disputeExpecting(abi.encodeWithSelector(IExpirySettlement.HighS.selector, s, ExpiryStatement.S_MAX), packed);
        packed = bytes.concat(
            abi.encodePacked(uint128(1), uint256(1), (1 << 255) | ExpiryStatement.S_MAX), statements(0, F, 1)
        );
        (bool done, bytes memory reason) =
            address(settlement).call(abi.encodeCall(settlement.dispute, (FEED, EXPIRY_SEC, packed)));
        assertTrue(!done && bytes4(reason) != IExpirySettlement.HighS.selector, "the highest s is not too high");
        assertUntouched();
    }

    function test_aSignatureThatIsNoneIsNobody() public {
        bytes memory packed = bytes.concat(abi.encodePacked(uint128(1), bytes32(0), bytes32(0)), statements(0, F, 1));
        disputeExpecting(abi.encodeWithSelector(ICommittee.NotAscending.selector, address(0), address(0)), packed);
        assertUntouched();
    }

    function test_onlyWholeStatementsAreRead() public {
        bytes memory packed = statements(0, F + 1, 1);
        bytes[3] memory bad = [bytes(""), bytes.concat(packed, hex"00"), statement(0, 1)];
        bytes memory cut = bad[2];
        assembly ("memory-safe") {
            mstore(cut, 79)
        }
        for (uint256 i = 0; i < bad.length; i++) {
            disputeExpecting(
                abi.encodeWithSelector(IExpirySettlement.BadStatements.selector, bad[i].length, 80), bad[i]
            );
        }
        assertUntouched();
    }

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
