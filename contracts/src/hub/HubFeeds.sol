// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IOracleHub} from "../interfaces/IOracleHub.sol";
import {FeedSlot, FeedSlotLibrary} from "../libraries/FeedSlot.sol";
import {HubStorage} from "./HubStorage.sol";

/// @dev The list of feeds, and what is read of them.
abstract contract HubFeeds is HubStorage {
    /// @dev `rotate` touches every feed for about 5 000 gas: a thousand feeds stay far below a block's limit.
    uint256 private constant FEEDS_MAX = 1000;
    uint8 private constant DECIMALS_MAX = 30;

    // -- For everybody

    /// @inheritdoc IOracleHub
    function answerAt(uint16 index) public view returns (Answer memory) {
        FeedSlot slot = _slots[index];
        if (slot.era() == 0) revert UnknownFeed(index, _feeds.length);
        return Answer({
            value: slot.value(),
            confidencePpb: slot.confidencePpb(),
            round: slot.round(),
            timeSec: slot.timeSec(),
            count: slot.count(),
            status: slot.status()
        });
    }

    /// @inheritdoc IOracleHub
    function answers(uint16[] calldata indices) external view returns (Answer[] memory found) {
        found = new Answer[](indices.length);
        for (uint256 i = 0; i < indices.length; i++) {
            found[i] = answerAt(indices[i]);
        }
    }

    /// @inheritdoc IOracleHub
    function feedCount() external view returns (uint256) {
        return _feeds.length;
    }

    /// @inheritdoc IOracleHub
    function feedAt(uint16 index) external view returns (Feed memory) {
        if (index >= _feeds.length) revert UnknownFeed(index, _feeds.length);
        return _feeds[index];
    }

    /// @inheritdoc IOracleHub
    function indexOf(bytes32 feedId) external view returns (uint16) {
        uint256 position = _position[feedId];
        if (position == 0) revert UnknownFeedId(feedId);
        return uint16(position - 1);
    }

    // -- For the owner

    /// @inheritdoc IOracleHub
    function addFeeds(Feed[] calldata added) external onlyOwner {
        uint256 index = _feeds.length;
        if (index + added.length > FEEDS_MAX) revert TooManyFeeds(index + added.length, FEEDS_MAX);
        for (uint256 i = 0; i < added.length; i++) {
            Feed calldata feed = added[i];
            if (feed.feedId == 0 || feed.definitionDigest == 0) revert ZeroFeedId(feed.feedId, feed.definitionDigest);
            if (feed.decimals > DECIMALS_MAX) revert TooManyDecimals(feed.feedId, feed.decimals, DECIMALS_MAX);
            if (feed.heartbeatSec == 0) revert ZeroHeartbeat(feed.feedId);
            uint256 position = _position[feed.feedId];
            if (position != 0) revert DuplicateFeed(feed.feedId, uint16(position - 1));

            _feeds.push(feed);
            _slots[index] = FeedSlotLibrary.LISTED;
            emit FeedAdded(uint16(index), feed.feedId, feed.definitionDigest, feed.decimals, feed.heartbeatSec);
            _position[feed.feedId] = ++index;
        }
    }
}
