// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {Vm} from "./Vm.sol";

/// @dev Assertions that say what was seen and what was wanted, and the door to the cheatcodes.
abstract contract Test {
    /// @dev forge's own agreement: the address of "hevm cheat code".
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error NotEqual(string what, bytes32 given, bytes32 wanted);
    error NotEqualInt(string what, int256 given, int256 wanted);
    error NotEqualUint(string what, uint256 given, uint256 wanted);
    error AboveLimit(string what, uint256 given, uint256 max);
    error NotTrue(string what);

    function assertTrue(bool condition, string memory what) internal pure {
        if (!condition) revert NotTrue(what);
    }

    function assertEq(uint256 given, uint256 wanted, string memory what) internal pure {
        if (given != wanted) revert NotEqualUint(what, given, wanted);
    }

    function assertEqInt(int256 given, int256 wanted, string memory what) internal pure {
        if (given != wanted) revert NotEqualInt(what, given, wanted);
    }

    function assertEq32(bytes32 given, bytes32 wanted, string memory what) internal pure {
        if (given != wanted) revert NotEqual(what, given, wanted);
    }

    function assertAtMost(uint256 given, uint256 max, string memory what) internal pure {
        if (given > max) revert AboveLimit(what, given, max);
    }

    /// @dev Folds any number into min .. max.
    function bound(uint256 any, uint256 min, uint256 max) internal pure returns (uint256) {
        return max - min == type(uint256).max ? any : min + (any % (max - min + 1));
    }
}
