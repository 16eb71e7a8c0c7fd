// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {ICommittee} from "./ICommittee.sol";
import {IFeedRegistry} from "./IFeedRegistry.sol";
import {IOracleHub} from "./IOracleHub.sol";
import {ISettlement} from "./ISettlement.sol";

/// @title How expiry prices are written and voided. Who only reads them needs `ISettlement`.
/// @notice A price is the mean of a window, agreed on by 2f + 1 nodes, carried to a second report in a row, and signed by
///         the group. Anybody may carry it here, at any time after the expiry: a chain that stood still settles late.
///         Nobody owns this contract, so nobody can set, change, void or bless a price by word alone.
///
///         **Dispute.** Before a price is final, f + 1 distinct observers' signed values, each further from it than
///         `toleranceBps` and all on the same side of it, void it. Among f + 1 observers one is honest, so f liars void
///         nothing as long as every honest observer is within the tolerance. A price outside of what honest observers saw
///         has all of them on one side, so the one side costs an honest dispute nothing. Without it, one honest observer
///         at each end of a restless window would be enough with f - 1 liars, although a price between honest values
///         is what a median is.
///
///         A voided expiry is open again, for a report that is newer than the voided one. The same wrong price may come
///         back in it, and falls to the same signatures. An equal price is not refused for ever, because f + 1 liars, who
///         can void anything, must not be able to outlaw the right price as well.
interface IExpirySettlement is ISettlement {
    // -- Types

    /// @notice What is fixed at deployment.
    /// @param minCoveragePpm   Part of the window that the nodes must have seen, parts per million.
    /// @param disputeWindowSec From the writing of a price until it is final, seconds. It should be longer than the chain
    ///                         may stand still or be full: a dispute that cannot land in time is none.
    /// @param toleranceBps     How far an observer's value may be from a price without testifying against it, basis
    ///                         points of the price. At least the feed's `agreement`, within which 2f + 1 nodes were.
    struct Limits {
        uint32 minCoveragePpm;
        uint32 disputeWindowSec;
        uint16 toleranceBps;
    }

    // -- Errors: deployment

    /// @notice The smallest coverage is outside of what makes sense, parts per million.
    error BadMinCoverage(uint32 givenPpm, uint32 minPpm, uint32 maxPpm);

    /// @notice The dispute window is outside of what makes sense, seconds.
    error BadDisputeWindow(uint32 givenSec, uint32 minSec, uint32 maxSec);

    /// @notice The tolerance is outside of what makes sense, basis points.
    error BadTolerance(uint16 givenBps, uint16 minBps, uint16 maxBps);

    // -- Errors: settling

    /// @notice The proof is not of one feed alone.
    error NotOneLeaf(uint256 given);

    /// @notice The detail is not the one that the leaf commits to.
    error DetailMismatch(bytes32 given, bytes32 wanted);

    /// @notice The detail has another length than a settlement's, or begins with other codes.
    error NotASettlementDetail(uint256 givenBytes, uint256 wantedBytes);

    /// @notice The feed's kind, the top byte of its id, is not settlement.
    error WrongKind(uint8 given, uint8 wanted);

    /// @notice The nodes do not vouch for the value: 2 missing, 3 disputed, where 1 is wanted.
    error BadLeafStatus(uint8 given, uint8 wanted);

    /// @notice The price is still an estimate or not yet carried on: 1 averaging, 2 pending, 3 agreed, where 4 is wanted.
    error BadPhase(uint8 given, uint8 wanted);

    /// @notice The value is not the whole window's mean: a part of it is a price of one instant.
    error NotAMean(int128 value, int128 fixedPart, int128 variablePart);

    /// @notice The nodes saw too little of the window, parts per million.
    error LowCoverage(uint32 givenPpm, uint32 minPpm);

    /// @notice Expiries are whole seconds.
    error ExpiryNotWholeSeconds(uint48 expiryMs);

    /// @notice By the report's clock or by this chain's, the expiry is still to come.
    error NotExpired(uint48 expiryMs, uint64 reportTimeMs, uint256 nowSec);

