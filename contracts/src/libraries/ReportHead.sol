// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @dev The first 32 bytes of a payload, of which 21 are these fields and the rest belongs to the snapshot root:
///
///   bit 255       248 247        216 215     184 183       136 135          88 87      0
///      | version u8  | networkTag 4 | keyTag 4  | round u48   | reportTimeMs  | …      |
///      |             |              |           |             |   u48         |        |
type ReportHead is uint256;

using ReportHeadLibrary for ReportHead global;

library ReportHeadLibrary {
    function version(ReportHead head) internal pure returns (uint8) {
        return uint8(ReportHead.unwrap(head) >> 248);
    }

    /// @notice First four bytes of the network id.
    function networkTag(ReportHead head) internal pure returns (bytes4) {
        return bytes4(uint32(ReportHead.unwrap(head) >> 216));
    }

    /// @notice Last four bytes of the group key's x.
    function keyTag(ReportHead head) internal pure returns (bytes4) {
        return bytes4(uint32(ReportHead.unwrap(head) >> 184));
    }

    function round(ReportHead head) internal pure returns (uint64) {
        return uint48(ReportHead.unwrap(head) >> 136);
    }

    function reportTimeMs(ReportHead head) internal pure returns (uint64) {
        return uint48(ReportHead.unwrap(head) >> 88);
    }

    /// @notice The report time in whole seconds. Fits into 32 bits until the year 2106, which `submit` checks.
    function reportTimeSec(ReportHead head) internal pure returns (uint64) {
        return head.reportTimeMs() / 1000;
    }
}
