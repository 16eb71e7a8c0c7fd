/** What a feed should have said at an instant, and how far an honest answer can be from it. */
import { OracleError } from "../../base/errors.ts";
import { type Coin, type MarketModel, stepAt } from "./model.ts";

type TrueFeed = { readonly coin: Coin; readonly kind: "spot-index" | "iv-atm-30d" };
export type Bounds = { readonly low: number; readonly high: number };

/** Steps a window may span: a day at four steps a second. Longer questions are a caller's mistake. */
const WINDOW_STEPS_MAX = 345_600;

const FEEDS: ReadonlyMap<string, TrueFeed> = new Map([
  ["BTC-USD.spot-index", { coin: "BTC", kind: "spot-index" }],
  ["ETH-USD.spot-index", { coin: "ETH", kind: "spot-index" }],
  ["BTC-USD.iv-atm-30d", { coin: "BTC", kind: "iv-atm-30d" }],
  ["ETH-USD.iv-atm-30d", { coin: "ETH", kind: "iv-atm-30d" }],
]);

export const TRUE_FEED_NAMES: readonly string[] = [...FEEDS.keys()];

/** @throws OracleError `unknown-feed` */
function parseTrueFeed(feedName: string): TrueFeed {
  const feed = FEEDS.get(feedName);
  if (feed === undefined) {
    throw new OracleError(`no truth for feed ${JSON.stringify(feedName)}, known are ${TRUE_FEED_NAMES.join(", ")}`, {
      code: "unknown-feed",
      seen: feedName,
      wanted: TRUE_FEED_NAMES,
    });
  }
  return feed;
}

function valueAt(model: MarketModel, feed: TrueFeed, step: number): number | null {
  return feed.kind === "spot-index" ? model.spotUsd(feed.coin, step) : model.atmVol30d(feed.coin, step);
}

/** USD, or annualised decimal vol; null where the market has none at that time. @throws OracleError `unknown-feed` */
export function truthAt(model: MarketModel, feedName: string, timeMs: number): number | null {
  return valueAt(model, parseTrueFeed(feedName), stepAt(model, timeMs));
}

type Range = { min: number; max: number };

function rangeOver(from: number, to: number, valueOf: (step: number) => number | null): Range | null {
  const range: Range = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
  for (let step = from; step <= to; step++) {
    const value = valueOf(step);
    if (value === null) continue;
    if (value < range.min) range.min = value;
    if (value > range.max) range.max = value;
  }
  return range.min <= range.max ? range : null;
}

/**
 * Where any honest combination (median, trimmed mean, …) of quotes taken in [atMs − windowMs, atMs] must lie: the truth's
 * own range over the window, widened by the stated noise. A pair in a stablecoin taken at one instant and its conversion
 * taken at another differ by the stablecoin's own movement, so that range widens it too.
 * @returns null where the market had no truth in the whole window
 * @throws OracleError `unknown-feed`, `bad-window`
 */
export function boundsOver(model: MarketModel, feedName: string, atMs: number, windowMs: number): Bounds | null {
  const feed = parseTrueFeed(feedName);
  const from = stepAt(model, atMs - windowMs);
  const to = stepAt(model, atMs);
  if (!(windowMs >= 0) || !Number.isFinite(atMs) || to - from > WINDOW_STEPS_MAX) {
    throw new OracleError(
      `window of ${windowMs} ms, allowed are 0 to ${WINDOW_STEPS_MAX} steps of ${model.stepMs} ms`,
      {
        code: "bad-window",
        atMs,
        windowMs,
      },
    );
  }
  const truth = rangeOver(from, to, (step) => valueAt(model, feed, step));
  if (truth === null) return null;
  if (feed.kind === "iv-atm-30d") return { low: truth.min - model.noise.volAbs, high: truth.max + model.noise.volAbs };
  let drift = 1;
  for (const stable of model.coveredStables) {
    const price = rangeOver(from, to, (step) => model.stableUsd(stable, step));
    if (price !== null) drift = Math.max(drift, price.max / price.min);
  }
  return {
    low: (truth.min / drift) * (1 - model.noise.spotRelative),
    high: truth.max * drift * (1 + model.noise.spotRelative),
  };
}
