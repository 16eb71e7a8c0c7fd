// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";

/// @title Reads an uptime feed in Chainlink's form without ever reverting.
library Uptime {
    uint256 private constant ROUND_DATA_BYTES = 160;

    /// @notice Whether the chain is up, and since when that is so.
    /// @return readable Whether the feed answered at all, and had a first round.
    /// @return up       Whether it said 0. Anything else is down.
    /// @return sinceSec Unix seconds of the change.
    /// @dev A plain call and a decoding that accepts any word: a high-level call would revert on a feed without code,
    ///      with a short answer or with bits where none should be, and `try` would not catch that.
    function read(address feed) internal view returns (bool readable, bool up, uint256 sinceSec) {
        (bool answered, bytes memory data) = feed.staticcall(abi.encodeCall(IAggregatorV3.latestRoundData, ()));
        if (!answered || data.length < ROUND_DATA_BYTES) return (false, false, 0);
        int256 answer;
        (, answer, sinceSec,,) = abi.decode(data, (uint256, int256, uint256, uint256, uint256));
        return (sinceSec != 0, answer == 0, sinceSec);
    }
}
