// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";
import {IBlockGapLog} from "../interfaces/IBlockGapLog.sol";

/// @custom:version 0.1.0
contract BlockGapLog is IBlockGapLog {
    /// @inheritdoc IAggregatorV3
    uint8 public constant decimals = 0;

    /// @inheritdoc IAggregatorV3
    string public constant description = "block gaps";

    /// @inheritdoc IAggregatorV3
    uint256 public constant version = 1;

    /// @inheritdoc IBlockGapLog
    uint32 public immutable gapMaxSec;

    /// @dev One slot: 64 + 64 + 80 bits. A chain nobody watched yet counts as one that has just resumed.
    struct Beats {
        uint64 lastSec; // of the last beat, unix seconds
        uint64 resumedAtSec; // of the first beat after the last gap, unix seconds
        uint80 resumptions; // this one included, so at least 1
    }

    Beats private _beats;

    constructor(uint32 gapMaxSec_) {
        if (gapMaxSec_ == 0) revert ZeroGapMax();
        gapMaxSec = gapMaxSec_;
        _beats = Beats(uint64(block.timestamp), uint64(block.timestamp), 1);
        emit ChainResumed(0, uint64(block.timestamp));
    }

    /// @inheritdoc IBlockGapLog
    /// @custom:invariant aGapIsAlwaysSeen
    function beat() external {
        Beats memory beats = _beats;
        uint64 nowSec = uint64(block.timestamp);
        if (nowSec - beats.lastSec > gapMaxSec) {
            emit ChainResumed(beats.lastSec, nowSec);
            beats.resumedAtSec = nowSec;
            beats.resumptions++;
        }
        beats.lastSec = nowSec;
        _beats = beats;
    }

    /// @inheritdoc IAggregatorV3
    function latestRoundData() public view returns (uint80, int256, uint256, uint256, uint80) {
        Beats memory beats = _beats;
        bool down = block.timestamp - beats.lastSec > gapMaxSec;
        uint256 startedAt = down ? beats.lastSec : beats.resumedAtSec;
        return (beats.resumptions, down ? int256(1) : int256(0), startedAt, beats.lastSec, beats.resumptions);
    }

    /// @inheritdoc IAggregatorV3
    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80) {
        uint80 kept = _beats.resumptions;
        if (roundId != kept) revert RoundNotKept(roundId, kept);
        return latestRoundData();
    }
}
