// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @dev Everything that is stored of a feed's newest answer, in one slot:
///
///   bit 255        128 127        96 95      63   62    61     30 29      4 3      2 1   0
///      | value i128   | confidence  | round    | hist- | time    | count   | status | era |
///      |              |  ppb u32    |  u33     | ory   |  sec u32|   u26   |   u2   | u2  |
///
///   value   any int128, in the feed's decimals
///   round   2^33 rounds of the shortest slot, 250 ms, last 68 years
///   history whether the feed's values are kept in a ring: see HubHistory
///   time    2^32 seconds, which end in the year 2106
///   count   2^26 values: 2 years of one every second without a pause, 31 years of one every 15 s
///   status  0 never reported, 1 ok, 2 missing, 3 disputed
///   era     0 no such feed; 1 listed; 2 the stored round is at or above the newest configuration's first round;
///           3 frozen. Era 2 proves that every newer round belongs to the newest key without reading that key's first
///           round, so that a submit reads one slot for the key. `rotate` takes every feed back to era 1.
///
///   The top 160 bits are a push entry's, in its order. A pair's slot (PairSlot) shares the fields from round on.
///   Fields that do not fit are refused by the caller, never cut: see the errors of IOracleHub.
type FeedSlot is uint256;

using FeedSlotLibrary for FeedSlot global;

library FeedSlotLibrary {
    uint64 internal constant ROUND_MAX = 2 ** 33 - 1;
    uint32 internal constant TIME_SEC_MAX = type(uint32).max;
    uint32 internal constant COUNT_MAX = 2 ** 26 - 1;

    uint8 internal constant ERA_LISTED = 1;
    uint8 internal constant ERA_NEWEST = 2;
    uint8 internal constant ERA_FROZEN = 3;

    FeedSlot internal constant LISTED = FeedSlot.wrap(1);
    FeedSlot internal constant LISTED_WITH_HISTORY = FeedSlot.wrap((1 << 62) | 1);

    uint256 internal constant ERA_MASK = 3;
    uint256 internal constant STATUS_MASK = 3 << 2;
    uint256 internal constant COUNT_ONE = 1 << 4;
    uint256 internal constant COUNT_MASK = uint256(COUNT_MAX) << 4;
    uint256 internal constant HISTORY = 1 << 62;
    uint256 private constant ROUND_MASK = uint256(ROUND_MAX) << 63;

    function value(FeedSlot slot) internal pure returns (int128) {
        return int128(int256(FeedSlot.unwrap(slot)) >> 128);
    }

    function confidencePpb(FeedSlot slot) internal pure returns (uint32) {
        return uint32(FeedSlot.unwrap(slot) >> 96);
    }

    function round(FeedSlot slot) internal pure returns (uint64) {
        return uint64(FeedSlot.unwrap(slot) >> 63) & ROUND_MAX;
    }

    function hasHistory(FeedSlot slot) internal pure returns (bool) {
        return FeedSlot.unwrap(slot) & HISTORY != 0;
    }

    function timeSec(FeedSlot slot) internal pure returns (uint32) {
        return uint32(FeedSlot.unwrap(slot) >> 30);
    }

    function count(FeedSlot slot) internal pure returns (uint32) {
        return uint32(FeedSlot.unwrap(slot) >> 4) & COUNT_MAX;
    }

    function status(FeedSlot slot) internal pure returns (uint8) {
        return uint8(FeedSlot.unwrap(slot) >> 2) & 3;
    }

    function era(FeedSlot slot) internal pure returns (uint8) {
        return uint8(FeedSlot.unwrap(slot) & ERA_MASK);
    }

    /// @notice The fields from round on that a report gives to every value it brings, in their places. Status is ok.
    function stamp(uint256 newRound, uint256 newTimeSec, uint256 newEra) internal pure returns (uint256) {
        return (newRound << 63) | (newTimeSec << 30) | (1 << 2) | newEra;
    }

    /// @notice The slot with a new value. Its count grows by one, which the caller knows to fit.
    function withValue(FeedSlot slot, int128 newValue, uint32 newConfidencePpb, uint256 stamped)
        internal
        pure
        returns (FeedSlot)
    {
        uint256 kept = (FeedSlot.unwrap(slot) & (COUNT_MASK | HISTORY)) + COUNT_ONE;
        return FeedSlot.wrap((uint256(uint128(newValue)) << 128) | (uint256(newConfidencePpb) << 96) | stamped | kept);
    }

    /// @notice The same value, with another status as of another round.
    function withStatus(FeedSlot slot, uint8 newStatus, uint64 newRound, uint8 newEra)
        internal
        pure
        returns (FeedSlot)
    {
        uint256 kept = FeedSlot.unwrap(slot) & ~(ROUND_MASK | STATUS_MASK | ERA_MASK);
        return FeedSlot.wrap(kept | (uint256(newRound) << 63) | (uint256(newStatus) << 2) | newEra);
    }

    /// @notice The same answer in another era.
    function withEra(FeedSlot slot, uint8 newEra) internal pure returns (FeedSlot) {
        return FeedSlot.wrap((FeedSlot.unwrap(slot) & ~ERA_MASK) | newEra);
    }

    /// @notice The same answer, under a configuration that has not proved anything about it.
    function afterRotation(FeedSlot slot) internal pure returns (FeedSlot) {
        return slot.era() == ERA_FROZEN ? slot : slot.withEra(ERA_LISTED);
    }
}
