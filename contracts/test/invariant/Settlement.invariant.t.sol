// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {Settlement} from "../../src/Settlement.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {Test} from "../support/Test.sol";
import {SettlementHandler} from "./SettlementHandler.sol";

/// @dev The invariants of docs/invariants.md, after every action of the handler.
contract SettlementInvariantTest is Test {
    bytes32 private constant FEED = bytes32(uint256(10) << 248 | 0xb7c);

    SettlementHandler private handler;
    Settlement private settlement;

    function setUp() public {
        handler = new SettlementHandler();
        settlement = handler.theSettlement();
    }

    /// @dev forge asks which contracts it shall call.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_writtenOnce() public view {
        for (uint256 i = 0; i < handler.EXPIRIES(); i++) {
            uint64 expirySec = handler.expiryAt(i);
            SettlementHandler.Ghost memory wanted = handler.ghostOf(expirySec);
            (, uint256 price, uint64 finalAtSec) = settlement.settlementOf(FEED, expirySec);
            assertEq(price, wanted.price, "the price is the one that was written");
            assertEq(finalAtSec, wanted.finalAtSec, "and so is its time");
        }
    }

    function invariant_pricesWereSigned() public view {
        for (uint256 i = 0; i < handler.EXPIRIES(); i++) {
            uint64 expirySec = handler.expiryAt(i);
            (, uint256 price,) = settlement.settlementOf(FEED, expirySec);
            assertTrue(
                price == 0 || handler.signedByTheGroup(keccak256(abi.encode(expirySec, price))), "signed and scaled"
            );
        }
    }

    function invariant_finalIsForever() public view {
        for (uint256 i = 0; i < handler.EXPIRIES(); i++) {
            uint64 expirySec = handler.expiryAt(i);
            uint256 wanted = handler.finalPriceSeen(expirySec);
            (ISettlement.State state,,) = settlement.settlementOf(FEED, expirySec);
            assertTrue((state == ISettlement.State.Final) == (wanted != 0), "final when its window closed");
            if (wanted != 0) assertEq(settlement.finalPrice(FEED, expirySec), wanted, "the first final price");
        }
    }

    /// @dev The handler holds every single dispute to its ledger; here, that an honest price which was written and not
    ///      replaced is still there.
    function invariant_liarsVoidNothing() public view {
        for (uint256 i = 0; i < handler.EXPIRIES(); i++) {
            uint64 expirySec = handler.expiryAt(i);
            SettlementHandler.Ghost memory ghost = handler.ghostOf(expirySec);
            if (ghost.value == 0 || !handler.isHonestPrice(ghost.value)) continue;
            (ISettlement.State state,,) = settlement.settlementOf(FEED, expirySec);
            assertTrue(state != ISettlement.State.Open, "an honest price was voided");
        }
    }

    /// @dev A suite that only ever sees refusals, or never a void, would prove nothing.
    function test_theHandlerReachesEveryCase() public {
        for (uint256 i = 0; i < 300; i++) {
            uint256 dice = uint256(keccak256(abi.encode("dice", i)));
            handler.settlePrice(uint8(dice), uint128(dice >> 8), dice % 3 == 0, uint64(i / 4));
            handler.contradict(uint8(dice), uint8(dice >> 136), 1, 1);
            handler.contradict(uint8(dice >> 144), uint8(dice >> 152), uint128(dice >> 8), uint128(dice >> 9));
            handler.settleBadly(uint8(dice >> 160), uint128(dice >> 8), uint64(i), uint8(dice >> 168));
            handler.wait(uint16(dice >> 176) % 60);
            invariant_writtenOnce();
            invariant_pricesWereSigned();
            invariant_finalIsForever();
            invariant_liarsVoidNothing();
        }
        assertTrue(handler.settled() > 5, "settled");
        assertTrue(handler.voided() > 2, "voided");
        assertTrue(handler.stood() > 100, "stood");
        assertTrue(handler.refused() == 300, "refused");
        assertTrue(handler.finals() > 0, "final");
    }
}
