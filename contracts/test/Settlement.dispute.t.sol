// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {ICommittee} from "../src/interfaces/ICommittee.sol";
import {IExpirySettlement} from "../src/interfaces/IExpirySettlement.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {ExpiryStatement} from "../src/libraries/ExpiryStatement.sol";
import {ObserverSigner} from "./support/ObserverSigner.sol";
import {SettlementDisputeCase} from "./support/SettlementDisputeCase.sol";

/// @dev Who can take a price away, and who cannot. Seven observers, of whom two may lie.
contract SettlementDisputeTest is SettlementDisputeCase {
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

    /// @dev One percent of a price that has one, to the unit.
    function test_exactlyTheToleranceDoesNotContradict() public {
        deployAgain();
        settle(FINAL_ROUND, 67_000e8);
        for (uint256 i = 0; i < 2; i++) {
            uint128 atEdge = i == 0 ? 66_330e8 : 67_670e8;
            disputeExpecting(
                abi.encodeWithSelector(IExpirySettlement.WithinTolerance.selector, atEdge, 67_000e8, TOLERANCE_BPS),
                statements(0, F + 1, atEdge)
            );
        }
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
}
