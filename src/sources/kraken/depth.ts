/**
 * Kraken: GET /0/public/Depth?pair=XBTUSD&count=500, the best 500 levels of each side, rows [price, size, seconds of the
 * level's last change]. The book itself has no stamp: receipt time. A book of which no level moved for a day is dead.
 */
import type { BookDepth } from "../../market/quote.ts";
import { isFiniteNumber } from "../decimal.ts";
import { readDepth } from "../depth.ts";
import type { Parsed } from "../gap.ts";
import type { DepthSubscription } from "../subscription.ts";
import { decimalOf } from "../text-decimal.ts";
import { staleFault } from "../venue-time.ts";
import { krakenCoin, parseKrakenPair } from "./envelope.ts";

const LEVELS = 500;

export const krakenDepth = {
  path: ({ base, quote }: DepthSubscription): string =>
    `/0/public/Depth?pair=${krakenCoin(base)}${krakenCoin(quote)}&count=${LEVELS}`,

  parse(body: string, { base, quote }: DepthSubscription, receivedAtMs: number): Parsed<BookDepth> {
    const pair = parseKrakenPair(body, base, quote, receivedAtMs);
    if (pair.kind === "gap") return pair;
    const { bids, asks } = pair.row;
    const depth = readDepth(bids, asks, decimalOf);
    if (depth.kind === "gap") return depth;
    const stale = staleFault(Math.max(lastChangeMs(bids), lastChangeMs(asks)), receivedAtMs);
    if (stale !== null) return stale;
    const { bid, ask, down, up } = depth;
    const times = { timeMs: receivedAtMs, timeSource: "receipt", receivedAtMs } as const;
    return { kind: "quote", quote: { venue: "kraken", ...times, base, quote, bid, ask, down, up } };
  },
};

/** Of levels without a readable time: of no time at all. */
function lastChangeMs(rows: unknown): number {
  let lastSec = 0;
  for (const row of Array.isArray(rows) ? rows : []) {
    const sec: unknown = Array.isArray(row) ? row[2] : undefined;
    if (isFiniteNumber(sec) && sec > lastSec) lastSec = sec;
  }
  return lastSec * 1000;
}
