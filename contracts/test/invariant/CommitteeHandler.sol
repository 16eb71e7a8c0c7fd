// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {Committee} from "../../src/Committee.sol";
import {Test} from "../support/Test.sol";

/// @dev What an owner may try with a committee: any lists at any times. Keeps what was true at moments that have passed,
///      and the starts of all terms, as it named them.
contract CommitteeHandler is Test {
    uint64 public constant EPOCH_SEC = 3 days;
    uint160 public constant KEYS = 40;
    uint256 private constant MOMENTS_MAX = 40;

    struct Moment {
        uint64 timeSec;
        uint256 members;
        uint256 f;
    }

    Committee public immutable committee;
    Moment[] public moments;
    uint64[] public starts;
    uint256 public refused;

    constructor() {
        vm.warp(1_767_225_600);
        address[] memory first = new address[](7);
        for (uint160 i = 0; i < 7; i++) {
            first[i] = keyAt(3 * i);
        }
        committee = new Committee(address(this), first, EPOCH_SEC);
        _remember();
    }

    function keyAt(uint160 i) public pure returns (address) {
        return address(i + 1);
    }

    function momentCount() external view returns (uint256) {
        return moments.length;
    }

    function startCount() external view returns (uint256) {
        return starts.length;
    }

    /// @notice A bit for each key that is a member at that time.
    function membersAt(uint64 timeSec) public view returns (uint256 members) {
        for (uint160 i = 0; i < KEYS; i++) {
            if (committee.isObserverAt(keyAt(i), timeSec * 1000)) members |= 2 ** i;
        }
    }

    /// @notice Takes some members out and some keys in, from some time on; passes or not.
    function change(uint256 outDice, uint256 inDice, uint8 outs, uint8 ins, uint32 aheadSec) external {
        uint256 next = 0;
        address[] memory standing = committee.members();
        for (uint256 i = 0; i < standing.length; i++) {
            next |= 2 ** (uint160(standing[i]) - 1);
        }
        for (uint256 i = 0; i < outs % 5; i++) {
            next &= ~(2 ** ((outDice >> (8 * i)) % KEYS));
        }
        for (uint256 i = 0; i < ins % 5; i++) {
            next |= 2 ** ((inDice >> (8 * i)) % KEYS);
        }
        // Half of the times are sensible, the others lie anywhere up to a little beyond the longest notice.
        uint64 fromSec = aheadSec % 2 == 0
            ? uint64(block.timestamp) + 60 + aheadSec % 1 hours
            : uint64(block.timestamp) + aheadSec % 31 days;
        (bool done,) = address(committee).call(abi.encodeCall(committee.change, (_listOf(next), fromSec)));
        if (done) starts.push(fromSec);
        else refused++;
    }

    function wait(uint32 seconds_) external {
        vm.warp(block.timestamp + 1 + seconds_ % 5 days);
        _remember();
    }

    function _remember() private {
        if (moments.length == MOMENTS_MAX) return;
        // A change needs a minute's notice, so the moment itself is decided as well.
        uint64 nowSec = uint64(block.timestamp);
        moments.push(Moment(nowSec, membersAt(nowSec), committee.faultsAt(nowSec * 1000)));
    }

    function _listOf(uint256 members) private pure returns (address[] memory list) {
        list = new address[](KEYS);
        uint256 count = 0;
        for (uint160 i = 0; i < KEYS; i++) {
            if ((members >> i) & 1 == 1) list[count++] = keyAt(i);
        }
        assembly ("memory-safe") {
            mstore(list, count)
        }
    }
}
