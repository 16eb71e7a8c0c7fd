// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {OracleHub} from "../src/OracleHub.sol";
import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {IOwned} from "../src/interfaces/IOwned.sol";
import {HubFixture} from "./support/HubFixture.sol";

contract OracleHubFeedsTest is HubFixture {
    function setUp() public {
        deployHub(3);
    }

    function addExpecting(bytes memory revertData, IOracleHub.Feed memory feed) private {
        IOracleHub.Feed[] memory feeds = new IOracleHub.Feed[](1);
        feeds[0] = feed;
        vm.expectRevert(revertData);
        hub.addFeeds(feeds);
    }

    function good() private pure returns (IOracleHub.Feed memory) {
        return
            IOracleHub.Feed({feedId: "id", definitionDigest: "digest", decimals: 8, heartbeatSec: 60, history: false});
    }

    function test_feedsKeepTheirPlaceForEver() public {
        hub.addFeeds(makeFeeds(3, 2));
        assertEq(hub.feedCount(), 5, "count");
        IOracleHub.Feed[] memory wanted = makeFeeds(0, 5);
        for (uint16 i = 0; i < 5; i++) {
            assertEq32(keccak256(abi.encode(hub.feedAt(i))), keccak256(abi.encode(wanted[i])), "feed");
            assertEq(hub.indexOf(wanted[i].feedId), i, "index");
        }
    }

    function test_addingAFeedIsTold() public {
        IOracleHub.Feed[] memory feeds = makeFeeds(3, 1);
        vm.expectEmit(true, true, false, true, address(hub));
        emit IOracleHub.FeedAdded(3, feeds[0].feedId, feeds[0].definitionDigest, 8, 3600, false);
        hub.addFeeds(feeds);
    }

    function test_addingFeedsLeavesAnswersAlone() public {
        hub.submit(report(key, FIRST_ROUND, one(entry(1, 42))));
        hub.addFeeds(makeFeeds(3, 1));
        assertEqInt(hub.answerAt(1).value, 42, "kept");
        hub.submit(report(key, FIRST_ROUND + 1, one(entry(3, 43))));
        assertEqInt(hub.answerAt(3).value, 43, "stored");
    }

    function test_duplicatesAreRefused() public {
        IOracleHub.Feed memory feed = makeFeeds(1, 1)[0];
        addExpecting(abi.encodeWithSelector(IOracleHub.DuplicateFeed.selector, feed.feedId, 1), feed);
        IOracleHub.Feed[] memory twins = new IOracleHub.Feed[](2);
        (twins[0], twins[1]) = (good(), good());
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.DuplicateFeed.selector, good().feedId, 3));
        hub.addFeeds(twins);
    }

    function test_feedsThatCannotBeAreRefused() public {
        IOracleHub.Feed memory feed = good();
        feed.feedId = 0;
        addExpecting(abi.encodeWithSelector(IOracleHub.ZeroFeedId.selector, feed.feedId, feed.definitionDigest), feed);
        feed = good();
        feed.definitionDigest = 0;
        addExpecting(abi.encodeWithSelector(IOracleHub.ZeroFeedId.selector, feed.feedId, feed.definitionDigest), feed);
        feed = good();
        feed.decimals = 31;
        addExpecting(abi.encodeWithSelector(IOracleHub.TooManyDecimals.selector, feed.feedId, 31, 30), feed);
        feed = good();
        feed.heartbeatSec = 0;
        addExpecting(abi.encodeWithSelector(IOracleHub.ZeroHeartbeat.selector, feed.feedId), feed);
    }

    function test_thirtyDecimalsAreTaken() public {
        IOracleHub.Feed[] memory feeds = new IOracleHub.Feed[](1);
        feeds[0] = good();
        feeds[0].decimals = 30;
        hub.addFeeds(feeds);
        assertEq(hub.feedAt(3).decimals, 30, "decimals");
    }

    function test_theListHasACap() public {
        hub.addFeeds(makeFeeds(3, 997));
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.TooManyFeeds.selector, 1001, 1000));
        hub.addFeeds(makeFeeds(1000, 1));
    }

    /// @dev The cap is there so that this fits into any block.
    function test_aFullListCanBeRotatedInOneTransaction() public {
        hub.addFeeds(makeFeeds(3, 997));
        hub.submit(report(key, FIRST_ROUND, one(entry(999, 1))));
        hub.rotate(nextConfiguration(otherKey.x, 2, FIRST_ROUND + 1));
        assertAtMost(vm.lastCallGas().gasTotalUsed, 8_000_000, "gas");
    }

    function test_unknownFeedsAreNamed() public {
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.UnknownFeed.selector, 3, 3));
        hub.feedAt(3);
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.UnknownFeed.selector, 3, 3));
        hub.answerAt(3);
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.UnknownFeed.selector, 2 ** 15, 0));
        hub.answerAt(2 ** 15);
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.UnknownFeedId.selector, bytes32("nobody")));
        hub.indexOf("nobody");
    }

    function test_onlyTheOwnerAddsFeeds() public {
        vm.expectRevert(abi.encodeWithSelector(IOwned.NotOwner.selector, address(0xBEEF), address(this)));
        vm.prank(address(0xBEEF));
        hub.addFeeds(makeFeeds(3, 1));
    }

    function test_aHubNeedsANetwork() public {
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.ZeroNetworkId.selector));
        new OracleHub(0, address(this));
    }
}
