// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {OracleHub} from "../src/OracleHub.sol";
import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {ReportCodec} from "../src/libraries/ReportCodec.sol";
import {TestSigner} from "./TestSigner.sol";

/// @title A whole oracle network for a consumer's tests: one call, one signed report, accepted by a real hub.
/// @notice The hub is the one of production and judges every report as it does there; only the group's secret is public.
///         So a test meets the reverts, ages and rounds that a network would show it. Never deploy it where money is.
contract MockHub {
    bytes32 public constant NETWORK_ID = keccak256("tenor mock network");
    uint64 private constant FIRST_ROUND = 1;
    uint32 private constant SLOT_MS = 1000;

    /// @notice The hub that readers are to be pointed at. This contract owns it.
    OracleHub public immutable hub;

    /// @notice Rounds begin here, one a second.
    uint64 public immutable firstRoundTimeMs;

    /// @notice Round of the last report; 0 before the first.
    uint64 public round;

    /// @param ids       Ids of the feeds, in the order of their indices: keccak256 of the name, top byte the kind's code.
    /// @param decimals  Of all of them.
    /// @param heartbeat Of all of them, seconds.
    constructor(bytes32[] memory ids, uint8 decimals, uint32 heartbeat) {
        hub = new OracleHub(NETWORK_ID, address(this));
        firstRoundTimeMs = uint64(block.timestamp) * 1000;
        IOracleHub.Feed[] memory feeds = new IOracleHub.Feed[](ids.length);
        for (uint256 i = 0; i < ids.length; i++) {
            feeds[i].feedId = ids[i];
            feeds[i].definitionDigest = keccak256(abi.encode("definition", ids[i]));
            feeds[i].decimals = decimals;
            feeds[i].heartbeatSec = heartbeat;
        }
        hub.addFeeds(feeds);
        hub.configure(
            IOracleHub.Configuration({
                cfg: keccak256("mock configuration"),
                groupKeyX: TestSigner.GROUP_KEY_X,
                configCount: 1,
                firstRound: FIRST_ROUND,
                firstRoundTimeMs: firstRoundTimeMs,
                slotMs: SLOT_MS
            })
        );
    }

    /// @notice Publishes a value, signed at the block's time.
    function publish(uint16 index, int128 value) external {
        publishAt(index, value, 0, ReportCodec.STATUS_OK, uint64(block.timestamp) * 1000);
    }

    /// @notice Says that the nodes do not vouch for a feed at present.
    /// @param status 2 missing, 3 disputed.
    function publishStatus(uint16 index, uint8 status) external {
        publishAt(index, 0, 0, status, uint64(block.timestamp) * 1000);
    }

    /// @notice Publishes anything: whatever a real hub refuses reverts here with the hub's own error.
    function publishAt(uint16 index, int128 value, uint32 confidencePpb, uint8 status, uint64 reportTimeMs) public {
        // A round a second, and never the same twice.
        uint64 byTime = FIRST_ROUND + (reportTimeMs - firstRoundTimeMs) / SLOT_MS;
        round = byTime > round ? byTime : round + 1;
        bytes memory entries = abi.encodePacked(index, status, value, confidencePpb);
        bytes32 root = keccak256(abi.encode("snapshot", round));
        bytes32 digest = ReportCodec.digest(NETWORK_ID, round, reportTimeMs, ReportCodec.pushDigest(entries), root);
        (address rAddress, uint256 z) = TestSigner.sign(digest);
        bytes memory head = abi.encodePacked(
            ReportCodec.VERSION,
            bytes4(NETWORK_ID),
            uint32(TestSigner.GROUP_KEY_X),
            uint48(round),
            uint48(reportTimeMs),
            root
        );
        hub.submit(bytes.concat(head, abi.encodePacked(rAddress, z), entries));
    }
}
