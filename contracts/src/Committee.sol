// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {Owned} from "./Owned.sol";
import {ICommittee} from "./interfaces/ICommittee.sol";

/// @custom:version 0.1.0
contract Committee is ICommittee, Owned {
    /// @dev Below four members f is zero: one liar could void every settlement, and no member could ever be replaced.
    uint256 private constant MEMBERS_MIN = 4;
    /// @dev A change walks both lists and writes each slot of the new one: at most 3 million gas.
    uint256 private constant MEMBERS_MAX = 64;

    /// @dev Less, and a captured owner replaces a majority before anybody has read the news.
    uint64 private constant EPOCH_MIN_SEC = 2 days;
    /// @dev More, and a stolen key stays a member for a season.
    uint64 private constant EPOCH_MAX_SEC = 90 days;

    /// @dev Above the 30 s by which the hub lets a report be ahead of a block: no term reaches a report that a hub has
    ///      accepted already, so nobody can be made a witness of the past.
    uint64 private constant NOTICE_MIN_SEC = 60;
    uint64 private constant NOTICE_MAX_SEC = 30 days;

    uint64 private constant STANDING = type(uint64).max;

    /// @dev One slot. A member from `fromSec` to before `untilSec`; `untilSec` is 0 for who never was one.
    struct Membership {
        uint64 fromSec;
        uint64 untilSec;
    }

    /// @dev One slot.
    struct Term {
        uint64 fromSec;
        uint64 size;
    }

    /// @inheritdoc ICommittee
    uint64 public immutable epochSec;

    mapping(address observer => Membership) private _memberships;
    Term private _newest;
    /// @dev Older ones, by their start. Who asks about lately does not come here.
    Term[] private _earlier;
    address[] private _members;

    /// @param first     The first committee, ascending; it counts for all time before the first change.
    /// @param epochSec_ Time between the starts of two terms at least, seconds; two to ninety days.
    constructor(address firstOwner, address[] memory first, uint64 epochSec_) Owned(firstOwner) {
        if (epochSec_ < EPOCH_MIN_SEC || epochSec_ > EPOCH_MAX_SEC) {
            revert BadEpoch(epochSec_, EPOCH_MIN_SEC, EPOCH_MAX_SEC);
        }
        epochSec = epochSec_;
        _checkSize(first.length);
        address last = address(0);
        for (uint256 i = 0; i < first.length; i++) {
            last = _checkOrder(last, first[i]);
            _appoint(first[i], 0);
        }
        _record(first, 0);
    }

    // -- For the owner

    /// @inheritdoc ICommittee
    /// @custom:invariant slowChange
    /// @custom:invariant pastMembersStay
    function change(address[] calldata next, uint64 fromSec) external onlyOwner {
        _checkStart(fromSec);
        _checkSize(next.length);

        (uint256 added, uint256 removed) = _replace(_members, next, fromSec);
        uint256 max = _faults(_members.length);
        if (added > max || removed > max) revert TooManyReplaced(added, removed, max);
        if (added + removed == 0) revert NothingChanged();
        _earlier.push(_newest);
        _record(next, fromSec);
    }

    /// @dev What counts is when keys start and stop to matter, not when somebody said so: terms announced weeks apart
    ///      may not start in one second.
    function _checkStart(uint64 fromSec) private view {
        uint256 minSec = block.timestamp + NOTICE_MIN_SEC;
        uint256 maxSec = block.timestamp + NOTICE_MAX_SEC;
        uint256 epochEndsSec = _newest.fromSec + uint256(epochSec);
        if (epochEndsSec > minSec) minSec = epochEndsSec;
        if (fromSec < minSec || fromSec > maxSec) revert BadTermStart(fromSec, minSec, maxSec);
    }

    /// @dev Walks two ascending lists side by side: who is only in `next` joins, who is only in `standing` leaves.
    function _replace(address[] memory standing, address[] calldata next, uint64 fromSec)
        private
        returns (uint256 added, uint256 removed)
    {
        address last = address(0);
        uint256 i = 0;
        for (uint256 j = 0; j < next.length; j++) {
            last = _checkOrder(last, next[j]);
            for (; i < standing.length && standing[i] < last; i++) {
                _memberships[standing[i]].untilSec = fromSec;
                removed++;
            }
            if (i < standing.length && standing[i] == last) {
                i++;
            } else {
                _appoint(last, fromSec);
                added++;
            }
        }
        for (; i < standing.length; i++) {
            _memberships[standing[i]].untilSec = fromSec;
            removed++;
        }
    }

    function _appoint(address observer, uint64 fromSec) private {
        uint64 untilSec = _memberships[observer].untilSec;
        if (untilSec != 0) revert RetiredKey(observer, untilSec);
        _memberships[observer] = Membership({fromSec: fromSec, untilSec: STANDING});
    }

    function _record(address[] memory next, uint64 fromSec) private {
        emit CommitteeChanged(fromSec, _members, next);
        _members = next;
        _newest = Term({fromSec: fromSec, size: uint64(next.length)});
    }

    // -- For everybody

    /// @inheritdoc ICommittee
    function checkWitnesses(address[] calldata witnesses, uint64 timeMs) external view {
        uint256 wanted = faultsAt(timeMs) + 1;
        if (witnesses.length < wanted) revert TooFewWitnesses(witnesses.length, wanted);
        address last = address(0);
        for (uint256 i = 0; i < witnesses.length; i++) {
            last = _checkOrder(last, witnesses[i]);
            if (!isObserverAt(last, timeMs)) revert NotObserver(last, timeMs);
        }
    }

    /// @inheritdoc ICommittee
    function isObserver(address observer) external view returns (bool) {
        return isObserverAt(observer, _nowMs());
    }

    /// @inheritdoc ICommittee
    function isObserverAt(address observer, uint64 timeMs) public view returns (bool) {
        Membership memory member = _memberships[observer];
        uint64 timeSec = timeMs / 1000;
        return member.fromSec <= timeSec && timeSec < member.untilSec;
    }

    /// @inheritdoc ICommittee
    function f() external view returns (uint256) {
        return faultsAt(_nowMs());
    }

    /// @inheritdoc ICommittee
    function faultsAt(uint64 timeMs) public view returns (uint256) {
        Term memory term = _newest;
        if (term.fromSec > timeMs / 1000) {
            uint256 i = _earlier.length;
            // The first term starts at zero, so the walk ends.
            while (term.fromSec > timeMs / 1000) term = _earlier[--i];
        }
        return _faults(term.size);
    }

    /// @inheritdoc ICommittee
    function members() external view returns (address[] memory) {
        return _members;
    }

    /// @inheritdoc ICommittee
    function termFromSec() external view returns (uint64) {
        return _newest.fromSec;
    }

    function _nowMs() private view returns (uint64) {
        return uint64(block.timestamp * 1000);
    }

    function _faults(uint256 size) private pure returns (uint256) {
        return (size - 1) / 3;
    }

    function _checkSize(uint256 size) private pure {
        if (size < MEMBERS_MIN || size > MEMBERS_MAX) revert BadMemberCount(size, MEMBERS_MIN, MEMBERS_MAX);
    }

    function _checkOrder(address previous, address given) private pure returns (address) {
        if (given <= previous) revert NotAscending(previous, given);
        return given;
    }
}
