// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IOptionMarket} from "../../examples/IOptionMarket.sol";
import {Test} from "../support/Test.sol";
import {OptionHandler} from "./OptionHandler.sol";

/// @dev The option market's line of docs/invariants.md, after every action of the handler.
contract OptionMarketInvariantTest is Test {
    OptionHandler private handler;

    function setUp() public {
        handler = new OptionHandler();
    }

    /// @dev forge asks which contracts it shall call, and by which functions.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[] memory doors = new bytes4[](15);
        doors[0] = handler.write.selector;
        doors[1] = handler.buy.selector;
        doors[2] = handler.transfer.selector;
        doors[3] = handler.unwrite.selector;
        doors[4] = handler.close.selector;
        doors[5] = handler.exercise.selector;
        doors[6] = handler.collect.selector;
        doors[7] = handler.settle.selector;
        doors[8] = handler.withdrawPremiums.selector;
        doors[9] = handler.pass.selector;
        doors[10] = handler.settlementMoves.selector;
        doors[11] = handler.rotate.selector;
        // Twice, so that there is something to lose.
        doors[12] = handler.write.selector;
        doors[13] = handler.buy.selector;
        doors[14] = handler.brake.selector;
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(handler), doors);
    }

    function invariant_nothingIsCreatedOrLost() public view {
        (uint256 baseOwed, uint256 quoteOwed) = handler.owed();
        (uint256 baseHeld, uint256 quoteHeld) = handler.balances();
        assertEq(baseHeld, baseOwed, "base");
        assertEq(quoteHeld, quoteOwed, "quote");
    }

    function invariant_everyLotHasItsCollateral() public view {
        for (uint256 s = 0; s < handler.SERIES(); s++) {
            (uint256 held, uint256 sold, bool settled) = handler.lotsOfSeries(s);
            assertTrue(settled || held == sold, "lots held and sold");
            for (uint256 a = 0; a < handler.ACTORS(); a++) {
                assertTrue(handler.agrees(s, a), "books");
            }
        }
    }

    /// @dev Run by forge after each sequence.
    function afterInvariant() public {
        handler.everybodyLeaves();
        (uint256 baseHeld, uint256 quoteHeld) = handler.balances();
        assertEq(baseHeld + quoteHeld, 0, "everybody has left, and nothing is left");
    }

    /// @dev A suite in which nobody ever bought or a price never failed to come would prove nothing.
    function test_theHandlerReachesEveryCase() public {
        for (uint256 i = 0; i < 600; i++) {
            uint256 dice = uint256(keccak256(abi.encode("dice", i)));
            (uint8 a, uint8 b, uint8 s, uint16 lots) =
                (uint8(dice), uint8(dice >> 8), uint8(dice >> 16), uint16(dice >> 24));
            handler.write(a, s, lots, uint32(dice >> 40));
            handler.buy(b, a, s, lots);
            handler.transfer(b, a, s, lots);
            if (i % 4 == 0) handler.close(a, s, lots);
            handler.unwrite(a, s, lots);
            if (i % 10 != 0) continue;
            handler.pass(uint32(dice >> 72) % (i < 400 ? 1 days : 10 days), uint8(dice >> 104));
            handler.rotate(dice >> 112);
            if (i % 40 < 20) handler.brake(0);
            if (i < 400) continue;
            // The second expiry never gets a price.
            handler.settlementMoves(0, uint96(dice), b);
            handler.settle(s);
            for (uint8 actor = 0; actor < handler.ACTORS(); actor++) {
                handler.exercise(actor, s);
                handler.collect(actor, s);
            }
            handler.withdrawPremiums(b);
            invariant_nothingIsCreatedOrLost();
            invariant_everyLotHasItsCollateral();
        }
        afterInvariant();
        assertTrue(handler.successes(IOptionMarket.write.selector) > 100, "write");
        assertTrue(handler.successes(IOptionMarket.buy.selector) > 50, "buy");
        assertTrue(handler.successes(IOptionMarket.transfer.selector) > 50, "transfer");
        assertTrue(handler.successes(IOptionMarket.close.selector) > 10, "close");
        assertTrue(handler.successes(IOptionMarket.unwrite.selector) > 50, "unwrite");
        assertTrue(handler.successes(IOptionMarket.exercise.selector) > 8, "exercise");
        assertTrue(handler.successes(IOptionMarket.collect.selector) > 8, "collect");
        assertTrue(handler.rotations() > 5, "rotations");
        assertTrue(handler.freezes() > 5, "freezes");
        assertTrue(handler.rescissions() > 0, "rescissions");
    }
}
