// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IMarketReader} from "../src/interfaces/IMarketReader.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {ITokenCustody} from "./TokenCustody.sol";

/// @title European options on one underlying, fully collateralised, priced and settled by the oracle network.
/// @notice A call is backed by the underlying itself and pays in it: lots · (S - K)/S, which is below one lot at every price,
///         so one lot locked is enough for ever. Paid in the quote currency it would have no upper bound, and a cap
///         would make another product of it. A put is backed by its strike in the quote currency and pays K - S in it.
///         Nothing is ever lent, netted or liquidated.
///
///         Everything is counted in whole lots, and what a lot locks and pays is fixed per series in the smallest
///         units of a token. So no division happens per account, and the shares of all accounts add up exactly.
///
///         The quote token is taken for the quote currency, and the base token for the underlying: whoever trades
///         here bears the risk that a token is not worth what it stands for.
interface IOptionMarket is ITokenCustody {
    // -- Types

    /// @notice What a market is made of.
    /// @param feeds             Forward, volatility and rate, behind their gates.
    /// @param settlement        Where final prices stand.
    /// @param settlementFeed    Id of the settlement feed of the underlying.
    /// @param base              Token of the underlying.
    /// @param quote             Token of the quote currency.
    /// @param lotsPerUnit       Lots that make one unit of the underlying.
    /// @param closesBeforeSec   Trading ends so long before the expiry; at least the settlement's averaging window, since
    ///                          in it a part of the price is known and the formula does not know it.
    /// @param rescindsAfterSec  Without a price so long after the expiry, a series is rescinded; at least 30 days.
    struct Terms {
        IMarketReader feeds;
        ISettlement settlement;
        bytes32 settlementFeed;
        address base;
        address quote;
        uint256 lotsPerUnit;
        uint32 closesBeforeSec;
        uint32 rescindsAfterSec;
    }

    /// @notice What all lots of a series share.
    /// @param strike           Quote currency, 1e18.
    /// @param expirySec        Unix seconds.
    /// @param isCall           Call or put.
    /// @param settled          Whether `payoutPerLot` is known, for ever.
    /// @param collateralPerLot Base units of a call, quote units of a put.
    /// @param payoutPerLot     In the same token; at most `collateralPerLot`.
    /// @param soldLots         In buyers' hands when it settles, or now.
    /// @param paid             What was paid for these, in units of the collateral, at the forward of each purchase.
    struct Series {
        uint128 strike;
        uint64 expirySec;
        bool isCall;
        bool settled;
        uint256 collateralPerLot;
        uint256 payoutPerLot;
        uint256 soldLots;
        uint256 paid;
    }

    /// @notice What a writer has locked in a series.
    /// @param unsoldLots       On offer.
    /// @param soldLots         Sold.
    /// @param minPremiumPerLot Quote units; below it the writer does not sell.
    struct Writing {
        uint256 unsoldLots;
        uint256 soldLots;
        uint256 minPremiumPerLot;
    }

    // -- Errors

    /// @notice A unit of the underlying does not divide into so many lots, in 18 decimals and in the token's.
    error BadLot(uint256 lotsPerUnit, uint8 baseDecimals);

    /// @notice Money could be given back before the settlement had a chance.
    error RescindTooSoon(uint32 given, uint32 min);

    /// @notice No such series was opened.
    error UnknownSeries(bytes32 id);

    /// @notice A strike of zero.
    error ZeroStrike();

    /// @notice Nothing to do.
    error ZeroLots();

    /// @notice The series trades no more, or never could.
    error TradingClosed(uint64 expirySec, uint256 closesAtSec);

    /// @notice The transaction came too late.
    error PastDeadline(uint256 nowSec, uint64 deadlineSec);

    /// @notice More than is there.
    error NotEnoughLots(uint256 given, uint256 held);

    /// @notice The premium rounds to nothing.
    error ZeroPremium();

    /// @notice The buyer does not want to pay so much.
    error PremiumAboveMax(uint256 premium, uint256 maxPremium);

    /// @notice The writer does not want to sell for so little.
    error PremiumBelowMin(uint256 premium, uint256 minPremium);

    /// @notice The premium is above all that the option could ever pay. Only rates far below zero get there.
    error PremiumAboveCollateral(uint256 paid, uint256 collateral);

    /// @notice Lots would be given to nobody.
    error BadRecipient(address given);

    /// @notice The series has its payout already.
    error AlreadySettled(bytes32 id);

    /// @notice The series still runs.
    error NotYetExpired(uint64 expirySec);

    /// @notice There is no final price yet, and it is too early to give the money back.
    error NotYetFinal(uint64 expirySec, uint256 rescindsAtSec);

    // -- Events

