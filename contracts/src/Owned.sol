// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IOwned} from "./interfaces/IOwned.sol";

abstract contract Owned is IOwned {
    /// @inheritdoc IOwned
    address public owner;

    /// @inheritdoc IOwned
    address public pendingOwner;

    constructor(address firstOwner) {
        if (firstOwner == address(0)) revert ZeroOwner();
        owner = firstOwner;
        emit OwnershipTransferred(address(0), firstOwner);
    }

    modifier onlyOwner() {
        _checkOwner();
        _;
    }

    /// @inheritdoc IOwned
    function transferOwnership(address successor) external onlyOwner {
        emit OwnershipTransferStarted(owner, pendingOwner, successor);
        pendingOwner = successor;
    }

    /// @inheritdoc IOwned
    function acceptOwnership() external {
        if (msg.sender != pendingOwner) revert NotOwner(msg.sender, pendingOwner);
        emit OwnershipTransferred(owner, msg.sender);
        owner = msg.sender;
        delete pendingOwner;
    }

    function _checkOwner() private view {
        if (msg.sender != owner) revert NotOwner(msg.sender, owner);
    }
}
