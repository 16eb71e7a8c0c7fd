// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IAggregatorV3} from "./IAggregatorV3.sol";

/// @title Notices that a chain made no blocks for a while, from the inside, and says so as an uptime feed does.
/// @notice A contract sees no clock but block.timestamp, so the last block's time has to be written down to be compared
///         with. Anybody may write it down, at any time, and nobody can write anything else: a beat in every gap hides
///         no gap, and no beat at all makes the log say *down*, which readers refuse.
///
///         It cannot see a stop on chains that, once back, make the blocks of the stop with the times of the stop (the OP
///         stack derives them that way): there only an uptime feed written from the base chain can. On the others it
///         needs nobody's word.
/// @dev As an uptime feed: answer 0 up, 1 down; startedAt is when that began; the round id counts the resumptions.
interface IBlockGapLog is IAggregatorV3 {
    /// @notice A gap of zero would call every block a resumption.
    error ZeroGapMax();

    /// @notice Only the present round is kept.
    error RoundNotKept(uint80 given, uint80 kept);

    /// @notice Blocks were further apart than allowed.
    /// @param lastBeatSec  Unix seconds of the beat before.
    /// @param resumedAtSec Unix seconds of this beat.
    event ChainResumed(uint64 lastBeatSec, uint64 resumedAtSec);

    /// @notice Writes down that there is a block now.
    /// @custom:invariant aGapIsAlwaysSeen
    function beat() external;

    /// @notice Beats further apart than this are a stop, seconds.
    function gapMaxSec() external view returns (uint32);
}
