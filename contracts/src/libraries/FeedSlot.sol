// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @dev Everything that is stored of a feed's newest answer, in one slot:
///
///   bit 255        128 127        96 95      62 61     30 29      4 3      2 1   0
///      | value i128   | confidence  | round    | time    | count   | status | era |
///      |              |  ppb u32    |  u34     |  sec u32|   u26   |   u2   | u2  |
///
///   value   any int128, in the feed's decimals
///   round   2^34 rounds of the shortest slot, 250 ms, last exactly as long as
///   time    2^32 seconds, which end in the year 2106
///   count   2^26 values: 2 years of one every second without a pause, 31 years of one every 15 s
///   status  0 never reported, 1 ok, 2 missing, 3 disputed
///   era     0 no such feed; 1 listed; 2 the stored round is at or above the newest configuration's first round.
///           Era 2 proves that every newer round belongs to the newest key without reading that key's first round,
///           so that a submit reads one slot for the key. `rotate` takes every feed back to era 1.
///
///   Fields that do not fit are refused by the caller, never cut: see the errors of IOracleHub.
type FeedSlot is uint256;

using FeedSlotLibrary for FeedSlot global;

library FeedSlotLibrary {
    uint64 internal constant ROUND_MAX = 2 ** 34 - 1;
    uint32 internal constant TIME_SEC_MAX = type(uint32).max;
    uint32 internal constant COUNT_MAX = 2 ** 26 - 1;

    uint8 internal constant ERA_LISTED = 1;
    uint8 internal constant ERA_NEWEST = 2;

    FeedSlot internal constant LISTED = FeedSlot.wrap(1);

    uint256 private constant ERA_MASK = 3;
    /// @dev value, confidence, time and count.
    uint256 private constant KEPT_MASK = ~((uint256(ROUND_MAX) << 62) | (3 << 2) | ERA_MASK);

    function value(FeedSlot slot) internal pure returns (int128) {
        return int128(int256(FeedSlot.unwrap(slot)) >> 128);
    }

    function confidencePpb(FeedSlot slot) internal pure returns (uint32) {
        return uint32(FeedSlot.unwrap(slot) >> 96);
    }

    function round(FeedSlot slot) internal pure returns (uint64) {
        return uint64(FeedSlot.unwrap(slot) >> 62) & ROUND_MAX;
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

    /// @notice A slot with a new value, whose status is ok.
    function pack(
        int128 newValue,
        uint32 newConfidencePpb,
        uint64 newRound,
        uint32 newTimeSec,
        uint32 newCount,
        uint8 newEra
    ) internal pure returns (FeedSlot) {
        return FeedSlot.wrap(
            (uint256(uint128(newValue)) << 128) | (uint256(newConfidencePpb) << 96) | (uint256(newRound) << 62)
                | (uint256(newTimeSec) << 30) | (uint256(newCount) << 4) | (1 << 2) | newEra
        );
    }

    /// @notice The same value, with another status as of another round.
    function withStatus(FeedSlot slot, uint8 newStatus, uint64 newRound, uint8 newEra)
        internal
        pure
        returns (FeedSlot)
    {
        return FeedSlot.wrap(
            (FeedSlot.unwrap(slot) & KEPT_MASK) | (uint256(newRound) << 62) | (uint256(newStatus) << 2) | newEra
        );
    }

    /// @notice The same answer, under a configuration that has not proved anything about it.
    function withoutEra(FeedSlot slot) internal pure returns (FeedSlot) {
        return FeedSlot.wrap((FeedSlot.unwrap(slot) & ~ERA_MASK) | ERA_LISTED);
    }
}
