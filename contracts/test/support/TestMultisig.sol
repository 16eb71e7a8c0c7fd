// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @dev As much of a multisig as governance tests need: a call is made when enough of its owners asked for exactly that.
contract TestMultisig {
    error NotAnOwner(address given);
    error CallFailed(bytes reason);

    uint256 public immutable threshold;
    mapping(address => bool) public isOwner;
    mapping(bytes32 call => mapping(address owner => bool)) private _asked;
    mapping(bytes32 call => uint256) private _count;

    constructor(address[] memory owners, uint256 threshold_) {
        threshold = threshold_;
        for (uint256 i = 0; i < owners.length; i++) {
            isOwner[owners[i]] = true;
        }
    }

    /// @return done Whether this was the last voice that was missing, and the call was made.
    function ask(address target, bytes calldata data) external returns (bool done) {
        if (!isOwner[msg.sender]) revert NotAnOwner(msg.sender);
        bytes32 id = keccak256(abi.encode(target, data));
        if (_asked[id][msg.sender]) return false;
        _asked[id][msg.sender] = true;
        if (++_count[id] != threshold) return false;
        (bool success, bytes memory reason) = target.call(data);
        if (!success) revert CallFailed(reason);
        return true;
    }
}
