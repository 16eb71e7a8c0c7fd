// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {PullConsumer} from "../src/PullConsumer.sol";
import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {IPullConsumer} from "../src/interfaces/IPullConsumer.sol";
import {IReportVerifier} from "../src/interfaces/IReportVerifier.sol";
import {ProofFixture} from "./support/ProofFixture.sol";

/// @dev A consumer that does nothing but remember what it acted on.
contract Taker is PullConsumer {
    int128 public taken;
    uint256 public times;

    constructor(IReportVerifier hub, uint32 maxAgeSec) PullConsumer(hub, maxAgeSec) {}

    function read(bytes calldata proof) external view returns (uint64, uint64, IReportVerifier.ProvenLeaf[] memory) {
        return _pull(proof);
    }

    function takeOnce(bytes calldata proof, bytes32 feedId) external {
        (uint64 round,, IReportVerifier.ProvenLeaf memory leaf) = _pullOne(proof, feedId);
        _consumeOnce(feedId, round);
        (taken, times) = (leaf.value, times + 1);
    }

    function takeNewer(bytes calldata proof, bytes32 feedId) external {
        (uint64 round,, IReportVerifier.ProvenLeaf memory leaf) = _pullOne(proof, feedId);
        _consumeNewer(feedId, round);
        (taken, times) = (leaf.value, times + 1);
    }

    function takeCommitted(bytes calldata proof, bytes32 feedId, uint256 committedAtSec) external view {
        (, uint64 reportTimeMs,) = _pullOne(proof, feedId);
        _checkCommitted(committedAtSec, reportTimeMs);
    }
}

