// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {IFeedReader} from "../src/interfaces/IFeedReader.sol";
import {IVolSurface} from "../src/interfaces/IVolSurface.sol";

/// @title A surface out of three numbers, where nobody carries a whole one: spot, one at-the-money volatility, one rate.
/// @notice Flat in strike and expiry, so wrong away from the money and from the volatility's own tenor: good enough to trade
///         short-dated options near the money, and to try a market out. The forward is spot grown at the rate.
contract FlatSurface is IVolSurface {
    uint256 private constant WAD = 1e18;
    uint256 private constant WAD_PER_PPB = 1e9;
    int256 private constant YEAR_SEC = 365 days;

    IFeedReader public immutable spotReader;
    IFeedReader public immutable volReader;
    IFeedReader public immutable rateReader;

    uint256 private immutable SPOT_SCALE;
    uint256 private immutable VOL_SCALE;
    int256 private immutable RATE_SCALE;

    /// @notice The expiry lies not ahead.
    error ExpiryPassed(uint64 expirySec, uint256 nowSec);

    /// @notice A reader has more decimals than 18.
    error TooManyDecimals(uint8 given);

    /// @notice A price or a volatility is not above zero, which its reader should not have let pass.
    error NotPositive(int256 given);

    /// @notice A strike has to be above zero.
    error ZeroStrike();

    constructor(IFeedReader spot, IFeedReader vol, IFeedReader rate) {
        spotReader = spot;
        volReader = vol;
        rateReader = rate;
        SPOT_SCALE = _scale(spot.decimals());
        VOL_SCALE = _scale(vol.decimals());
        RATE_SCALE = int256(_scale(rate.decimals()));
    }

    /// @inheritdoc IVolSurface
    function forwardAt(uint64 expirySec) external view returns (uint256 forward, uint256 confidence) {
        if (expirySec <= block.timestamp) revert ExpiryPassed(expirySec, block.timestamp);
        IFeedReader.Reading memory spot = spotReader.read();
        IFeedReader.Reading memory rate = rateReader.read();
        int256 growth = rate.value * RATE_SCALE * int256(expirySec - block.timestamp) / YEAR_SEC;
        forward = _positive(spot.value) * SPOT_SCALE * uint256(FixedPointMathLib.expWad(growth)) / WAD;
        confidence = _confidence(spot.confidencePpb);
    }

    /// @inheritdoc IVolSurface
    function impliedVol(uint256 strike, uint64 expirySec) external view returns (uint256 vol, uint256 confidence) {
        if (strike == 0) revert ZeroStrike();
        if (expirySec <= block.timestamp) revert ExpiryPassed(expirySec, block.timestamp);
        IFeedReader.Reading memory reading = volReader.read();
        vol = _positive(reading.value) * VOL_SCALE;
        confidence = _confidence(reading.confidencePpb);
    }

    function _positive(int256 value) private pure returns (uint256) {
        if (value <= 0) revert NotPositive(value);
        return uint256(value);
    }

    function _confidence(uint256 ppb) private pure returns (uint256) {
        uint256 doubt = ppb * WAD_PER_PPB;
        return doubt < WAD ? WAD - doubt : 0;
    }

    function _scale(uint8 decimals) private pure returns (uint256) {
        if (decimals > 18) revert TooManyDecimals(decimals);
        return 10 ** (18 - decimals);
    }
}
