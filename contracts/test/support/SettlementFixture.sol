// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {Committee} from "../../src/Committee.sol";
import {FeedRegistry} from "../../src/FeedRegistry.sol";
import {Settlement} from "../../src/Settlement.sol";
import {IExpirySettlement} from "../../src/interfaces/IExpirySettlement.sol";
import {IFeedRegistry} from "../../src/interfaces/IFeedRegistry.sol";
import {IOracleHub} from "../../src/interfaces/IOracleHub.sol";
import {IReportVerifier} from "../../src/interfaces/IReportVerifier.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {ObserverSigner} from "./ObserverSigner.sol";
import {ProofFixture} from "./ProofFixture.sol";
import {SchnorrSigner} from "./SchnorrSigner.sol";

/// @dev A hub, a registry and a committee around a settlement, and the words to sign prices and to contradict them.
abstract contract SettlementFixture is ProofFixture {
    bytes32 internal constant FEED = bytes32(uint256(10) << 248 | 0xb7c);
    bytes32 internal constant DEFINITION = keccak256("settlement definition 1");
    bytes32 internal constant UNIT = "USD/BTC";
    uint8 internal constant DECIMALS = 8;
    uint64 internal constant EXPIRY_SEC = T0_MS / 1000 + 8 hours;
    /// @dev The first round in which a price can be final: agreed in the one after the expiry, carried in the next.
    uint64 internal constant FINAL_ROUND = FIRST_ROUND + 8 hours + 1;
    int128 internal constant VALUE = 67_891.234_567_89e8;
    uint256 internal constant PRICE = 67_891.234_567_89e18;
    uint32 internal constant COVERAGE_PPM = 990_000;
    uint32 internal constant WINDOW_SEC = 1 hours;
    uint16 internal constant TOLERANCE_BPS = 100;
    uint256 internal constant F = 2;
    /// @dev Leaves in each report beside the settlement's.
    uint256 private constant OTHER_FEEDS = 25;

    FeedRegistry internal registry;
    Committee internal committee;
    Settlement internal settlement;
    ObserverSigner.Observer[] internal observers;

    /// @dev What a detail says; tests change one thing at a time.
    struct Detail {
        bytes2 codes;
        uint48 expiryMs;
        uint8 phase;
        int128 fixedPart;
        int128 variablePart;
        uint32 coveragePpm;
    }

    /// @dev `count` observers: 3·F + 1 unless a test is about the number.
    function deploySettlement(uint256 count) internal {
        deployHub(0);
        vm.warp(EXPIRY_SEC + 10);
        listOnHub(FEED, DECIMALS);

        ObserverSigner.Observer[] memory made = ObserverSigner.make("observer", count);
        for (uint256 i = 0; i < count; i++) {
            observers.push(made[i]);
        }
        committee = new Committee(address(this), ObserverSigner.addressesOf(made), 2 days);
        IFeedRegistry.Founder[] memory founders = new IFeedRegistry.Founder[](1);
        founders[0] = IFeedRegistry.Founder(FEED, UNIT, DECIMALS, definition(DEFINITION));
        registry = new FeedRegistry(address(this), 2 days, founders);
        settlement = new Settlement(hub, registry, committee, goodLimits());
    }

    function goodLimits() internal pure returns (IExpirySettlement.Limits memory) {
        return IExpirySettlement.Limits(950_000, WINDOW_SEC, TOLERANCE_BPS);
    }

    function definition(bytes32 digest) internal pure returns (IFeedRegistry.Definition memory) {
        return IFeedRegistry.Definition(digest, "BTC-USD", 10, IFeedRegistry.DeviationType.Relative, 90_000);
    }

    function listOnHub(bytes32 feedId, uint8 decimals) internal {
        IOracleHub.Feed[] memory feeds = new IOracleHub.Feed[](1);
        feeds[0] = IOracleHub.Feed(feedId, DEFINITION, decimals, 90_000, false);
        hub.addFeeds(feeds);
    }

    // -- Signing prices

    function goodDetail(int128 value) internal pure returns (Detail memory) {
        return Detail(0x0402, uint48(EXPIRY_SEC * 1000), 4, value, 0, COVERAGE_PPM);
    }

    function encode(Detail memory d) internal pure returns (bytes memory) {
        return abi.encodePacked(
            d.codes, d.expiryMs, d.phase, d.fixedPart, d.variablePart, d.coveragePpm, uint48(EXPIRY_SEC * 1000)
        );
    }

    function leafOf(int128 value, bytes memory detail) internal pure returns (IReportVerifier.ProvenLeaf memory leaf) {
        leaf.feedId = FEED;
        leaf.definitionDigest = DEFINITION;
        leaf.status = 1;
        leaf.value = value;
        leaf.timeMs = uint48(EXPIRY_SEC * 1000);
        leaf.detailHash = keccak256(detail);
    }

    function proofOf(SchnorrSigner.Key memory signer, uint64 round, IReportVerifier.ProvenLeaf memory leaf)
        internal
        pure
        returns (bytes memory)
    {
        IReportVerifier.ProvenLeaf[] memory leaves = new IReportVerifier.ProvenLeaf[](1);
        leaves[0] = leaf;
        return proofOf(signer, round, leaves);
    }

    /// @dev Of all these leaves, in a report that has others behind them.
    function proofOf(SchnorrSigner.Key memory signer, uint64 round, IReportVerifier.ProvenLeaf[] memory leaves)
        internal
        pure
        returns (bytes memory)
    {
        TreeReport memory tree = makeTree(round, OTHER_FEEDS);
        IReportVerifier.ProvenLeaf[] memory others = tree.leaves;
        tree.leaves = new IReportVerifier.ProvenLeaf[](leaves.length + OTHER_FEEDS);
        for (uint256 i = 0; i < tree.leaves.length; i++) {
            tree.leaves[i] = i < leaves.length ? leaves[i] : others[i - leaves.length];
        }
        return prove(signer, tree, 2 ** leaves.length - 1);
    }

    /// @dev Settles with everything as it should be.
    function settle(uint64 round, int128 value) internal {
        settleDetail(round, value, goodDetail(value));
    }

    function settleDetail(uint64 round, int128 value, Detail memory d) internal {
        bytes memory detail = encode(d);
        settlement.settle(proofOf(key, round, leafOf(value, detail)), detail);
    }

    function settleExpecting(bytes memory revertData, uint64 round, int128 value, Detail memory d) internal {
        bytes memory detail = encode(d);
        settleLeafExpecting(revertData, round, leafOf(value, detail), detail);
    }

    function settleLeafExpecting(
        bytes memory revertData,
        uint64 round,
        IReportVerifier.ProvenLeaf memory leaf,
        bytes memory detail
    ) internal {
        bytes memory proof = proofOf(key, round, leaf);
        vm.expectRevert(revertData);
        settlement.settle(proof, detail);
    }

    // -- Contradicting them

    function statement(uint256 observer, uint128 value) internal view returns (bytes memory) {
        return ObserverSigner.state(observers[observer], NETWORK, FEED, EXPIRY_SEC, value);
    }

    /// @dev Of observers `from`, `from` + 1, … all saying the same.
    function statements(uint256 from, uint256 count, uint128 value) internal view returns (bytes memory packed) {
        for (uint256 i = from; i < from + count; i++) {
            packed = bytes.concat(packed, statement(i, value));
        }
    }

    function disputeExpecting(bytes memory revertData, bytes memory packed) internal {
        vm.expectRevert(revertData);
        settlement.dispute(FEED, EXPIRY_SEC, packed);
    }

    function assertSettled(ISettlement.State state, uint256 price, uint64 finalAtSec) internal view {
        (ISettlement.State givenState, uint256 givenPrice, uint64 givenSec) = settlement.settlementOf(FEED, EXPIRY_SEC);
        assertEq(uint8(givenState), uint8(state), "state");
        assertEq(givenPrice, price, "price");
        assertEq(givenSec, finalAtSec, "finalAtSec");
    }
}
