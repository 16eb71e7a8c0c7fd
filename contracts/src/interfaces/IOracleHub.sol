// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IHubGuard} from "./IHubGuard.sol";
import {IHubHistory} from "./IHubHistory.sol";
import {IHubPairs} from "./IHubPairs.sol";
import {IHubProofs} from "./IHubProofs.sol";
import {IOwned} from "./IOwned.sol";
import {IReportCodec} from "./IReportCodec.sol";
import {IReportProof} from "./IReportProof.sol";
import {IReportVerifier} from "./IReportVerifier.sol";

/// @title Holds the newest answer of every feed of one network on one chain.
/// @notice Anybody may carry a report here: what makes it count is the one signature that at least t of n nodes made
///         together. Nothing is ever clamped or corrected: a report is stored as it was signed, or refused.
interface IOracleHub is
    IOwned,
    IHubGuard,
    IHubHistory,
    IHubPairs,
    IHubProofs,
    IReportCodec,
    IReportProof,
    IReportVerifier
{
    // -- Types

    /// @notice What the hub knows of a feed. The feed's position in the list, its index, is for ever.
    /// @param feedId           keccak256 of the feed's name, top byte replaced by the kind's code.
    /// @param definitionDigest Digest of the canonical definition.
    /// @param decimals         The answer is an integer count of 10^-decimals; at most 30.
    /// @param heartbeatSec     The feed is published at least this often; above 0.
    /// @param history          Whether its last 512 values are kept, for about 5 100 gas an update. For ever.
    struct Feed {
        bytes32 feedId;
        bytes32 definitionDigest;
        uint8 decimals;
        uint32 heartbeatSec;
        bool history;
    }

    /// @notice A set of nodes with its key, and the clock of its rounds: round r starts at
    ///         firstRoundTimeMs + (r - firstRound) * slotMs.
    /// @param cfg              Digest of the whole configuration, as the nodes know it.
    /// @param groupKeyX        x of the group key, whose y is even; 0 < x < Q, on the curve.
    /// @param configCount      Grows from configuration to configuration.
    /// @param firstRound       First round that this configuration signs; 1 .. 2^33 - 1.
    /// @param firstRoundTimeMs When that round starts, unix ms.
    /// @param slotMs           Length of a round, ms; 250 .. 60000.
    struct Configuration {
        bytes32 cfg;
        uint256 groupKeyX;
        uint64 configCount;
        uint64 firstRound;
        uint64 firstRoundTimeMs;
        uint32 slotMs;
    }

    /// @notice What the hub answers for a feed.
    /// @param value         Last agreed value, in the feed's decimals. Kept while the feed is missing or disputed.
    /// @param confidencePpb Median absolute deviation of the nodes' observations, parts per billion of |value|.
    /// @param round         Round of the last report that spoke of this feed, whatever its status; 0 when none did.
    /// @param timeSec       Signed time of the last agreed value, unix seconds; 0 when there is none.
    /// @param count         How many values were stored; 0 when there is no value. Dense: consumers' round id.
    /// @param status        0 never reported, 1 ok, 2 missing, 3 disputed, 4 frozen: no longer updated.
    struct Answer {
        int128 value;
        uint32 confidencePpb;
        uint64 round;
        uint32 timeSec;
        uint32 count;
        uint8 status;
    }

    // -- Errors: feeds

    /// @notice The list of feeds would grow above its cap.
    error TooManyFeeds(uint256 given, uint256 max);

    /// @notice The feed is in the list already.
    error DuplicateFeed(bytes32 feedId, uint16 index);

    /// @notice A feed's id or definition digest is zero.
    error ZeroFeedId(bytes32 feedId, bytes32 definitionDigest);

    /// @notice A feed has more decimals than consumers can be expected to handle.
    error TooManyDecimals(bytes32 feedId, uint8 given, uint8 max);

    /// @notice A feed promises to be published every 0 seconds.
    error ZeroHeartbeat(bytes32 feedId);

    /// @notice No feed has this index.
    /// @param count How many feeds there are on its side: single ones below 2^15, paired ones from there on.
    error UnknownFeed(uint16 given, uint256 count);

    /// @notice No feed has this id.
    error UnknownFeedId(bytes32 given);

    /// @notice A snapshot of nothing was asked for.
    error EmptySnapshot();

    /// @notice A feed of the snapshot has no good answer.
    /// @param given  0 never reported, 2 missing, 3 disputed, 4 frozen.
    /// @param wanted 1 ok.
    error SnapshotStatus(uint16 index, uint8 given, uint8 wanted);

    /// @notice The feeds of the snapshot were not published together.
    /// @param given  Round of this feed's answer.
    /// @param wanted Round of the first feed's.
    error SnapshotTorn(uint16 index, uint64 given, uint64 wanted);

    // -- Errors: configurations

    /// @notice The network id is zero.
    error ZeroNetworkId();

    /// @notice No configuration was set yet, so no key can be checked.
    error NotConfigured();

    /// @notice The first configuration is set already: it can only be rotated.
    error AlreadyConfigured(bytes32 cfg);

    /// @notice The configuration's digest is zero.
    error ZeroCfg();

    /// @notice The key is zero, not below Q, or no x coordinate of the curve.
    error BadGroupKey(uint256 given);

    /// @notice The new key ends in the same four bytes as the one it follows without being the same, so that reports
    ///         could not say which of the two signed them. One ceremony in 2^32 has to be repeated.
    error KeyTagTaken(bytes4 given, uint256 groupKeyX);

    /// @notice The slot length is outside of what the protocol allows.
    error BadSlotMs(uint32 given, uint32 min, uint32 max);

    /// @notice A configuration's first round is 0 or does not fit into a feed's slot.
    error BadFirstRound(uint64 given, uint64 min, uint64 max);

    /// @notice The new configuration's count is not above the stored one's.
    error ConfigCountNotNewer(uint64 given, uint64 stored);

    /// @notice The new configuration would start at or below a round that was accepted already, or at or below the
    ///         first round of the configuration that it follows.
    /// @param given  Its first round.
    /// @param newest The round it must be above.
    error FirstRoundNotNewer(uint64 given, uint64 newest);

    /// @notice The clocks of the two configurations disagree about when the new one's first round starts.
    /// @param givenMs  Its first round's time, unix ms.
    /// @param wantedMs That round's time by the clock of the configuration that it follows, unix ms.
    error RoundTimeDiscontinuous(uint64 givenMs, uint256 wantedMs);

    // -- Errors: reports

    /// @notice The report was made for another network.
    /// @param given  First four bytes of the network id that the payload names.
    /// @param wanted First four bytes of this hub's.
    error WrongNetwork(bytes4 given, bytes4 wanted);

    /// @notice The report was signed by a key that this hub does not hold for that round.
    /// @param given  Last four bytes of the key that the payload names.
    /// @param wanted Last four bytes of the newest key.
    error UnknownKey(bytes4 given, bytes4 wanted);

    /// @notice The key is known and not yet valid in that round.
    error KeyNotYetValid(uint64 round, uint64 firstRound);

    /// @notice The key is known and no longer valid in that round.
    error KeyRetired(uint64 round, uint64 newKeyFirstRound);

    /// @notice The signature is not the group key's over these bytes: something was changed, or somebody else signed.
    /// @param digest    What the signature had to cover.
    /// @param groupKeyX The key it had to be made with.
    error BadSignature(bytes32 digest, uint256 groupKeyX);

    /// @notice Every entry of the report is at most as new as what is stored: a replay, or a report overtaken by others.
    /// @param given  The report's round.
    /// @param stored Round stored for the feed of its last entry.
    error StaleReport(uint64 given, uint64 stored);

    /// @notice The report is from the future.
    /// @param givenMs Report time, unix ms.
    /// @param maxMs   Latest time that is accepted in this block, unix ms.
    error FutureReport(uint64 givenMs, uint256 maxMs);

    /// @notice A newer round carries an older time than the stored value's: no clock of ours does that.
    error TimeBeforeStored(uint16 index, uint32 givenSec, uint32 storedSec);

    /// @notice Entries do not stand in strictly ascending order.
    error EntriesNotAscending(uint16 previous, uint16 given);

    /// @notice An entry's status is none of 1 ok, 2 missing, 3 disputed.
    error BadStatus(uint16 index, uint8 given);

    /// @notice The round does not fit into a feed's slot.
    error RoundOverflow(uint64 given, uint64 max);

    /// @notice The time does not fit into a feed's slot.
    error TimeOverflow(uint256 givenSec, uint32 max);

    /// @notice The feed's counter is full; its successor has to be added under a new index.
    error CountOverflow(uint16 index, uint32 max);

    /// @notice No entry of the report could be stored: all are of frozen feeds, or of pairs that do not fit.
    error NothingStored(uint64 round);

    // -- Events

    /// @notice A feed joined the list.
    event FeedAdded(
        uint16 indexed index,
        bytes32 indexed feedId,
        bytes32 definitionDigest,
        uint8 decimals,
        uint32 heartbeatSec,
        bool history
    );

    /// @notice A configuration was set.
    /// @param previous The one it follows, which keeps the rounds below `newest.firstRound`; zero at first.
    /// @param newest   The new one.
    /// @param replaced The one it took the place of before that had signed anything here; zero otherwise.
    event ConfigurationChanged(Configuration previous, Configuration newest, Configuration replaced);

    /// @notice A report was accepted.
    /// @param report What it said, packed: round u48 | reportTimeMs u48, then its entries as signed: index u16 | status u8 |
    ///               value i128 | confidencePpb u32, 23 bytes each. The ones that were left out are among them, and
    ///               each has its own event before this one.
    event ReportSubmitted(bytes report);

    /// @notice An entry was at most as new as what is stored, and was left out.
    event EntrySkipped(uint16 indexed index, uint64 givenRound, uint64 storedRound);

    /// @notice An entry of a frozen feed was left out.
    event FrozenEntrySkipped(uint16 indexed index, uint64 givenRound);

    // -- For the owner

    /// @notice Appends feeds to the list.
    function addFeeds(Feed[] calldata added) external;

    /// @notice Appends feeds that share slots, each with its neighbour: `added[0]` with `added[1]`, and so on. For feeds of
    ///         one publication group with moderate values: int53, and confidences up to 6.7 %.
    /// @dev They get the indices from 2^15 on, 2n beside 2n + 1, which are for ever too: see IHubPairs.
    function addPairs(Feed[] calldata added) external;

    /// @notice Sets the first configuration.
    function configure(Configuration calldata first) external;

    /// @notice Sets the configuration that signs from `next.firstRound` on. The one it follows keeps the rounds below,
    ///         for ever, so that late reports can still land; the ones before that are dead.
    /// @dev While the newest configuration has no accepted round it is pending: then `next` takes its place, and both
    ///      clocks and rounds continue from the configuration before it. Cost grows with the number of feeds.
    function rotate(Configuration calldata next) external;

    // -- For everybody

    /// @notice Stores the entries of a signed report. The layout of the payload stands in `ReportCodec`.
    /// @dev An entry at most as new as the stored one is skipped and never reverts the rest. A feed that is missing or
    ///      disputed keeps its value, confidence, time and count, so that readers see both the status and its age.
    /// @custom:invariant roundsNeverDecrease A feed's round and time never decrease.
    /// @custom:invariant countGrowsByOne A feed's count grows by exactly one per accepted entry with status ok.
    /// @custom:invariant answersWereSigned Every stored answer was in a report signed by the key of its round.
    function submit(bytes calldata payload) external;

    /// @notice The newest answer of a feed, of any status and age: for consumers who judge those themselves.
    function answerAt(uint16 index) external view returns (Answer memory);

    /// @notice The newest answers of several feeds, in the order asked for.
    function answers(uint16[] calldata indices) external view returns (Answer[] memory);

    /// @notice The answers of several feeds that one report published together, all ok; reverts where they are not.
    /// @return round Of that report.
    /// @return found In the order asked for.
    function snapshot(uint16[] calldata indices) external view returns (uint64 round, Answer[] memory found);

    /// @notice The value with this count, from a feed's history: what was published stays true of its round, so its
    ///         status is 1 whatever the feed's is now. Only reverts for a value that is not kept.
    /// @param count 1 .. the feed's count; the last 512 of a feed with history. Of a feed without, only the newest
    ///              is kept, and comes as `answerAt` has it.
    function historyAt(uint16 index, uint32 count) external view returns (Answer memory);

    /// @notice The newest round that any feed holds. Walks the list: meant for calls from outside of the chain.
    function latestRound() external view returns (uint64);

    /// @notice How many feeds have a slot of their own; their indices begin at 0.
    function feedCount() external view returns (uint256);

    /// @notice What was stated when the feed was added.
    function feedAt(uint16 index) external view returns (Feed memory);

    /// @notice The index of a feed.
    function indexOf(bytes32 feedId) external view returns (uint16);

    /// @notice The newest configuration, valid from its first round on, and the one valid below that; zero when none is.
    function configuration() external view returns (Configuration memory newest, Configuration memory previous);

    /// @notice Separates this network from every other in the digest.
    function networkId() external view returns (bytes32);
}
