/** Trade bars of a book: minutes of the history before the market began, the steps of its path after. */
import type { Candle } from "../../market/quote.ts";
import { hashName } from "../random.ts";
import { spotBookAt } from "./books.ts";
import { type Bar, type MarketModel, stepAt } from "./model.ts";
import { smoothNoise } from "./noise.ts";
import type { SpotBookSpec } from "./venues.ts";

const MINUTE_MS = 60_000;
/** Trades looked at in one bar; more would find the same highs and lows at a price. */
const TRADES_PER_BAR = 60;
const KEPT_BARS_MAX = 50_000;

export class CandleBook {
  readonly #model: MarketModel;
  /** Whole bars after the start, which cost hundreds of prices each. */
  readonly #kept = new Map<string, Candle>();

  constructor(model: MarketModel) {
    this.#model = model;
  }

  /**
   * @param intervalMs a multiple of a minute
   * @param nowMs nothing later is in a bar; the last may be unfinished
   * @returns ascending bars that open in [fromMs, toMs]; a bar in which the market had no price is missing
   */
  bars(spec: SpotBookSpec, intervalMs: number, fromMs: number, toMs: number, nowMs: number): readonly Candle[] {
    const bars: Candle[] = [];
    const lastMs = Math.min(toMs, nowMs);
    for (let openMs = Math.ceil(fromMs / intervalMs) * intervalMs; openMs <= lastMs; openMs += intervalMs) {
      const bar = this.#bar(spec, intervalMs, openMs, nowMs);
      if (bar !== null) bars.push(bar);
    }
    return bars;
  }

  #bar(spec: SpotBookSpec, intervalMs: number, openMs: number, nowMs: number): Candle | null {
    const endMs = openMs + intervalMs;
    const keep = endMs > this.#model.startMs && endMs <= nowMs;
    const key = `${spec.venue}:${spec.base}-${spec.quote}:${intervalMs}:${openMs}`;
    const kept = keep ? this.#kept.get(key) : undefined;
    if (kept !== undefined) return kept;
    const pieces = [...this.#minutes(spec, openMs, endMs), ...this.#trades(spec, openMs, Math.min(endMs, nowMs + 1))];
    const [first, last] = [pieces[0], pieces.at(-1)];
    if (first === undefined || last === undefined) return null;
    const bar: Candle = {
      openMs,
      open: first.open,
      high: Math.max(...pieces.map(({ high }) => high)),
      low: Math.min(...pieces.map(({ low }) => low)),
      close: last.close,
    };
    if (keep) {
      if (this.#kept.size >= KEPT_BARS_MAX) this.#kept.delete(this.#kept.keys().next().value!);
      this.#kept.set(key, bar);
    }
    return bar;
  }

  /** The whole minutes before the start that lie in [fromMs, toMs), with the venue's own wander, on its ticks. */
  #minutes(spec: SpotBookSpec, fromMs: number, toMs: number): readonly Bar[] {
    const model = this.#model;
    const lastWholeMs = Math.floor(model.startMs / MINUTE_MS) * MINUTE_MS;
    const stream = hashName(`bars:${spec.venue}:${spec.base}-${spec.quote}`);
    const bars: Bar[] = [];
    for (let minuteMs = fromMs; minuteMs < Math.min(toMs, lastWholeMs); minuteMs += MINUTE_MS) {
      const back = Math.round((lastWholeMs - minuteMs) / MINUTE_MS);
      const fair = model.minuteBefore(spec.base, spec.quote, spec.venue, back);
      if (fair === null) continue;
      const on = (price: number, at: number): number => {
        const wander = 1 + spec.noiseRelative * smoothNoise(model.seed, stream, at, 1);
        return Math.max(1, Math.round((price * wander) / spec.tick)) * spec.tick;
      };
      const [open, close] = [on(fair.open, back), on(fair.close, back - 1)];
      bars.push({
        open,
        close,
        high: Math.max(open, close, on(fair.high, back)),
        low: Math.min(open, close, on(fair.low, back)),
      });
    }
    return bars;
  }

  /** Last trades in [fromMs, toMs), from the start's own minute on: the first step's and the last's always among them. */
  #trades(spec: SpotBookSpec, fromMs: number, toMs: number): readonly Bar[] {
    const model = this.#model;
    const beginMs = Math.max(fromMs, Math.floor(model.startMs / MINUTE_MS) * MINUTE_MS);
    if (beginMs >= toMs) return [];
    const [first, last] = [stepAt(model, beginMs), stepAt(model, toMs - 1)];
    const stride = Math.max(1, Math.ceil((last - first) / TRADES_PER_BAR));
    const bars: Bar[] = [];
    for (let step = first; step <= last; step = step === last ? last + 1 : Math.min(last, step + stride)) {
      const price = spotBookAt(model, spec, step)?.last;
      if (price !== undefined) bars.push({ open: price, high: price, low: price, close: price });
    }
    return bars;
  }
}
