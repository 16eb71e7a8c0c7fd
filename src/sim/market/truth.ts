/** What a feed should have said at an instant, and how far an honest answer can be from it. */
import { OracleError, unreachable } from "../../base/errors.ts";
import { type Coin, COINS, type MarketModel, SPOT_COINS, type SpotCoin, type StatedNoise, stepAt } from "./model.ts";

type TrueFeed =
  | { readonly kind: "spot-index"; readonly coin: SpotCoin }
  | { readonly kind: "iv-atm"; readonly coin: Coin; readonly days: 7 | 30 | 90 }
  | { readonly kind: "forward"; readonly coin: Coin; readonly days: 30 };
export type Bounds = { readonly low: number; readonly high: number };

/** Steps a window may span: a day at four steps a second. Longer questions are a caller's mistake. */
const WINDOW_STEPS_MAX = 345_600;

const FEEDS: ReadonlyMap<string, TrueFeed> = new Map([
  ...SPOT_COINS.map((coin): [string, TrueFeed] => [`${coin}-USD.spot-index`, { kind: "spot-index", coin }]),
  ...COINS.flatMap((coin) =>
    ([7, 30, 90] as const).map((days): [string, TrueFeed] => [
      `${coin}-USD.iv-atm-${days}d`,
      { kind: "iv-atm", coin, days },
    ]),
  ),
  ...COINS.map((coin): [string, TrueFeed] => [`${coin}-USD.forward-30d`, { kind: "forward", coin, days: 30 }]),
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
  switch (feed.kind) {
    case "spot-index":
      return model.spotUsd(feed.coin, step);
    case "iv-atm":
      return model.atmVol(feed.coin, feed.days, step);
    case "forward":
      return model.forward(feed.coin, feed.days, step);
    default:
      return unreachable(feed);
  }
}

function volNoise(noise: StatedNoise, days: 7 | 30 | 90): number {
  return days === 7 ? noise.volAbs7d : days === 30 ? noise.volAbs : noise.volAbs90d;
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
  if (feed.kind === "iv-atm") {
    const noise = volNoise(model.noise, feed.days);
    return { low: truth.min - noise, high: truth.max + noise };
  }
  if (feed.kind === "forward") {
    const { forwardRelative } = model.noise;
    return { low: truth.min * (1 - forwardRelative), high: truth.max * (1 + forwardRelative) };
  }
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
