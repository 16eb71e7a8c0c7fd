/** What every venue's trade bars share: which page is asked for, and which bars of an answer stand. */
import type { Candle, CandleSeries } from "../market/quote.ts";
import { type Gap, type Parsed, gap } from "./gap.ts";
import { isPlausibleTimeMs, spotPriceInRange } from "./sanity.ts";
import type { CandleSubscription } from "./subscription.ts";

/** Opening times of the first and the last bar wanted, unix ms, both included, multiples of the interval. */
export type CandlePage = { readonly fromMs: number; readonly toMs: number };

/** A bar as a venue tells it: null where a number is not plainly one. */
export type RawBar = {
  readonly openMs: number;
  readonly open: number | null;
  readonly high: number | null;
  readonly low: number | null;
  readonly close: number | null;
};

export type CandleAdapter = {
  /** Most bars one answer holds. */
  readonly pageBars: number;
  /** Most bars the venue keeps at all; null where history can be paged back at will. */
  readonly reachBars: number | null;
  /** The path and query under the venue's base URL. */
  path(subscription: CandleSubscription, page: CandlePage): string;
  /** Pure: the complete bars of an HTTP 200 answer, `no-quote` where it holds none. Never throws. */
  parse(body: string, subscription: CandleSubscription, receivedAtMs: number): Parsed<CandleSeries>;
};

/**
 * A bar is taken as complete this long after its end by our own clock: venues book the last trades late, and clocks
 * differ. Shorter keeps half a bar as a whole one, longer makes realised vol late.
 */
export const BAR_SETTLE_MS = 3_000;
/** A bar that opens later than this is not of our time: the wrong unit, or a clock that is wrong. */
const AHEAD_MAX_MS = 60_000;
/** Pages hold up to 1000 bars; ten times that is no page. */
const BARS_MAX = 10_000;

/**
 * Times that cannot be, and bars told twice, refuse the whole page: it answers another question. A bar whose prices no
 * bar can have is left out, and so is one that has not ended.
 */
export function readBars(
  rows: readonly RawBar[],
  { venue, base, quote, intervalMs }: CandleSubscription,
  receivedAtMs: number,
): Parsed<CandleSeries> {
  if (rows.length > BARS_MAX) return gap("too-large", `${rows.length} bars, at most ${BARS_MAX} allowed`);
  const bars = new Map<number, Candle>();
  const seen = new Set<number>();
  let broken = 0;
  for (const row of rows) {
    const { openMs } = row;
    const wrong = timeGap(openMs, intervalMs, receivedAtMs);
    if (wrong !== null) return wrong;
    if (seen.has(openMs)) return gap("bad-shape", `the bar of ${openMs} comes twice`);
    seen.add(openMs);
    if (openMs + intervalMs + BAR_SETTLE_MS > receivedAtMs) continue;
    const bar = lawful(row);
    if (bar === null) broken += 1;
    else bars.set(openMs, bar);
  }
  const closes = [...bars.values()].sort((a, b) => a.openMs - b.openMs);
  const last = closes.at(-1);
  if (last === undefined)
    return broken > 0 ? gap("out-of-range", `${broken} bars that no market has`) : gap("no-quote", "no complete bar");
  const times = { timeMs: last.openMs + intervalMs, timeSource: "venue", receivedAtMs } as const;
  return { kind: "quote", quote: { venue, ...times, base, quote, intervalMs, closes } };
}

function timeGap(openMs: number, intervalMs: number, receivedAtMs: number): Gap | null {
  if (!Number.isSafeInteger(openMs) || !isPlausibleTimeMs(openMs))
    return gap("out-of-range", `a bar opens at ${openMs}, which is no unix time`);
  if (openMs % intervalMs !== 0) return gap("bad-shape", `a bar opens at ${openMs}, no multiple of ${intervalMs} ms`);
  if (openMs > receivedAtMs + AHEAD_MAX_MS)
    return gap("out-of-range", `a bar opens ${openMs - receivedAtMs} ms after its receipt`);
  return null;
}

function lawful({ openMs, open, high, low, close }: RawBar): Candle | null {
  if (open === null || high === null || low === null || close === null) return null;
  if ([open, high, low, close].some((price) => spotPriceInRange("price", price) !== null)) return null;
  if (low > Math.min(open, close) || high < Math.max(open, close)) return null;
  return { openMs, open, high, low, close };
}
