// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {IFeedReader} from "../src/interfaces/IFeedReader.sol";
import {IVarianceSwap} from "./IVarianceSwap.sol";
import {TokenCustody} from "./TokenCustody.sol";

/// @custom:version 0.1.0
contract VarianceSwap is IVarianceSwap, TokenCustody {
    uint256 private constant WAD_SQUARED = 1e36;
    uint256 private constant VOL_LIMIT = 1e22;
    uint32 private constant UNWIND_MIN_SEC = 30 days;

    IFeedReader public immutable reader;
    address public immutable token;
    uint32 public immutable windowSec;
    uint32 public immutable fixingMaxAgeSec;
    uint32 public immutable unwindsAfterSec;
    uint8 private immutable DECIMALS;

    Swap[] private _swaps;

    /// @inheritdoc IVarianceSwap
    mapping(address account => uint256) public owedTo;

    constructor(Terms memory terms) {
        uint8 decimals = terms.reader.decimals();
        if (decimals > 18) revert TooManyFeedDecimals(decimals, 18);
        if (terms.windowSec == 0 || terms.fixingMaxAgeSec == 0) revert ZeroTime();
        if (terms.unwindsAfterSec < UNWIND_MIN_SEC) revert UnwindTooSoon(terms.unwindsAfterSec, UNWIND_MIN_SEC);
        _decimalsOf(terms.token);
        reader = terms.reader;
        token = terms.token;
        windowSec = terms.windowSec;
        fixingMaxAgeSec = terms.fixingMaxAgeSec;
        unwindsAfterSec = terms.unwindsAfterSec;
        DECIMALS = decimals;
    }

    // -- Entering

    /// @inheritdoc IVarianceSwap
    function propose(bool asLong, uint128 strikeVol, uint128 capVol, uint256 notional, uint64 fixingSec)
        external
        nonReentrant
        returns (uint256 id)
    {
        reader.read(); // No good answer, no swap.
        _requireEarly(fixingSec);
        if (strikeVol == 0 || capVol <= strikeVol || capVol >= VOL_LIMIT) revert BadVols(strikeVol, capVol, VOL_LIMIT);
        uint256 longStake = FixedPointMathLib.fullMulDivUp(notional, uint256(strikeVol) * strikeVol, WAD_SQUARED);
        uint256 pool = FixedPointMathLib.fullMulDivUp(notional, uint256(capVol) * capVol, WAD_SQUARED);
        if (longStake == 0 || pool == longStake) revert NotionalTooSmall(notional);

        id = _swaps.length;
        _swaps.push(
            Swap({
                long: asLong ? msg.sender : address(0),
                state: State.Proposed,
                fixingSec: fixingSec,
                short: asLong ? address(0) : msg.sender,
                strikeVol: strikeVol,
                capVol: capVol,
                notional: notional,
                longStake: longStake,
                shortStake: pool - longStake
            })
        );
        emit Proposed(id, msg.sender, asLong, strikeVol, capVol, notional, fixingSec);
        _pull(token, msg.sender, asLong ? longStake : pool - longStake);
    }

    /// @inheritdoc IVarianceSwap
    function accept(uint256 id) external nonReentrant {
        reader.read(); // No good answer, no swap.
        Swap storage swap = _in(id, State.Proposed);
        _requireEarly(swap.fixingSec);
        bool asLong = swap.long == address(0);
        if (asLong) swap.long = msg.sender;
        else swap.short = msg.sender;
        swap.state = State.Running;
        emit Accepted(id, msg.sender);
        _pull(token, msg.sender, asLong ? swap.longStake : swap.shortStake);
    }

    /// @inheritdoc IVarianceSwap
    function cancel(uint256 id) external nonReentrant {
        Swap storage swap = _in(id, State.Proposed);
        bool isLong = swap.long != address(0);
        address proposer = isLong ? swap.long : swap.short;
        if (msg.sender != proposer) revert NotProposer(msg.sender, proposer);
        swap.state = State.Over;
        owedTo[proposer] += isLong ? swap.longStake : swap.shortStake;
        emit Cancelled(id);
    }

    /// @dev The feed looks back over its window, so a swap entered later would be about what everybody has seen.
    function _requireEarly(uint64 fixingSec) private view {
        uint256 latestSec = fixingSec > windowSec ? fixingSec - windowSec : 0;
        if (block.timestamp > latestSec) revert TooLate(block.timestamp, latestSec);
    }

    // -- Leaving

    /// @inheritdoc IVarianceSwap
    /// @custom:invariant theStakesArePaidOut
    function fix(uint256 id, uint80 roundId) external nonReentrant {
        reader.read(); // Should the feed be frozen or disputed, its history may be wrong as well.
        Swap storage swap = _in(id, State.Running);
        uint256 vol = _volAt(swap.fixingSec, roundId);
        uint256 pool = swap.longStake + swap.shortStake;
        uint256 counted = vol < swap.capVol ? vol : swap.capVol;
        uint256 longPart = FixedPointMathLib.fullMulDiv(swap.notional, counted * counted, WAD_SQUARED);
        swap.state = State.Over;
        owedTo[swap.long] += longPart;
        owedTo[swap.short] += pool - longPart;
        emit Fixed(id, roundId, vol, longPart, pool - longPart);
    }

    /// @dev The one round that was the newest at that second, and not too old then.
    function _volAt(uint64 fixingSec, uint80 roundId) private view returns (uint256) {
        (, int256 answer,, uint256 updatedAt,) = reader.getRoundData(roundId);
        (,,, uint256 nextAt,) = reader.getRoundData(roundId + 1);
        if (updatedAt > fixingSec || nextAt <= fixingSec) revert NotTheFixingRound(updatedAt, nextAt, fixingSec);
        if (fixingSec - updatedAt > fixingMaxAgeSec) revert FixingTooOld(updatedAt, fixingSec, fixingMaxAgeSec);
        if (answer <= 0) revert IFeedReader.NotPositive(answer);
        return uint256(answer) * 10 ** (18 - DECIMALS);
    }

    /// @inheritdoc IVarianceSwap
    function unwind(uint256 id) external nonReentrant {
        Swap storage swap = _in(id, State.Running);
        uint256 earliestSec = uint256(swap.fixingSec) + unwindsAfterSec;
        if (block.timestamp < earliestSec) revert TooEarly(block.timestamp, earliestSec);
        swap.state = State.Over;
        owedTo[swap.long] += swap.longStake;
        owedTo[swap.short] += swap.shortStake;
        emit Unwound(id);
    }

    /// @inheritdoc IVarianceSwap
    function withdraw() external nonReentrant returns (uint256 amount) {
        amount = owedTo[msg.sender];
        owedTo[msg.sender] = 0;
        emit Withdrawn(msg.sender, amount);
        _push(token, msg.sender, amount);
    }

    // -- Reading

    /// @inheritdoc IVarianceSwap
    function swapAt(uint256 id) external view returns (Swap memory) {
        if (id >= _swaps.length) revert UnknownSwap(id, _swaps.length);
        return _swaps[id];
    }

    function _in(uint256 id, State wanted) private view returns (Swap storage swap) {
        if (id >= _swaps.length) revert UnknownSwap(id, _swaps.length);
        swap = _swaps[id];
        if (swap.state != wanted) revert WrongState(swap.state, wanted);
    }
}
