// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";

/// @title Reads an uptime feed in Chainlink's form without ever reverting.
library Uptime {
    /// @notice Whether the chain is up, and since when that is so.
    /// @return readable Whether the feed answered at all, and had a first round.
    /// @return up       Whether it said 0. Anything else is down.
    /// @return sinceSec Unix seconds of the change.
    /// @dev A plain call and a decoding that accepts any word: a high-level call would revert on a feed without code,
    ///      with a short answer or with bits where none should be, and `try` would not catch that.
    function read(address feed) internal view returns (bool readable, bool up, uint256 sinceSec) {
        bytes4 question = IAggregatorV3.latestRoundData.selector;
        int256 answer;
        // (answered, data) = feed.staticcall(question), of which the second and the third word are used. In Solidity the
        // whole answer is copied to fresh memory, which costs 700 gas more.
        assembly ("memory-safe") {
            let words := mload(0x40)
            mstore(words, question)
            let answered := staticcall(gas(), feed, words, 4, words, 96)
            readable := and(answered, gt(returndatasize(), 159))
            answer := mload(add(words, 32))
            sinceSec := mload(add(words, 64))
        }
        if (!readable || sinceSec == 0) return (false, false, 0);
        up = answer == 0;
    }
}
