// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {PushEntry} from "../../src/libraries/PushEntry.sol";
import {ReportCodec} from "../../src/libraries/ReportCodec.sol";
import {ReportHead} from "../../src/libraries/ReportHead.sol";
import {Entry} from "./HubFixture.sol";

/// @dev The codec reads calldata, so tests reach it through a call.
contract CodecHarness {
    struct Decoded {
        bytes4 networkTag;
        bytes4 keyTag;
        uint64 round;
        uint64 reportTimeMs;
        bytes32 snapshotRoot;
        address rAddress;
        uint256 z;
        bytes entries;
    }

    function decode(bytes calldata payload) external pure returns (Decoded memory decoded) {
        (ReportHead head, bytes calldata entries) = ReportCodec.decodePayload(payload);
        decoded.networkTag = head.networkTag();
        decoded.keyTag = head.keyTag();
        decoded.round = head.round();
        decoded.reportTimeMs = head.reportTimeMs();
        decoded.snapshotRoot = ReportCodec.rootOf(payload);
        (decoded.rAddress, decoded.z) = ReportCodec.signatureOf(payload);
        decoded.entries = entries;
    }

    function entryAt(bytes calldata entries, uint256 i) external pure returns (Entry memory) {
        PushEntry entry = ReportCodec.entryAt(entries, i);
        return Entry(entry.index(), entry.status(), entry.value(), entry.confidencePpb());
    }
}
