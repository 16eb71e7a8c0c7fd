// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @dev One entry of a report's push payload, as it stands there, in the low 184 bits of a word:
///
///   bit 183       168 167        160 159          32 31           0
///      | index u16   | status u8    | value i128    | confidence  |
///      |             |              |               |   ppb u32   |
type PushEntry is uint256;

using PushEntryLibrary for PushEntry global;

library PushEntryLibrary {
    function pack(uint256 newIndex, uint8 newStatus, int128 newValue, uint32 newConfidencePpb)
        internal
        pure
        returns (PushEntry)
    {
        return PushEntry.wrap(
            (newIndex << 168) | (uint256(newStatus) << 160) | (uint256(uint128(newValue)) << 32) | newConfidencePpb
        );
    }

    function index(PushEntry entry) internal pure returns (uint16) {
        return uint16(PushEntry.unwrap(entry) >> 168);
    }

    function status(PushEntry entry) internal pure returns (uint8) {
        return uint8(PushEntry.unwrap(entry) >> 160);
    }

    function value(PushEntry entry) internal pure returns (int128) {
        return int128(uint128(PushEntry.unwrap(entry) >> 32));
    }

    function confidencePpb(PushEntry entry) internal pure returns (uint32) {
        return uint32(PushEntry.unwrap(entry));
    }
}
