// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IAggregatorV3} from "../../src/interfaces/IAggregatorV3.sol";

/// @dev Consumers as they stand on chains today, written against Chainlink's interface by people who never heard of this
///      network. They hold an aggregator's address and nothing else.

/// @dev An options protocol's pricer, after Opyn's: anybody shows it the first round after the expiry, and it looks at
///      the round before, to see that there was none in between.
contract ExpiryPricer {
    error NotAfterExpiry(uint256 updatedAt);
    error NotTheFirst(uint256 previousAt);

    IAggregatorV3 private immutable AGGREGATOR;
    mapping(uint256 expirySec => uint256) public expiryPrice;

    constructor(IAggregatorV3 aggregator) {
        AGGREGATOR = aggregator;
    }

    function getPrice() external view returns (uint256) {
        (, int256 answer,,,) = AGGREGATOR.latestRoundData();
        require(answer > 0, "price is lower than 0");
        return uint256(answer);
    }

    function setExpiryPrice(uint256 expirySec, uint80 roundId) external {
        (, int256 price,, uint256 updatedAt,) = AGGREGATOR.getRoundData(roundId);
        if (updatedAt < expirySec) revert NotAfterExpiry(updatedAt);
        (,,, uint256 previousAt,) = AGGREGATOR.getRoundData(roundId - 1);
        if (previousAt >= expirySec) revert NotTheFirst(previousAt);
        expiryPrice[expirySec] = uint256(price);
    }
}

/// @dev The same by itself: walks back from the newest round to the first one at or after the expiry.
contract WalkingPricer {
    IAggregatorV3 private immutable AGGREGATOR;

    constructor(IAggregatorV3 aggregator) {
        AGGREGATOR = aggregator;
    }

    function priceAt(uint256 expirySec, uint80 from) external view returns (uint256 price, uint80 roundId) {
        for (roundId = from;; roundId--) {
            (, int256 answer,, uint256 updatedAt, uint80 answeredInRound) = AGGREGATOR.getRoundData(roundId);
            require(answeredInRound == roundId, "round is not complete");
            if (updatedAt < expirySec) return (price, roundId + 1);
            price = uint256(answer);
        }
    }
}

/// @dev A lending market's oracle, after Aave's: `latestAnswer`, and a fallback when it is not above zero. A revert in the
///      first stops every borrow and liquidation that needs this asset.
contract LendingOracle {
    ILatestAnswer private immutable SOURCE;
    uint256 public fallbackPrice;

    constructor(address source, uint256 fallbackPrice_) {
        SOURCE = ILatestAnswer(source);
        fallbackPrice = fallbackPrice_;
    }

    function getAssetPrice() external view returns (uint256) {
        int256 price = SOURCE.latestAnswer();
        if (price > 0) return uint256(price);
        return fallbackPrice;
    }
}

/// @dev What that market knows of its source.
interface ILatestAnswer {
    function latestAnswer() external view returns (int256);
}

/// @dev A market that subtracts, and so would stop whenever an answer were from ahead of its block.
contract SubtractingConsumer {
    error TooOld(uint256 ageSec);

    IAggregatorV3 private immutable AGGREGATOR;
    uint256 private immutable MAX_AGE_SEC;

    constructor(IAggregatorV3 aggregator, uint256 maxAgeSec) {
        AGGREGATOR = aggregator;
        MAX_AGE_SEC = maxAgeSec;
    }

    function price() external view returns (uint256) {
        (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound) =
            AGGREGATOR.latestRoundData();
        require(answer > 0 && startedAt != 0 && answeredInRound >= roundId, "bad round");
        uint256 ageSec = block.timestamp - updatedAt;
        if (ageSec > MAX_AGE_SEC) revert TooOld(ageSec);
        return uint256(answer) * 10 ** (18 - AGGREGATOR.decimals());
    }
}
