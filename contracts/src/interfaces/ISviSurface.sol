// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IReportVerifier} from "./IReportVerifier.sol";
import {IVolSurface} from "./IVolSurface.sol";

/// @title A volatility surface of SVI slices: anyone carries signed slices here, anyone reads, anyone challenges.
/// @notice Slices are the *agreed* ones of one round: fitted together, checked against each other, with their forwards.
///         A reader prices at the time of its block: volatility at a log-moneyness stays as agreed, so total variance
///         shrinks with the time left. Between two expiries total variance is linear in time at common log-moneyness,
///         and the logarithm of the forward is linear in time. Nothing is extrapolated and nothing is held flat: what
///         the surface does not say is refused.
///         Every `confidence` is 1e18 less the nodes' dispersion around the surface, as a part of the volatility.
interface ISviSurface is IVolSurface {
    /// @notice Why a slice was frozen: a negative density at k, or less variance there than the expiry before it.
    enum Fault {
        Butterfly,
        Calendar
    }

    /// @notice One slice as it is stored.
    /// @param expirySec Unix seconds.
    /// @param forward   Quote currency, 1e18.
    /// @param a         Raw SVI, 1e18, as are the next four; at most 2^-31 of itself below what was signed.
    /// @param isFrozen  Challenged and found wrong; readers refuse it until the next update.
    struct Slice {
        uint64 expirySec;
        uint256 forward;
        int256 a;
        int256 b;
        int256 rho;
        int256 m;
        int256 sigma;
        bool isFrozen;
    }

    // -- Events

    /// @notice A newer surface was stored.
    /// @param round  In which it was agreed on.
    /// @param timeMs Of that round, unix ms.
    event SurfaceUpdated(uint256 round, uint256 timeMs);

    /// @notice A slice was proven to be an arbitrage and is refused until the next update.
    /// @param expirySec Of the slice, unix seconds.
    /// @param timeMs    Of the surface, unix ms.
    /// @param fault     Butterfly or calendar; of a calendar fault both slices are frozen.
    /// @param k         Log-moneyness of the proof, 1e18.
    event SliceFrozen(uint64 indexed expirySec, uint256 timeMs, Fault fault, int256 k);

    // -- Errors of an update

    /// @notice The proof holds no leaf of this surface's feed.
    error SurfaceNotProven(bytes32 wanted);
    /// @notice The report itself does not stand by its surface: 2 missing, 3 disputed.
    error SurfaceNotAgreed(uint8 given, uint8 wanted);
    /// @notice The detail is not the one that the leaf commits to.
    error DetailMismatch(bytes32 given, bytes32 wanted);
    /// @notice Agreed on no later than the stored one, or before 2024; unix ms.
    error SurfaceNotNewer(uint256 given, uint256 stored);
    /// @notice From further ahead of this chain's clock than clocks may differ, unix ms.
    error FutureSurface(uint256 given, uint256 max);
    /// @notice The time does not fit its 40 bits, which end in 2058; unix ms.
    error TimeOverflow(uint256 given, uint256 max);
    /// @notice The nodes differ by the volatility itself: no reader could use it. Parts per billion.
    error DispersionTooLarge(uint256 given, uint256 max);

    /// @notice Expiries do not ascend, or the first is not after the round's time; unix ms.
    error ExpiryNotAfter(uint256 given, uint256 before);
    /// @notice An expiry is no whole minute, or beyond 2055; unix ms.
    error BadExpiry(uint256 given, uint256 maxMs);
    /// @notice A forward is zero.
    error ZeroForward(uint256 expiryMs);
    /// @notice |ρ| > 0.9995, 1e18: no slope is left in a wing, or at one and above no curve. Nodes fit up to 0.999.
    error CorrelationOutside(uint256 expiryMs, int256 given, int256 limit);
    /// @notice σ <= 0, 1e18.
    error NoSmoothing(uint256 expiryMs, int256 given);
    /// @notice b < 0, or b(1 + |ρ|) > 2: beyond Lee's bound no smile is free of arbitrage. 1e18.
    error WingOutOfRange(uint256 expiryMs, int256 given, int256 max);
    /// @notice a + bσ√(1 - ρ²) < 0: no variance somewhere, 1e-18.
    error NoVariance(uint256 expiryMs, int256 given);
    /// @notice The slot would move a volatility by more than 1e-6 of itself: the smallest variance is some thousand times
    ///         smaller than the terms whose difference it is, or below 5e-11, or σ is below a millionth of |m|.
    /// @param given The smallest variance, 1e-18.
    error SliceTooFine(uint256 expiryMs, int256 given);

