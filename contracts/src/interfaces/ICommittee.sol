// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IOwned} from "./IOwned.sol";

/// @title The nodes' observer keys: who may testify against a settlement, and how many of them must agree.
/// @notice A node's observer key is an ECDSA key on secp256k1, because that is what the EVM can check. Of n observers at
///         most f = (n - 1) / 3, rounded down, are assumed to lie; f + 1 therefore have an honest one among them.
/// @dev Terms are bounded by time and not by round: rounds and report times correspond one to one, and a report's
///      time needs no clock to be read from the hub. A key that left never comes back; an operator who does brings another.
interface ICommittee is IOwned {
    // -- Errors

    /// @notice An epoch is shorter or longer than allowed, seconds.
    error BadEpoch(uint64 given, uint64 min, uint64 max);

    /// @notice With fewer members nobody may lie; with more, one change could cost more than a block holds.
    error BadMemberCount(uint256 given, uint256 min, uint256 max);

    /// @notice Addresses do not stand in strictly ascending order, which also excludes zero and duplicates.
    error NotAscending(address previous, address given);

    /// @notice The new term would start before members could prepare for it, in time that reports already cover, less
    ///         than an epoch after the newest term, or so late that a slip of the pen would lock everybody out.
    error BadTermStart(uint64 givenSec, uint256 minSec, uint256 maxSec);

    /// @notice The new committee differs from the standing one by more than the liars that it is built to bear.
    /// @param added   How many would join.
    /// @param removed How many would leave.
    /// @param max     f of the standing committee.
    error TooManyReplaced(uint256 added, uint256 removed, uint256 max);

    /// @notice The new committee is the standing one.
    error NothingChanged();

    /// @notice The key was a member's before, and left.
    error RetiredKey(address given, uint64 untilSec);

    /// @notice Too few observers testify: there may be no honest one among them.
    error TooFewWitnesses(uint256 given, uint256 wanted);

    /// @notice The address was no observer at that time.
    error NotObserver(address given, uint64 timeMs);

    // -- Events

    /// @notice The committee changes.
    /// @param fromSec  Start of the new term, unix seconds; 0 for the first committee.
    /// @param previous The committee before, ascending; empty at first.
    /// @param next     The committee from then on, ascending.
    event CommitteeChanged(uint64 indexed fromSec, address[] previous, address[] next);

    // -- For the owner

    /// @notice Names the committee from `fromSec` on.
    /// @param next    Ascending; it differs from the newest committee by at most f joining and f leaving.
    /// @param fromSec Unix seconds, a minute to thirty days ahead and an epoch after the newest term's start at least:
    ///                the moment of the first round of the configuration in which these keys observe.
    /// @custom:invariant slowChange In any time shorter than `epochSec`, at most f members join and at most f leave.
    /// @custom:invariant pastMembersStay Who was a member at a time that has passed never changes.
    function change(address[] calldata next, uint64 fromSec) external;

    // -- For everybody

    /// @notice Returns if these are at least f + 1 distinct observers of that time; reverts otherwise.
    /// @param witnesses Ascending, which proves them distinct.
    /// @param timeMs    Unix ms.
    function checkWitnesses(address[] calldata witnesses, uint64 timeMs) external view;

    /// @notice Whether the address is an observer now.
    function isObserver(address observer) external view returns (bool);

    /// @notice Whether the address was an observer at that time, or will be one as far as is known, unix ms.
    function isObserverAt(address observer, uint64 timeMs) external view returns (bool);

    /// @notice How many observers may lie now.
    function f() external view returns (uint256);

    /// @notice How many observers could lie at that time, unix ms.
    function faultsAt(uint64 timeMs) external view returns (uint256);

    /// @notice The newest committee, ascending. Its term may not have started.
    function members() external view returns (address[] memory);

    /// @notice Start of the newest committee's term, unix seconds; 0 for the first.
    function termFromSec() external view returns (uint64);

    /// @notice Time between the starts of two terms at least, seconds.
    function epochSec() external view returns (uint64);
}
