// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FeedSlot, FeedSlotLibrary} from "../libraries/FeedSlot.sol";
import {PairSlotLibrary} from "../libraries/PairSlot.sol";
import {PushEntry} from "../libraries/PushEntry.sol";
import {ReportCodec} from "../libraries/ReportCodec.sol";
import {HubKeys} from "./HubKeys.sol";

/// @dev What an entry does to a slot, wherever it comes from.
abstract contract HubEntries is HubKeys {
    /// @dev Whether the slot can take something of this round; says why not.
    function _isOpenFor(uint256 index, FeedSlot slot, uint64 round) internal returns (bool) {
        if (round <= slot.round()) {
            emit EntrySkipped(uint16(index), round, slot.round());
            return false;
        }
        if (slot.era() == FeedSlotLibrary.ERA_FROZEN) {
            emit FrozenEntrySkipped(uint16(index), round);
            return false;
        }
        return true;
    }

    /// @dev Stores the entry in the slot of a single feed that is open for it.
    function _storeSingle(FeedSlot slot, PushEntry entry, uint64 round, uint256 timeSec, uint8 era) internal {
        uint16 index = entry.index();
        if (entry.status() != ReportCodec.STATUS_OK) {
            _setSlot(index, slot.withStatus(entry.status(), round, era));
            return;
        }
        _checkFollows(index, slot, timeSec);
        uint256 stamp = FeedSlotLibrary.stamp(round, timeSec, era);
        slot = slot.withValue(entry.value(), entry.confidencePpb(), stamp);
        _setSlot(index, slot);
        if (slot.hasHistory()) _keep(index, slot);
    }

    /// @dev Stores both entries of a pair in the slot that is open for them, or neither. Its era stays 1: the one pass of
    ///      `OracleHub` over single feeds knows by it that this is none, and a report with pairs looks its key's first
    ///      round up once.
    /// @custom:invariant pairsMoveTogether
    function _storePair(FeedSlot slot, PushEntry first, PushEntry second, uint64 round, uint256 timeSec)
        internal
        returns (bool stored)
    {
        uint16 index = first.index();
        if (first.status() != ReportCodec.STATUS_OK || second.status() != ReportCodec.STATUS_OK) {
            (uint8 one, uint8 other) = (_besideNone(first.status()), _besideNone(second.status()));
            _setSlot(index, PairSlotLibrary.withStatuses(slot, one, other, round, FeedSlotLibrary.ERA_LISTED));
            return true;
        }
        _checkFollows(index, slot, timeSec);
        if (!PairSlotLibrary.fits(first) || !PairSlotLibrary.fits(second)) {
            emit PairOverflow(index, round);
            return false;
        }
        uint256 halves = PairSlotLibrary.half(first, 0) | PairSlotLibrary.half(second, 1);
        uint256 stamp = FeedSlotLibrary.stamp(round, timeSec, FeedSlotLibrary.ERA_LISTED);
        _setSlot(index, PairSlotLibrary.withValues(slot, halves, stamp));
        return true;
    }

    /// @dev A feed whose neighbour has no agreed value has none here either: its own cannot be stored alone.
    function _besideNone(uint8 status) private pure returns (uint8) {
        return status == ReportCodec.STATUS_OK ? ReportCodec.STATUS_MISSING : status;
    }

    function _checkOrder(uint16 last, PushEntry entry) internal pure {
        if (entry.index() <= last) revert EntriesNotAscending(last, entry.index());
    }

    function _checkStatus(PushEntry entry) internal pure {
        uint8 status = entry.status();
        if (status == 0 || status > ReportCodec.STATUS_DISPUTED) revert BadStatus(entry.index(), status);
    }
}
