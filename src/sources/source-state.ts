/**
 * What the collector holds of one source: the last good quote, the present gap, the counts. Two may write it: REST, and the
 * stream of a connection that carries the source.
 *
 * While its connection is proven alive, silence of a source means that nothing changed: what is held stands as of the last
 * frame of any kind, and its times move on with it, for `QUIET_TRUST_MS` after its own last word. Then, and while the
 * connection is down, time stands still and the quote ages.
 */
import { unreachable } from "../base/errors.ts";
import type { GapReason, SourceGap } from "../market/quote.ts";
import type { MarketQuote } from "./adapters.ts";
import { isFailure } from "./breaker.ts";
import type { VenueClock } from "./clock-offset.ts";
import type { Gap } from "./gap.ts";
import { type BoardUpdate, HeldBoard } from "./held-board.ts";
import { isLate } from "./order.ts";
import { type Times, retimed } from "./retimed.ts";
import { hasSameNumbers } from "./same-numbers.ts";
import { healthOf, type SourceError, type SourceStatistics } from "./source-health.ts";
import type { StreamUpdate } from "./stream-adapter.ts";
import { type Subscription, sourceName } from "./subscription.ts";

/** A connection as its sources see it. */
export type Liveness = {
  /** Receipt of its newest frame of any kind, unix ms; null while it is not open. */
  readonly aliveAtMs: number | null;
  readonly openedAtMs: number | null;
};

/** Higher trusts a subscription that died unseen for longer, lower asks REST about every quiet pair. */
export const QUIET_TRUST_MS = 60_000;

/** When what REST says had been asked for, and how long that took; null for what a stream says. */
type Origin = { readonly sentAtMs: number; readonly roundTripMs: number | null };

export class SourceState {
  readonly subscription: Subscription;
  readonly source: string;
  readonly #clock: VenueClock | null;
  readonly #line: Liveness | null;
  /** Of a streamed chain or board of futures: its rows are here and not in `#held`. */
  readonly #board: HeldBoard | null;
  #held: MarketQuote | null = null;
  /** The venue's own stamp of what is held, before any judgement of its clock. */
  #stamp: { readonly stampMs: number | null; readonly receivedAtMs: number } = { stampMs: null, receivedAtMs: 0 };
  #gap: SourceGap | null;
  #isLive = false;
  #spokeAtMs = Number.NEGATIVE_INFINITY;
  #restAtMs = Number.NEGATIVE_INFINITY;
  #endedAtMs = Number.NEGATIVE_INFINITY;
  #restLatencyMs: number | null = null;
  #streamLagMs: number | null = null;
  #okCount = 0;
  #lateCount = 0;
  #unchangedSinceMs: number | null = null;
  #lastError: SourceError | null = null;
  readonly #gapCounts: Partial<Record<GapReason, number>> = {};
  readonly #refusedRows: Record<string, number> = {};

  /** @param line the connection that carries the source; without one it is only polled */
  constructor(
    subscription: Subscription,
    createdAtMs: number,
    doors: { readonly clock?: VenueClock; readonly line?: Liveness | null } = {},
  ) {
    this.subscription = subscription;
    this.source = sourceName(subscription);
    this.#clock = doors.clock ?? null;
    this.#line = doors.line ?? null;
    this.#board = this.#line === null ? null : HeldBoard.of(subscription);
    const { venue } = subscription;
    this.#gap = { venue, source: this.source, reason: "never-fetched", detail: "not asked yet", sinceMs: createdAtMs };
  }

