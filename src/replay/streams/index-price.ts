/** A venue's own index of a coin: the truth with a small noise of its own, to cents. */
import type { Venue } from "../../market/venue.ts";
import type { Coin, MarketModel } from "../../sim/market/model.ts";
import { smoothNoise } from "../../sim/market/noise.ts";
import { INDEX_NOISE_RELATIVE, NOISE_KNOT_STEPS } from "../../sim/market/venues.ts";
import { hashName } from "../../sim/random.ts";

/** USD; null where the market has none. */
export function indexPrice(model: MarketModel, venue: Venue, coin: Coin, step: number): number | null {
  const price = model.spotUsd(coin, step);
  if (price === null) return null;
  const noise = INDEX_NOISE_RELATIVE * smoothNoise(model.seed, hashName(`${venue}:${coin}`), step, NOISE_KNOT_STEPS);
  return Math.round(100 * price * (1 + noise)) / 100;
}
