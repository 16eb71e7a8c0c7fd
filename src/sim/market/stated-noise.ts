/** How far an honest reading of the synthetic market can be from its truth: the promises behind `StatedNoise`. */
import { BRACKET_DAYS } from "./calendar.ts";
import { BASIS_NOISE_RELATIVE, ROW_FORWARD_NOISE_RELATIVE, ROW_VOL_NOISE, VOL_FLOOR } from "./chain.ts";
import { type SpotCoin, type StatedNoise } from "./model.ts";
import { MID_ERROR_COIN } from "./quotes.ts";
import { SSVI_ETA, SSVI_RHO } from "./smile.ts";
import { GAP_ROUNDING_MAX, gapTarget } from "./strikes.ts";
import { VENUE_MARK_NOISE_RELATIVE } from "./venue-futures.ts";
import { spotNoise } from "./venues.ts";

/** Tenors from which strikes lie wider apart; see `gapTarget`. */
const GAP_CHANGES_DAYS = [21, 75];

/**
 * Linear interpolation over a gap h errs by at most h²/8 times the smile's curvature. For SSVI at the money
 * σ″ ≤ σφ²/4 ≈ η²/(4σT), largest for the lowest vol and the nearest expiry of each gap size. Added to it: the row's own
 * noise, half of the last printed digit of `mark_iv`, and the slope times what rows' forwards differ by. A combination of
 * two expiries' total variances errs by no more than the worse of the two (Cauchy-Schwarz, the weights sum to one).
 */
function volAbs(tenorDays: 7 | 30 | 90): number {
  const { nearMin, farMax } = BRACKET_DAYS[tenorDays];
  let interpolation = 0;
  for (const days of [nearMin, ...GAP_CHANGES_DAYS.filter((change) => change > nearMin && change < farMax)]) {
    const years = days / 365;
    const gap = GAP_ROUNDING_MAX * gapTarget(years);
    interpolation = Math.max(interpolation, ((gap * gap) / 8) * ((SSVI_ETA * SSVI_ETA) / (4 * VOL_FLOOR * years)));
  }
  return interpolation + ROW_VOL_NOISE + 5e-5 + slope(nearMin / 365) * 2e-5;
}

function slope(years: number): number {
  return (Math.abs(SSVI_RHO) * SSVI_ETA) / (2 * Math.sqrt(years));
}

/** @param priceMin lowest price of each coin that this market can show */
export function statedNoise(priceMin: Readonly<Record<SpotCoin, number>>): StatedNoise {
  const spot = spotNoise(priceMin);
  const near30 = BRACKET_DAYS[30].nearMin / 365;
  return {
    ...spot,
    volAbs: volAbs(30),
    volAbs7d: volAbs(7),
    volAbs90d: volAbs(90),
    // At the money the coin vega is φ(σ√T/2)·√T; 0.38 leaves room for strikes a gap away.
    volAbsFromMids: volAbs(30) + MID_ERROR_COIN / (0.38 * Math.sqrt(near30)),
    // By parity a call's and a put's mid each err by MID_ERROR_COIN, at strikes near the forward; a method that goes by
    // rates adds its own spot's error.
    forwardRelative:
      2.2 * MID_ERROR_COIN +
      ROW_FORWARD_NOISE_RELATIVE +
      2 * BASIS_NOISE_RELATIVE +
      VENUE_MARK_NOISE_RELATIVE +
      spot.spotRelative,
  };
}
