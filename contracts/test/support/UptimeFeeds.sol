// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @dev An uptime feed as Chainlink's are, as far as a reader can see: a slot that says who may read, and a slot that holds
///      the state. The test plays the bridge that writes it.
contract UptimeFeed {
    struct State {
        uint80 roundId;
        bool down;
        uint64 startedAt;
        uint64 updatedAt;
    }

    mapping(address reader => bool) private _mayRead;
    bool private _anybodyMay = true;
    State private _state;

    function allow(address reader) external {
        _mayRead[reader] = true;
        _anybodyMay = false;
    }

    function set(bool down, uint256 startedAt) external {
        _state = State(_state.roundId + 1, down, uint64(startedAt), uint64(startedAt));
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        require(_mayRead[msg.sender] || _anybodyMay);
        State memory state = _state;
        return (state.roundId, state.down ? int256(1) : int256(0), state.startedAt, state.updatedAt, state.roundId);
    }
}

/// @dev The proxy before it: a slot that would name who may read, a slot that names the feed, and the call.
contract UptimeProxy {
    address private _accessController;
    UptimeFeed private _phase;

    constructor(UptimeFeed feed) {
        _phase = feed;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        require(_accessController == address(0));
        (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 inRound) = _phase.latestRoundData();
        uint80 phase = uint80(1) << 64;
        return (phase | id, answer, startedAt, updatedAt, phase | inRound);
    }
}

/// @dev Answers whatever bytes it is told to, or reverts.
contract BrokenUptimeFeed {
    bytes private _answer;
    bool private _reverts;

    function set(bytes calldata answer, bool reverts) external {
        (_answer, _reverts) = (answer, reverts);
    }

    fallback() external {
        require(!_reverts);
        bytes memory answer = _answer;
        assembly ("memory-safe") {
            return(add(answer, 32), mload(answer))
        }
    }
}
