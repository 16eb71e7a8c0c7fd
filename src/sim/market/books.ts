/** One venue's top of book at one step, on its own ticks: bid rounded down, ask up. */
import type { SpotVenue } from "../../market/venue.ts";
import { hashName, hashUniform } from "../random.ts";
import type { MarketModel, SpotCoin, Stable } from "./model.ts";
import { smoothNoise } from "./noise.ts";
import { NOISE_KNOT_STEPS, SPOT_BOOKS, type SpotBookSpec } from "./venues.ts";

export type SpotBook = {
  readonly spec: SpotBookSpec;
  readonly step: number;
  readonly bid: number;
  readonly ask: number;
  /** The last trade, at the bid or the ask. */
  readonly last: number;
};

export function findBook(venue: SpotVenue, base: string, quote: string): SpotBookSpec | null {
  return SPOT_BOOKS.find((spec) => spec.venue === venue && spec.base === base && spec.quote === quote) ?? null;
}

function fairPrice(model: MarketModel, spec: SpotBookSpec, step: number): number | null {
  if (spec.base === "USDT" || spec.base === "USDC") return model.stableUsd(spec.base satisfies Stable, step);
  const coin: SpotCoin = spec.base;
  return spec.quote === "USD" ? model.spotUsd(coin, step) : model.spotInStable(coin, spec.quote, spec.venue, step);
}

/** @returns null where the venue has no quote at that step: the tape is blank, or the coin is not in it */
export function spotBookAt(model: MarketModel, spec: SpotBookSpec, step: number): SpotBook | null {
  const fair = fairPrice(model, spec, step);
  if (fair === null) return null;
  const stream = hashName(`${spec.venue}:${spec.base}-${spec.quote}`);
  const mid = fair * (1 + spec.noiseRelative * smoothNoise(model.seed, stream, step, NOISE_KNOT_STEPS));
  const bidTicks = Math.floor((mid * (1 - spec.halfSpreadRelative)) / spec.tick);
  const askTicks = Math.max(bidTicks + 1, Math.ceil((mid * (1 + spec.halfSpreadRelative)) / spec.tick));
  const lastTicks = hashUniform(model.seed, stream, step, 7) < 0.5 ? bidTicks : askTicks;
  return { spec, step, bid: bidTicks * spec.tick, ask: askTicks * spec.tick, last: lastTicks * spec.tick };
}
