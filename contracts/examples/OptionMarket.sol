// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {IMarketReader} from "../src/interfaces/IMarketReader.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {BlackPrice} from "../src/libraries/BlackPrice.sol";
import {IOptionMarket} from "./IOptionMarket.sol";
import {TokenCustody} from "./TokenCustody.sol";

/// @custom:version 0.1.0
contract OptionMarket is IOptionMarket, TokenCustody {
    uint256 private constant WAD = 1e18;
    uint32 private constant RESCIND_MIN_SEC = 30 days;

    IMarketReader public immutable feeds;
    ISettlement public immutable settlement;
    bytes32 public immutable settlementFeed;
    address public immutable base;
    address public immutable quote;
    uint32 public immutable closesBeforeSec;
    uint32 public immutable rescindsAfterSec;

    /// @notice A lot, as a share of a unit of the underlying, 1e18.
    uint256 public immutable lotWad;
    /// @notice A lot, in units of the base token.
    uint256 public immutable lotBase;
    /// @dev 1e18 of the quote currency divided by this is units of the quote token.
    uint256 private immutable WAD_PER_QUOTE;

    mapping(bytes32 id => Series) private _series;
    mapping(bytes32 id => mapping(address writer => Writing)) private _writings;

    /// @inheritdoc IOptionMarket
    mapping(bytes32 id => mapping(address holder => uint256)) public lotsOf;

    /// @inheritdoc IOptionMarket
    mapping(address writer => uint256) public premiumsOf;

    constructor(Terms memory terms) {
        if (terms.base == terms.quote) revert SameToken(terms.base);
        uint8 baseDecimals = _decimalsOf(terms.base);
        uint256 unit = 10 ** baseDecimals;
        uint256 lots = terms.lotsPerUnit;
        if (lots == 0 || unit % lots != 0) revert BadLot(lots, baseDecimals);
        if (terms.rescindsAfterSec < RESCIND_MIN_SEC) revert RescindTooSoon(terms.rescindsAfterSec, RESCIND_MIN_SEC);
        feeds = terms.feeds;
        settlement = terms.settlement;
        settlementFeed = terms.settlementFeed;
        base = terms.base;
        quote = terms.quote;
        closesBeforeSec = terms.closesBeforeSec;
        rescindsAfterSec = terms.rescindsAfterSec;
        lotWad = WAD / lots;
        lotBase = unit / lots;
        WAD_PER_QUOTE = 10 ** (18 - _decimalsOf(terms.quote));
    }

    // -- Buying

    /// @inheritdoc IOptionMarket
    /// @custom:invariant nothingIsCreatedOrLost
    /// @custom:invariant everyLotHasItsCollateral
    function buy(bytes32 id, address writer, uint256 lots, uint256 maxPremium, uint64 deadlineSec)
        external
        nonReentrant
        returns (uint256 premium)
    {
        uint256 forward;
        (premium, forward) = _premium(_known(id), lots); // No good answer of every feed, no trade.
        if (block.timestamp > deadlineSec) revert PastDeadline(block.timestamp, deadlineSec);
        if (premium > maxPremium) revert PremiumAboveMax(premium, maxPremium);
        Writing storage writing = _writings[id][writer];
        if (lots > writing.unsoldLots) revert NotEnoughLots(lots, writing.unsoldLots);
        uint256 minPremium = writing.minPremiumPerLot * lots;
        if (premium < minPremium) revert PremiumBelowMin(premium, minPremium);

        writing.unsoldLots -= lots;
        writing.soldLots += lots;
        lotsOf[id][msg.sender] += lots;
        premiumsOf[writer] += premium;
        _bookSale(_series[id], lots, premium, forward);
        emit Bought(id, msg.sender, writer, lots, premium);
        _pull(quote, msg.sender, premium);
    }

    /// @inheritdoc IOptionMarket
    function quotePremium(bytes32 id, uint256 lots) external view returns (uint256 premium) {
        (premium,) = _premium(_known(id), lots);
    }

    /// @dev Rounded up, in the smallest units. `getSpot` is asked for its gate: a coin whose price the nodes do not agree
    ///      on is not traded, whatever its surface says.
    function _premium(Series storage series, uint256 lots) private view returns (uint256 premium, uint256 forward) {
        (uint128 strike, uint64 expirySec) = (series.strike, series.expirySec);
        _requireTrading(expirySec);
        if (lots == 0) revert ZeroLots();
        feeds.getSpot();
        (forward,) = feeds.getForwardPrice(expirySec);
        (uint256 vol,) = feeds.getVol(strike, expirySec);
        (int256 rate,) = feeds.getInterestRate(expirySec);
        uint256 price = BlackPrice.price(series.isCall, forward, strike, vol, expirySec - block.timestamp, rate);
        premium = FixedPointMathLib.fullMulDivUp(price, lots * lotWad, WAD * WAD_PER_QUOTE);
        if (premium == 0) revert ZeroPremium();
    }

    /// @dev Remembers what was paid, in units of the collateral, for the case that there never is a price.
    function _bookSale(Series storage series, uint256 lots, uint256 premium, uint256 forward) private {
        uint256 paid = premium;
        if (series.isCall) {
            paid = FixedPointMathLib.fullMulDiv(premium * WAD_PER_QUOTE, lotBase * WAD / lotWad, forward);
        }
        uint256 collateral = lots * series.collateralPerLot;
        if (paid > collateral) revert PremiumAboveCollateral(paid, collateral);
        series.soldLots += lots;
        series.paid += paid;
    }

    function _requireTrading(uint64 expirySec) private view {
        uint256 closesAtSec = expirySec > closesBeforeSec ? expirySec - closesBeforeSec : 0;
        if (block.timestamp >= closesAtSec) revert TradingClosed(expirySec, closesAtSec);
    }

    /// @inheritdoc IOptionMarket
    function transfer(bytes32 id, address to, uint256 lots) external nonReentrant {
        if (to == address(0) || to == address(this)) revert BadRecipient(to);
        _takeLots(id, lots);
        lotsOf[id][to] += lots;
        emit Transferred(id, msg.sender, to, lots);
    }

    function _takeLots(bytes32 id, uint256 lots) private {
        uint256 held = lotsOf[id][msg.sender];
        if (lots == 0) revert ZeroLots();
        if (lots > held) revert NotEnoughLots(lots, held);
        lotsOf[id][msg.sender] = held - lots;
    }

    // -- Writing

    /// @inheritdoc IOptionMarket
    function write(uint128 strike, uint64 expirySec, bool isCall, uint256 lots, uint256 minPremiumPerLot)
        external
        nonReentrant
        returns (bytes32 id)
    {
        _requireTrading(expirySec);
        if (lots == 0) revert ZeroLots();
        id = seriesIdOf(strike, expirySec, isCall);
        Series storage series = _series[id];
        if (series.expirySec == 0) _openSeries(id, strike, expirySec, isCall);
        _writings[id][msg.sender].unsoldLots += lots;
        _setMinPremium(id, minPremiumPerLot);
        emit Written(id, msg.sender, lots);
        _pull(_assetOf(series), msg.sender, lots * series.collateralPerLot);
    }

    function _openSeries(bytes32 id, uint128 strike, uint64 expirySec, bool isCall) private {
        if (strike == 0) revert ZeroStrike();
        Series storage series = _series[id];
        (series.strike, series.expirySec, series.isCall) = (strike, expirySec, isCall);
        uint256 strikePerLot = FixedPointMathLib.fullMulDivUp(strike, lotWad, WAD * WAD_PER_QUOTE);
        series.collateralPerLot = isCall ? lotBase : strikePerLot;
        emit SeriesOpened(id, strike, expirySec, isCall, series.collateralPerLot);
    }

    /// @inheritdoc IOptionMarket
    function reprice(bytes32 id, uint256 minPremiumPerLot) external nonReentrant {
        _known(id);
        _setMinPremium(id, minPremiumPerLot);
    }

    function _setMinPremium(bytes32 id, uint256 minPremiumPerLot) private {
        Writing storage writing = _writings[id][msg.sender];
        emit MinPremiumChanged(id, msg.sender, writing.minPremiumPerLot, minPremiumPerLot);
        writing.minPremiumPerLot = minPremiumPerLot;
    }

    /// @inheritdoc IOptionMarket
    function unwrite(bytes32 id, uint256 lots) external nonReentrant {
        Series storage series = _known(id);
        Writing storage writing = _writings[id][msg.sender];
        if (lots == 0) revert ZeroLots();
        if (lots > writing.unsoldLots) revert NotEnoughLots(lots, writing.unsoldLots);
        writing.unsoldLots -= lots;
        emit Unwritten(id, msg.sender, lots);
        _push(_assetOf(series), msg.sender, lots * series.collateralPerLot);
    }

    /// @inheritdoc IOptionMarket
    function close(bytes32 id, uint256 lots) external nonReentrant {
        Series storage series = _known(id);
        if (series.settled) revert AlreadySettled(id);
        Writing storage writing = _writings[id][msg.sender];
        if (lots > writing.soldLots) revert NotEnoughLots(lots, writing.soldLots);
        _takeLots(id, lots);
        writing.soldLots -= lots;
        // Rounded up, so that the average of what stays does not rise.
        series.paid -= FixedPointMathLib.fullMulDivUp(series.paid, lots, series.soldLots);
        series.soldLots -= lots;
        emit Closed(id, msg.sender, lots);
        _push(_assetOf(series), msg.sender, lots * series.collateralPerLot);
    }

    /// @inheritdoc IOptionMarket
    function withdrawPremiums() external nonReentrant returns (uint256 amount) {
        amount = premiumsOf[msg.sender];
        premiumsOf[msg.sender] = 0;
        emit PremiumsWithdrawn(msg.sender, amount);
        _push(quote, msg.sender, amount);
    }

    // -- After the expiry

    /// @inheritdoc IOptionMarket
    function settle(bytes32 id) external nonReentrant {
        Series storage series = _known(id);
        if (series.settled) revert AlreadySettled(id);
        _settle(id, series);
    }

    /// @dev A written price becomes final or is voided within its dispute window, so only an open one is given up.
    function _settle(bytes32 id, Series storage series) private {
        if (block.timestamp < series.expirySec) revert NotYetExpired(series.expirySec);
        (ISettlement.State state, uint256 price,) = settlement.settlementOf(settlementFeed, series.expirySec);
        bool isFinal = state == ISettlement.State.Final;
        uint256 rescindsAtSec = uint256(series.expirySec) + rescindsAfterSec;
        bool rescinded = state == ISettlement.State.Open && block.timestamp >= rescindsAtSec;
        if (!isFinal && !rescinded) revert NotYetFinal(series.expirySec, rescindsAtSec);

        uint256 payout = 0;
        if (isFinal) payout = _payoutPerLot(series, price);
        else if (series.soldLots != 0) payout = series.paid / series.soldLots;
        series.payoutPerLot = payout;
        series.settled = true;
        emit Settled(id, price, payout, rescinded);
    }

    /// @dev Rounded down and never above the collateral: (S - K)/S < 1, K - S ≤ K.
    function _payoutPerLot(Series storage series, uint256 price) private view returns (uint256) {
        uint256 strike = series.strike;
        if (series.isCall) return price > strike ? FixedPointMathLib.fullMulDiv(lotBase, price - strike, price) : 0;
        return price < strike ? FixedPointMathLib.fullMulDiv(strike - price, lotWad, WAD * WAD_PER_QUOTE) : 0;
    }

    /// @inheritdoc IOptionMarket
    function exercise(bytes32 id) external nonReentrant returns (uint256 payout) {
        Series storage series = _known(id);
        if (!series.settled) _settle(id, series);
        uint256 lots = lotsOf[id][msg.sender];
        _takeLots(id, lots);
        payout = lots * series.payoutPerLot;
        emit Exercised(id, msg.sender, lots, payout);
        _push(_assetOf(series), msg.sender, payout);
    }

    /// @inheritdoc IOptionMarket
    function collect(bytes32 id) external nonReentrant returns (uint256 amount) {
        Series storage series = _known(id);
        if (!series.settled) _settle(id, series);
        Writing memory writing = _writings[id][msg.sender];
        if (writing.unsoldLots + writing.soldLots == 0) revert ZeroLots();
        delete _writings[id][msg.sender];
        amount = writing.unsoldLots * series.collateralPerLot;
        amount += writing.soldLots * (series.collateralPerLot - series.payoutPerLot);
        emit Collected(id, msg.sender, amount);
        _push(_assetOf(series), msg.sender, amount);
    }

    // -- Reading

    /// @inheritdoc IOptionMarket
    function seriesIdOf(uint128 strike, uint64 expirySec, bool isCall) public pure returns (bytes32) {
        return keccak256(abi.encode(strike, expirySec, isCall));
    }

    /// @inheritdoc IOptionMarket
    function seriesOf(bytes32 id) external view returns (Series memory) {
        return _series[id];
    }

    /// @inheritdoc IOptionMarket
    function writingOf(bytes32 id, address writer) external view returns (Writing memory) {
        return _writings[id][writer];
    }

    function _known(bytes32 id) private view returns (Series storage series) {
        series = _series[id];
        if (series.expirySec == 0) revert UnknownSeries(id);
    }

    function _assetOf(Series storage series) private view returns (address) {
        return series.isCall ? base : quote;
    }
}
