// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IOracleHub} from "../../src/interfaces/IOracleHub.sol";

interface IReaderLike {
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80);
}

/// @dev Takes whatever the hub holds.
contract CarelessConsumer {
    IOracleHub private immutable _hub;

    constructor(IOracleHub hub) {
        _hub = hub;
    }

    function price() external view returns (int256) {
        return _hub.answerAt(0).value;
    }

    function priceOf(uint16 index) external view returns (int256) {
        return _hub.answerAt(index).value;
    }

    function decimals() external pure returns (uint8) {
        return 8;
    }
}

/// @dev Leaves status and age to a reader, and sign and certainty to nobody but itself where the reader does not judge them.
contract CarefulConsumer {
    IReaderLike private immutable _reader;

    error NotPositive(int256 given);

    constructor(IReaderLike reader) {
        _reader = reader;
    }

    function price() external view returns (int256 answer) {
        (, answer,,,) = _reader.latestRoundData();
        if (answer <= 0) revert NotPositive(answer);
    }
}
