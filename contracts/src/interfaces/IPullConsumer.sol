// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IReportVerifier} from "./IReportVerifier.sol";

/// @title Who acts on signed reports that its callers bring along.
/// @notice The caller chooses the report. Three rules take that choice away from those it would favour: reports have a
///         maximum age; a feed's rounds are used once, or only forward; and whoever commits to an action does so before
///         the time of the report that decides it.
interface IPullConsumer {
    // -- Errors

    /// @notice A report would be too old in the moment of its birth.
    error ZeroMaxPullAge();

    /// @notice The report is too old.
    error PulledTooOld(uint256 ageMs, uint256 maxAgeMs);

    /// @notice The proof shows another number of feeds than one.
    error NotOneLeaf(uint256 given);

    /// @notice The proof shows another feed.
    error WrongFeed(bytes32 given, bytes32 wanted);

    /// @notice The nodes did not agree on the feed in this round.
    /// @param given  2 missing, 3 disputed.
    /// @param wanted 1 ok.
    error PulledBadStatus(bytes32 feedId, uint8 given, uint8 wanted);

    /// @notice The feed's answer of this round was acted on before.
    error AlreadyConsumed(bytes32 feedId, uint64 round);

    /// @notice A newer or the same round of the feed was acted on before.
    error RoundNotNewer(bytes32 feedId, uint64 given, uint64 consumed);

    /// @notice The report was there, or could have been, when the action it decides was chosen.
    /// @param reportTimeMs  Its time, unix ms.
    /// @param committedAtMs When the action was chosen, unix ms.
    error CommittedTooLate(uint64 reportTimeMs, uint256 committedAtMs);

    // -- Reading

    /// @notice Who checks the proofs: the hub.
    function verifier() external view returns (IReportVerifier);

    /// @notice Reports older than this are refused, seconds.
    function maxPullAgeSec() external view returns (uint32);

    /// @notice Whether the feed's answer of this round was acted on.
    function isConsumed(bytes32 feedId, uint64 round) external view returns (bool);

    /// @notice The newest round of the feed that was acted on where only newer ones are; 0 when none was.
    function consumedRound(bytes32 feedId) external view returns (uint64);
}
