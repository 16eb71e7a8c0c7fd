// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FeedReader} from "../../src/FeedReader.sol";
import {IFeedReader} from "../../src/interfaces/IFeedReader.sol";
import {IOracleHub} from "../../src/interfaces/IOracleHub.sol";
import {Entry, HubFixture} from "./HubFixture.sol";

/// @dev A hub with feeds that have names, and the words to make readers for them and to publish into them.
abstract contract ReaderFixture is HubFixture {
    string internal constant NAME = "BTC-USD.spot-index";
    uint32 internal constant MAX_AGE_SEC = 120;
    uint16 internal constant INDEX = 1;

    /// @dev A hub with one feed of another kind and, behind it, the one that is read.
    function deployNamedHub() internal {
        deployHub(1);
        addNamedFeed(NAME, 8);
    }

    function addNamedFeed(string memory name, uint8 decimals) internal returns (uint16) {
        return addNamedFeed(name, decimals, false);
    }

    function addNamedFeed(string memory name, uint8 decimals, bool history) internal returns (uint16 index) {
        index = uint16(hub.feedCount());
        IOracleHub.Feed[] memory feeds = makeFeeds(index, 1);
        // The kind's code stands in the top byte.
        feeds[0].feedId = (keccak256(bytes(name)) << 8 >> 8) | (bytes32(uint256(0x01)) << 248);
        (feeds[0].decimals, feeds[0].history) = (decimals, history);
        hub.addFeeds(feeds);
    }

    /// @dev An age and nothing else.
    function plain(IFeedReader.OnBadAnswer onBadAnswer) internal pure returns (IFeedReader.Requirements memory wanted) {
        wanted.maxAgeSec = MAX_AGE_SEC;
        wanted.onBadAnswer = onBadAnswer;
    }

    function deployReader(IFeedReader.Requirements memory wanted) internal returns (FeedReader) {
        return new FeedReader(hub, INDEX, NAME, wanted);
    }

    function publish(uint64 round, uint8 status, int128 value) internal {
        publishInto(INDEX, round, status, value, 0);
    }

    function publishInto(uint16 index, uint64 round, uint8 status, int128 value, uint32 confidencePpb) internal {
        hub.submit(report(key, round, one(Entry(index, status, value, confidencePpb))));
    }

    function freeze(uint16 index) internal {
        uint16[] memory indices = new uint16[](1);
        indices[0] = index;
        hub.freezeFeeds(indices);
    }

    function unfreeze(uint16 index) internal {
        uint16[] memory indices = new uint16[](1);
        indices[0] = index;
        hub.unfreezeFeeds(indices);
    }

    function assertRound(bytes memory given, uint80 id, int256 answer, uint256 updatedAt) internal pure {
        bytes memory wanted = abi.encode(id, answer, updatedAt, updatedAt, id);
        assertEq32(keccak256(given), keccak256(wanted), "round data");
    }

    function latest(FeedReader reader) internal view returns (bytes memory) {
        (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 inRound) = reader.latestRoundData();
        return abi.encode(id, answer, startedAt, updatedAt, inRound);
    }

    function roundData(FeedReader reader, uint80 roundId) internal view returns (bytes memory) {
        (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 inRound) = reader.getRoundData(roundId);
        return abi.encode(id, answer, startedAt, updatedAt, inRound);
    }

    function assertQuality(FeedReader reader, IFeedReader.Quality wanted) internal view {
        assertEq(uint8(reader.tryRead().quality), uint8(wanted), "quality");
    }

    /// @dev All faces behind the gate of a reader that reverts refuse alike.
    function assertRefused(FeedReader reader, bytes memory revertData) internal {
        vm.expectRevert(revertData);
        reader.latestRoundData();
        vm.expectRevert(revertData);
        reader.latestAnswer();
        vm.expectRevert(revertData);
        reader.read();
    }
}
