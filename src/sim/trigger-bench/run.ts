/** Runs one trigger rule over a path and measures what readers of the published state would have lost. */
import { type FloatBook, OPTIONS, readersError } from "./float-book.ts";
import { SLOTS } from "./market-path.ts";

export type GasTable = { readonly transaction: number; readonly spot: number; readonly slice: number };

export type Heartbeats = { readonly spotMs: number; readonly sliceMs: number };

/** What readers hold, as places in the path. */
export type Held = {
  /** Step of the published spot; -1 before the first. */
  spotStep: number;
  /** Row of the published slice by index of its expiry; -1 before the first. */
  readonly rowOf: Int32Array;
};

/** What goes in this step: set by heartbeats and listings before the rule is asked, and by the rule. */
export type Due = { spot: boolean; readonly slots: Uint8Array };

/** A trigger rule: adds to what is due. It sees the step's values and what is held, and no later step. */
export type Policy = (step: number, held: Held, due: Due) => void;

export type Costs = {
  readonly transactions: number;
  readonly spots: number;
  readonly slices: number;
  readonly gas: number;
};

/** After each step's publication. */
export type Observer = (step: number, held: Held) => void;

function isOver(nowStep: number, thenStep: number, stepMs: number, periodMs: number): boolean {
  return thenStep < 0 || (nowStep - thenStep) * stepMs >= periodMs;
}

/**
 * Runs a rule from an empty state. What is due is published in the same step: no latency.
 * @param gasLimit the run ends early once it has used more
 */
export function runPolicy(
  book: FloatBook,
  policy: Policy,
  gas: GasTable,
  heartbeats: Heartbeats,
  observe?: Observer,
  gasLimit = Number.POSITIVE_INFINITY,
): Costs {
  const { path, years } = book;
  const held: Held = { spotStep: -1, rowOf: new Int32Array(path.expiries.length).fill(-1) };
  const due: Due = { spot: false, slots: new Uint8Array(SLOTS) };
  let transactions = 0;
  let spots = 0;
  let slices = 0;
  const used = (): number => transactions * gas.transaction + spots * gas.spot + slices * gas.slice;
  for (let step = 0; step < path.steps && used() <= gasLimit; step++) {
    due.spot = isOver(step, held.spotStep, path.stepMs, heartbeats.spotMs);
    for (let slot = 0; slot < SLOTS; slot++) {
      const row = step * SLOTS + slot;
      const heldRow = held.rowOf[path.expiryAt[row] ?? 0] ?? -1;
      const heldStep = heldRow < 0 ? -1 : Math.floor(heldRow / SLOTS);
      due.slots[slot] = years[row] !== 0 && isOver(step, heldStep, path.stepMs, heartbeats.sliceMs) ? 1 : 0;
    }
    policy(step, held, due);
    let sent = 0;
    for (let slot = 0; slot < SLOTS; slot++) {
      if (due.slots[slot] !== 1) continue;
      const row = step * SLOTS + slot;
      held.rowOf[path.expiryAt[row] ?? 0] = row;
      sent += 1;
    }
    if (due.spot) held.spotStep = step;
    if (due.spot || sent > 0) transactions += 1;
    if (due.spot) spots += 1;
    slices += sent;
    observe?.(step, held);
  }
  return { transactions, spots, slices, gas: used() };
}

export type Mispricing = {
  /** Mean error over time and book, basis points of spot. */
  readonly meanBp: number;
  /** Mean of what exceeds the tolerance, basis points of spot. */
  readonly leakBp: number;
  /** 99th percentile of u over time and book, to 0.01. */
  readonly p99U: number;
  readonly worstU: number;
};

const BIN = 0.01;
const BINS = 20_000;
const BP = 1e4;

/** Collects the errors of every option in every step. @param every measure each so-manieth step */
export function mispricingMeter(book: FloatBook, every = 1): { observe: Observer; result(): Mispricing } {
  const { path, years, tolerance } = book;
  const bins = new Float64Array(BINS + 1);
  let count = 0;
  let sum = 0;
  let leak = 0;
  let worstU = 0;
  const observe: Observer = (step, held) => {
    if (step % every !== 0) return;
    const spotRatio = (path.spot[held.spotStep] ?? Number.NaN) / (path.spot[step] ?? Number.NaN);
    for (let row = step * SLOTS; row < (step + 1) * SLOTS; row++) {
      if (years[row] === 0) continue;
      const heldRow = held.rowOf[path.expiryAt[row] ?? 0] ?? -1;
      for (let option = 0; option < OPTIONS; option++) {
        const error = readersError(book, row, option, heldRow, spotRatio);
        const limit = tolerance[row * OPTIONS + option] ?? Number.NaN;
        const u = error / limit;
        count += 1;
        sum += error;
        leak += Math.max(0, error - limit);
        if (u > worstU) worstU = u;
        const bin = Math.min(BINS, Math.floor(u / BIN));
        bins[bin] = (bins[bin] ?? 0) + 1;
      }
    }
  };
  const result = (): Mispricing => {
    let seen = 0;
    let bin = 0;
    while (bin <= BINS && seen + (bins[bin] ?? 0) < 0.99 * count) seen += bins[bin++] ?? 0;
    return { meanBp: (BP * sum) / count, leakBp: (BP * leak) / count, p99U: (bin + 1) * BIN, worstU };
  };
  return { observe, result };
}
