// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {IReportVerifier} from "./interfaces/IReportVerifier.sol";
import {ISviSurface} from "./interfaces/ISviSurface.sol";
import {IVolSurface} from "./interfaces/IVolSurface.sol";
import {ReportCodec} from "./libraries/ReportCodec.sol";
import {ProvenSurface} from "./libraries/ProvenSurface.sol";
import {SliceRules} from "./libraries/SliceRules.sol";
import {SliceSlot, SliceSlotLibrary} from "./libraries/SliceSlot.sol";
import {SurfaceDetail} from "./libraries/SurfaceDetail.sol";
import {SurfaceHead, SurfaceHeadLibrary} from "./libraries/SurfaceHead.sol";
import {Svi, SviMath} from "./libraries/SviMath.sol";

/// @dev Why the agreed slices and not the published ones, which stand beside them in the leaf: the agreed ones are of one
///      round and were compared with each other, carry their own forwards, and exist on every surface. The published ones
///      are what readers of *pushes* hold: each of its own time, with a forward that needs a second feed, and only where
///      a book decides what is pushed. A carrier that updates this contract when they change keeps it at least as close.
/// @custom:version 0.1.0
contract VolSurface is ISviSurface {
    uint256 private constant WAD = 1e18;
    uint256 private constant YEAR_SEC = 365 days;
    /// @dev From the 8 decimals of a signed forward.
    uint256 private constant TO_WAD = 1e10;
    uint256 private constant STRIKE_LIMIT = 2 ** 128;
    /// @dev As the hub: some chains' clocks lag behind ours.
    uint256 private constant AHEAD_MAX_SEC = 30;

    /// @dev Nodes further apart than the volatility itself say nothing; parts per billion.
    uint256 private constant DISPERSION_PPB_MAX = 999_999_000;

    /// @inheritdoc ISviSurface
    IReportVerifier public immutable hub;

    /// @inheritdoc ISviSurface
    bytes32 public immutable feedId;

    /// @inheritdoc ISviSurface
    uint32 public immutable maxAgeSec;

    /// @inheritdoc ISviSurface
    int256 public immutable wingCut;

    SurfaceHead private _head;

    /// @dev By ascending expiry, as many as `_head` has; what stands behind them is of an older surface and never read.
    SliceSlot[16] private _slices;

    /// @dev Of a reader: the slices around an expiry, twice the same where it is a slice's own.
    struct Around {
        uint256 first;
        SliceSlot near;
        SliceSlot far;
        uint256 nearSec;
        uint256 farSec;
    }

    /// @param hub_       Checks signatures.
    /// @param feedId_    Of the surface.
    /// @param maxAgeSec_ Above zero. With less than the surface's cadence and heartbeat a calm market is refused.
    /// @param wingCut_   1e18, above zero, at most SviMath.K_LIMIT. 2e18 covers every listed strike.
    constructor(IReportVerifier hub_, bytes32 feedId_, uint32 maxAgeSec_, int256 wingCut_) {
        if (address(hub_) == address(0) || feedId_ == 0 || maxAgeSec_ == 0) revert ZeroArgument();
        if (wingCut_ <= 0 || wingCut_ > SviMath.K_LIMIT) revert BadWingCut(wingCut_, SviMath.K_LIMIT);
        hub = hub_;
        feedId = feedId_;
        maxAgeSec = maxAgeSec_;
        wingCut = wingCut_;
    }

    // -- For everybody

    /// @inheritdoc ISviSurface
    /// @custom:invariant timesNeverDecrease
    /// @custom:invariant storedSlicesWereSigned
    function update(bytes calldata proof, bytes calldata detail) external {
        (uint8 status, uint32 confidencePpb, uint48 timeMs, bytes32 wanted) = ProvenSurface.get(hub, proof, feedId);
        if (status != ReportCodec.STATUS_OK) revert SurfaceNotAgreed(status, ReportCodec.STATUS_OK);
        uint256 count = SurfaceDetail.countOf(detail);
        bytes32 hash = SurfaceDetail.hashOf(detail, count);
        if (hash != wanted) revert DetailMismatch(hash, wanted);

        uint256 first = _newHead(timeMs, confidencePpb);
        (uint256 firstExpiries, uint256 second) = _storeSlices(detail, count, timeMs);
        _head.first = first | firstExpiries;
        // Expiries change a few times a day; a word that stays the same costs 2 900 gas less unwritten.
        if (_head.second != second) _head.second = second;
        emit SurfaceUpdated(SurfaceDetail.roundOf(detail), timeMs);
    }

    /// @return first  Expiries of the head's first word.
    /// @return second Of its second one.
    function _storeSlices(bytes calldata detail, uint256 count, uint256 beforeMs)
        private
        returns (uint256 first, uint256 second)
    {
        Svi memory near;
        Svi memory far;
        for (uint256 i = 0; i < count; i++) {
            (uint256 expiryMs, uint64 forward) = SurfaceDetail.readSlice(detail, i, far);
            uint256 placed = SurfaceHeadLibrary.inPlace(i, SliceRules.checkExpiry(expiryMs, beforeMs, forward));
            SliceRules.checkSlice(expiryMs, far);
            if (i != 0 && !SviMath.areApart(near, far)) SliceRules.checkCalendar(beforeMs, near, expiryMs, far);
            _slices[i] = SliceSlotLibrary.pack(forward, far);
            if (i < SurfaceHeadLibrary.EXPIRIES) first |= placed;
            else second |= placed;
            beforeMs = expiryMs;
            (near, far) = (far, near);
        }
    }

    function _newHead(uint256 timeMs, uint256 confidencePpb) private view returns (uint256) {
        unchecked {
            // Before the first surface this is the first millisecond of 2024.
            uint256 storedMs = SurfaceHeadLibrary.timeMs(_head.first);
            if (timeMs <= storedMs) revert SurfaceNotNewer(timeMs, storedMs);
            if (timeMs > SurfaceHeadLibrary.TIME_MS_MAX) revert TimeOverflow(timeMs, SurfaceHeadLibrary.TIME_MS_MAX);
            uint256 maxMs = (block.timestamp + AHEAD_MAX_SEC) * 1000;
            if (timeMs > maxMs) revert FutureSurface(timeMs, maxMs);
            if (confidencePpb > DISPERSION_PPB_MAX) revert DispersionTooLarge(confidencePpb, DISPERSION_PPB_MAX);
            return SurfaceHeadLibrary.pack(timeMs, (confidencePpb + 999) / 1000);
        }
    }

    /// @inheritdoc ISviSurface
    /// @custom:invariant honestSlicesAreNeverFrozen
    function challenge(uint64 expirySec, int256 k) external {
        if (k > wingCut || k < -wingCut) revert BeyondWingCut(k, wingCut);
        uint256 first = _head.first;
        (uint256 i, uint256 foundSec,) = _head.search(first, expirySec);
        if (foundSec == 0 || foundSec != expirySec) revert UnknownExpiry(expirySec);
        uint256 timeMs = SurfaceHeadLibrary.timeMs(first);

        Svi memory near = _slices[i].curve();
        int256 ceiling = SviMath.durrlemanCeiling(near, k);
        if (ceiling < 0) {
            _slices[i] = _slices[i].frozen();
            emit SliceFrozen(expirySec, timeMs, Fault.Butterfly, k);
            return;
        }
        (, uint256 nextSec,) = _head.search(first, uint256(expirySec) + 1);
        int256 nearVariance = SviMath.variance(near, k);
        int256 farVariance = 0;
        if (nextSec != 0) {
            Svi memory far = _slices[i + 1].curve();
            int256 atMoney = FixedPointMathLib.max(SviMath.variance(near, 0), SviMath.variance(far, 0));
            if (SviMath.isComparable(k, atMoney)) farVariance = SviMath.variance(far, k);
        }
        if (farVariance == 0 || !SviMath.crosses(nearVariance, farVariance)) {
            revert ChallengeFailed(ceiling, nearVariance, farVariance);
        }
        (_slices[i], _slices[i + 1]) = (_slices[i].frozen(), _slices[i + 1].frozen());
        emit SliceFrozen(expirySec, timeMs, Fault.Calendar, k);
        emit SliceFrozen(uint64(nextSec), timeMs, Fault.Calendar, k);
    }

    // -- Reading

    /// @inheritdoc IVolSurface
    function impliedVol(uint256 strike, uint64 expirySec) external view returns (uint256 vol, uint256 confidence) {
        Around memory around = _around(expirySec);
        unchecked {
            // Zero less one is above every limit.
            if (strike - 1 >= STRIKE_LIMIT - 1) revert StrikeOutOfRange(strike, STRIKE_LIMIT);
            uint256 ratio = strike * WAD / (around.near.forward() * TO_WAD);
            // Below 1e-18 of the forward there is no logarithm, and it is beyond every cut.
            if (ratio == 0) revert BeyondWingCut(type(int256).min, wingCut);
            int256 k = FixedPointMathLib.lnWad(int256(ratio)) - _growth(around, expirySec);
            uint256 variance = _variance(around, expirySec, k);
            vol = FixedPointMathLib.sqrt(variance * YEAR_SEC / (expirySec - block.timestamp));
        }
        confidence = _confidence(around.first);
    }

    /// @inheritdoc ISviSurface
    function totalVariance(uint64 expirySec, int256 logMoneyness)
        external
        view
        returns (uint256 variance, uint256 confidence)
    {
        Around memory around = _around(expirySec);
        return (_variance(around, expirySec, logMoneyness) / WAD, _confidence(around.first));
    }

    /// @inheritdoc IVolSurface
    function forwardAt(uint64 expirySec) external view returns (uint256 forward, uint256 confidence) {
        Around memory around = _around(expirySec);
        unchecked {
            forward = around.near.forward() * TO_WAD;
            int256 growth = _growth(around, expirySec);
            if (growth != 0) forward = forward * uint256(FixedPointMathLib.expWad(growth)) / WAD;
        }
        confidence = _confidence(around.first);
    }

    /// @dev The slices that an expiry is read from, if the surface is young enough and they are alive and sound.
    /// @custom:invariant nothingStaleIsRead
    function _around(uint256 sec) private view returns (Around memory around) {
        uint256 first = _head.first;
        if (sec <= block.timestamp) revert ExpiryPassed(sec, block.timestamp);
        unchecked {
            uint256 agreedSec = SurfaceHeadLibrary.timeMs(first) / 1000;
            if (block.timestamp > agreedSec + maxAgeSec) {
                if (first == 0) revert NoSurface();
                revert StaleSurface(block.timestamp - agreedSec, maxAgeSec);
            }
        }

        (uint256 i, uint256 farSec, uint256 nearSec) = _head.search(first, sec);
        if (farSec == 0) revert ExpiryOutside(sec, nearSec, farSec);
        SliceSlot far = _sliceAt(i, farSec);
        (around.first, around.far, around.farSec) = (first, far, farSec);
        if (farSec == sec) {
            (around.near, around.nearSec) = (far, farSec);
        } else {
            if (nearSec <= block.timestamp) revert ExpiryOutside(sec, nearSec, farSec);
            (around.near, around.nearSec) = (_sliceAt(i - 1, nearSec), nearSec);
        }
    }

    function _sliceAt(uint256 i, uint256 expirySec) private view returns (SliceSlot slot) {
        slot = _slices[i];
        if (slot.isFrozen()) revert SliceIsFrozen(expirySec);
    }

    function _confidence(uint256 first) private pure returns (uint256) {
        unchecked {
            return (SurfaceHeadLibrary.DISPERSION_PPM_MAX - SurfaceHeadLibrary.dispersionPpm(first)) * 1e12;
        }
    }

    /// @dev ln(F/F₁) of the forward at an expiry over the near one's.
    function _growth(Around memory around, uint256 sec) private pure returns (int256) {
        unchecked {
            (uint256 nearSec, uint256 farSec) = (around.nearSec, around.farSec);
            if (nearSec == farSec) return 0;
            int256 ratio = int256(around.far.forward() * WAD / around.near.forward());
            return FixedPointMathLib.lnWad(ratio) * int256(sec - nearSec) / int256(farSec - nearSec);
        }
    }

    /// @dev Total variance from now on in units of 1e-36, since little of it may be left. At most 2^68 of 1e-18 each
    ///      slice, times 1e18 and 2^41 ms: no product leaves 256 bits.
    function _variance(Around memory around, uint256 sec, int256 k) private view returns (uint256) {
        unchecked {
            if (k > wingCut || k < -wingCut) revert BeyondWingCut(k, wingCut);
            uint256 timeMs = SurfaceHeadLibrary.timeMs(around.first);
            (uint256 nearSec, uint256 farSec) = (around.nearSec, around.farSec);
            int256 near = around.near.variance(k);
            int256 left = _left(near, nearSec, timeMs);
            if (nearSec == farSec) return uint256(left);
            int256 far = around.far.variance(k);
            if (SviMath.crosses(near, far)) revert CalendarCrossing(nearSec, farSec, k);
            // What is left of the far one is at least what is left of the near one, but for roundings of the slots.
            int256 rise = _left(far, farSec, timeMs) - left;
            return uint256(left + rise * int256(sec - nearSec) / int256(farSec - nearSec));
        }
    }

    /// @dev Of a slice's variance at the time of its agreement, what is left now: volatility stays, time passes.
    function _left(int256 variance, uint256 expirySec, uint256 timeMs) private view returns (int256) {
        unchecked {
            return variance * int256(WAD * 1000 * (expirySec - block.timestamp)) / int256(expirySec * 1000 - timeMs);
        }
    }

    /// @inheritdoc ISviSurface
    function state() external view returns (uint256 timeMs, uint256 dispersionPpm) {
        uint256 first = _head.first;
        if (first == 0) return (0, 0);
        return (SurfaceHeadLibrary.timeMs(first), SurfaceHeadLibrary.dispersionPpm(first));
    }

    /// @inheritdoc ISviSurface
    function slices() external view returns (Slice[] memory list) {
        SurfaceHead memory head = _head;
        uint64[] memory expiries = SurfaceHeadLibrary.expiries(head);
        list = new Slice[](expiries.length);
        for (uint256 i = 0; i < expiries.length; i++) {
            SliceSlot slot = _slices[i];
            Svi memory svi = slot.curve();
            uint256 forward = slot.forward() * TO_WAD;
            list[i] = Slice(expiries[i], forward, svi.a, svi.b, svi.rho, svi.m, svi.sigma, slot.isFrozen());
        }
    }
}
