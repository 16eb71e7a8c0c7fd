// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {HubFeeds} from "./hub/HubFeeds.sol";
import {HubProofs} from "./hub/HubProofs.sol";
import {HubStorage} from "./hub/HubStorage.sol";
import {IOracleHub} from "./interfaces/IOracleHub.sol";
import {FeedSlot, FeedSlotLibrary} from "./libraries/FeedSlot.sol";
import {PushEntry} from "./libraries/PushEntry.sol";
import {ReportCodec} from "./libraries/ReportCodec.sol";
import {ReportHead} from "./libraries/ReportHead.sol";

/// @custom:version 0.1.0
contract OracleHub is HubFeeds, HubProofs {
    /// @dev Of a report whose round nobody compared with its key's first round yet.
    uint8 private constant ERA_UNPROVEN = 0;

    constructor(bytes32 network, address firstOwner) HubStorage(network, firstOwner) {}

    /// @inheritdoc IOracleHub
    /// @custom:invariant roundsNeverDecrease
    /// @custom:invariant countGrowsByOne
    /// @custom:invariant answersWereSigned
    function submit(bytes calldata payload) external {
        (ReportHead head, bytes calldata entries) = ReportCodec.decodePayload(payload);
        _checkHead(head);
        if (head.reportTimeSec() > FeedSlotLibrary.TIME_SEC_MAX) {
            revert TimeOverflow(head.reportTimeSec(), FeedSlotLibrary.TIME_SEC_MAX);
        }
        if (head.round() > FeedSlotLibrary.ROUND_MAX) revert RoundOverflow(head.round(), FeedSlotLibrary.ROUND_MAX);

        (address rAddress, uint256 z) = ReportCodec.signatureOf(payload);
        bytes32 root = ReportCodec.rootOf(payload);
        bool byNewestKey = _checkSignature(head, ReportCodec.pushDigest(entries), root, rAddress, z);
        _store(head, entries, byNewestKey);
        emit ReportSubmitted(head.round(), head.reportTimeMs(), entries);
    }

    function _store(ReportHead head, bytes calldata entries, bool byNewestKey) private {
        uint256 length = entries.length / ReportCodec.ENTRY_BYTES;
        uint256 skipped = 0;
        uint64 storedRound = 0;
        uint16 previousIndex = 0;
        uint8 era = byNewestKey ? ERA_UNPROVEN : FeedSlotLibrary.ERA_LISTED;

        for (uint256 i = 0; i < length; i++) {
            PushEntry entry = ReportCodec.entryAt(entries, i);
            uint16 index = entry.index();
            if (i != 0 && index <= previousIndex) revert EntriesNotAscending(previousIndex, index);
            previousIndex = index;
            (storedRound, era) = _storeEntry(head, entry, era);
            if (head.round() <= storedRound) skipped++;
        }
        if (skipped == length) revert StaleReport(head.round(), storedRound);
    }

    /// @dev Stores or skips one entry.
    /// @param era Era that the report's round is proven to have, or ERA_UNPROVEN.
    /// @return storedRound The feed's round before.
    /// @return proven      The era, if it had to be looked up; else as given.
    function _storeEntry(ReportHead head, PushEntry entry, uint8 era)
        private
        returns (uint64 storedRound, uint8 proven)
    {
        uint16 index = entry.index();
        uint64 round = head.round();
        FeedSlot slot = _slots[index];
        uint8 slotEra = slot.era();
        if (slotEra == 0) revert UnknownFeed(index, _feeds.length);

        storedRound = slot.round();
        uint8 status = entry.status();
        if (status == 0 || status > ReportCodec.STATUS_DISPUTED) revert BadStatus(index, status);
        if (round <= storedRound) {
            emit EntrySkipped(index, round, storedRound);
            return (storedRound, era);
        }
        // A slot of the newest era holds a round of the newest key, so this newer round is that key's as well. For
        // other slots it has to be looked up, once a report: in the steady state never.
        if (era == ERA_UNPROVEN && slotEra != FeedSlotLibrary.ERA_NEWEST) era = _eraUnderNewestKey(round);
        uint8 nextEra = era == ERA_UNPROVEN ? FeedSlotLibrary.ERA_NEWEST : era;
        _slots[index] = status == ReportCodec.STATUS_OK
            ? _withValue(slot, entry, head, nextEra)
            : slot.withStatus(status, round, nextEra);
        return (storedRound, era);
    }

    function _withValue(FeedSlot slot, PushEntry entry, ReportHead head, uint8 era) private pure returns (FeedSlot) {
        uint32 timeSec = uint32(head.reportTimeSec());
        if (timeSec < slot.timeSec()) revert TimeBeforeStored(entry.index(), timeSec, slot.timeSec());
        uint32 count = slot.count() + 1;
        if (count > FeedSlotLibrary.COUNT_MAX) revert CountOverflow(entry.index(), FeedSlotLibrary.COUNT_MAX);
        return FeedSlotLibrary.pack(entry.value(), entry.confidencePpb(), head.round(), timeSec, count, era);
    }
}
