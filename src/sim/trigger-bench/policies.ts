/** The three trigger rules that the benchmark compares (QUANT §6), in floating point. */
import { type FloatBook, OPTIONS, type Tolerances, worstOfRow } from "./float-book.ts";
import { SLOTS } from "./market-path.ts";
import type { GasTable, Policy } from "./run.ts";

/** Price over forward of an at-the-money option, and vega over forward, per unit of σ√T: φ(0). */
const ATM = 0.3989422804014327;
/** Vega of a 25-delta option: φ(0.674). */
const WING = 0.3177765726841;

function value(column: Float64Array, place: number): number {
  return column[place] ?? Number.NaN;
}

/** Largest relative change of the three volatilities. */
function volChange(book: FloatBook, row: number, heldRow: number): number {
  let largest = 0;
  for (let option = 0; option < OPTIONS; option++) {
    const now = value(book.vol, row * OPTIONS + option);
    largest = Math.max(largest, Math.abs(now / value(book.vol, heldRow * OPTIONS + option) - 1));
  }
  return largest;
}

/**
 * What price feeds do: a spot that moved by more than a share, a slice whose forward ratio moved by more than that or one
 * of whose three volatilities moved by more than another.
 */
export function percentPolicy(book: FloatBook, spotShare: number, volShare: number): Policy {
  const { path, years } = book;
  return (step, held, due) => {
    if (Math.abs(value(path.spot, step) / value(path.spot, held.spotStep) - 1) > spotShare) due.spot = true;
    for (let slot = 0; slot < SLOTS; slot++) {
      const row = step * SLOTS + slot;
      if (years[row] === 0 || due.slots[slot] === 1) continue;
      const heldRow = held.rowOf[path.expiryAt[row] ?? 0] ?? -1;
      const ratioChange = Math.abs(value(path.ratio, row) / value(path.ratio, heldRow) - 1);
      if (ratioChange > spotShare || volChange(book, row, heldRow) > volShare) due.slots[slot] = 1;
    }
  };
}

/**
 * Option-aware without repricing: the spot goes when half its move exceeds λ·min(a, c·0.399σ√T) of some expiry, a slice
 * when 0.399√T·|Δσ| does (0.318√T for the 25-delta options). All above the rest join a transaction.
 */
export function closedFormPolicy(book: FloatBook, lambda: number, rest: number, tolerances: Tolerances): Policy {
  const { path, years } = book;
  const us = new Float64Array(SLOTS);
  return (step, held, due) => {
    let smallest: number = tolerances.spot;
    let worst = 0;
    for (let slot = 0; slot < SLOTS; slot++) {
      const row = step * SLOTS + slot;
      const left = value(years, row);
      us[slot] = 0;
      if (left === 0) continue;
      const root = Math.sqrt(left);
      const premium = tolerances.premium * ATM * value(book.vol, row * OPTIONS) * root;
      const limit = Math.max(tolerances.floor, Math.min(tolerances.spot, premium));
      smallest = Math.min(smallest, limit);
      if (due.slots[slot] === 1) continue;
      const heldRow = held.rowOf[path.expiryAt[row] ?? 0] ?? -1;
      for (let option = 0; option < OPTIONS; option++) {
        const change = value(book.vol, row * OPTIONS + option) - value(book.vol, heldRow * OPTIONS + option);
        us[slot] = Math.max(us[slot] ?? 0, ((option === 0 ? ATM : WING) * root * Math.abs(change)) / limit);
      }
      worst = Math.max(worst, us[slot] ?? 0);
    }
    const move = Math.abs(value(path.spot, step) / value(path.spot, held.spotStep) - 1);
    const spotU = (0.5 * move) / smallest;
    const sends = due.spot || due.slots.includes(1) || Math.max(worst, due.spot ? 0 : spotU) > lambda;
    if (!sends) return;
    if (spotU > rest) due.spot = true;
    for (let slot = 0; slot < SLOTS; slot++) if ((us[slot] ?? 0) > rest) due.slots[slot] = 1;
  };
}

/** The rule of src/quant/book-judge.ts. @param rest the u that a transaction leaves at most */
export function bookPolicy(book: FloatBook, lambda: number, rest: number, gas: GasTable): Policy {
  const { path, years } = book;
  const alone = new Uint8Array(SLOTS);
  const beside = new Uint8Array(SLOTS);
  return (step, held, due) => {
    const first = step * SLOTS;
    const spotNow = value(path.spot, step);
    const spotRatio = held.spotStep < 0 ? Number.NaN : value(path.spot, held.spotStep) / spotNow;
    const isDue = due.spot || due.slots.includes(1);
    let worst = 0;
    for (let slot = 0; slot < SLOTS; slot++) {
      const heldRow = held.rowOf[path.expiryAt[first + slot] ?? 0] ?? -1;
      alone[slot] = due.slots[slot] ?? 0;
      if (years[first + slot] === 0 || heldRow < 0) continue;
      const u = worstOfRow(book, first + slot, heldRow, spotRatio);
      if (u > worst) worst = u;
      if (u > rest) alone[slot] = 1;
    }
    if (!isDue && worst <= lambda) return;

    let isEnough = !due.spot;
    let aloneCount = 0;
    let besideCount = 0;
    for (let slot = 0; slot < SLOTS; slot++) {
      const row = first + slot;
      beside[slot] = due.slots[slot] ?? 0;
      if (years[row] === 0) continue;
      if (alone[slot] === 1) {
        aloneCount += 1;
        if (isEnough && worstOfRow(book, row, row, spotRatio) > rest) isEnough = false;
      }
      const heldRow = held.rowOf[path.expiryAt[row] ?? 0] ?? -1;
      if (beside[slot] === 0 && worstOfRow(book, row, heldRow, 1) > rest) beside[slot] = 1;
      if (beside[slot] === 1) besideCount += 1;
    }
    const sendsSpot = !isEnough || aloneCount * gas.slice >= gas.spot + besideCount * gas.slice;
    due.spot = sendsSpot;
    due.slots.set(sendsSpot ? beside : alone);
  };
}
