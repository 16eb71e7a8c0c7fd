// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @title The older interface of price feeds, which contracts from before 2020 and many since still call.
/// @dev Where the original answers 0 for a round it does not know, this one reverts: a 0 would be taken for a price.
interface IAggregatorV2 {
    /// @notice The newest answer, in the feed's decimals.
    function latestAnswer() external view returns (int256);

    /// @notice When the newest answer was signed, unix seconds, never above block.timestamp. Not judged: it is the age.
    function latestTimestamp() external view returns (uint256);

    /// @notice Id of the newest round. Not judged: whoever walks back through the rounds begins here.
    function latestRound() external view returns (uint256);

    /// @notice The answer of a round, in the feed's decimals.
    function getAnswer(uint256 roundId) external view returns (int256);

    /// @notice When the answer of a round was signed, unix seconds, never above block.timestamp.
    function getTimestamp(uint256 roundId) external view returns (uint256);
}
