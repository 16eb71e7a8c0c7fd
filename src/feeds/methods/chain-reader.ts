/**
 * A whole option chain, read once for all feeds and rounds that look at it: an exchange is asked every few seconds, and a
 * dozen feeds want the same chain every second.
 */
import type { OptionChain, OptionQuote } from "../../market/quote.ts";
import { isListedExpiry, yearsBetween } from "../../quant/day-count.ts";
import { type FittedSlice, fitSurface } from "../../quant/surface-fit.ts";
import { type ExpiryFault, fault } from "./expiry-fault.ts";
import { ExpiryReading } from "./expiry-reading.ts";
import type { ChainRules } from "./option-row.ts";

/** Nearer expiries are settling already: their options are priced off the average, not off the forward. */
const LEAST_MS = 3_600_000;

export type Fitted = { readonly ok: true; readonly slice: FittedSlice } | ({ readonly ok: false } & ExpiryFault);

export class ChainReading {
  /** Ascending by expiry. */
  readonly expiries: readonly ExpiryReading[];
  /** The spot index when the chain was first looked at, by feed: nearer to the chain's instant than spot now. */
  readonly #spots = new Map<string, number>();
  #surface: ReadonlyMap<number, Fitted> | null = null;

  constructor(chain: OptionChain, rules: ChainRules) {
    const groups = new Map<number, OptionQuote[]>();
    for (const option of chain.options) {
      const { expiryMs } = option;
      if (!isListedExpiry(expiryMs) || expiryMs - chain.timeMs < LEAST_MS) continue;
      const group = groups.get(expiryMs);
      if (group === undefined) groups.set(expiryMs, [option]);
      else group.push(option);
    }
    this.expiries = [...groups]
      .sort(([one], [other]) => one - other)
      .map(([expiryMs, rows]) => new ExpiryReading(expiryMs, yearsBetween(chain.timeMs, expiryMs), rows, rules));
  }

  /** @returns the spot index of the first call for this feed */
  spotAtFirstSight(feedName: string, spotNow: number): number {
    const known = this.#spots.get(feedName);
    if (known !== undefined) return known;
    this.#spots.set(feedName, spotNow);
    return spotNow;
  }

  /** The fitted slice of every expiry, without calendar arbitrage between them; or why there is none. Fitted at most once. */
  fitted(expiryMs: number): Fitted {
    this.#surface ??= this.#fit();
    return this.#surface.get(expiryMs) ?? fault("no-quote", "the chain does not list it");
  }

  #fit(): ReadonlyMap<number, Fitted> {
    const found = new Map<number, Fitted>();
    const boards = this.expiries.flatMap(({ expiryMs, years, venueForward, smile }) => {
      if (smile.ok) return [{ expiryMs, years, forward: venueForward, quotes: smile.quotes }];
      found.set(expiryMs, smile);
      return [];
    });
    const { slices, omitted } = fitSurface(boards);
    for (const slice of slices) found.set(slice.expiryMs, { ok: true, slice });
    for (const { expiryMs, why, usedPoints } of omitted) {
      found.set(expiryMs, fault("inconsistent", `no curve fits its ${usedPoints} quotes: ${why}`));
    }
    return found;
  }
}

/** Chains by their identity and then by the rules they were read with. */
export type ChainReadings = WeakMap<OptionChain, Map<string, ChainReading>>;

/** Rules as text, once for each definition's: a hundred feeds ask every second. */
const keys = new WeakMap<ChainRules, string>();

function keyOf(rules: ChainRules): string {
  const known = keys.get(rules);
  if (known !== undefined) return known;
  const key = JSON.stringify(rules);
  keys.set(rules, key);
  return key;
}

export function readChain(chain: OptionChain, rules: ChainRules, readings: ChainReadings): ChainReading {
  const key = keyOf(rules);
  const known = readings.get(chain) ?? new Map<string, ChainReading>();
  const before = known.get(key);
  if (before !== undefined) return before;
  const reading = new ChainReading(chain, rules);
  readings.set(chain, known.set(key, reading));
  return reading;
}
