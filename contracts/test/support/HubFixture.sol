// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {OracleHub} from "../../src/OracleHub.sol";
import {IOracleHub} from "../../src/interfaces/IOracleHub.sol";
import {ReportCodec} from "../../src/libraries/ReportCodec.sol";
import {SchnorrSigner} from "./SchnorrSigner.sol";
import {Test} from "./Test.sol";

/// @dev One entry of a report, in the clear.
struct Entry {
    uint16 index;
    uint8 status;
    int128 value;
    uint32 confidencePpb;
}

/// @dev A hub with feeds and a key whose secret the test holds, and the words to write reports for it.
abstract contract HubFixture is Test {
    bytes32 internal constant NETWORK = keccak256("tenor test network");
    uint64 internal constant FIRST_ROUND = 100;
    uint64 internal constant T0_MS = 1_767_225_600_000; // 2026-01-01
    uint32 internal constant SLOT_MS = 1000;

    OracleHub internal hub;
    SchnorrSigner.Key internal key;
    SchnorrSigner.Key internal otherKey;

    function deployHub(uint256 feeds) internal {
        vm.warp(T0_MS / 1000 + 1_000_000);
        key = SchnorrSigner.keyFrom(uint256(keccak256("group key")));
        otherKey = SchnorrSigner.keyFrom(uint256(keccak256("other key")));
        hub = new OracleHub(NETWORK, address(this));
        hub.addFeeds(makeFeeds(0, feeds));
        hub.configure(firstConfiguration());
    }

    function makeFeeds(uint256 from, uint256 count) internal pure returns (IOracleHub.Feed[] memory feeds) {
        feeds = new IOracleHub.Feed[](count);
        for (uint256 i = 0; i < count; i++) {
            feeds[i] = IOracleHub.Feed({
                feedId: keccak256(abi.encode("feed", from + i)),
                definitionDigest: keccak256(abi.encode("definition", from + i)),
                decimals: 8,
                heartbeatSec: 3600,
                history: false
            });
        }
    }

    /// @dev As `makeFeeds`, with histories.
    function makeFeedsWithHistory(uint256 from, uint256 count) internal pure returns (IOracleHub.Feed[] memory feeds) {
        feeds = makeFeeds(from, count);
        for (uint256 i = 0; i < count; i++) {
            feeds[i].history = true;
        }
    }

    function firstConfiguration() internal view returns (IOracleHub.Configuration memory) {
        return IOracleHub.Configuration({
            cfg: keccak256("cfg 1"),
            groupKeyX: key.x,
            configCount: 1,
            firstRound: FIRST_ROUND,
            firstRoundTimeMs: T0_MS,
            slotMs: SLOT_MS
        });
    }

    /// @dev The configuration that continues the first one's clock at `firstRound`.
    function nextConfiguration(uint256 groupKeyX, uint64 configCount, uint64 firstRound)
        internal
        pure
        returns (IOracleHub.Configuration memory)
    {
        return IOracleHub.Configuration({
            cfg: keccak256(abi.encode("cfg", configCount, groupKeyX)),
            groupKeyX: groupKeyX,
            configCount: configCount,
            firstRound: firstRound,
            firstRoundTimeMs: timeOf(firstRound),
            slotMs: SLOT_MS
        });
    }

    function timeOf(uint64 round) internal pure returns (uint64) {
        return T0_MS + (round - FIRST_ROUND) * SLOT_MS;
    }

    function timeSecOf(uint64 round) internal pure returns (uint32) {
        return uint32(timeOf(round) / 1000);
    }

    function entry(uint16 index, int128 value) internal pure returns (Entry memory) {
        return Entry({index: index, status: 1, value: value, confidencePpb: 250_000});
    }

    function one(Entry memory only) internal pure returns (Entry[] memory list) {
        list = new Entry[](1);
        list[0] = only;
    }

    function two(Entry memory first, Entry memory second) internal pure returns (Entry[] memory list) {
        list = new Entry[](2);
        list[0] = first;
        list[1] = second;
    }

    /// @dev Both entries of a pair.
    function pair(uint16 first, int128 value, int128 other) internal pure returns (Entry[] memory) {
        return two(entry(first, value), entry(first + 1, other));
    }

    function join(Entry memory first, Entry[] memory rest) internal pure returns (Entry[] memory list) {
        list = new Entry[](1 + rest.length);
        list[0] = first;
        for (uint256 i = 0; i < rest.length; i++) {
            list[1 + i] = rest[i];
        }
    }

    function indicesOf(uint16 only) internal pure returns (uint16[] memory indices) {
        indices = new uint16[](1);
        indices[0] = only;
    }

    function encodeEntries(Entry[] memory entries) internal pure returns (bytes memory packed) {
        for (uint256 i = 0; i < entries.length; i++) {
            Entry memory e = entries[i];
            packed = bytes.concat(packed, abi.encodePacked(e.index, e.status, e.value, e.confidencePpb));
        }
    }

    /// @dev A payload for this hub, signed by `signer`, at the round's own time.
    function report(SchnorrSigner.Key memory signer, uint64 round, Entry[] memory entries)
        internal
        pure
        returns (bytes memory)
    {
        return reportAt(signer, NETWORK, round, timeOf(round), entries);
    }

    function reportAt(
        SchnorrSigner.Key memory signer,
        bytes32 network,
        uint64 round,
        uint64 timeMs,
        Entry[] memory entries
    ) internal pure returns (bytes memory) {
        bytes memory packed = encodeEntries(entries);
        bytes32 root = keccak256(abi.encode("root", round));
        bytes32 digest = ReportCodec.digest(network, round, timeMs, ReportCodec.pushDigest(packed), root);
        SchnorrSigner.Signature memory signature = SchnorrSigner.sign(signer, digest);
        bytes memory head = abi.encodePacked(
            ReportCodec.VERSION, bytes4(network), uint32(signer.x), uint48(round), uint48(timeMs), root
        );
        return bytes.concat(head, abi.encodePacked(signature.rAddress, signature.z), packed);
    }

    function digestOf(bytes32 network, uint64 round, Entry[] memory entries) internal pure returns (bytes32) {
        bytes32 pushed = ReportCodec.pushDigest(encodeEntries(entries));
        return ReportCodec.digest(network, round, timeOf(round), pushed, keccak256(abi.encode("root", round)));
    }

    /// @dev Submits, and expects exactly this revert.
    function submitExpecting(bytes memory revertData, bytes memory payload) internal {
        vm.expectRevert(revertData);
        hub.submit(payload);
    }

    function assertAnswer(uint16 index, IOracleHub.Answer memory wanted) internal view {
        IOracleHub.Answer memory given = hub.answerAt(index);
        assertEqInt(given.value, wanted.value, "value");
        assertEq(given.confidencePpb, wanted.confidencePpb, "confidencePpb");
        assertEq(given.round, wanted.round, "round");
        assertEq(given.timeSec, wanted.timeSec, "timeSec");
        assertEq(given.count, wanted.count, "count");
        assertEq(given.status, wanted.status, "status");
    }
}
