// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @title What can be wrong with the bytes of a report, before anybody looks at its signature.
/// @dev Errors only: the codec is a library whose functions are compiled into their callers, and a caller inherits
///      this interface so that its ABI explains every revert.
interface IReportCodec {
    /// @notice The payload ends inside its header or inside an entry.
    /// @param given  Length of the payload, bytes.
    /// @param wanted Smallest length above `given` at which a payload may end, bytes.
    error TruncatedPayload(uint256 given, uint256 wanted);

    /// @notice The payload has a header and no entry. A report that pushes nothing has nothing to store.
    error EmptyPush();

    /// @notice The payload speaks another version of the treaty.
    /// @param given  Version in the payload.
    /// @param wanted Version that this contract reads.
    error UnknownVersion(uint8 given, uint8 wanted);

    /// @notice Money came along with the payload, wei. The hub has no use for it.
    error ValueSent(uint256 given);
}
