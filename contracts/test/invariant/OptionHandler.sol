// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {IOptionMarket} from "../../examples/IOptionMarket.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {OptionFixture} from "../support/OptionFixture.sol";
import {SchnorrSigner} from "../support/SchnorrSigner.sol";

/// @dev What the world may do to an option market: four accounts that all write, buy, give away and leave; time, feeds
///      that are disputed, frozen or silent, a surface that refuses, settlements that are late, voided or never come, and
///      rotations of the key. Keeps books of its own, from what calls succeeded and not from what the market says.
contract OptionHandler is OptionFixture {
    uint256 public constant ACTORS = 4;
    uint256 public constant SERIES = 8;
    uint64 private constant NEVER = type(uint64).max;

    struct Line {
        uint256 unsold;
        uint256 sold;
        uint256 held;
    }

    /// @dev Books: by series and actor.
    mapping(uint256 => mapping(uint256 => Line)) private _books;
    mapping(uint256 actor => uint256) private _premiums;
    mapping(uint256 series => uint256) private _payoutPerLot;
    mapping(uint256 series => bool) private _settled;

    mapping(bytes4 door => uint256) public successes;
    uint256 public rescissions;
    uint256 public rotations;
    uint256 public freezes;
    uint64 private _configCount = 1;

    constructor() {
        deployMarket();
        for (uint256 i = 0; i < ACTORS; i++) {
            fund(actorAt(i));
        }
    }

    function actorAt(uint256 i) public pure returns (address) {
        return address(uint160(0xAC7000 + i));
    }

    /// @dev Two strikes, two expiries, calls and puts.
    function seriesAt(uint256 i) public view returns (bytes32 id, uint128 strike, uint64 expiry, bool isCall) {
        strike = i & 1 == 0 ? STRIKE : 120_000e18 + 1;
        expiry = i & 2 == 0 ? expirySec : expirySec + 20 days;
        isCall = i & 4 == 0;
        id = market.seriesIdOf(strike, expiry, isCall);
    }

    // -- Doing

    function write(uint8 actor, uint8 series, uint16 lots, uint32 minPremium) external {
        (bytes32 id, uint128 strike, uint64 expiry, bool isCall) = seriesAt(series % SERIES);
        bytes memory question = abi.encodeCall(market.write, (strike, expiry, isCall, lots, minPremium % 5e6));
        (bool done, bytes memory answer) = _as(actor, question);
        if (!done) return;
        assertEq32(abi.decode(answer, (bytes32)), id, "id");
        _books[series % SERIES][actor % ACTORS].unsold += lots;
    }

    function unwrite(uint8 actor, uint8 series, uint16 lots) external {
        (bytes32 id,,,) = seriesAt(series % SERIES);
        Line storage line = _books[series % SERIES][actor % ACTORS];
        lots = _upTo(lots, line.unsold);
        (bool done,) = _as(actor, abi.encodeCall(market.unwrite, (id, lots)));
        if (done) line.unsold -= lots;
    }

    function buy(uint8 actor, uint8 writer, uint8 series, uint16 lots) external {
        (bytes32 id,,,) = seriesAt(series % SERIES);
        Line storage line = _books[series % SERIES][writer % ACTORS];
        lots = _upTo(lots, line.unsold);
        address seller = actorAt(writer % ACTORS);
        uint256 before = quote.balanceOf(actorAt(actor % ACTORS));
        (bool done, bytes memory answer) =
            _as(actor, abi.encodeCall(market.buy, (id, seller, lots, type(uint256).max, NEVER)));
        if (!done) return;
        line.unsold -= lots;
        line.sold += lots;
        _books[series % SERIES][actor % ACTORS].held += lots;
        _notePremium(actor, writer, before, abi.decode(answer, (uint256)));
    }

    function _notePremium(uint8 actor, uint8 writer, uint256 before, uint256 premium) private {
        assertEq(before - quote.balanceOf(actorAt(actor % ACTORS)), premium, "paid what was said");
        _premiums[writer % ACTORS] += premium;
    }

    function transfer(uint8 actor, uint8 to, uint8 series, uint16 lots) external {
        (bytes32 id,,,) = seriesAt(series % SERIES);
        lots = _upTo(lots, _books[series % SERIES][actor % ACTORS].held);
        (bool done,) = _as(actor, abi.encodeCall(market.transfer, (id, actorAt(to % ACTORS), lots)));
        if (!done) return;
        _books[series % SERIES][actor % ACTORS].held -= lots;
        _books[series % SERIES][to % ACTORS].held += lots;
    }

    function close(uint8 actor, uint8 series, uint16 lots) external {
        (bytes32 id,,,) = seriesAt(series % SERIES);
        Line storage line = _books[series % SERIES][actor % ACTORS];
        lots = _upTo(lots, line.held < line.sold ? line.held : line.sold);
        (bool done,) = _as(actor, abi.encodeCall(market.close, (id, lots)));
        if (!done) return;
        line.held -= lots;
        line.sold -= lots;
    }

    function exercise(uint8 actor, uint8 series) public {
        (bytes32 id,,,) = seriesAt(series % SERIES);
        Line storage line = _books[series % SERIES][actor % ACTORS];
        (bool done, bytes memory answer) = _as(actor, abi.encodeCall(market.exercise, (id)));
        if (!done) return;
        _noteSettled(series % SERIES);
        assertEq(abi.decode(answer, (uint256)), line.held * _payoutPerLot[series % SERIES], "payout");
        line.held = 0;
    }

    function collect(uint8 actor, uint8 series) public {
        (bytes32 id,,,) = seriesAt(series % SERIES);
        (bool done,) = _as(actor, abi.encodeCall(market.collect, (id)));
        if (!done) return;
        _noteSettled(series % SERIES);
        _books[series % SERIES][actor % ACTORS].unsold = 0;
        _books[series % SERIES][actor % ACTORS].sold = 0;
    }

    function settle(uint8 series) public {
        (bytes32 id,,,) = seriesAt(series % SERIES);
        (bool done,) = _as(0, abi.encodeCall(market.settle, (id)));
        if (done) _noteSettled(series % SERIES);
    }

    function withdrawPremiums(uint8 actor) public {
        (bool done, bytes memory answer) = _as(actor, abi.encodeCall(market.withdrawPremiums, ()));
        assertTrue(done, "premiums are always there");
        assertEq(abi.decode(answer, (uint256)), _premiums[actor % ACTORS], "all of them");
        _premiums[actor % ACTORS] = 0;
    }

    // -- The world

    /// @notice Time passes, a little or much, and the feeds are good, disputed or silent after it.
    function pass(uint32 sec, uint8 dice) external {
        vm.warp(block.timestamp + 1 + (dice % 4 == 0 ? sec % 10 days : sec % 2 hours));
        surface.setRefusing(dice % 7 == 0);
        surface.set(bound(sec, 70_000e18, 140_000e18), bound(sec, 0.1e18, 2e18), dice % 5 == 0 ? 0 : 1e18);
        if (dice % 11 != 0) publishMarketAs(dice % 13 == 0 ? 3 : 1);
    }

    /// @notice The settlement of an expiry is written, voided, or becomes final, whatever comes first.
    function settlementMoves(uint8 which, uint96 price, uint8 dice) external {
        uint64 expiry = which % 2 == 0 ? expirySec : expirySec + 20 days;
        if (block.timestamp < expiry) return;
        (ISettlement.State state,,) = settlement.settlementOf(SETTLEMENT_FEED, expiry);
        if (state == ISettlement.State.Open) {
            settlement.write(SETTLEMENT_FEED, expiry, bound(price, 1, 1_000_000e18));
        } else if (state == ISettlement.State.Written) {
            if (dice % 3 == 0) settlement.voidPrice(SETTLEMENT_FEED, expiry);
            else settlement.finish(SETTLEMENT_FEED, expiry);
        }
    }

    /// @notice The guardian stops the spot feed, or the owner lets it go on.
    function brake(uint8 dice) external {
        if (hub.answerAt(INDEX).status == 4) {
            unfreeze(INDEX);
        } else if (dice % 3 == 0) {
            freeze(INDEX);
            freezes++;
        }
    }

    /// @notice Another key from the next round on.
    function rotate(uint256 keySeed) external {
        if (keySeed % 4 != 0) return;
        SchnorrSigner.Key memory next = SchnorrSigner.keyFrom(keySeed);
        if (uint32(next.x) == uint32(key.x) || next.secret == 1) return;
        vm.warp(block.timestamp + 1);
        hub.rotate(nextConfiguration(next.x, ++_configCount, hub.latestRound() + 1));
        key = next;
        rotations++;
        publishMarket();
    }

    // -- The books

    /// @notice What the market must hold of each token by these books.
    function owed() external view returns (uint256 inBase, uint256 inQuote) {
        for (uint256 s = 0; s < SERIES; s++) {
            (, uint128 strike,, bool isCall) = seriesAt(s);
            uint256 lot = isCall ? CALL_LOT : (uint256(strike) + 1e14 - 1) / 1e14;
            uint256 sum = 0;
            for (uint256 a = 0; a < ACTORS; a++) {
                Line memory line = _books[s][a];
                sum += line.unsold * lot;
                sum += line.sold * (lot - _payoutPerLot[s]) + (_settled[s] ? line.held * _payoutPerLot[s] : 0);
            }
            if (isCall) inBase += sum;
            else inQuote += sum;
        }
        for (uint256 a = 0; a < ACTORS; a++) {
            inQuote += _premiums[a];
        }
    }

    /// @notice Whether the market's own lines of a series and an actor are those of these books.
    function agrees(uint256 s, uint256 a) external view returns (bool) {
        (bytes32 id,,,) = seriesAt(s);
        IOptionMarket.Writing memory writing = market.writingOf(id, actorAt(a));
        Line memory line = _books[s][a];
        return writing.unsoldLots == line.unsold && writing.soldLots == line.sold
            && market.lotsOf(id, actorAt(a)) == line.held && market.premiumsOf(actorAt(a)) == _premiums[a];
    }

    /// @notice Lots held and lots written of a series that has not been settled.
    function lotsOfSeries(uint256 s) external view returns (uint256 held, uint256 sold, bool settled) {
        for (uint256 a = 0; a < ACTORS; a++) {
            held += _books[s][a].held;
            sold += _books[s][a].sold;
        }
        settled = _settled[s];
    }

    function balances() external view returns (uint256 inBase, uint256 inQuote) {
        return (base.balanceOf(address(market)), quote.balanceOf(address(market)));
    }

    /// @notice Everybody leaves, long after everything; what is not final by then never will be.
    function everybodyLeaves() external {
        vm.warp(uint256(expirySec) + 20 days + RESCINDS_AFTER_SEC + block.timestamp);
        surface.setRefusing(true);
        for (uint64 i = 0; i < 2; i++) {
            (ISettlement.State state,,) = settlement.settlementOf(SETTLEMENT_FEED, expirySec + i * 20 days);
            if (state == ISettlement.State.Written) settlement.finish(SETTLEMENT_FEED, expirySec + i * 20 days);
        }
        for (uint8 a = 0; a < ACTORS; a++) {
            withdrawPremiums(a);
            for (uint8 s = 0; s < SERIES; s++) {
                exercise(a, s);
                collect(a, s);
            }
        }
    }

    /// @dev Notes the payout of a series that the market has just settled, and whether it is what the price says.
    function _noteSettled(uint256 s) private {
        if (_settled[s]) return;
        (bytes32 id, uint128 strike, uint64 expiry, bool isCall) = seriesAt(s);
        uint256 payout = market.seriesOf(id).payoutPerLot;
        (ISettlement.State state, uint256 price,) = settlement.settlementOf(SETTLEMENT_FEED, expiry);
        if (state == ISettlement.State.Final) {
            uint256 wanted = 0;
            if (isCall && price > strike) wanted = FixedPointMathLib.fullMulDiv(CALL_LOT, price - strike, price);
            if (!isCall && price < strike) wanted = (strike - price) / 1e14;
            assertEq(payout, wanted, "payout by the price");
        } else {
            assertTrue(state == ISettlement.State.Open, "a written price was given up");
            assertTrue(block.timestamp >= uint256(expiry) + RESCINDS_AFTER_SEC, "given up too soon");
            rescissions++;
        }
        _payoutPerLot[s] = payout;
        _settled[s] = true;
    }

    function _as(uint8 actor, bytes memory question) private returns (bool done, bytes memory answer) {
        vm.prank(actorAt(actor % ACTORS));
        (done, answer) = address(market).call(question);
        if (done) successes[bytes4(question)]++;
    }

    /// @dev Mostly what is there, sometimes more.
    function _upTo(uint16 any, uint256 there) private pure returns (uint16) {
        return any % 8 == 0 || there == 0 ? any : uint16(1 + any % there);
    }
}
