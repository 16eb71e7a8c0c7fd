// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IReportVerifier} from "../../src/interfaces/IReportVerifier.sol";
import {ReportProof} from "../../src/libraries/ReportProof.sol";
import {ProofFixture} from "../support/ProofFixture.sol";

contract DirtyMemory {
    function leavesOf(bytes calldata proof) external pure returns (IReportVerifier.ProvenLeaf[] memory leaves) {
        bytes memory others = bytes.concat(proof);
        bytes memory nothing;
        assembly ("memory-safe") {
            let free := mload(0x40)
            for { let i := 0 } lt(i, 0x4000) { i := add(i, 32) } { mstore(add(free, i), not(0)) }
        }
        (leaves,) = ReportProof.leavesOf(proof);
        assert(keccak256(others) == keccak256(proof) && nothing.length == 0);
    }
}

contract ReportProofTest is ProofFixture {
    /// @dev Memory behind the free pointer may hold anything: nothing of a leaf is left as it was there. What is before it is
    ///      somebody else's.
    function test_leavesAreWholeInDirtyMemory() public {
        DirtyMemory harness = new DirtyMemory();
        TreeReport memory tree = makeTree(FIRST_ROUND, 6);
        tree.leaves[2].detailHash = keccak256("detail");
        for (uint256 mask = 1; mask < 64; mask++) {
            IReportVerifier.ProvenLeaf[] memory leaves = harness.leavesOf(prove(key, tree, mask));
            uint256 seen = 0;
            for (uint256 i = 0; i < 6; i++) {
                if ((mask >> i) & 1 == 1) assertLeaf(leaves[seen++], tree.leaves[i]);
            }
            assertEq(leaves.length, seen, "as many");
        }
    }
}

