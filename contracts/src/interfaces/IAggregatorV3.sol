// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @title The interface that consumers of price feeds already hold in their hands.
/// @dev Declared here again: its original home wants a Node that this project does not require.
interface IAggregatorV3 {
    /// @notice Answers are integer counts of 10^-decimals.
    function decimals() external view returns (uint8);

    /// @notice The feed's name.
    function description() external view returns (string memory);

    /// @notice Version of the reader.
    function version() external view returns (uint256);

    /// @notice One round of the feed.
    /// @param roundId The feed's own dense counter, from 1.
    /// @return id              As asked for.
    /// @return answer          In the feed's decimals.
    /// @return startedAt       As `updatedAt`.
    /// @return updatedAt       Unix seconds, never above block.timestamp.
    /// @return answeredInRound As `id`.
    function getRoundData(uint80 roundId)
        external
        view
        returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);

    /// @notice The newest round, as `getRoundData` describes it.
    function latestRoundData()
        external
        view
        returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}
