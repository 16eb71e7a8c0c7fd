/**
 * Deribit's volatility index DVOL as bars of a minute: GET /public/get_volatility_index_data?currency=BTC&resolution=60.
 * {"data": [[ms, open, high, low, close]…], "continuation": ms|null}, in percent. The newest thousand bars before
 * `end_timestamp` come first, about 42 kB; a fixed range that never ends thus always holds the bar of now.
 */
import type { VolIndexQuote } from "../../market/quote.ts";
import { isFiniteNumber } from "../decimal.ts";
import { type Parsed, gap } from "../gap.ts";
import { isRecord } from "../json.ts";
import { type AdapterRules, PRODUCTION_ONLY } from "../rest-adapter.ts";
import { isPlausibleTimeMs } from "../sanity.ts";
import type { VolIndexSubscription } from "../subscription.ts";
import { parseDeribit } from "./envelope.ts";
import { volOf } from "./percent-vol.ts";

const BAR_SEC = 60;
/** Unix ms of the years 2021, before which there was no DVOL, and 2100. */
const RANGE = "start_timestamp=1609459200000&end_timestamp=4102444800000";
/** Bars follow each other without gaps while the index is computed; an older one is of an index that stands still. */
const BAR_AGE_MAX_MS = 15 * 60_000;
/** A bar that begins after the answer left is no bar of this clock. */
const BAR_AHEAD_MAX_MS = 1_000;

export const deribitVolIndex = {
  path: ({ base }: VolIndexSubscription): string =>
    `/public/get_volatility_index_data?currency=${base}&${RANGE}&resolution=${BAR_SEC}`,

  parse(
    body: string,
    { base }: VolIndexSubscription,
    receivedAtMs: number,
    rules: AdapterRules = PRODUCTION_ONLY,
  ): Parsed<VolIndexQuote> {
    const answer = parseDeribit(body, receivedAtMs, rules);
    if (answer.kind === "gap") return answer;
    const rows = isRecord(answer.result) ? answer.result.data : undefined;
    if (!Array.isArray(rows)) return gap("bad-shape", "result.data is no array");
    const entries: readonly unknown[] = rows;
    let newest: readonly [openMs: number, close: unknown] | null = null;
    for (const row of entries) {
      const openMs: unknown = Array.isArray(row) ? row[0] : undefined;
      if (!Array.isArray(row) || row.length !== 5 || !isFiniteNumber(openMs) || !isPlausibleTimeMs(openMs))
        return gap("bad-shape", "a row is no bar of a time and four values");
      if (newest === null || openMs > newest[0]) newest = [openMs, row[4]];
    }
    if (newest === null) return gap("no-quote", "no bar");
    const [openMs, close] = newest;
    if (openMs > answer.timeMs + BAR_AHEAD_MAX_MS) return gap("out-of-range", `bar of ${openMs} in the future`);
    const endMs = openMs + BAR_SEC * 1000;
    if (answer.timeMs - endMs > BAR_AGE_MAX_MS)
      return gap("stale", `last bar ended ${answer.timeMs - endMs} ms before`);
    const vol = volOf(close);
    if (vol === null) return gap(isFiniteNumber(close) ? "out-of-range" : "bad-shape", "close is no vol in percent");
    // The bar of now speaks of the answer's time, a complete one of its end.
    const times = { timeMs: Math.min(answer.timeMs, endMs), timeSource: "venue", receivedAtMs } as const;
    return { kind: "quote", quote: { venue: "deribit", ...times, base, vol } };
  },
};