    /// @notice The hub's guardian or owner stopped the feed: nothing of it is settled until the owner lets it go on. What
    ///         was written before stays, and can still be disputed.
    error FrozenFeed(bytes32 feedId, uint16 index);

    /// @notice The hub reads the feed's numbers in other decimals than the registry does.
    error DecimalsDiffer(uint8 hub, uint8 registry);

    /// @notice With more decimals than a price here has, the value could not be written exactly.
    error TooManyPriceDecimals(uint8 given, uint8 max);

    /// @notice A price is above zero.
    error NotPositive(int128 value);

    /// @notice The price does not fit, 1e18.
    error PriceOverflow(uint256 given, uint256 max);

    /// @notice The expiry has its price.
    error AlreadySettled(uint256 price, uint64 finalAtSec);

    /// @notice The report is not newer than the one whose price was voided, unix ms.
    error NotNewerThanVoided(uint64 givenMs, uint64 voidedMs);

    // -- Errors: disputing

    /// @notice There is no price that could still be disputed.
    error NotDisputable(State given, State wanted);

    /// @notice The statements are not a whole number of them, above zero.
    error BadStatements(uint256 givenBytes, uint256 statementBytes);

    /// @notice The signature is the malleable twin of one that is accepted.
    error HighS(uint256 given, uint256 max);

    /// @notice The value does not contradict what was settled, both in the feed's decimals.
    error WithinTolerance(uint256 value, uint256 settled, uint16 toleranceBps);

    /// @notice The value lies on the other side of what was settled than the first one, both in the feed's decimals.
    error OtherSide(uint256 value, uint256 settled);

    // -- Errors: reading

    /// @notice There is no final price.
    /// @param finalAtSec When it will be final, unix seconds; 0 while there is none.
    error NotFinal(State given, State wanted, uint64 finalAtSec);

    // -- Events

    /// @notice An expiry has a price.
    /// @param price        1e18.
    /// @param unit         Of the price, such as "USD/BTC".
    /// @param coveragePpm  Part of the window that the nodes saw, parts per million.
    /// @param finalAtSec   Disputable before, unix seconds.
    event Settled(
        bytes32 indexed feedId,
        uint64 indexed expirySec,
        uint256 price,
        bytes32 unit,
        uint64 round,
        uint64 reportTimeMs,
        uint32 coveragePpm,
        uint64 finalAtSec
    );

    /// @notice A price was voided.
    /// @param price        The price that was, 1e18.
    /// @param reportTimeMs Of the report it stood in; the next one must be newer.
    /// @param witnesses    Whose signatures voided it, ascending.
    event Voided(
        bytes32 indexed feedId, uint64 indexed expirySec, uint256 price, uint64 reportTimeMs, address[] witnesses
    );

    // -- For everybody

    /// @notice Writes the price of an expiry.
    /// @param proof  Of the settlement feed's leaf alone, for `IReportVerifier.verify`.
    /// @param detail What the leaf's detail hash is of: `SettlementDetail` has the layout.
    /// @custom:invariant writtenOnce A price is never replaced: only a dispute takes it away, and only before it is final.
    /// @custom:invariant pricesWereSigned Every price stood in a report signed by the key of its round, times a power of
    ///                   ten that registry and hub agree on.
    function settle(bytes calldata proof, bytes calldata detail) external;

    /// @notice Voids a price that f + 1 observers contradict.
    /// @param statements One after the other, ascending by signer: `ExpiryStatement` has the layout.
    /// @custom:invariant liarsVoidNothing f observers' statements never void a price.
    /// @custom:invariant finalIsForever A final price never changes.
    function dispute(bytes32 feedId, uint64 expirySec, bytes calldata statements) external;

    /// @notice What an observer signs to say that it saw this mean.
    /// @param value In the feed's decimals.
    function statementDigest(bytes32 feedId, uint64 expirySec, uint128 value) external view returns (bytes32);

    /// @notice The hub whose reports count.
    function hub() external view returns (IOracleHub);

    /// @notice Where units and decimals come from.
    function registry() external view returns (IFeedRegistry);

    /// @notice Who may testify.
    function committee() external view returns (ICommittee);

    /// @notice What was fixed at deployment.
    function limits() external view returns (Limits memory);
}