/// @dev The rules that keep a caller from choosing the report it likes.
contract PullConsumerTest is ProofFixture {
    uint64 private constant ROUND = FIRST_ROUND + 20;
    uint32 private constant MAX_AGE_SEC = 15;
    bytes32 private constant FEED = keccak256(abi.encode("feed", uint256(1)));

    Taker private taker;

    function setUp() public {
        deployHub(4);
        taker = new Taker(hub, MAX_AGE_SEC);
        vm.warp(timeSecOf(ROUND) + 5);
    }

    function proofOf(uint64 round) private view returns (bytes memory) {
        return prove(key, makeTree(round, 4), 2);
    }

    function test_aYoungReportIsRead() public view {
        TreeReport memory tree = makeTree(ROUND, 4);
        (uint64 round, uint64 timeMs, IReportVerifier.ProvenLeaf[] memory leaves) = taker.read(prove(key, tree, 10));
        assertEq(round, ROUND, "round");
        assertEq(timeMs, tree.timeMs, "time");
        assertEq(leaves.length, 2, "leaves");
        assertLeaf(leaves[0], tree.leaves[1]);
        assertLeaf(leaves[1], tree.leaves[3]);
    }

    /// @dev To the millisecond, and also from a little ahead of the chain's clock.
    function testFuzz_anOldReportIsRefused(uint256 ageMs) public {
        ageMs = bound(ageMs, 0, 60_000);
        TreeReport memory tree = makeTree(ROUND, 4);
        vm.warp(timeSecOf(ROUND) + 60);
        tree.timeMs = uint64(timeOf(ROUND) + 60_000 - ageMs);
        bytes memory proof = prove(key, tree, 2);
        if (ageMs > MAX_AGE_SEC * 1000) {
            vm.expectRevert(
                abi.encodeWithSelector(IPullConsumer.PulledTooOld.selector, ageMs, uint256(MAX_AGE_SEC) * 1000)
            );
        }
        taker.takeOnce(proof, FEED);
    }

    function test_theGreatestAgeItselfIsTaken() public {
        vm.warp(timeSecOf(ROUND) + 60);
        TreeReport memory tree = makeTree(ROUND, 4);
        tree.timeMs = uint64(timeOf(ROUND) + 60_000 - MAX_AGE_SEC * 1000);
        taker.takeOnce(prove(key, tree, 2), FEED);
        tree = makeTree(ROUND + 1, 4);
        tree.timeMs = uint64(timeOf(ROUND) + 60_000 - MAX_AGE_SEC * 1000 - 1);
        bytes memory proof = prove(key, tree, 2);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPullConsumer.PulledTooOld.selector, uint256(MAX_AGE_SEC) * 1000 + 1, uint256(MAX_AGE_SEC) * 1000
            )
        );
        taker.takeOnce(proof, FEED);
    }

    function test_aReportFromALittleAheadHasNoAge() public {
        vm.warp(timeSecOf(ROUND) - 20);
        taker.takeOnce(proofOf(ROUND), FEED);
        vm.warp(timeSecOf(ROUND) - 31);
        bytes memory proof = proofOf(ROUND);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOracleHub.FutureReport.selector, timeOf(ROUND), (uint256(timeSecOf(ROUND)) - 1) * 1000
            )
        );
        taker.takeOnce(proof, FEED);
    }

    function test_anAnswerIsTakenOnce() public {
        bytes memory proof = proofOf(ROUND);
        taker.takeOnce(proof, FEED);
        assertTrue(taker.isConsumed(FEED, ROUND), "consumed");
        vm.expectRevert(abi.encodeWithSelector(IPullConsumer.AlreadyConsumed.selector, FEED, ROUND));
        taker.takeOnce(proof, FEED);
        // The same answer in another envelope is the same answer.
        proof = prove(key, makeTree(ROUND, 5), 2);
        vm.expectRevert(abi.encodeWithSelector(IPullConsumer.AlreadyConsumed.selector, FEED, ROUND));
        taker.takeOnce(proof, FEED);
        taker.takeOnce(proofOf(ROUND - 1), FEED);
        taker.takeOnce(prove(key, makeTree(ROUND, 4), 4), keccak256(abi.encode("feed", uint256(2))));
        assertEq(taker.times(), 3, "other rounds and feeds are others");
    }

    function testFuzz_roundsOnlyGoForward(uint8[6] memory steps) public {
        uint64 newest = 0;
        uint256 taken = 0;
        for (uint256 i = 0; i < steps.length; i++) {
            uint64 round = ROUND - 5 + steps[i] % 10;
            bytes memory proof = proofOf(round);
            if (round <= newest) {
                vm.expectRevert(abi.encodeWithSelector(IPullConsumer.RoundNotNewer.selector, FEED, round, newest));
            } else {
                newest = round;
                taken++;
            }
            taker.takeNewer(proof, FEED);
            assertEq(taker.consumedRound(FEED), newest, "round");
        }
        assertEq(taker.times(), taken, "times");
    }

    function test_consumersDoNotShareWhatTheyConsumed() public {
        Taker other = new Taker(hub, MAX_AGE_SEC);
        taker.takeOnce(proofOf(ROUND), FEED);
        other.takeOnce(proofOf(ROUND), FEED);
        assertEqInt(other.taken(), taker.taken(), "both took it");
    }

    function test_anotherFeedIsRefused() public {
        bytes32 other = keccak256(abi.encode("feed", uint256(2)));
        bytes memory proof = proofOf(ROUND);
        vm.expectRevert(abi.encodeWithSelector(IPullConsumer.WrongFeed.selector, FEED, other));
        taker.takeOnce(proof, other);
        proof = prove(key, makeTree(ROUND, 4), 6);
        vm.expectRevert(abi.encodeWithSelector(IPullConsumer.NotOneLeaf.selector, 2));
        taker.takeOnce(proof, FEED);
    }

    function testFuzz_aFeedWithoutAnAgreedValueIsRefused(uint8 status) public {
        vm.assume(status != 1);
        TreeReport memory tree = makeTree(ROUND, 4);
        tree.leaves[1].status = status;
        bytes memory proof = prove(key, tree, 2);
        vm.expectRevert(abi.encodeWithSelector(IPullConsumer.PulledBadStatus.selector, FEED, status, 1));
        taker.takeOnce(proof, FEED);
    }

    /// @dev Whoever chooses an action in a block knows every report up to the end of that block's second.
    function testFuzz_anActionIsChosenBeforeTheReportThatDecidesIt(uint256 beforeMs) public {
        beforeMs = bound(beforeMs, 0, 10_000);
        TreeReport memory tree = makeTree(ROUND, 4);
        tree.timeMs = timeOf(ROUND) + uint64(beforeMs);
        bytes memory proof = prove(key, tree, 2);
        uint256 committedAtSec = timeSecOf(ROUND) + 2;
        if (beforeMs < 3000) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IPullConsumer.CommittedTooLate.selector, tree.timeMs, committedAtSec * 1000 + 999
                )
            );
        }
        taker.takeCommitted(proof, FEED, committedAtSec);
    }

    function test_anActionOfTheSameSecondIsTooLateInItsLastMillisecond() public {
        testFuzz_anActionIsChosenBeforeTheReportThatDecidesIt(2999);
    }

    function test_theNextMillisecondDecides() public {
        testFuzz_anActionIsChosenBeforeTheReportThatDecidesIt(3000);
    }

    function test_aConsumerNeedsAMaximumAge() public {
        vm.expectRevert(abi.encodeWithSelector(IPullConsumer.ZeroMaxPullAge.selector));
        new Taker(hub, 0);
        assertEq(taker.maxPullAgeSec(), MAX_AGE_SEC, "seconds");
        assertEq(uint160(address(taker.verifier())), uint160(address(hub)), "hub");
    }
}