    // -- Errors of readers

    /// @notice Nothing was stored yet.
    error NoSurface();
    /// @notice The surface was agreed on too long ago.
    error StaleSurface(uint256 ageSec, uint256 maxAgeSec);
    /// @notice The expiry has come, unix seconds.
    error ExpiryPassed(uint256 given, uint256 nowSec);
    /// @notice No living slices around the expiry, unix seconds.
    /// @param given  As asked.
    /// @param before The last slice before it; zero where there is none, in the past where it has expired.
    /// @param behind The first slice not before it; zero where there is none.
    error ExpiryOutside(uint256 given, uint256 before, uint256 behind);
    /// @notice The strike is zero, or too large for any forward.
    error StrikeOutOfRange(uint256 given, uint256 limit);
    /// @notice |ln(K/F)| is beyond what this reader was deployed to answer, 1e18. Not held flat: a volatility out there
    ///         is nobody's quote.
    error BeyondWingCut(int256 given, int256 limit);
    /// @notice A slice that is needed was challenged and found wrong.
    error SliceIsFrozen(uint256 expirySec);
    /// @notice The later of two slices has less variance at this log-moneyness: one of them is wrong.
    error CalendarCrossing(uint256 nearSec, uint256 farSec, int256 k);

    // -- Errors of a challenge and of deployment

    /// @notice No slice has this expiry.
    error UnknownExpiry(uint256 given);
    /// @notice Neither a negative density nor a crossing is proven there.
    /// @param durrlemanCeiling The most that g(k) can be, 1e18; a proof needs less than zero.
    /// @param nearVariance     At k, 1e18; a crossing needs a later slice below by more than 1e-5 of this.
    /// @param farVariance      Of the next slice at k; zero where there is none or where k is beyond two standard
    ///                         deviations, further out than signers are bound to look.
    error ChallengeFailed(int256 durrlemanCeiling, int256 nearVariance, int256 farVariance);
    /// @notice Zero address, zero feed or zero age.
    error ZeroArgument();
    /// @notice The wing cut is not in 1 … limit, 1e18.
    error BadWingCut(int256 given, int256 limit);

    // -- For everybody

    /// @notice Stores the surface of a report, if it is newer. Needs no permission: the signature gives it.
    ///         Refuses the whole surface where one slice breaks its conditions; the stored one stays then.
    ///         Two neighbours are compared at the forward and, where that is within two standard deviations, at the
    ///         later one's m.
    /// @param proof  Of the feed's leaf: layout `ReportProof`.
    /// @param detail The surface: layout `SurfaceDetail`.
    function update(bytes calldata proof, bytes calldata detail) external;

    /// @notice Freezes a slice by proving what `update` cannot afford to look for: a negative density at k, or more
    ///         variance there than at the next expiry (then both are frozen). Sound: no slice that holds neither is
    ///         frozen by rounding, whatever k.
    /// @param expirySec Of the slice, unix seconds.
    /// @param k         Log-moneyness, 1e18, within the wing cut.
    function challenge(uint64 expirySec, int256 k) external;

    /// @notice Total implied variance from now to an expiry, at a log-moneyness. Who holds a fresher forward than the
    ///         surface's asks here with ln(K/F) of its own.
    /// @param expirySec   Unix seconds; inside of the slices' expiries.
    /// @param logMoneyness ln(K/F), 1e18, within the wing cut.
    /// @return variance   1e18.
    /// @return confidence 0 .. 1e18.
    function totalVariance(uint64 expirySec, int256 logMoneyness)
        external
        view
        returns (uint256 variance, uint256 confidence);

    // -- About it

    /// @notice Checks signatures.
    function hub() external view returns (IReportVerifier);

    /// @notice The surface's feed.
    function feedId() external view returns (bytes32);

    /// @notice Older surfaces are refused, seconds.
    function maxAgeSec() external view returns (uint32);

    /// @notice |ln(K/F)| beyond this is refused, 1e18.
    function wingCut() external view returns (int256);

    /// @notice When the stored surface was agreed on (unix ms) and how far the nodes were apart (parts per million of the
    ///         volatility, rounded up); zeros before the first. Not gated by age.
    function state() external view returns (uint256 timeMs, uint256 dispersionPpm);

    /// @notice The stored slices by expiry. Not gated by age.
    function slices() external view returns (Slice[] memory);
}
