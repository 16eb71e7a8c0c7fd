/**
 * Bitstamp's order book, the same over HTTP and over a WebSocket: {"timestamp": s, "microtimestamp": µs, "bids": [[price,
 * size]…], "asks": …}, all strings, best first.
 */
import { z } from "zod";
import { type Depth, readDepth } from "../depth.ts";
import { type Gap, gap } from "../gap.ts";
import { shapeGap } from "../json.ts";
import { spotSides } from "../sanity.ts";
import { decimalOf } from "../text-decimal.ts";
import { timeFault } from "../venue-time.ts";

/** Books of before 2019 had `timestamp` alone. */
const stamps = z.looseObject({
  timestamp: z.string().regex(/^\d{1,16}$/),
  microtimestamp: z
    .string()
    .regex(/^\d{1,19}$/)
    .optional(),
  bids: z.unknown(),
  asks: z.unknown(),
});

type BitstampBook = {
  readonly kind: "book";
  readonly timeMs: number;
  readonly bids: unknown;
  readonly asks: unknown;
};

export function parseBitstampBook(data: unknown, receivedAtMs: number): BitstampBook | Gap {
  const shape = stamps.safeParse(data);
  if (!shape.success) return shapeGap(shape.error);
  const { timestamp, microtimestamp, bids, asks } = shape.data;
  // The digits of microseconds are cut, not divided: they may be more than a double holds.
  const timeMs = microtimestamp === undefined ? Number(timestamp) * 1000 : Number(microtimestamp.slice(0, -3));
  return timeFault(timeMs, receivedAtMs) ?? { kind: "book", timeMs, bids, asks };
}

export function depthOfBook({ bids, asks }: BitstampBook): Depth | Gap {
  return readDepth(bids, asks, decimalOf);
}

export function sidesOfBook({ bids, asks }: BitstampBook): ReturnType<typeof spotSides> {
  if (!Array.isArray(bids) || !Array.isArray(asks)) return gap("bad-shape", "bids or asks are no array");
  if (bids.length === 0 || asks.length === 0) return gap("empty-book", `${bids.length} bids, ${asks.length} asks`);
  const [bid, ask] = [bestPrice(bids[0]), bestPrice(asks[0])];
  if (bid === undefined || ask === undefined) return gap("bad-shape", "the best level is no price and size");
  return spotSides(bid, ask);
}

function bestPrice(level: unknown): string | undefined {
  const price: unknown = Array.isArray(level) ? level[0] : undefined;
  return typeof price === "string" ? price : undefined;
}
