// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IOracleHub} from "./IOracleHub.sol";

/// @title The part of the hub that keeps older answers.
interface IAnswerHistory {
    function historyAt(uint16 index, uint32 count) external view returns (IOracleHub.Answer memory);
}
