/** What the collector holds of one source: the last good quote, the present gap, the counts. */
import { unreachable } from "../base/errors.ts";
import type { Candle, FutureQuote, GapReason, OptionQuote, SourceGap } from "../market/quote.ts";
import type { Venue } from "../market/venue.ts";
import type { MarketQuote } from "./adapters.ts";
import type { Gap } from "./gap.ts";
import { type Subscription, sourceName } from "./subscription.ts";

export type SourceStatistics = {
  readonly source: string;
  readonly venue: Venue;
  /** Receipt of the last good quote, unix ms. */
  readonly lastOkMs: number | null;
  readonly lastState: "ok" | GapReason;
  /** Of the last request, from sending to the whole body. */
  readonly latencyMs: number | null;
  readonly okCount: number;
  readonly gapCounts: Readonly<Partial<Record<GapReason, number>>>;
  /** Receipt of the first of the identical quotes that end in the held one: an old value here is a frozen venue. */
  readonly unchangedSinceMs: number | null;
};

export class SourceState {
  readonly subscription: Subscription;
  readonly source: string;
  #held: MarketQuote | null = null;
  #gap: SourceGap | null;
  #latencyMs: number | null = null;
  #okCount = 0;
  #unchangedSinceMs: number | null = null;
  readonly #gapCounts: Partial<Record<GapReason, number>> = {};

  constructor(subscription: Subscription, createdAtMs: number) {
    this.subscription = subscription;
    this.source = sourceName(subscription);
    const { venue } = subscription;
    this.#gap = { venue, source: this.source, reason: "never-fetched", detail: "not asked yet", sinceMs: createdAtMs };
  }

  get held(): MarketQuote | null {
    return this.#held;
  }

  get gap(): SourceGap | null {
    return this.#gap;
  }

  get unchangedSinceMs(): number | null {
    return this.#unchangedSinceMs;
  }

  noteQuote(quote: MarketQuote, latencyMs: number): void {
    const receivedAtMs = quote.value.receivedAtMs;
    if (this.#held === null || !hasSameNumbers(this.#held, quote)) this.#unchangedSinceMs = receivedAtMs;
    this.#held = quote;
    this.#gap = null;
    this.#latencyMs = latencyMs;
    this.#okCount += 1;
  }

  /** @param latencyMs null when no request was made, because the venue is paused */
  noteGap(gap: Gap, latencyMs: number | null, atMs: number): void {
    const fresh = this.#gap === null || this.#gap.reason === "never-fetched";
    const sinceMs = fresh ? atMs : this.#gap!.sinceMs;
    this.#gap = {
      venue: this.subscription.venue,
      source: this.source,
      reason: gap.reason,
      detail: gap.detail,
      sinceMs,
    };
    if (latencyMs !== null) this.#latencyMs = latencyMs;
    this.#gapCounts[gap.reason] = (this.#gapCounts[gap.reason] ?? 0) + 1;
  }

  statistics(): SourceStatistics {
    return {
      source: this.source,
      venue: this.subscription.venue,
      lastOkMs: this.#held?.value.receivedAtMs ?? null,
      lastState: this.#gap?.reason ?? "ok",
      latencyMs: this.#latencyMs,
      okCount: this.#okCount,
      gapCounts: { ...this.#gapCounts },
      unchangedSinceMs: this.#unchangedSinceMs,
    };
  }
}

/** Prices only: a venue's clock goes on while its book is frozen. */
export function hasSameNumbers(a: MarketQuote, b: MarketQuote): boolean {
  switch (a.kind) {
    case "spot":
      return b.kind === "spot" && a.value.bid === b.value.bid && a.value.ask === b.value.ask;
    case "index":
      return b.kind === "index" && a.value.price === b.value.price;
    case "vol-index":
      return b.kind === "vol-index" && a.value.vol === b.value.vol;
    case "depth":
      return (
        b.kind === "depth" &&
        a.value.down.notional === b.value.down.notional &&
        a.value.up.notional === b.value.up.notional
      );
    case "futures":
      return b.kind === "futures" && sameRows(a.value.futures, b.value.futures, sameFuture);
    case "options":
      return b.kind === "options" && sameRows(a.value.options, b.value.options, sameOption);
    case "candles":
      return b.kind === "candles" && sameRows(a.value.closes, b.value.closes, sameBar);
    default:
      return unreachable(a);
  }
}

function sameRows<R>(a: readonly R[], b: readonly R[], same: (a: R, b: R) => boolean): boolean {
  return a.length === b.length && a.every((row, i) => same(row, b[i]!));
}

function sameFuture(a: FutureQuote, b: FutureQuote): boolean {
  return (
    a.instrument === b.instrument &&
    a.bid === b.bid &&
    a.ask === b.ask &&
    a.mark === b.mark &&
    a.funding8h === b.funding8h &&
    a.currentFunding === b.currentFunding
  );
}

function sameBar(a: Candle, b: Candle): boolean {
  return a.openMs === b.openMs && a.open === b.open && a.high === b.high && a.low === b.low && a.close === b.close;
}

function sameOption(a: OptionQuote, b: OptionQuote): boolean {
  return (
    a.instrument === b.instrument &&
    a.bidCoin === b.bidCoin &&
    a.askCoin === b.askCoin &&
    a.markCoin === b.markCoin &&
    a.markVol === b.markVol &&
    a.forward === b.forward
  );
}
