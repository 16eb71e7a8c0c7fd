/** What is said of one source to an operator: in `tenor sources`, on the page, in the metrics. */
import type { GapReason, TimeSource } from "../market/quote.ts";
import type { Venue } from "../market/venue.ts";
import type { Subscription } from "./subscription.ts";

/** `stale`: its time is long past, though it answers. `frozen`: it says the same numbers for long. */
export type SourceHealth = "ok" | "stale" | "frozen" | GapReason;

export type SourceError = { readonly reason: GapReason; readonly detail: string; readonly atMs: number };

export type SourceStatistics = {
  readonly source: string;
  readonly venue: Venue;
  readonly state: SourceHealth;
  /** Who serves it now. REST serves what is not streamed, and what is while its stream is not live. */
  readonly via: "rest" | "stream";
  /** Of the time that the held quote speaks of; null while nothing is held. */
  readonly ageMs: number | null;
  /** Null while nothing is held. */
  readonly timeSource: TimeSource | null;
  /** Receipt of the last good quote, or of the last sign of life of the stream that stands for it, unix ms. */
  readonly lastOkMs: number | null;
  readonly lastState: "ok" | GapReason;
  /** REST: from sending to the whole body. Stream: from the venue's stamp to receipt, the clocks' difference taken off; null where it stamps nothing. */
  readonly latencyMs: number | null;
  readonly okCount: number;
  readonly gapCounts: Readonly<Partial<Record<GapReason, number>>>;
  /** Quotes and rows that came late, after newer ones, and were left out. */
  readonly droppedCount: number;
  /** Rows of a streamed board that could not be read, by reason, since start. */
  readonly refusedRows: Readonly<Record<string, number>>;
  /** Receipt of the first of the identical quotes that end in the held one: an old value here is a frozen venue. */
  readonly unchangedSinceMs: number | null;
  /** The last failure, which may be long over. */
  readonly lastError: SourceError | null;
};

const MINUTE_MS = 60_000;

/** Some polls without news: what the page calls stale; a feed's definition decides what it takes. */
const STALE_AFTER_MS: Readonly<Record<Exclude<Subscription["kind"], "candles">, number>> = {
  spot: 15_000,
  depth: 2 * MINUTE_MS,
  index: 15_000,
  "vol-index": MINUTE_MS,
  futures: 30_000,
  options: 30_000,
};

/** A board of many rows, or a price that the whole market makes, does not stand still for so long. */
const FROZEN_AFTER_MS: Readonly<Record<Subscription["kind"], number>> = {
  spot: MINUTE_MS,
  depth: 10 * MINUTE_MS,
  index: MINUTE_MS,
  "vol-index": 10 * MINUTE_MS,
  futures: MINUTE_MS,
  options: MINUTE_MS,
  candles: Number.POSITIVE_INFINITY,
};

/** @param timeMs what the held quote speaks of; null while nothing is held */
export function healthOf(
  subscription: Subscription,
  gap: GapReason | null,
  timeMs: number | null,
  unchangedSinceMs: number | null,
  nowMs: number,
): SourceHealth {
  if (gap !== null) return gap;
  if (timeMs === null) return "never-fetched";
  const { kind } = subscription;
  const staleAfterMs = kind === "candles" ? 2 * subscription.intervalMs + MINUTE_MS : STALE_AFTER_MS[kind];
  if (nowMs - timeMs > staleAfterMs) return "stale";
  return unchangedSinceMs !== null && nowMs - unchangedSinceMs > FROZEN_AFTER_MS[kind] ? "frozen" : "ok";
}
