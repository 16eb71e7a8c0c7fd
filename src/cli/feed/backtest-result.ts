/** What a run over a tape comes to. */
import { comparisonOf, difference } from "../../feeds/comparison.ts";
import type { FeedDefinition } from "../../feeds/definition.ts";
import { type Spread, spreadOf, tally } from "../../feeds/statistics.ts";
import type { TapeStep } from "./tape-run.ts";

/** Measured with the hub's contract (.gas-snapshot): a transaction with one entry, and each entry more. */
export const GAS = { single: 40_764, further: 7_150 } as const;
const DAY_MS = 86_400_000;

type Counts = readonly (readonly [word: string, count: number])[];

export type BacktestResult = {
  readonly steps: number;
  readonly spanMs: number;
  readonly withValue: number;
  readonly missing: Counts;
  readonly range: { readonly low: number; readonly high: number } | null;
  /** In which unit the next three are. */
  readonly unit: string;
  /** Own value against the benchmark. */
  readonly benchmark: { readonly name: string; readonly deviation: Spread } | null;
  /** What readers hold against the value of the same step. */
  readonly mispricing: Spread | null;
  /** Worst option of the book over its tolerance. */
  readonly bookU: Spread | null;
  readonly updates: Counts;
  /** At the tape's pace without the first publication, and never fewer than heartbeats make. */
  readonly updatesPerDay: number;
  readonly gasPerDay: { readonly alone: number; readonly sharingATransaction: number };
};

export class Backtest {
  readonly #definition: FeedDefinition;
  readonly #missing: string[] = [];
  readonly #reasons: string[] = [];
  readonly #deviations: number[] = [];
  readonly #stale: number[] = [];
  readonly #book: number[] = [];
  #benchmark = "";
  #steps = 0;
  #fromMs = 0;
  #toMs = 0;
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;
  #furtherEntries = 0;

  constructor(definition: FeedDefinition) {
    this.#definition = definition;
  }

  add(step: TapeStep): void {
    const { timeMs, evaluation, value, published, reason, entries, bookU, benchmark } = step;
    const comparison = comparisonOf(this.#definition.kind);
    if (this.#steps === 0) this.#fromMs = timeMs;
    this.#steps += 1;
    this.#toMs = timeMs;
    if (evaluation.kind === "missing") this.#missing.push(evaluation.reason);
    else if (value !== null) {
      this.#low = Math.min(this.#low, value);
      this.#high = Math.max(this.#high, value);
      if (benchmark !== null) {
        this.#benchmark = benchmark.name;
        this.#deviations.push(difference(comparison, benchmark.value, value));
      }
      if (published !== null) this.#stale.push(difference(comparison, value, published));
    }
    if (bookU !== null) this.#book.push(bookU);
    if (reason === null && entries === 0) return;
    this.#reasons.push(reason ?? "option-book, spot alone");
    this.#furtherEntries += Math.max(0, entries - 1);
  }

  result(): BacktestResult {
    const spanMs = this.#toMs - this.#fromMs;
    const deviation = spreadOf(this.#deviations);
    const repeated = this.#reasons.filter((reason) => reason !== "first").length;
    const days = spanMs / DAY_MS;
    const { kind, heartbeatMs, heartbeatMarginMs } = this.#definition;
    const heartbeats = kind === "settlement" ? 0 : DAY_MS / (heartbeatMs - heartbeatMarginMs);
    const updatesPerDay = Math.max(days > 0 ? repeated / days : 0, heartbeats);
    const further = repeated === 0 ? 0 : this.#furtherEntries / this.#reasons.length;
    return {
      steps: this.#steps,
      spanMs,
      withValue: this.#steps - this.#missing.length,
      missing: tally(this.#missing),
      range: this.#low <= this.#high ? { low: this.#low, high: this.#high } : null,
      unit: comparisonOf(kind).unit,
      benchmark: deviation === null ? null : { name: this.#benchmark, deviation },
      mispricing: spreadOf(this.#stale),
      bookU: spreadOf(this.#book),
      updates: tally(this.#reasons),
      updatesPerDay,
      gasPerDay: {
        alone: Math.round(updatesPerDay * (GAS.single + further * GAS.further)),
        sharingATransaction: Math.round(updatesPerDay * (1 + further) * GAS.further),
      },
    };
  }
}
