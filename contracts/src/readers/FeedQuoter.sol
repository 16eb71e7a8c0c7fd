// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {IFeedReader} from "../interfaces/IFeedReader.sol";
import {IQuoter} from "../interfaces/IQuoter.sol";

/// @dev The one thing asked of a token.
interface IHasDecimals {
    function decimals() external view returns (uint8);
}

/// @title ERC-7726 quotes of one pair, both ways, from one feed and behind its gate
/// @custom:version 0.1.0
contract FeedQuoter is IQuoter {
    address private constant NATIVE_COIN = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;
    uint160 private constant ISO_CURRENCIES = 1000;
    uint8 private constant DECIMALS_MAX = 30;

    /// @notice Whose gate decides. Its way with bad answers does not matter here.
    IFeedReader public immutable reader;

    /// @notice What the feed prices.
    address public immutable base;

    /// @notice What it is priced in.
    address public immutable quote;

    /// @dev value · amount of base · FROM_BASE / INTO_QUOTE is the amount of quote; one of the two is 1.
    uint256 private immutable FROM_BASE;
    uint256 private immutable INTO_QUOTE;

    /// @notice A token says that it has more decimals than this arithmetic holds.
    error TooManyDecimals(address asset, uint8 given, uint8 max);

    constructor(IFeedReader reader_, address base_, address quote_) {
        if (base_ == quote_) revert OracleUnsupportedPair(base_, quote_);
        uint256 down = uint256(reader_.decimals()) + _decimalsOf(base_);
        uint256 up = _decimalsOf(quote_);
        FROM_BASE = up > down ? 10 ** (up - down) : 1;
        INTO_QUOTE = down > up ? 10 ** (down - up) : 1;
        reader = reader_;
        base = base_;
        quote = quote_;
    }

    function _decimalsOf(address asset) private view returns (uint8 decimals) {
        if (uint160(asset) < ISO_CURRENCIES || asset == NATIVE_COIN) return 18;
        decimals = IHasDecimals(asset).decimals();
        if (decimals > DECIMALS_MAX) revert TooManyDecimals(asset, decimals, DECIMALS_MAX);
    }

    /// @inheritdoc IQuoter
    function getQuote(uint256 amount, address from, address to) external view returns (uint256) {
        IFeedReader.Reading memory reading = reader.tryRead();
        bool forwards = from == base && to == quote;
        if (!forwards && (from != quote || to != base)) revert OracleUnsupportedPair(from, to);
        if (reading.quality != IFeedReader.Quality.Good || reading.value <= 0) revert OracleUntrustedData(from, to);

        uint256 value = uint256(reading.value) * FROM_BASE;
        return forwards
            ? FixedPointMathLib.fullMulDiv(amount, value, INTO_QUOTE)
            : FixedPointMathLib.fullMulDiv(amount, INTO_QUOTE, value);
    }
}
