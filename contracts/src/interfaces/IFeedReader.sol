// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IAggregatorV3} from "./IAggregatorV3.sol";
import {IOracleHub} from "./IOracleHub.sol";

/// @title One feed of the hub behind the interface that consumers know, with the quality gate inside.
/// @notice A bad answer reverts. Whoever wants to see bad answers reads the hub.
interface IFeedReader is IAggregatorV3 {
    // -- Errors

    /// @notice The feed's name does not hash to the id of the feed at this index.
    /// @dev The top byte of an id is its kind's code and not compared.
    error WrongName(string given, bytes32 feedId);

    /// @notice An answer would be too old in the moment of its birth.
    error ZeroMaxAge();

    /// @notice The feed has no answer yet.
    error NoAnswer(uint16 index);

    /// @notice The nodes do not vouch for the feed at present.
    /// @param given  2 missing, 3 disputed.
    /// @param wanted 1 ok.
    error BadAnswerStatus(uint8 given, uint8 wanted);

    /// @notice The answer is too old.
    error StaleAnswer(uint256 ageSec, uint256 maxAgeSec);

    /// @notice Only the current round is kept.
    error RoundNotKept(uint80 given, uint80 kept);

    // -- Reading

    /// @notice The newest answer alone, behind the same gate as `latestRoundData`.
    function latestAnswer() external view returns (int256);

    /// @notice The hub that is read.
    function hub() external view returns (IOracleHub);

    /// @notice The feed's index on the hub.
    function index() external view returns (uint16);

    /// @notice Answers older than this are refused, seconds.
    function maxAgeSec() external view returns (uint32);
}
