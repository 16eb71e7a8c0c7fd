// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FeedReader} from "../src/FeedReader.sol";
import {IFeedReader} from "../src/interfaces/IFeedReader.sol";
import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {IOwned} from "../src/interfaces/IOwned.sol";
import {SettlementFixture} from "./support/SettlementFixture.sol";

/// @dev Arguments narrower than a word come in words. Whatever is set beside them is refused, and never cut off: hubs
///      read slots by assembly at places that are made of such arguments.
contract DirtyBitsTest is SettlementFixture {
    FeedReader private reader;

    function setUp() public {
        deploySettlement(3 * F + 1);
        settle(FINAL_ROUND, VALUE);
        IOracleHub.Feed[] memory feeds = makeFeeds(1, 1);
        feeds[0].feedId = (keccak256("spot") << 8 >> 8) | bytes32(uint256(1) << 248);
        hub.addFeeds(feeds);
        hub.submit(report(key, FINAL_ROUND + 1, one(entry(1, 100))));
        IFeedReader.Requirements memory wanted;
        wanted.maxAgeSec = 1 days;
        reader = new FeedReader(hub, 1, "spot", wanted);
    }

    /// @dev With each bit from `width` on set in its word `at` the call is refused, and passes as it is.
    function refuseDirty(address target, bytes memory data, uint256 at, uint256 width) private {
        uint256 offset = 36 + 32 * at;
        uint256 clean;
        assembly ("memory-safe") {
            clean := mload(add(data, offset))
        }
        for (uint256 bit = width; bit < 256; bit++) {
            write(data, offset, clean | 1 << bit);
            (bool isTaken,) = target.call(data);
            assertTrue(!isTaken, "dirty");
        }
        write(data, offset, clean);
        (bool accepted,) = target.call(data);
        assertTrue(accepted, "clean");
    }

    function write(bytes memory data, uint256 offset, uint256 word) private pure {
        assembly ("memory-safe") {
            mstore(add(data, offset), word)
        }
    }

    function test_ofTheHub() public {
        refuseDirty(address(hub), abi.encodeCall(hub.answerAt, (1)), 0, 16);
        refuseDirty(address(hub), abi.encodeCall(hub.slotAt, (1)), 0, 16);
        refuseDirty(address(hub), abi.encodeCall(hub.feedAt, (1)), 0, 16);
        refuseDirty(address(hub), abi.encodeCall(hub.historyAt, (1, 1)), 0, 16);
        refuseDirty(address(hub), abi.encodeCall(hub.historyAt, (1, 1)), 1, 32);
        refuseDirty(address(hub), abi.encodeCall(hub.setGuardian, (address(1))), 0, 160);
        refuseDirty(address(hub), abi.encodeCall(IOwned.transferOwnership, (address(1))), 0, 160);
    }

    function test_ofTheHubsLists() public {
        refuseDirty(address(hub), abi.encodeCall(hub.answers, (indicesOf(1))), 2, 16);
        refuseDirty(address(hub), abi.encodeCall(hub.snapshot, (indicesOf(1))), 2, 16);
        refuseDirty(address(hub), abi.encodeCall(hub.freezeFeeds, (indicesOf(1))), 2, 16);
        // The list's own place and length.
        refuseDirty(address(hub), abi.encodeCall(hub.answers, (indicesOf(1))), 0, 32);
        refuseDirty(address(hub), abi.encodeCall(hub.answers, (indicesOf(1))), 1, 32);
    }

    function test_ofSettlementAndCommittee() public {
        refuseDirty(address(settlement), abi.encodeCall(settlement.settlementOf, (FEED, EXPIRY_SEC)), 1, 64);
        refuseDirty(address(settlement), abi.encodeCall(settlement.statementDigest, (FEED, EXPIRY_SEC, 1)), 1, 64);
        refuseDirty(address(settlement), abi.encodeCall(settlement.statementDigest, (FEED, EXPIRY_SEC, 1)), 2, 128);
        address observer = observers[0].addr;
        refuseDirty(address(committee), abi.encodeCall(committee.isObserver, (observer)), 0, 160);
        refuseDirty(address(committee), abi.encodeCall(committee.isObserverAt, (observer, 1)), 0, 160);
        refuseDirty(address(committee), abi.encodeCall(committee.isObserverAt, (observer, 1)), 1, 64);
    }

    function test_ofAReader() public {
        (uint80 round,,,,) = reader.latestRoundData();
        refuseDirty(address(reader), abi.encodeCall(reader.getRoundData, (round)), 0, 80);
    }
}