  /** With the times that hold now. */
  get held(): MarketQuote | null {
    const held = this.#held;
    if (held === null) return null;
    const timed = retimed(held, this.#standing(held.value));
    return this.#board?.fill(timed) ?? timed;
  }

  get gap(): SourceGap | null {
    return this.#gap;
  }

  get unchangedSinceMs(): number | null {
    return this.#unchangedSinceMs;
  }

  /** Whether the stream serves it now. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** When the stream last spoke of it, and when REST last answered; −∞ for never. */
  get spokeAtMs(): number {
    return this.#spokeAtMs;
  }

  /** When a stream last said that instruments of this board ended. */
  get endedAtMs(): number {
    return this.#endedAtMs;
  }

  get restAtMs(): number {
    return this.#restAtMs;
  }

  /** A good answer of REST. */
  noteQuote(quote: MarketQuote, latencyMs: number): void {
    const { receivedAtMs } = quote.value;
    const sentAtMs = receivedAtMs - latencyMs;
    this.#restLatencyMs = latencyMs;
    this.#restAtMs = receivedAtMs;
    this.#okCount += 1;
    const isOvertaken = this.#isLive && this.#spokeAtMs > sentAtMs;
    if (!isOvertaken) this.#gap = null;
    this.#take(quote, { sentAtMs, roundTripMs: latencyMs });
  }

  /** What a stream says, a gap excepted. @returns true when that makes the source live */
  noteUpdate(update: Exclude<StreamUpdate, { readonly kind: "gap" }>): boolean {
    if (update.kind !== this.subscription.kind) {
      this.#lateCount += 1;
      return false;
    }
    if ((update.kind === "options" || update.kind === "futures") && !this.#hasRows(update)) return false;
    const wasLive = this.#isLive;
    this.#isLive = true;
    this.#okCount += 1;
    this.#gap = null;
    const origin = { sentAtMs: Number.POSITIVE_INFINITY, roundTripMs: null };
    switch (update.kind) {
      case "spot":
        this.#take({ kind: "spot", value: update.quote }, origin);
        break;
      case "depth":
        this.#take({ kind: "depth", value: update.quote }, origin);
        break;
      case "index":
        this.#take({ kind: "index", value: update.quote }, origin);
        break;
      case "vol-index":
        this.#take({ kind: "vol-index", value: update.quote }, origin);
        break;
      case "options":
      case "futures":
        if (update.hasEnded === true) this.#endedAtMs = update.receivedAtMs;
        this.#takeRows(update);
        break;
      default:
        unreachable(update);
    }
    return !wasLive;
  }

  /** @param latencyMs null when no request was made, because the venue is paused */
  noteGap(gap: Gap, latencyMs: number | null, atMs: number): void {
    if (latencyMs !== null) this.#restLatencyMs = latencyMs;
    this.#count(gap, atMs);
    // What REST cannot say now, the stream does.
    if (!this.#isLive) this.#setGap(gap, atMs);
  }

  /** What the stream says is no quote; where it says that it will not serve, REST does. */
  noteStreamGap(gap: Gap, atMs: number): void {
    this.#count(gap, atMs);
    if (isFailure(gap.reason)) {
      // A subscription refused before it ever spoke is no news of the market: REST serves already.
      if (!this.#isLive) return;
      this.#isLive = false;
    }
    this.#spokeAtMs = atMs;
    this.#setGap(gap, atMs);
  }

  /** The connection is gone. Nothing is forgotten. */
  noteDown(gap: Gap, atMs: number): void {
    if (!this.#isLive) {
      // It may be that nobody else serves it.
      if (this.#gap?.reason === "never-fetched") this.#setGap(gap, atMs);
      return;
    }
    this.#freeze();
    this.#isLive = false;
    this.#count(gap, atMs);
    this.#setGap(gap, atMs);
  }

  statistics(nowMs: number): SourceStatistics {
    const value = this.#held?.value;
    const standing = value === undefined ? null : this.#standing(value);
    const { venue } = this.subscription;
    const reason = this.#gap?.reason ?? null;
    return {
      source: this.source,
      venue,
      state: healthOf(this.subscription, reason, standing?.timeMs ?? null, this.#unchangedSinceMs, nowMs),
      via: this.#isLive ? "stream" : "rest",
      ageMs: standing === null ? null : nowMs - standing.timeMs,
      timeSource: standing?.timeSource ?? null,
      lastOkMs: standing?.receivedAtMs ?? null,
      lastState: reason ?? "ok",
      latencyMs: this.#isLive ? this.#streamLatencyMs(nowMs) : this.#restLatencyMs,
      okCount: this.#okCount,
      gapCounts: { ...this.#gapCounts },
      refusedRows: { ...this.#refusedRows },
      droppedCount: this.#lateCount + (this.#board?.dropped ?? 0),
      unchangedSinceMs: this.#unchangedSinceMs,
      lastError: this.#lastError,
    };
  }

  #take(quote: MarketQuote, { sentAtMs, roundTripMs }: Origin): void {
    const isStream = roundTripMs === null;
    const { receivedAtMs, timeSource } = quote.value;
    const stampMs = timeSource === "venue" ? quote.value.timeMs : null;
    const before = this.#held;
    if (isStream) this.#spoke(stampMs, receivedAtMs);
    const isMoved =
      this.#board?.relist(quote, sentAtMs, stampMs) ?? (before === null || !hasSameNumbers(before, quote));
    const isLeft = quote.kind !== "candles" && isLate(stampMs, receivedAtMs, this.#stamp);
    const isOvertaken = !isStream && this.#isLive && this.#spokeAtMs > sentAtMs;
    if (before !== null && (isLeft || isOvertaken)) {
      if (this.#board === null) this.#lateCount += 1;
      else this.#held = retimed(quote, before.value);
      if (this.#board !== null && isMoved) this.#unchangedSinceMs = receivedAtMs;
      return;
    }
    if (isMoved || this.#unchangedSinceMs === null) this.#unchangedSinceMs = receivedAtMs;
    const times = this.#honest(stampMs, receivedAtMs, roundTripMs);
    this.#stamp = { stampMs, receivedAtMs };
    this.#held = retimed(quote, times);
    if (isMoved || isStream || !this.#isLive || before === null) return;
    // REST confirms what a quiet stream stands for: its stamp may be that of the last trade, and takes nothing back.
    const standing = this.#standing(before.value);
    if (standing.timeMs > times.timeMs) this.#held = retimed(quote, { ...standing, receivedAtMs });
  }

  /** Whether anything in it is good: what was all refused makes nothing live. */
  #hasRows({ rows, gone, refused }: BoardUpdate): boolean {
    for (const [reason, count] of Object.entries(refused))
      this.#refusedRows[reason] = (this.#refusedRows[reason] ?? 0) + count;
    return rows.length > 0 || gone.length > 0;
  }

  #takeRows(update: BoardUpdate): void {
    const { timeMs: stampMs, receivedAtMs } = update;
    if (this.#board === null) return;
    this.#spoke(stampMs, receivedAtMs);
    const isMoved = this.#board.update(update, this.#line?.openedAtMs ?? null);
    if (isMoved || this.#unchangedSinceMs === null) this.#unchangedSinceMs = receivedAtMs;
    // Rows have stamps of their own: the board's time is the newest of them.
    if (this.#held !== null && isLate(stampMs, receivedAtMs, this.#stamp)) return;
    this.#stamp = { stampMs, receivedAtMs };
    const times = this.#honest(stampMs, receivedAtMs, null);
    this.#held = this.#held === null ? this.#board.head(times) : retimed(this.#held, times);
  }

  #spoke(stampMs: number | null, receivedAtMs: number): void {
    this.#spokeAtMs = receivedAtMs;
    this.#streamLagMs = stampMs === null ? null : receivedAtMs - stampMs;
  }

  #honest(stampMs: number | null, receivedAtMs: number, roundTripMs: number | null): Times {
    if (stampMs === null) return { timeMs: receivedAtMs, timeSource: "receipt", receivedAtMs };
    const judged = this.#clock?.take(this.source, stampMs, receivedAtMs, roundTripMs);
    return judged === undefined ? { timeMs: stampMs, timeSource: "venue", receivedAtMs } : { ...judged, receivedAtMs };
  }

  /** The times of what is held, moved on with the life of the connection where it stands for them. */
  #standing({ timeMs, timeSource, receivedAtMs }: Times): Times {
    const aliveAtMs = this.#line?.aliveAtMs ?? null;
    if (!this.#isLive || this.#gap !== null || aliveAtMs === null) return { timeMs, timeSource, receivedAtMs };
    const quietMs = Math.min(QUIET_TRUST_MS, Math.max(0, aliveAtMs - receivedAtMs));
    return { timeMs: timeMs + quietMs, timeSource, receivedAtMs: receivedAtMs + quietMs };
  }

  /** As the connection ends: what it vouched for until its last frame stays so. */
  #freeze(): void {
    if (this.#held !== null) this.#held = retimed(this.#held, this.#standing(this.#held.value));
  }

  #streamLatencyMs(nowMs: number): number | null {
    if (this.#streamLagMs === null) return null;
    return Math.max(0, this.#streamLagMs + (this.#clock?.offsetMs(nowMs) ?? 0));
  }

  #count({ reason, detail }: Gap, atMs: number): void {
    this.#gapCounts[reason] = (this.#gapCounts[reason] ?? 0) + 1;
    this.#lastError = { reason, detail, atMs };
  }

  #setGap({ reason, detail }: Gap, atMs: number): void {
    const before = this.#gap;
    const sinceMs = before === null || before.reason === "never-fetched" ? atMs : before.sinceMs;
    this.#gap = { venue: this.subscription.venue, source: this.source, reason, detail, sinceMs };
  }
}
