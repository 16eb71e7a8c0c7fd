// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

/// @title What can go wrong with a token.
interface ITokenCustody {
    /// @notice The token moved another amount than it was asked to: it takes a fee, or is no token this contract can hold.
    error TransferNotExact(address token, uint256 given, uint256 wanted);

    /// @notice The token counts finer than this arithmetic.
    error TooManyTokenDecimals(address token, uint8 given, uint8 max);

    /// @notice A token called back before the call that moved it was over.
    error Reentered();

    /// @notice The two tokens must differ.
    error SameToken(address token);
}

/// @dev The one thing asked of a token beyond moving it.
interface ITokenDecimals {
    function decimals() external view returns (uint8);
}

/// @dev Moves tokens in and out. Tokens that return nothing are fine, tokens that return false revert. A token whose
///      balances change by themselves cannot be told from an honest one, and must not be used.
abstract contract TokenCustody is ITokenCustody {
    uint8 private constant TOKEN_DECIMALS_MAX = 18;

    /// @dev Forgotten at the end of the transaction, so that it costs next to nothing.
    bool private transient _entered;

    modifier nonReentrant() {
        if (_entered) revert Reentered();
        _entered = true;
        _;
        _entered = false;
    }

    function _decimalsOf(address token) internal view returns (uint8 decimals) {
        decimals = ITokenDecimals(token).decimals();
        if (decimals > TOKEN_DECIMALS_MAX) revert TooManyTokenDecimals(token, decimals, TOKEN_DECIMALS_MAX);
    }

    /// @dev Callers book the amount first: a token that calls back finds everything written down, and the guard closed.
    function _pull(address token, address from, uint256 amount) internal {
        uint256 before = SafeTransferLib.balanceOf(token, address(this));
        SafeTransferLib.safeTransferFrom(token, from, address(this), amount);
        uint256 received = SafeTransferLib.balanceOf(token, address(this)) - before;
        if (received != amount) revert TransferNotExact(token, received, amount);
    }

    /// @dev What arrives is not looked at: should a token begin to charge a fee later, what is left must get out.
    function _push(address token, address to, uint256 amount) internal {
        if (amount != 0) SafeTransferLib.safeTransfer(token, to, amount);
    }
}
