// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {ExpiryStatement} from "../../src/libraries/ExpiryStatement.sol";
import {Vm} from "./Vm.sol";

/// @dev Observers whose secrets the test holds, and what they sign.
library ObserverSigner {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    struct Observer {
        uint256 secret;
        address addr;
    }

    /// @notice So many observers, ascending by address.
    function make(string memory name, uint256 count) internal pure returns (Observer[] memory observers) {
        observers = new Observer[](count);
        for (uint256 i = 0; i < count; i++) {
            uint256 secret = uint256(keccak256(abi.encode(name, i))) >> 1;
            observers[i] = Observer(secret, vm.addr(secret));
        }
        sort(observers);
    }

    /// @dev By insertion.
    function sort(Observer[] memory observers) internal pure {
        for (uint256 i = 1; i < observers.length; i++) {
            Observer memory moved = observers[i];
            uint256 j = i;
            for (; j > 0 && observers[j - 1].addr > moved.addr; j--) {
                observers[j] = observers[j - 1];
            }
            observers[j] = moved;
        }
    }

    function addressesOf(Observer[] memory observers) internal pure returns (address[] memory addresses) {
        addresses = new address[](observers.length);
        for (uint256 i = 0; i < observers.length; i++) {
            addresses[i] = observers[i].addr;
        }
    }

    /// @notice One statement of one observer, as `Settlement.dispute` reads it.
    function state(Observer memory observer, bytes32 networkId, bytes32 feedId, uint64 expirySec, uint128 value)
        internal
        pure
        returns (bytes memory)
    {
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(observer.secret, ExpiryStatement.digest(ExpiryStatement.idOf(networkId, feedId, expirySec), value));
        return abi.encodePacked(value, r, (uint256(v - 27) << 255) | uint256(s));
    }
}
