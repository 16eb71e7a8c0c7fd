// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FeedSlot, FeedSlotLibrary} from "./FeedSlot.sol";
import {PushEntry} from "./PushEntry.sol";

/// @dev The newest answers of two feeds that are published together, in one slot:
///
///   bit 255       203 202        177 176       124 123         98 97      96 95    63  62  61    30 29   4 3    2 1   0
///      | value i53   | confidence   | value i53   | confidence   | status   | round  | 0 | time  | count| sta- | era |
///      | of the first|  ppb u26     |of the second|  ppb u26     |of second |  u33   |   |sec u32|  u26 | tus  | u2  |
///                                                                                                        of first
///
///   value       ±2^52: 45 million units with 8 decimals
///   confidence  up to 67 108 863 ppb, which is 6.7 %
///
///   era         0 no such pair; 1 listed; 3 frozen; never 2
///
///   Everything from round on stands where a FeedSlot has it. What does not fit is refused by the caller, never cut.
library PairSlotLibrary {
    int256 internal constant VALUE_MAX = 2 ** 52 - 1;
    int256 internal constant VALUE_MIN = -(2 ** 52);
    uint256 internal constant CONFIDENCE_PPB_MAX = 2 ** 26 - 1;

    uint256 private constant VALUE_MASK = 2 ** 53 - 1;
    uint256 private constant HALF_BITS = 79;
    uint256 private constant ROUND_MASK = uint256(FeedSlotLibrary.ROUND_MAX) << 63;
    /// @dev Round, time, count and era.
    uint256 private constant SHARED_MASK = ROUND_MASK | (uint256(FeedSlotLibrary.TIME_SEC_MAX) << 30)
        | FeedSlotLibrary.COUNT_MASK | FeedSlotLibrary.ERA_MASK;
    uint256 private constant STATUSES_MASK = (3 << 96) | FeedSlotLibrary.STATUS_MASK;

    function fits(PushEntry entry) internal pure returns (bool) {
        (int256 value, uint256 confidencePpb) = (entry.value(), entry.confidencePpb());
        return value >= VALUE_MIN && value <= VALUE_MAX && confidencePpb <= CONFIDENCE_PPB_MAX;
    }

    /// @param second 0 for the first feed of the pair, 1 for the second.
    function valueOf(FeedSlot slot, uint256 second) internal pure returns (int128) {
        return int128(int256(FeedSlot.unwrap(slot) << (HALF_BITS * second)) >> 203);
    }

    function confidencePpbOf(FeedSlot slot, uint256 second) internal pure returns (uint32) {
        return uint32((FeedSlot.unwrap(slot) << (HALF_BITS * second)) >> 177) & uint32(CONFIDENCE_PPB_MAX);
    }

    function statusOf(FeedSlot slot, uint256 second) internal pure returns (uint8) {
        return second == 0 ? slot.status() : uint8(FeedSlot.unwrap(slot) >> 96) & 3;
    }

    /// @notice One feed's answer as a FeedSlot has it; without history, which pairs do not have.
    function single(FeedSlot slot, uint256 second) internal pure returns (FeedSlot) {
        uint256 shared = FeedSlot.unwrap(slot) & SHARED_MASK;
        uint256 own = (uint256(uint128(valueOf(slot, second))) << 128) | (uint256(confidencePpbOf(slot, second)) << 96);
        return FeedSlot.wrap(own | shared | (uint256(statusOf(slot, second)) << 2));
    }

    /// @notice The value and confidence of an entry that fits, in their place.
    function half(PushEntry entry, uint256 second) internal pure returns (uint256) {
        uint256 value = uint256(int256(entry.value())) & VALUE_MASK;
        return (((value << 26) | entry.confidencePpb()) << 177) >> (HALF_BITS * second);
    }

    /// @notice The slot with new values. The count grows by one, which the caller knows to fit.
    /// @param halves  Both `half`s.
    /// @param stamped See `FeedSlotLibrary.stamp`.
    function withValues(FeedSlot slot, uint256 halves, uint256 stamped) internal pure returns (FeedSlot) {
        uint256 kept = (FeedSlot.unwrap(slot) & FeedSlotLibrary.COUNT_MASK) + FeedSlotLibrary.COUNT_ONE;
        return FeedSlot.wrap(halves | (1 << 96) | stamped | kept);
    }

    /// @notice The same values, with other statuses as of another round.
    function withStatuses(FeedSlot slot, uint8 first, uint8 second, uint64 round, uint8 era)
        internal
        pure
        returns (FeedSlot)
    {
        uint256 kept = FeedSlot.unwrap(slot) & ~(ROUND_MASK | STATUSES_MASK | FeedSlotLibrary.ERA_MASK);
        return FeedSlot.wrap(kept | (uint256(second) << 96) | (uint256(round) << 63) | (uint256(first) << 2) | era);
    }
}
