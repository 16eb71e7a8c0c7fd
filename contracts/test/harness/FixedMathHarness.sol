// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {FixedBlack} from "../../src/libraries/FixedBlack.sol";
import {FixedNormal} from "../../src/libraries/FixedNormal.sol";

/// @dev Many results in one `eth_call`, by the libraries that contracts use; and each one alone, to see it refuse.
contract FixedMathHarness {
    function exp(int256 x) public pure returns (int256) {
        return FixedPointMathLib.expWad(x);
    }

    function ln(int256 x) public pure returns (int256) {
        return FixedPointMathLib.lnWad(x);
    }

    function cdf(int256 z) public pure returns (int256) {
        return FixedNormal.cdf(z);
    }

    function sqrt(uint256 x) public pure returns (uint256) {
        return FixedPointMathLib.sqrtWad(x);
    }

    function call(uint256 forward, uint256 strike, uint256 totalVol) public pure returns (uint256) {
        return FixedBlack.call(forward, strike, totalVol);
    }

    function put(uint256 forward, uint256 strike, uint256 totalVol) public pure returns (uint256) {
        return FixedBlack.put(forward, strike, totalVol);
    }

    function exps(int256[] calldata inputs) external pure returns (int256[] memory results) {
        results = new int256[](inputs.length);
        for (uint256 i = 0; i < inputs.length; i++) {
            results[i] = exp(inputs[i]);
        }
    }

    function lns(int256[] calldata inputs) external pure returns (int256[] memory results) {
        results = new int256[](inputs.length);
        for (uint256 i = 0; i < inputs.length; i++) {
            results[i] = ln(inputs[i]);
        }
    }

    function cdfs(int256[] calldata inputs) external pure returns (int256[] memory results) {
        results = new int256[](inputs.length);
        for (uint256 i = 0; i < inputs.length; i++) {
            results[i] = cdf(inputs[i]);
        }
    }

    function sqrts(uint256[] calldata inputs) external pure returns (uint256[] memory results) {
        results = new uint256[](inputs.length);
        for (uint256 i = 0; i < inputs.length; i++) {
            results[i] = sqrt(inputs[i]);
        }
    }

    /// @param inputs forward, strike and total volatility of each option
    function calls(uint256[3][] calldata inputs) external pure returns (uint256[] memory results) {
        results = new uint256[](inputs.length);
        for (uint256 i = 0; i < inputs.length; i++) {
            results[i] = call(inputs[i][0], inputs[i][1], inputs[i][2]);
        }
    }

    function puts(uint256[3][] calldata inputs) external pure returns (uint256[] memory results) {
        results = new uint256[](inputs.length);
        for (uint256 i = 0; i < inputs.length; i++) {
            results[i] = put(inputs[i][0], inputs[i][1], inputs[i][2]);
        }
    }
}
