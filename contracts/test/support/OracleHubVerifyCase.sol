// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IOracleHub} from "../../src/interfaces/IOracleHub.sol";
import {IReportVerifier} from "../../src/interfaces/IReportVerifier.sol";
import {ProofFixture} from "./ProofFixture.sol";

abstract contract OracleHubVerifyCase is ProofFixture {
    uint64 internal constant ROUND = FIRST_ROUND + 20;

    function setUp() public {
        deployHub(2);
    }

    function assertProves(TreeReport memory tree, uint256 mask) internal view {
        (uint64 round, uint64 timeMs, IReportVerifier.ProvenLeaf[] memory leaves) = hub.verify(prove(key, tree, mask));
        assertEq(round, tree.round, "round");
        assertEq(timeMs, tree.timeMs, "reportTimeMs");
        uint256 seen = 0;
        for (uint256 i = 0; i < tree.leaves.length; i++) {
            if ((mask >> i) & 1 == 1) assertLeaf(leaves[seen++], tree.leaves[i]);
        }
        assertEq(leaves.length, seen, "as many as were proven");
    }

    function verifyExpecting(bytes memory revertData, bytes memory proof) internal {
        vm.expectRevert(revertData);
        hub.verify(proof);
    }

    function isRefused(bytes memory proof) internal view returns (bool) {
        (bool accepted,) = address(hub).staticcall(abi.encodeCall(hub.verify, (proof)));
        return !accepted;
    }

    function badSignature(bytes32 digest) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IOracleHub.BadSignature.selector, digest, key.x);
    }

    function allMarked(uint256 count) internal pure returns (bool[] memory marked) {
        marked = new bool[](count);
        for (uint256 i = 0; i < count; i++) {
            marked[i] = true;
        }
    }

    function slice(bytes memory data, uint256 length) internal pure returns (bytes memory cut) {
        cut = new bytes(length);
        for (uint256 i = 0; i < length; i++) {
            cut[i] = data[i];
        }
    }
}
