// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {Owned} from "./Owned.sol";
import {IOracleHub} from "./interfaces/IOracleHub.sol";
import {FeedSlot, FeedSlotLibrary} from "./libraries/FeedSlot.sol";
import {PushEntry} from "./libraries/PushEntry.sol";
import {ReportCodec} from "./libraries/ReportCodec.sol";
import {ReportHead} from "./libraries/ReportHead.sol";
import {SchnorrSecp256k1} from "./libraries/SchnorrSecp256k1.sol";

/// @custom:version 0.1.0
contract OracleHub is IOracleHub, Owned {
    /// @dev `rotate` touches every feed for about 5 000 gas: a thousand feeds stay far below a block's limit.
    uint256 private constant FEEDS_MAX = 1000;
    uint8 private constant DECIMALS_MAX = 30;
    uint32 private constant SLOT_MS_MIN = 250;
    uint32 private constant SLOT_MS_MAX = 60_000;

    /// @dev Some chains' clocks lag behind ours; with less, honest reports would revert there. With more, a report
    ///      could sit on chain as the newest answer long before its time.
    uint256 private constant AHEAD_MAX_SEC = 30;

    /// @dev Of a report whose round nobody compared with its key's first round yet.
    uint8 private constant ERA_UNPROVEN = 0;

    /// @inheritdoc IOracleHub
    bytes32 public immutable networkId;

    Configuration private _newest;
    Configuration private _previous;

    Feed[] private _feeds;

    /// @dev Index plus one, so that zero means none.
    mapping(bytes32 feedId => uint256) private _position;

    /// @dev By index. An array as long as a u16 needs neither a length in storage nor a hash for the place.
    FeedSlot[65536] private _slots;

    constructor(bytes32 network, address firstOwner) Owned(firstOwner) {
        if (network == 0) revert ZeroNetworkId();
        networkId = network;
    }

    // -- For everybody

    /// @inheritdoc IOracleHub
    /// @custom:invariant roundsNeverDecrease
    /// @custom:invariant countGrowsByOne
    /// @custom:invariant answersWereSigned
    function submit(bytes calldata payload) external {
        (ReportHead head, bytes calldata entries) = ReportCodec.decodePayload(payload);
        if (head.networkTag() != bytes4(networkId)) revert WrongNetwork(head.networkTag(), bytes4(networkId));
        uint256 maxMs = (block.timestamp + AHEAD_MAX_SEC) * 1000;
        if (head.reportTimeMs() > maxMs) revert FutureReport(head.reportTimeMs(), maxMs);
        if (head.reportTimeSec() > FeedSlotLibrary.TIME_SEC_MAX) {
            revert TimeOverflow(head.reportTimeSec(), FeedSlotLibrary.TIME_SEC_MAX);
        }
        if (head.round() > FeedSlotLibrary.ROUND_MAX) revert RoundOverflow(head.round(), FeedSlotLibrary.ROUND_MAX);

        bool byNewestKey = _checkSignature(head, payload, ReportCodec.pushDigest(entries));
        _store(head, entries, byNewestKey);
        emit ReportSubmitted(head.round(), head.reportTimeMs(), entries);
    }

    /// @dev One cold slot when the newest key signed: every other slot is read on the way to the previous key or to
    ///      an error.
    function _checkSignature(ReportHead head, bytes calldata payload, bytes32 pushDigest)
        private
        view
        returns (bool byNewestKey)
    {
        uint256 key = _newest.groupKeyX;
        if (key == 0) revert NotConfigured();
        byNewestKey = _tag(key) == head.keyTag();
        if (!byNewestKey) key = _previousKey(head.keyTag(), head.round());

        bytes32 root = ReportCodec.rootOf(payload);
        bytes32 digest = ReportCodec.digest(networkId, head.round(), head.reportTimeMs(), pushDigest, root);
        (address rAddress, uint256 z) = ReportCodec.signatureOf(payload);
        if (!SchnorrSecp256k1.verify(key, digest, rAddress, z)) revert BadSignature(digest, key);
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

    /// @dev The key before the newest, for the rounds that are its own.
    function _previousKey(bytes4 keyTag, uint64 round) private view returns (uint256 key) {
        key = _previous.groupKeyX;
        if (key == 0 || _tag(key) != keyTag) revert UnknownKey(keyTag, _tag(_newest.groupKeyX));
        if (round >= _newest.firstRound) revert KeyRetired(round, _newest.firstRound);
        if (round < _previous.firstRound) revert KeyNotYetValid(round, _previous.firstRound);
    }

    /// @dev Era of a round that the newest key signed; reverts for the rounds before that key.
    function _eraUnderNewestKey(uint64 round) private view returns (uint8) {
        if (round >= _newest.firstRound) return FeedSlotLibrary.ERA_NEWEST;
        // After a refresh of shares the same key stands in both configurations.
        bool sameKey = _previous.groupKeyX == _newest.groupKeyX;
        if (sameKey && round >= _previous.firstRound) return FeedSlotLibrary.ERA_LISTED;
        revert KeyNotYetValid(round, sameKey ? _previous.firstRound : _newest.firstRound);
    }

    function _tag(uint256 groupKeyX) private pure returns (bytes4) {
        return bytes4(uint32(groupKeyX));
    }

    // -- Reading

    /// @inheritdoc IOracleHub
    function answerAt(uint16 index) public view returns (Answer memory) {
        FeedSlot slot = _slots[index];
        if (slot.era() == 0) revert UnknownFeed(index, _feeds.length);
        return Answer({
            value: slot.value(),
            confidencePpb: slot.confidencePpb(),
            round: slot.round(),
            timeSec: slot.timeSec(),
            count: slot.count(),
            status: slot.status()
        });
    }

    /// @inheritdoc IOracleHub
    function answers(uint16[] calldata indices) external view returns (Answer[] memory found) {
        found = new Answer[](indices.length);
        for (uint256 i = 0; i < indices.length; i++) {
            found[i] = answerAt(indices[i]);
        }
    }

    /// @inheritdoc IOracleHub
    function latestRound() public view returns (uint64 latest) {
        uint256 length = _feeds.length;
        for (uint256 i = 0; i < length; i++) {
            uint64 round = _slots[i].round();
            if (round > latest) latest = round;
        }
    }

    /// @inheritdoc IOracleHub
    function feedCount() external view returns (uint256) {
        return _feeds.length;
    }

    /// @inheritdoc IOracleHub
    function feedAt(uint16 index) external view returns (Feed memory) {
        if (index >= _feeds.length) revert UnknownFeed(index, _feeds.length);
        return _feeds[index];
    }

    /// @inheritdoc IOracleHub
    function indexOf(bytes32 feedId) external view returns (uint16) {
        uint256 position = _position[feedId];
        if (position == 0) revert UnknownFeedId(feedId);
        return uint16(position - 1);
    }

    /// @inheritdoc IOracleHub
    function configuration() external view returns (Configuration memory newest, Configuration memory previous) {
        return (_newest, _previous);
    }

    // -- For the owner

    /// @inheritdoc IOracleHub
    function addFeeds(Feed[] calldata added) external onlyOwner {
        uint256 index = _feeds.length;
        if (index + added.length > FEEDS_MAX) revert TooManyFeeds(index + added.length, FEEDS_MAX);
        for (uint256 i = 0; i < added.length; i++) {
            Feed calldata feed = added[i];
            if (feed.feedId == 0 || feed.definitionDigest == 0) revert ZeroFeedId(feed.feedId, feed.definitionDigest);
            if (feed.decimals > DECIMALS_MAX) revert TooManyDecimals(feed.feedId, feed.decimals, DECIMALS_MAX);
            if (feed.heartbeatSec == 0) revert ZeroHeartbeat(feed.feedId);
            uint256 position = _position[feed.feedId];
            if (position != 0) revert DuplicateFeed(feed.feedId, uint16(position - 1));

            _feeds.push(feed);
            _slots[index] = FeedSlotLibrary.LISTED;
            emit FeedAdded(uint16(index), feed.feedId, feed.definitionDigest, feed.decimals, feed.heartbeatSec);
            _position[feed.feedId] = ++index;
        }
    }

    /// @inheritdoc IOracleHub
    function configure(Configuration calldata first) external onlyOwner {
        if (_newest.cfg != 0) revert AlreadyConfigured(_newest.cfg);
        _checkAlone(first);
        emit ConfigurationChanged(_previous, first, _newest);
        _newest = first;
    }

    /// @inheritdoc IOracleHub
    function rotate(Configuration calldata next) external onlyOwner {
        Configuration memory newest = _newest;
        Configuration memory followed = _previous;
        Configuration memory replaced;
        if (newest.cfg == 0) revert NotConfigured();
        _checkAlone(next);
        if (next.configCount <= newest.configCount) revert ConfigCountNotNewer(next.configCount, newest.configCount);

        uint64 latest = latestRound();
        if (followed.cfg != 0 && latest < newest.firstRound) replaced = newest;
        else followed = newest;
        _checkFollows(next, followed, latest);

        emit ConfigurationChanged(followed, next, replaced);
        _previous = followed;
        _newest = next;
        uint256 length = _feeds.length;
        for (uint256 i = 0; i < length; i++) {
            _slots[i] = _slots[i].withoutEra();
        }
    }

    function _checkAlone(Configuration calldata given) private pure {
        if (given.cfg == 0) revert ZeroCfg();
        if (!SchnorrSecp256k1.isKey(given.groupKeyX)) revert BadGroupKey(given.groupKeyX);
        if (given.slotMs < SLOT_MS_MIN || given.slotMs > SLOT_MS_MAX) {
            revert BadSlotMs(given.slotMs, SLOT_MS_MIN, SLOT_MS_MAX);
        }
        if (given.firstRound == 0 || given.firstRound > FeedSlotLibrary.ROUND_MAX) {
            revert BadFirstRound(given.firstRound, 1, FeedSlotLibrary.ROUND_MAX);
        }
    }

    /// @dev Rounds and time go on where the followed configuration would have them at that round.
    function _checkFollows(Configuration calldata next, Configuration memory followed, uint64 latest) private pure {
        bool sameTag = _tag(next.groupKeyX) == _tag(followed.groupKeyX);
        if (sameTag && next.groupKeyX != followed.groupKeyX) {
            revert KeyTagTaken(_tag(next.groupKeyX), followed.groupKeyX);
        }
        uint64 newestRound = latest > followed.firstRound ? latest : followed.firstRound;
        if (next.firstRound <= newestRound) revert FirstRoundNotNewer(next.firstRound, newestRound);
        uint256 wantedMs = followed.firstRoundTimeMs + uint256(next.firstRound - followed.firstRound) * followed.slotMs;
        if (next.firstRoundTimeMs != wantedMs) revert RoundTimeDiscontinuous(next.firstRoundTimeMs, wantedMs);
    }
}