    /// @notice A series was opened.
    event SeriesOpened(bytes32 indexed id, uint128 strike, uint64 expirySec, bool isCall, uint256 collateralPerLot);

    /// @notice A writer locked lots.
    event Written(bytes32 indexed id, address indexed writer, uint256 lots);

    /// @notice A writer changed what it sells for at least.
    event MinPremiumChanged(bytes32 indexed id, address indexed writer, uint256 previous, uint256 minPremiumPerLot);

    /// @notice A writer took unsold lots back.
    event Unwritten(bytes32 indexed id, address indexed writer, uint256 lots);

    /// @notice Lots were bought.
    event Bought(bytes32 indexed id, address indexed buyer, address indexed writer, uint256 lots, uint256 premium);

    /// @notice Lots changed hands.
    event Transferred(bytes32 indexed id, address indexed from, address indexed to, uint256 lots);

    /// @notice A writer who held lots of the series it wrote ended both.
    event Closed(bytes32 indexed id, address indexed account, uint256 lots);

    /// @notice The payout is known.
    /// @param price     Settlement price, quote currency, 1e18; zero when the series was rescinded.
    /// @param rescinded Whether there was no price, and premiums go back.
    event Settled(bytes32 indexed id, uint256 price, uint256 payoutPerLot, bool rescinded);

    /// @notice A holder was paid.
    event Exercised(bytes32 indexed id, address indexed holder, uint256 lots, uint256 payout);

    /// @notice A writer got back what the holders do not get.
    event Collected(bytes32 indexed id, address indexed writer, uint256 amount);

    /// @notice A writer took its premiums out.
    event PremiumsWithdrawn(address indexed writer, uint256 amount);

    // -- Writing

    /// @notice Locks collateral for lots and offers them. Opens the series where it is new.
    /// @param minPremiumPerLot Quote units; for all of the writer's unsold lots of the series.
    function write(uint128 strike, uint64 expirySec, bool isCall, uint256 lots, uint256 minPremiumPerLot)
        external
        returns (bytes32 id);

    /// @notice Changes what the caller's unsold lots cost at least.
    function reprice(bytes32 id, uint256 minPremiumPerLot) external;

    /// @notice Takes unsold lots back, at any time.
    function unwrite(bytes32 id, uint256 lots) external;

    /// @notice Ends lots that the caller both wrote and holds, and frees their collateral. Needs no price.
    function close(bytes32 id, uint256 lots) external;

    /// @notice After the settlement: pays the writer what is left of its collateral.
    function collect(bytes32 id) external returns (uint256 amount);

    /// @notice Pays the caller the premiums of what it sold.
    function withdrawPremiums() external returns (uint256 amount);

    // -- Buying

    /// @notice Buys lots of a writer, at the premium of this block. Reverts on any bad answer of any feed.
    /// @param maxPremium  Quote units, for all lots together.
    /// @param deadlineSec Unix seconds; later the call reverts.
    /// @return premium Quote units.
    /// @custom:invariant nothingIsCreatedOrLost
    /// @custom:invariant everyLotHasItsCollateral
    function buy(bytes32 id, address writer, uint256 lots, uint256 maxPremium, uint64 deadlineSec)
        external
        returns (uint256 premium);

    /// @notice Gives lots away.
    function transfer(bytes32 id, address to, uint256 lots) external;

    /// @notice After the settlement: pays the caller for all its lots.
    function exercise(bytes32 id) external returns (uint256 payout);

    // -- For everybody

    /// @notice Fixes the payout of a series by the final price. `exercise` and `collect` do it where nobody has.
    /// @dev Without a price, when even the rescission time has come and none is on its way, the series is rescinded: a
    ///      lot pays what was paid for the series' lots on average, and the writer gets the rest. Nobody can gain by
    ///      keeping a price away more than undoing the trade brings.
    function settle(bytes32 id) external;

    // -- Reading

    /// @notice The premium of this block, quote units, rounded up. Reverts on any bad answer of any feed.
    function quotePremium(bytes32 id, uint256 lots) external view returns (uint256 premium);

    /// @notice The id that a series has or would have.
    function seriesIdOf(uint128 strike, uint64 expirySec, bool isCall) external pure returns (bytes32 id);

    /// @notice What the lots of a series share.
    function seriesOf(bytes32 id) external view returns (Series memory);

    /// @notice What a writer has in a series.
    function writingOf(bytes32 id, address writer) external view returns (Writing memory);

    /// @notice Lots that an account holds.
    function lotsOf(bytes32 id, address holder) external view returns (uint256);

    /// @notice Premiums that a writer can withdraw, quote units.
    function premiumsOf(address writer) external view returns (uint256);
}
