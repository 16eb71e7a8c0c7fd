// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {IReportVerifier} from "../src/interfaces/IReportVerifier.sol";
import {PairSlotLibrary} from "../src/libraries/PairSlot.sol";
import {Entry} from "./support/HubFixture.sol";
import {ProofFixture} from "./support/ProofFixture.sol";

/// @dev What a proof brings at the edges of what a hub takes.
contract OracleHubProvenEdgesTest is ProofFixture {
    uint64 private constant PUBLISHED = FIRST_ROUND + 10;
    uint16 private constant P = 2 ** 15;

    function setUp() public {
        deployHub(5);
        hub.addPairs(makeFeeds(5, 2));
    }

    function lateTree() private pure returns (TreeReport memory tree) {
        tree = makeTree(FIRST_ROUND + 40, 7);
        for (uint256 i = 0; i < 7; i++) {
            tree.leaves[i].pubRound = uint48(PUBLISHED);
            tree.leaves[i].pubTimeMs = uint48(timeOf(PUBLISHED));
        }
    }

    function assertStored(uint16 index, IReportVerifier.ProvenLeaf memory leaf, uint32 count) private view {
        assertAnswer(
            index,
            IOracleHub.Answer(
                leaf.pubValue,
                leaf.pubConfidencePpb,
                leaf.pubRound,
                uint32(leaf.pubTimeMs / 1000),
                count,
                leaf.pubStatus
            )
        );
    }

    function test_theExtremesOfAPairFit() public {
        TreeReport memory tree = lateTree();
        IReportVerifier.ProvenLeaf[] memory leaves = tree.leaves;
        (leaves[5].pubValue, leaves[6].pubValue) =
        (int128(PairSlotLibrary.VALUE_MAX), int128(PairSlotLibrary.VALUE_MIN));
        leaves[5].pubConfidencePpb = uint32(PairSlotLibrary.CONFIDENCE_PPB_MAX);
        leaves[6].pubConfidencePpb = uint32(PairSlotLibrary.CONFIDENCE_PPB_MAX);
        hub.submitProven(prove(key, tree, 3 << 5));
        assertStored(P, leaves[5], 1);
        assertStored(P + 1, leaves[6], 1);
    }

    function test_aPairThatIsNotNewerStoresNothing() public {
        TreeReport memory tree = lateTree();
        bytes memory proof = prove(key, tree, 3 << 5);
        hub.submitProven(proof);
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.NothingStored.selector, FIRST_ROUND + 40));
        hub.submitProven(proof);
        assertStored(P, tree.leaves[5], 1);
    }

    function test_aPairThatDoesNotFitStoresNothing() public {
        TreeReport memory tree = lateTree();
        tree.leaves[6].pubValue = int128(PairSlotLibrary.VALUE_MAX) + 1;
        bytes memory proof = prove(key, tree, 3 << 5);
        vm.expectRevert(abi.encodeWithSelector(IOracleHub.NothingStored.selector, FIRST_ROUND + 40));
        hub.submitProven(proof);
    }

    function test_theSameSecondIsNotOlder() public {
        hub.submit(report(key, PUBLISHED - 1, one(entry(1, 5))));
        TreeReport memory tree = lateTree();
        tree.leaves[1].pubTimeMs = uint48(timeOf(PUBLISHED - 1));
        hub.submitProven(prove(key, tree, 2));
        assertStored(1, tree.leaves[1], 2);
    }

    /// @dev A value that a missing feed keeps is stored unless all that is said of it is stored.
    function test_aValueIsKnownByAllThatIsSaidOfIt() public {
        TreeReport memory tree = lateTree();
        IReportVerifier.ProvenLeaf[] memory leaves = tree.leaves;
        Entry[] memory before = new Entry[](4);
        for (uint16 i = 0; i < 4; i++) {
            before[i] = Entry(i, 1, leaves[i].pubValue, leaves[i].pubConfidencePpb);
            (leaves[i].pubStatus, leaves[i].pubTimeMs) = (2, uint48(timeOf(PUBLISHED - 4)));
        }
        hub.submit(report(key, PUBLISHED - 4, before));
        leaves[0].pubValue++;
        leaves[1].pubConfidencePpb++;
        leaves[2].pubTimeMs += 1000;
        hub.submitProven(prove(key, tree, 15));
        for (uint16 i = 0; i < 4; i++) {
            assertStored(i, leaves[i], i < 3 ? 2 : 1);
        }
    }
}
