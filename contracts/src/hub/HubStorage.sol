// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {Owned} from "../Owned.sol";
import {IHubGuard} from "../interfaces/IHubGuard.sol";
import {IOracleHub} from "../interfaces/IOracleHub.sol";
import {FeedSlot, FeedSlotLibrary} from "../libraries/FeedSlot.sol";

/// @dev The feeds' slots, in a contract of their own so that they begin at storage slot 0.
///
///      The slot of index i is storage slot 256·i + 1, which is how an entry with status ok begins, read as a number:
///      index u16 | status u8. So `submit` has the place and half of its checks in one shift, and an entry with another
///      status comes to an empty place. An array needs neither a length in storage nor a hash for the place.
abstract contract HubSlots {
    /// @dev Only takes the room; `_slotOf` and `_setSlot` are the way in.
    FeedSlot[2 ** 24] private _slots;

    /// @param first Index of a single feed, or of the first of a pair.
    function _slotOf(uint256 first) internal view returns (FeedSlot slot) {
        // Stands for `slot = _slots[256 * first + 1]`, which checks a bound.
        assembly ("memory-safe") {
            slot := sload(or(shl(8, first), 1))
        }
    }

    function _setSlot(uint256 first, FeedSlot slot) internal {
        assembly ("memory-safe") {
            sstore(or(shl(8, first), 1), slot)
        }
    }
}

/// @dev Everything else that the hub keeps. The contracts beside this one are its chapters, and none of them has storage
///      of its own.
abstract contract HubStorage is IOracleHub, HubSlots, Owned {
    /// @dev `rotate` touches every feed for about 5 000 gas: a thousand feeds stay far below a block's limit.
    uint256 internal constant FEEDS_MAX = 1000;

    /// @dev Of the first paired feed. The index itself tells the layout of the slot, which costs no storage.
    uint256 internal constant PAIRS_FROM = 2 ** 15;

    /// @dev Values in a ring. At the heartbeat of an hour three weeks, at one value a minute eight hours: enough to walk
    ///      back from a late settlement to its expiry. Twice as many would cost twice the 11 million gas to prepare. A
    ///      power of two, so that a place is a mask.
    uint256 internal constant HISTORY_DEPTH = 512;

    /// @dev Some chains' clocks lag behind ours; with less, honest reports would revert there. With more, a report
    ///      could sit on chain as the newest answer long before its time.
    uint256 internal constant AHEAD_MAX_SEC = 30;

    /// @inheritdoc IOracleHub
    bytes32 public immutable networkId;

    /// @inheritdoc IHubGuard
    address public guardian;

    /// @dev Its key is zero before the first configuration and while the hub is frozen: then no signature is checked,
    ///      and nobody pays for a flag beside it.
    Configuration internal _newest;
    Configuration internal _previous;

    /// @dev What `_newest` says of its key and first round, for proofs, which bring the key along: the first 208 bits of
    ///      the key's hash, then the first round. One cold read where `_newest` would be two. Zero with its key.
    uint256 internal _pullKey;

    /// @dev The newest key while the hub is frozen, else zero.
    uint256 internal _heldKeyX;

    Feed[] internal _feeds;
    Feed[] internal _pairedFeeds;

    /// @dev Index plus one, so that zero means none.
    mapping(bytes32 feedId => uint256) internal _position;

    /// @dev By index, then by the last bits of the value's count.
    FeedSlot[HISTORY_DEPTH][FEEDS_MAX] internal _rings;

    constructor(bytes32 network, address firstOwner) Owned(firstOwner) {
        if (network == 0) revert ZeroNetworkId();
        networkId = network;
    }

    /// @dev Where the feed's answer stands.
    function _slotIndex(uint256 index) internal pure returns (uint256) {
        return index < PAIRS_FROM ? index : index & ~uint256(1);
    }

    /// @dev The feed's slot; reverts where there is no feed.
    function _knownSlot(uint256 index) internal view returns (FeedSlot slot) {
        slot = _slotOf(_slotIndex(index));
        if (slot.era() == 0) {
            revert UnknownFeed(uint16(index), index < PAIRS_FROM ? _feeds.length : _pairedFeeds.length);
        }
    }

    /// @dev Stands for `_rings[index][slot.count() % HISTORY_DEPTH] = slot`, whose bounds are checked by who gave the
    ///      feed its history.
    function _keep(uint256 index, FeedSlot slot) internal {
        uint256 place = index * HISTORY_DEPTH + slot.count() % HISTORY_DEPTH;
        assembly ("memory-safe") {
            sstore(add(_rings.slot, place), slot)
        }
    }

    /// @dev Whether the feed can take a value of this time. A counter that is full or a clock that went back is no
    ///      entry's fault, and no report of ours gets there.
    function _checkFollows(uint256 index, FeedSlot slot, uint256 timeSec) internal pure {
        if (timeSec < slot.timeSec()) revert TimeBeforeStored(uint16(index), uint32(timeSec), slot.timeSec());
        if (slot.count() == FeedSlotLibrary.COUNT_MAX) revert CountOverflow(uint16(index), FeedSlotLibrary.COUNT_MAX);
    }
}
