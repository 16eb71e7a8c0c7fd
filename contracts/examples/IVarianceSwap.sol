// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IFeedReader} from "../src/interfaces/IFeedReader.sol";
import {ITokenCustody} from "./TokenCustody.sol";

/// @title Swaps of realised against agreed variance, both sides fully backed.
/// @notice At the fixing the long side is paid notional · min(σ, cap)², and the short side the rest of the pool of
///         notional · cap². The long side brings notional · strike² into it, the short side what is missing: each can
///         lose what it brought and no more. σ is the realised-vol feed's answer at the fixing.
interface IVarianceSwap is ITokenCustody {
    // -- Types

    /// @notice What all swaps here share.
    /// @param reader          Of a realised-vol feed whose older answers the hub keeps.
    /// @param token           Stakes and payouts.
    /// @param windowSec       How far the feed looks back. A swap can be entered until so long before its fixing.
    /// @param fixingMaxAgeSec Oldest answer, at the fixing, that counts.
    /// @param unwindsAfterSec Unfixed so long after its fixing, a swap can be unwound; at least 30 days.
    struct Terms {
        IFeedReader reader;
        address token;
        uint32 windowSec;
        uint32 fixingMaxAgeSec;
        uint32 unwindsAfterSec;
    }

    /// @notice `Over`: cancelled, fixed or unwound.
    enum State {
        Proposed,
        Running,
        Over
    }

    /// @notice One swap.
    /// @dev The first slot: 160 + 8 + 64 bits.
    /// @param long       Zero until somebody accepts.
    /// @param state      Where it stands.
    /// @param fixingSec  Unix seconds.
    /// @param short      Zero until somebody accepts.
    /// @param strikeVol  Annualised, 1e18.
    /// @param capVol     Annualised, 1e18; above the strike.
    /// @param notional   Token units for a variance of 1.
    /// @param longStake  Token units.
    /// @param shortStake Token units.
    struct Swap {
        address long;
        State state;
        uint64 fixingSec;
        address short;
        uint128 strikeVol;
        uint128 capVol;
        uint256 notional;
        uint256 longStake;
        uint256 shortStake;
    }

    // -- Errors

    /// @notice The feed counts finer than this arithmetic.
    error TooManyFeedDecimals(uint8 given, uint8 max);

    /// @notice A window or an age of nothing.
    error ZeroTime();

    /// @notice Stakes could be taken back before the fixing had a chance.
    error UnwindTooSoon(uint32 given, uint32 min);

    /// @notice Wanted: 0 < strike < cap < limit.
    error BadVols(uint128 strikeVol, uint128 capVol, uint256 limit);

    /// @notice A stake would round to nothing.
    error NotionalTooSmall(uint256 given);

    /// @notice The feed's window has begun, or the fixing is over.
    error TooLate(uint256 nowSec, uint256 latestSec);

    /// @notice It may still be fixed.
    error TooEarly(uint256 nowSec, uint256 earliestSec);

    /// @notice Only who proposed can cancel.
    error NotProposer(address given, address wanted);

    /// @notice No such swap.
    error UnknownSwap(uint256 given, uint256 count);

    /// @notice The swap is in another state.
    error WrongState(State given, State wanted);

    /// @notice Another round was the newest at the fixing.
    error NotTheFixingRound(uint256 updatedAt, uint256 nextAt, uint64 fixingSec);

    /// @notice The newest answer at the fixing was too old then.
    error FixingTooOld(uint256 updatedAt, uint64 fixingSec, uint32 maxAgeSec);

    // -- Events

    /// @notice Somebody offers a swap.
    event Proposed(
        uint256 indexed id,
        address indexed proposer,
        bool asLong,
        uint128 strikeVol,
        uint128 capVol,
        uint256 notional,
        uint64 fixingSec
    );

    /// @notice Somebody took the other side.
    event Accepted(uint256 indexed id, address indexed account);

    /// @notice The offer is off.
    event Cancelled(uint256 indexed id);

    /// @notice The swap was fixed.
    /// @param vol As the feed said, 1e18, above the cap or not.
    event Fixed(uint256 indexed id, uint80 roundId, uint256 vol, uint256 longPart, uint256 shortPart);

    /// @notice There was no fixing, and both sides have their stakes again.
    event Unwound(uint256 indexed id);

    /// @notice An account took out what it was owed.
    event Withdrawn(address indexed account, uint256 amount);

    // -- Doing

    /// @notice Offers a swap and locks the caller's stake.
    function propose(bool asLong, uint128 strikeVol, uint128 capVol, uint256 notional, uint64 fixingSec)
        external
        returns (uint256 id);

    /// @notice Takes the other side and locks its stake. The terms of an id never change.
    function accept(uint256 id) external;

    /// @notice Takes back an offer that nobody accepted.
    function cancel(uint256 id) external;

    /// @notice Fixes a swap by the round that was the feed's newest at the fixing. Exactly one round will do.
    /// @param roundId That round of the reader; the one after it must exist, to show that it was the newest.
    /// @custom:invariant theStakesArePaidOut
    function fix(uint256 id, uint80 roundId) external;

    /// @notice Gives both stakes back when the fixing has not come about: the feed stopped, or nobody showed the round
    ///         while the hub kept it. Nobody paid anything beforehand, so this leaves both where they began.
    function unwind(uint256 id) external;

    /// @notice Pays the caller all that it is owed.
    function withdraw() external returns (uint256 amount);

    // -- Reading

    /// @notice What an account can withdraw, token units.
    function owedTo(address account) external view returns (uint256);

    /// @notice One swap.
    function swapAt(uint256 id) external view returns (Swap memory);
}
