// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {OracleHub} from "../src/OracleHub.sol";
import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {IReportVerifier} from "../src/interfaces/IReportVerifier.sol";
import {ProofFixture} from "./support/ProofFixture.sol";
import {Vectors} from "./support/Vectors.sol";

/// @dev The hub reads the proofs that TypeScript wrote.
contract OracleHubProofVectorsTest is ProofFixture, Vectors {
    function hubFor(ProofVector memory v) private returns (OracleHub made) {
        made = new OracleHub(v.networkId, address(this));
        made.configure(
            IOracleHub.Configuration({
                cfg: "cfg",
                groupKeyX: uint256(v.groupKeyX),
                configCount: 1,
                firstRound: 1,
                firstRoundTimeMs: 0,
                slotMs: 1000
            })
        );
    }

    function test_proofsOfTypeScriptAreTrue() public {
        ProofVector[] memory vectors = readProofVectors();
        hub = hubFor(vectors[0]);
        uint256 several = 0;
        uint256 detailed = 0;
        for (uint256 i = 0; i < vectors.length; i++) {
            ProofVector memory v = vectors[i];
            vm.warp(v.reportTimeMs / 1000 + 1);
            (uint64 round, uint64 timeMs, IReportVerifier.ProvenLeaf[] memory leaves) = hub.verify(v.proof);
            assertEq(round, v.round, v.name);
            assertEq(timeMs, v.reportTimeMs, v.name);
            assertEq(leaves.length, v.leafBytes.length, v.name);
            for (uint256 j = 0; j < leaves.length; j++) {
                assertEq32(keccak256(leafBytes(leaves[j])), keccak256(v.leafBytes[j]), v.name);
                if (leaves[j].detailHash != 0) detailed++;
            }
            if (leaves.length > 1) several++;
        }
        assertTrue(several > 5, "proofs of several leaves");
        assertTrue(detailed > 3, "leaves with details");
    }
}
