// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {OptionFixture} from "./OptionFixture.sol";
import {PreciseBlack} from "./PreciseBlack.sol";

/// @dev Passes calls on and says at their end whom they are from, as relays for gasless transactions do.
contract Forwarder {
    function forward(address target, bytes calldata data, address claimed)
        external
        returns (bool done, bytes memory answer)
    {
        return target.call(bytes.concat(data, bytes20(claimed)));
    }
}

abstract contract OptionMarketCase is OptionFixture {
    address internal constant WRITER = address(0xA11CE);
    address internal constant BUYER = address(0xB0B);
    address internal constant HEIR = address(0xCAFE);
    uint64 internal constant NEVER = type(uint64).max;
    uint256 internal constant ANY = type(uint256).max;

    function setUp() public {
        deployMarket();
        fund(WRITER);
        fund(BUYER);
    }

    function write(bool isCall, uint256 lots) internal returns (bytes32) {
        vm.prank(WRITER);
        return market.write(STRIKE, expirySec, isCall, lots, 1);
    }

    function buy(bytes32 id, uint256 lots) internal returns (uint256) {
        vm.prank(BUYER);
        return market.buy(id, WRITER, lots, ANY, NEVER);
    }

    function expectBuyReverts(bytes memory revertData, bytes32 id, uint256 lots) internal {
        vm.expectRevert(revertData);
        buy(id, lots);
    }

    function pass() internal {
        vm.warp(expirySec);
    }

    /// @dev Black's premium by the yardstick, in quote units, rounded up.
    function premiumOf(bool isCall, uint256 lots) internal view returns (uint256) {
        uint256 price = PreciseBlack.price(isCall, FORWARD, STRIKE, VOL, expirySec - block.timestamp, 0.04e18);
        return (price * lots / LOTS_PER_UNIT + 1e30 - 1) / 1e30;
    }
}
