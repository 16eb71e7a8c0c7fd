/**
 * The rows of one board out of `incremental_ticker.{instrument}`: a snapshot, then only the fields that changed. Numbers
 * are those of the book summaries under other names: premiums in coin, vols in percent, a forward for each row.
 */
import type { FutureQuote, OptionQuote } from "../../market/quote.ts";
import { type BoardRow, type RowRefusal, liveInstrument } from "../board.ts";
import { isFiniteNumber } from "../decimal.ts";
import { type Gap, gap } from "../gap.ts";
import { isRecord } from "../json.ts";
import type { StreamUpdate } from "../stream-adapter.ts";
import { type FuturesSubscription, type OptionsSubscription, sourceName } from "../subscription.ts";
import { timeFault } from "../venue-time.ts";
import { readFuture } from "./futures.ts";
import { DERIBIT_NAMES } from "./names.ts";
import { readOption } from "./options.ts";

/** What is kept of a ticker; the rest, a thousand times over, would be memory for nothing. */
const FIELDS = [
  "state",
  "timestamp",
  "best_bid_price",
  "best_ask_price",
  "mark_price",
  "mark_iv",
  "underlying_price",
  "index_price",
  "funding_8h",
  "current_funding",
] as const;
type Ticker = Partial<Record<(typeof FIELDS)[number], unknown>>;

/** A row as it stands, or why there is none; `kept` where what was known of it stays. */
type Reading =
  | { readonly row: OptionQuote | FutureQuote }
  | { readonly refusal: string; readonly kept: boolean; readonly isEnd?: boolean };

export class BoardTickers {
  readonly source: string;
  readonly #subscription: OptionsSubscription | FuturesSubscription;
  readonly #tickers = new Map<string, Ticker>();

  constructor(subscription: OptionsSubscription | FuturesSubscription) {
    this.#subscription = subscription;
    this.source = sourceName(subscription);
  }

  get base(): string {
    return this.#subscription.base;
  }

  /** Whether the board has rows of that instrument: alive, no combo, of its coin and kind. */
  takes(name: string, nowMs: number): boolean {
    const instrument = liveInstrument(name, { ...DERIBIT_NAMES, base: this.base, timeMs: nowMs });
    if (typeof instrument === "string") return false;
    return (instrument.kind === "option") === (this.#subscription.kind === "options");
  }

  forget(name: string): void {
    this.#tickers.delete(name);
  }

  /**
   * Takes one message in. What cannot be read in it makes its row refused until it changes again; only a message that is
   * none for this instrument leaves everything as it was.
   * @returns why nothing was taken, or null
   */
  merge(name: string, data: unknown): Gap | null {
    if (!isRecord(data)) return gap("bad-shape", "data is no object");
    const { type, instrument_name: said } = data;
    if (type !== "snapshot" && type !== "change") return gap("bad-shape", `a ticker of ${name} of no known type`);
    if (said !== name && !(type === "change" && said === undefined))
      return gap("bad-shape", `a ticker of another instrument in the channel of ${name}`);
    const before = this.#tickers.get(name);
    if (type === "change" && before === undefined)
      return gap("sequence-gap", `a change of ${name} before its snapshot`);
    const ticker: Ticker = type === "change" ? { ...before } : {};
    for (const field of FIELDS) if (Object.hasOwn(data, field)) ticker[field] = data[field];
    this.#tickers.set(name, ticker);
    return null;
  }

  /** The row of one instrument as it stands now. */
  update(name: string, receivedAtMs: number): StreamUpdate {
    return this.#update([name], receivedAtMs);
  }

  /** All rows as they stand now; nothing where none is known yet. */
  all(nowMs: number): readonly StreamUpdate[] {
    return this.#tickers.size === 0 ? [] : [this.#update([...this.#tickers.keys()], nowMs)];
  }

  /** These are no more, and why. */
  gone(names: readonly string[], reason: string, receivedAtMs: number): StreamUpdate {
    const about = { source: this.source, timeMs: null, receivedAtMs, gone: names, refused: { [reason]: names.length } };
    return { kind: this.#subscription.kind, ...about, rows: [] };
  }

  #update(names: readonly string[], receivedAtMs: number): StreamUpdate {
    const options: OptionQuote[] = [];
    const futures: FutureQuote[] = [];
    const gone: string[] = [];
    const refused: Record<string, number> = {};
    let hasEnded = false;
    let timeMs: number | null = null;
    for (const name of names) {
      const ticker = this.#tickers.get(name) ?? {};
      const reading = this.#read(name, ticker, receivedAtMs);
      if ("refusal" in reading) {
        refused[reading.refusal] = (refused[reading.refusal] ?? 0) + 1;
        if (!reading.kept) gone.push(name);
        hasEnded ||= reading.isEnd === true;
        continue;
      }
      if ("strike" in reading.row) options.push(reading.row);
      else futures.push(reading.row);
      if (isFiniteNumber(ticker.timestamp)) timeMs = Math.max(timeMs ?? 0, ticker.timestamp);
    }
    const about = { source: this.source, timeMs, receivedAtMs, gone, refused, ...(hasEnded ? { hasEnded } : {}) };
    return this.#subscription.kind === "options"
      ? { kind: "options", ...about, rows: options }
      : { kind: "futures", ...about, rows: futures };
  }

  #read(name: string, ticker: Ticker, receivedAtMs: number): Reading {
    const { state, timestamp } = ticker;
    // Settlement takes seconds, at 08:00 UTC and of all at once: what was known stands. All other states are no market.
    if (state === "settlement") return { refusal: "halted", kept: true };
    if (state !== "open") {
      const isEnd = state === "closed" || state === "delivered";
      return { refusal: typeof state === "string" ? "halted" : "bad-number", kept: false, isEnd };
    }
    if (!isFiniteNumber(timestamp)) return { refusal: "bad-number", kept: false };
    const fault = timeFault(timestamp, receivedAtMs);
    if (fault !== null) return { refusal: fault.reason, kept: false };
    const instrument = liveInstrument(name, { ...DERIBIT_NAMES, base: this.base, timeMs: timestamp });
    if (typeof instrument === "string") return { refusal: instrument, kept: false, isEnd: instrument === "expired" };
    const summary: BoardRow = {
      ...ticker,
      bid_price: ticker.best_bid_price,
      ask_price: ticker.best_ask_price,
      estimated_delivery_price: ticker.index_price,
    };
    const row: OptionQuote | FutureQuote | RowRefusal =
      this.#subscription.kind === "options"
        ? readOption(summary, name, instrument)
        : readFuture(summary, name, instrument);
    return typeof row === "string" ? { refusal: row, kept: false } : { row };
  }
}
