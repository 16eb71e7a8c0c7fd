// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @title The values a feed had before its newest one. What is read of them stands in IOracleHub.
interface IHubHistory {
    /// @notice The feed keeps no history, so there is nothing to prepare.
    error NoHistory(uint16 index);

    /// @notice More slots of a history were asked for than it has.
    error HistoryTooLong(uint256 given, uint256 max);

    /// @notice The value is no longer kept, or not there yet.
    /// @param given  Count that was asked for.
    /// @param oldest Oldest count that is kept; 0 when the feed has no value.
    /// @param newest The feed's count.
    error ValueNotKept(uint16 index, uint32 given, uint32 oldest, uint32 newest);

    /// @notice Pays for the storage of a history's next values, so that the updates that bring them cost 17 100 gas less
    ///         each. Anybody may; a ring that went round once is paid for.
    /// @param slots How many next values shall have a place that is paid for, 1 .. 512.
    /// @return fresh How many had none.
    function prepareHistory(uint16 index, uint16 slots) external returns (uint256 fresh);
}
