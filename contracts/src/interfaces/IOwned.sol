// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @title One owner, handed over in two steps, so that a mistyped address cannot strand the contract.
/// @dev Meant for a Safe behind a timelock. The owner cannot resign: a hub without an owner could never rotate its key.
interface IOwned {
    /// @notice The caller is not who must call.
    /// @param given  The caller.
    /// @param wanted The owner, or in `acceptOwnership` the pending owner.
    error NotOwner(address given, address wanted);

    /// @notice The owner would be the zero address.
    error ZeroOwner();

    /// @notice The owner named a successor, who now has to accept.
    event OwnershipTransferStarted(address indexed owner, address indexed previousPending, address indexed pending);

    /// @notice The successor accepted.
    event OwnershipTransferred(address indexed previous, address indexed owner);

    /// @notice Names a successor. Naming another one, or the zero address, takes the offer back.
    function transferOwnership(address successor) external;

    /// @notice Called by the successor: takes the ownership over.
    function acceptOwnership() external;

    /// @notice Who may add feeds and change configurations.
    function owner() external view returns (address);

    /// @notice Who may accept the ownership; zero when nobody may.
    function pendingOwner() external view returns (address);
}
