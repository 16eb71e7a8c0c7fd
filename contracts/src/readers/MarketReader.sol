// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IFeedReader} from "../interfaces/IFeedReader.sol";
import {IMarketReader} from "../interfaces/IMarketReader.sol";
import {IVolSurface} from "../interfaces/IVolSurface.sol";

/// @custom:version 0.1.0
contract MarketReader is IMarketReader {
    uint256 private constant FULL = 1e18;
    uint256 private constant WAD_PER_PPB = 1e9;
    uint256 private constant PPB = 1e9;

    /// @inheritdoc IMarketReader
    IFeedReader public immutable spotReader;

    /// @inheritdoc IMarketReader
    IFeedReader public immutable rateReader;

    /// @inheritdoc IMarketReader
    IVolSurface public immutable surface;

    /// @inheritdoc IMarketReader
    uint256 public immutable minConfidence;

    uint8 private immutable SPOT_DECIMALS;
    uint8 private immutable RATE_DECIMALS;

    constructor(IFeedReader spot, IFeedReader rate, IVolSurface surface_, uint256 minConfidence_) {
        if (minConfidence_ > FULL) revert MinConfidenceTooHigh(minConfidence_, FULL);
        spotReader = spot;
        rateReader = rate;
        surface = surface_;
        minConfidence = minConfidence_;
        SPOT_DECIMALS = spot.decimals();
        RATE_DECIMALS = rate.decimals();
    }

    /// @inheritdoc IMarketReader
    function getSpot() external view returns (uint256 spot, uint256 confidence) {
        IFeedReader.Reading memory reading = spotReader.read();
        int256 value = _toWad(reading.value, SPOT_DECIMALS);
        if (value <= 0) revert IFeedReader.NotPositive(reading.value);
        spot = uint256(value);
        confidence = _confident(_less(reading.confidencePpb * WAD_PER_PPB));
    }

    /// @inheritdoc IMarketReader
    function getInterestRate(uint64) external view returns (int256 rate, uint256 confidence) {
        IFeedReader.Reading memory reading = rateReader.read();
        rate = _toWad(reading.value, RATE_DECIMALS);
        uint256 size = uint256(rate < 0 ? -rate : rate);
        confidence = _confident(_less(size * reading.confidencePpb / PPB));
    }

    /// @inheritdoc IMarketReader
    function getForwardPrice(uint64 expiry) external view returns (uint256 forward, uint256 confidence) {
        (forward, confidence) = surface.forwardAt(expiry);
        _confident(confidence);
    }

    /// @inheritdoc IMarketReader
    function getVol(uint128 strike, uint64 expiry) external view returns (uint256 vol, uint256 confidence) {
        (vol, confidence) = surface.impliedVol(strike, expiry);
        _confident(confidence);
    }

    function _confident(uint256 confidence) private view returns (uint256) {
        if (confidence < minConfidence) revert LowConfidence(confidence, minConfidence);
        return confidence;
    }

    function _less(uint256 doubt) private pure returns (uint256) {
        return doubt < FULL ? FULL - doubt : 0;
    }

    /// @dev The hub allows up to 30 decimals; what lies beyond 18 is cut towards zero.
    function _toWad(int256 value, uint8 decimals) private pure returns (int256) {
        return decimals > 18 ? value / int256(10 ** (decimals - 18)) : value * int256(10 ** (18 - decimals));
    }
}
