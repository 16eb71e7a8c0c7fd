// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {IVolSurface} from "../../src/interfaces/IVolSurface.sol";

/// @dev A surface that says what the test says, or refuses, as the real one does when it is stale or frozen.
contract SurfaceStub is IVolSurface {
    error Refused();

    uint256 private _forward;
    uint256 private _vol;
    uint256 private _confidence;
    bool private _refuses;

    function set(uint256 forward, uint256 vol, uint256 confidence) external {
        (_forward, _vol, _confidence) = (forward, vol, confidence);
    }

    function setRefusing(bool refuses) external {
        _refuses = refuses;
    }

    function forwardAt(uint64) external view returns (uint256, uint256) {
        if (_refuses) revert Refused();
        return (_forward, _confidence);
    }

    function impliedVol(uint256, uint64) external view returns (uint256, uint256) {
        if (_refuses) revert Refused();
        return (_vol, _confidence);
    }
}

/// @dev A settlement whose states the test walks through, in the order that the real one allows.
contract SettlementStub is ISettlement {
    error NotFinal();

    struct Price {
        State state;
        uint256 price;
    }

    mapping(bytes32 => mapping(uint64 => Price)) private _prices;

    function write(bytes32 feedId, uint64 expirySec, uint256 price) external {
        _prices[feedId][expirySec] = Price(State.Written, price);
    }

    function voidPrice(bytes32 feedId, uint64 expirySec) external {
        delete _prices[feedId][expirySec];
    }

    function finish(bytes32 feedId, uint64 expirySec) external {
        _prices[feedId][expirySec].state = State.Final;
    }

    function settlementOf(bytes32 feedId, uint64 expirySec) external view returns (State, uint256, uint64) {
        Price memory p = _prices[feedId][expirySec];
        return (p.state, p.price, 0);
    }

    function finalPrice(bytes32 feedId, uint64 expirySec) external view returns (uint256) {
        Price memory p = _prices[feedId][expirySec];
        if (p.state != State.Final) revert NotFinal();
        return p.price;
    }
}
