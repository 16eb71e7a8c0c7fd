// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {OracleHub} from "../src/OracleHub.sol";
import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {Entry, HubFixture} from "./support/HubFixture.sol";
import {Vectors} from "./support/Vectors.sol";

/// @dev What TypeScript encoded and signed, the hub accepts and stores.
contract OracleHubVectorsTest is HubFixture, Vectors {
    function test_payloadsOfTypeScriptAreStored() public {
        Vector[] memory vectors = readVectors();
        uint256 stored = 0;
        for (uint256 i = 0; i < vectors.length; i++) {
            Vector memory v = vectors[i];
            if (v.pushes.length == 0) continue;
            deployFor(v);
            hub.submit(v.payload);
            for (uint256 j = 0; j < v.pushes.length; j++) {
                assertStored(v, toEntry(v.pushes[j]));
                stored++;
            }
        }
        assertTrue(stored > 50, "answers were compared");
    }

    function deployFor(Vector memory v) private {
        vm.warp(v.reportTimeMs / 1000);
        hub = new OracleHub(v.networkId, address(this));
        hub.addFeeds(makeFeeds(0, uint256(v.pushes[v.pushes.length - 1].index) + 1));
        hub.configure(IOracleHub.Configuration("cfg", uint256(v.groupKeyX), 1, v.round, v.reportTimeMs, 1000));
    }

    function assertStored(Vector memory v, Entry memory e) private view {
        bool ok = e.status == 1;
        uint32 timeSec = uint32(v.reportTimeMs / 1000);
        IOracleHub.Answer memory wanted = ok
            ? IOracleHub.Answer(e.value, e.confidencePpb, v.round, timeSec, 1, 1)
            : IOracleHub.Answer(0, 0, v.round, 0, 0, e.status);
        assertAnswer(e.index, wanted);
    }
}
