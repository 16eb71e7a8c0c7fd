// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @title Feeds that share a storage slot with their neighbour. How they come into being stands in IOracleHub.
/// @dev Two in a slot have one round, time and count, so they are updated together or not at all: a report that speaks of
///      only one of them, or whose numbers do not fit, leaves both as they are and says so in an event. When either has
///      no agreed value, both keep their last one, and the other is shown as missing.
interface IHubPairs {
    /// @notice Paired feeds come by twos.
    error OddPairs(uint256 given);

    /// @notice A paired feed cannot have a history.
    error HistoryOfPair(bytes32 feedId);

    /// @notice The neighbour of a paired feed did not stand in the report beside it, or not as of the same round. Both
    ///         were left out.
    event PairIncomplete(uint16 indexed index, uint64 givenRound);

    /// @notice The values or confidences of a pair do not fit into their slot. Both were left out.
    event PairOverflow(uint16 indexed firstIndex, uint64 givenRound);

    /// @notice How many feeds share a slot with their neighbour; their indices begin at 2^15.
    function pairedFeedCount() external view returns (uint256);

    /// @notice The storage word behind a feed's answer, for contracts that count gas: `FeedSlot` has the layout for
    ///         indices below 2^15 and `PairSlot` for those above. Zero where there is no feed; era 3 where it is frozen,
    ///         which whoever reads the word has to look at.
    function slotAt(uint16 index) external view returns (uint256 slot);
}
