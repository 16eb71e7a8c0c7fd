/** The indices of the venues that list options: each its own average of spot books, and so a little off the truth. */
import type { OptionVenue } from "../../market/venue.ts";
import { hashName } from "../random.ts";
import type { Coin, MarketModel } from "./model.ts";
import { smoothNoise } from "./noise.ts";
import { INDEX_NOISE_RELATIVE, NOISE_KNOT_STEPS } from "./venues.ts";

/** USD before the venue's own rounding, at most INDEX_NOISE_RELATIVE off; null where the market has no such price now. */
export function venueIndex(model: MarketModel, venue: OptionVenue, coin: Coin, step: number): number | null {
  const price = model.spotUsd(coin, step);
  const stream = hashName(`${venue}:${coin}`);
  return price === null
    ? null
    : price * (1 + INDEX_NOISE_RELATIVE * smoothNoise(model.seed, stream, step, NOISE_KNOT_STEPS));
}
