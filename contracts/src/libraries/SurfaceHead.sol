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
    uint256 internal constant EXPIRY_SEC_MAX = EPOCH_SEC + (2 ** 24 - 1) * 60;
    uint256 internal constant DISPERSION_PPM_MAX = 1e6;

    uint256 private constant EXPIRIES = 8;
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
    /// @param expirySec Whole minutes, after 2024 began and at most EXPIRY_SEC_MAX.
    function inPlace(uint256 i, uint256 expirySec) internal pure returns (uint256) {
        unchecked {
            return (expirySec - EPOCH_SEC) / 60 << (24 * (i % EXPIRIES));
        }
    }

    /// @notice Where the first expiry stands that is not before a time.
    /// @param head In storage: its second word is read only if the first does not decide.
    /// @return i         From 0; meaningless where `expirySec` is zero.
    /// @return expirySec Of that slice, unix seconds; zero where there is none.
    /// @return beforeSec Of the slice before it, unix seconds; zero where there is none.
    function search(SurfaceHead storage head, uint256 first, uint256 sec)
        internal
        view
        returns (uint256 i, uint256 expirySec, uint256 beforeSec)
    {
        unchecked {
            uint256 word = first & EXPIRIES_MASK;
            uint256 last = word >> 168;
            if (last != 0 && _secOf(last) < sec) {
                beforeSec = _secOf(last);
                word = head.second;
                i = EXPIRIES;
            }
            for (; word != 0; word >>= 24) {
                expirySec = _secOf(word & EXPIRY_MASK);
                if (expirySec >= sec) return (i, expirySec, beforeSec);
                beforeSec = expirySec;
                i++;
            }
            expirySec = 0;
        }
    }

    /// @notice Expiries of all slices, unix seconds.
    function expiries(SurfaceHead memory head) internal pure returns (uint64[] memory list) {
        unchecked {
            list = new uint64[](SLICES_MAX);
            uint256 count = 0;
            for (uint256 word = head.first & EXPIRIES_MASK; word != 0; word >>= 24) {
                list[count++] = uint64(_secOf(word & EXPIRY_MASK));
            }
            for (uint256 word = head.second; word != 0; word >>= 24) {
                list[count++] = uint64(_secOf(word & EXPIRY_MASK));
            }
            // Shorter than it was made: the rest of its memory stays unused.
            assembly ("memory-safe") {
                mstore(list, count)
            }
        }
    }

    function _secOf(uint256 minute) private pure returns (uint256) {
        unchecked {
            return minute * 60 + EPOCH_SEC;
        }
    }
}
