// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @dev What a surface's slices have in common, in two words. Expiries are whole minutes since 2024, ascending, and zero
///      from the first one on that does not exist. A reader of one of the first eight expiries needs no second word.
///
///   first    bit 251    212 211        192 191                   0
///               | time, ms | dispersion   | expiries 7 … 0, u24 each |
///               |   u40    |   ppm u20    |                          |
///   second   bit                           191                   0
///                                         | expiries 15 … 8          |
///
///   time        when the slices were agreed on, ms since 2024; 2^40 of them end in the year 2058
///   dispersion  of the nodes around the surface, rounded up
struct SurfaceHead {
    uint256 first;
    uint256 second;
}

using SurfaceHeadLibrary for SurfaceHead global;

library SurfaceHeadLibrary {
    uint256 internal constant SLICES_MAX = 16;
    /// @notice 2024-01-01, unix seconds.
    uint256 internal constant EPOCH_SEC = 1_704_067_200;
    uint256 internal constant TIME_MS_MIN = EPOCH_SEC * 1000;
    uint256 internal constant TIME_MS_MAX = TIME_MS_MIN + 2 ** 40 - 1;
    uint256 internal constant MINUTE_MS = 60_000;
    uint256 internal constant EPOCH_MINUTE = EPOCH_SEC / 60;
    uint256 internal constant MINUTE_MAX = 2 ** 24 - 1;
    uint256 internal constant EXPIRY_MS_MAX = (EPOCH_MINUTE + MINUTE_MAX) * MINUTE_MS;
    uint256 internal constant DISPERSION_PPM_MAX = 1e6;

    /// @notice Expiries in a word.
    uint256 internal constant EXPIRIES = 8;
    uint256 private constant EXPIRIES_MASK = 2 ** 192 - 1;
    uint256 private constant EXPIRY_MASK = 2 ** 24 - 1;

    /// @notice The first word without expiries.
    function pack(uint256 newTimeMs, uint256 newDispersionPpm) internal pure returns (uint256) {
        unchecked {
            return ((newTimeMs - TIME_MS_MIN) << 212) | (newDispersionPpm << 192);
        }
    }

    /// @notice Unix ms; the beginning of 2024 where nothing was ever stored.
    function timeMs(uint256 first) internal pure returns (uint256) {
        unchecked {
            return (first >> 212) + TIME_MS_MIN;
        }
    }

    function dispersionPpm(uint256 first) internal pure returns (uint256) {
        return (first >> 192) & (2 ** 20 - 1);
    }

    /// @notice An expiry in its place: in the first word for the first eight, in the second for the rest.
    /// @param minute Since 2024, 1 … MINUTE_MAX.
    function inPlace(uint256 i, uint256 minute) internal pure returns (uint256) {
        unchecked {
            return minute << (24 * (i % EXPIRIES));
        }
    }

    /// @notice Where the first expiry stands that is not before a time.
    /// @param head In storage: its second word is read only if the first does not decide.
    /// @param sec   After 2024 began.
    /// @return i         From 0; meaningless where `expirySec` is zero.
    /// @return expirySec Of that slice, unix seconds; zero where there is none.
    /// @return beforeSec Of the slice before it, unix seconds; zero where there is none.
    function search(SurfaceHead storage head, uint256 first, uint256 sec)
        internal
        view
        returns (uint256 i, uint256 expirySec, uint256 beforeSec)
    {
        unchecked {
            uint256 wanted = (sec - EPOCH_SEC + 59) / 60;
            uint256 word = first & EXPIRIES_MASK;
            uint256 before = 0;
            if (_isBefore(word >> 168, wanted)) {
                before = word >> 168;
                word = head.second;
                i = EXPIRIES;
            }
            // By halves: afterwards all below `bits` are before, and the one there is not, if it exists.
            uint256 bits = 0;
            if (_isBefore((word >> 72) & EXPIRY_MASK, wanted)) bits = 96;
            if (_isBefore((word >> (bits + 24)) & EXPIRY_MASK, wanted)) bits += 48;
            if (_isBefore((word >> bits) & EXPIRY_MASK, wanted)) bits += 24;
            if (bits != 0) before = (word >> (bits - 24)) & EXPIRY_MASK;
            i += bits / 24;
            uint256 minute = (word >> bits) & EXPIRY_MASK;
            // Only the very last of sixteen can still be before.
            if (minute >= wanted) expirySec = minute * 60 + EPOCH_SEC;
            else if (minute != 0) before = minute;
            if (before != 0) beforeSec = before * 60 + EPOCH_SEC;
        }
    }

    /// @dev Whether an expiry exists, is not zero, and is before another: zero less one is behind all.
    function _isBefore(uint256 minute, uint256 wanted) private pure returns (bool) {
        unchecked {
            return minute - 1 < wanted - 1;
        }
    }

    /// @notice Expiries of all slices, unix seconds.
    function expiries(SurfaceHead memory head) internal pure returns (uint64[] memory list) {
        unchecked {
            list = new uint64[](SLICES_MAX);
            uint256 count = 0;
            for (uint256 word = head.first & EXPIRIES_MASK; word != 0; word >>= 24) {
                list[count++] = uint64((word & EXPIRY_MASK) * 60 + EPOCH_SEC);
            }
            for (uint256 word = head.second; word != 0; word >>= 24) {
                list[count++] = uint64((word & EXPIRY_MASK) * 60 + EPOCH_SEC);
            }
            // Shorter than it was made: the rest of its memory stays unused.
            assembly ("memory-safe") {
                mstore(list, count)
            }
        }
    }
}
