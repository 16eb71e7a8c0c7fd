// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IPullConsumer} from "./interfaces/IPullConsumer.sol";
import {IReportVerifier} from "./interfaces/IReportVerifier.sol";
import {ReportCodec} from "./libraries/ReportCodec.sol";

/// @dev The rules of pull delivery, for contracts to inherit. `_pull` alone only reads: whoever lets a caller profit from
///      an answer also takes `_consumeOnce` or `_consumeNewer`, and `_checkCommitted` where the action was chosen before.
///
///      Which of the two: once, where every round is an offer of its own (a fill at the price of that round); newer,
///      where the contract's own state follows the feed (a mark, a funding rate) and must never go back.
abstract contract PullConsumer is IPullConsumer {
    /// @inheritdoc IPullConsumer
    IReportVerifier public immutable verifier;

    /// @inheritdoc IPullConsumer
    uint32 public immutable maxPullAgeSec;

    /// @inheritdoc IPullConsumer
    mapping(bytes32 feedId => mapping(uint64 round => bool)) public isConsumed;

    /// @inheritdoc IPullConsumer
    mapping(bytes32 feedId => uint64 round) public consumedRound;

    /// @param verifier_      The hub.
    /// @param maxPullAgeSec_ Above 0. Longer than it takes to bring a report into a block, and not much longer: within
    ///                       it the caller chooses among all reports.
    constructor(IReportVerifier verifier_, uint32 maxPullAgeSec_) {
        if (maxPullAgeSec_ == 0) revert ZeroMaxPullAge();
        verifier = verifier_;
        maxPullAgeSec = maxPullAgeSec_;
    }

    /// @dev The proven leaves of a report that is young enough, of any status.
    function _pull(bytes calldata proof)
        internal
        view
        returns (uint64 round, uint64 reportTimeMs, IReportVerifier.ProvenLeaf[] memory leaves)
    {
        (round, reportTimeMs, leaves) = verifier.verify(proof);
        // The hub accepts reports from a little ahead of this chain's clock: those have no age.
        uint256 nowMs = block.timestamp * 1000;
        uint256 ageMs = reportTimeMs < nowMs ? nowMs - reportTimeMs : 0;
        uint256 maxAgeMs = uint256(maxPullAgeSec) * 1000;
        if (ageMs > maxAgeMs) revert PulledTooOld(ageMs, maxAgeMs);
    }

    /// @dev What this round agreed on for one feed. The proof shows that feed and no other.
    function _pullOne(bytes calldata proof, bytes32 feedId)
        internal
        view
        returns (uint64 round, uint64 reportTimeMs, IReportVerifier.ProvenLeaf memory leaf)
    {
        IReportVerifier.ProvenLeaf[] memory leaves;
        (round, reportTimeMs, leaves) = _pull(proof);
        if (leaves.length != 1) revert NotOneLeaf(leaves.length);
        leaf = leaves[0];
        if (leaf.feedId != feedId) revert WrongFeed(leaf.feedId, feedId);
        if (leaf.status != ReportCodec.STATUS_OK) revert PulledBadStatus(feedId, leaf.status, ReportCodec.STATUS_OK);
    }

    /// @dev Uses the feed's answer of this round up.
    /// @custom:invariant pulledOnce
    function _consumeOnce(bytes32 feedId, uint64 round) internal {
        if (isConsumed[feedId][round]) revert AlreadyConsumed(feedId, round);
        isConsumed[feedId][round] = true;
    }

    /// @dev Uses every answer of the feed up to this round up.
    /// @custom:invariant pulledRoundsGrow
    function _consumeNewer(bytes32 feedId, uint64 round) internal {
        if (round <= consumedRound[feedId]) revert RoundNotNewer(feedId, round, consumedRound[feedId]);
        consumedRound[feedId] = round;
    }

    /// @dev Refuses a report that whoever chose the action could have known.
    /// @param committedAtSec Block time of the choice, unix seconds. A whole second counts as committed at its end.
    function _checkCommitted(uint256 committedAtSec, uint64 reportTimeMs) internal pure {
        uint256 committedAtMs = committedAtSec * 1000 + 999;
        if (reportTimeMs <= committedAtMs) revert CommittedTooLate(reportTimeMs, committedAtMs);
    }
}
