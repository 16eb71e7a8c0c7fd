// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {Owned} from "../Owned.sol";
import {IOracleHub} from "../interfaces/IOracleHub.sol";
import {FeedSlot} from "../libraries/FeedSlot.sol";

/// @dev Everything that the hub keeps, in one place. The contracts beside this one are its chapters, and none of them
///      has storage of its own.
abstract contract HubStorage is IOracleHub, Owned {
    /// @inheritdoc IOracleHub
    bytes32 public immutable networkId;

    Configuration internal _newest;
    Configuration internal _previous;

    Feed[] internal _feeds;

    /// @dev Index plus one, so that zero means none.
    mapping(bytes32 feedId => uint256) internal _position;

    /// @dev By index. An array as long as a u16 needs neither a length in storage nor a hash for the place.
    FeedSlot[65536] internal _slots;

    constructor(bytes32 network, address firstOwner) Owned(firstOwner) {
        if (network == 0) revert ZeroNetworkId();
        networkId = network;
    }
}
