/** The judge that counts, src/quant/book-judge.ts, on the benchmark's paths; and whether the floats agree with it. */
import { type BookJudgement, type BookRule, judgeBook } from "../../quant/book-judge.ts";
import type { BookSlice } from "../../quant/option-book.ts";
import { type MarketPath, SLOTS } from "./market-path.ts";
import { bookPolicy } from "./policies.ts";
import { type Due, type Held, type Policy, runPolicy } from "./run.ts";
import type { Setting } from "./equal-gas.ts";

/** Of a number that the path has rounded to 1e-12: exact. */
function wad(value: number | undefined): bigint {
  return BigInt(Math.round((value ?? Number.NaN) * 1e12)) * 1_000_000n;
}

function sliceOf(path: MarketPath, row: number): BookSlice {
  return {
    expiryMs: path.expiries[path.expiryAt[row] ?? 0] ?? 0,
    fitTimeMs: path.startMs + Math.floor(row / SLOTS) * path.stepMs,
    forwardRatio: wad(path.ratio[row]),
    svi: {
      a: wad(path.a[row]),
      b: wad(path.b[row]),
      rho: wad(path.rho[row]),
      m: wad(path.m[row]),
      sigma: wad(path.sigma[row]),
    },
  };
}

function spotOf(path: MarketPath, step: number): bigint {
  return BigInt(Math.round((path.spot[step] ?? Number.NaN) * 100));
}

/** The judge's verdict on one step, with what is due by heartbeat or listing. */
function judgeStep(path: MarketPath, rule: BookRule, step: number, held: Held, due: Due): BookJudgement {
  const rows = Array.from({ length: SLOTS }, (_, slot) => step * SLOTS + slot);
  const heldRows = [...held.rowOf].filter((row) => row >= 0);
  const dueExpiries = rows.filter((_, slot) => due.slots[slot] === 1).map((row) => sliceOf(path, row).expiryMs);
  return judgeBook({
    published: {
      spot: held.spotStep < 0 ? null : spotOf(path, held.spotStep),
      slices: heldRows.map((row) => sliceOf(path, row)),
    },
    candidate: { spot: spotOf(path, step), slices: rows.map((row) => sliceOf(path, row)) },
    reportTimeMs: path.startMs + step * path.stepMs,
    rule,
    already: { spot: due.spot, expiries: dueExpiries },
  });
}

/** The rule as the network runs it. */
export function integerPolicy(path: MarketPath, rule: BookRule): Policy {
  return (step, held, due) => {
    const judgement = judgeStep(path, rule, step, held, due);
    if (judgement.verdict !== "judged") return;
    due.spot = judgement.due.spot;
    for (let slot = 0; slot < SLOTS; slot++) {
      const expiryMs = path.expiries[path.expiryAt[step * SLOTS + slot] ?? 0] ?? 0;
      due.slots[slot] = judgement.due.expiries.includes(expiryMs) ? 1 : 0;
    }
  };
}

/** The judge's rule for the numbers of a search. */
export function integerRule(setting: Setting, lambda: number, settlementWindowMs: number): BookRule {
  const { gas, tolerances, restShare } = setting;
  return {
    lambda: wad(lambda),
    rest: wad(restShare * lambda),
    spotTolerance: wad(tolerances.spot),
    premiumTolerance: wad(tolerances.premium),
    toleranceFloor: wad(tolerances.floor),
    spotGas: gas.spot,
    sliceGas: gas.slice,
    settlementWindowMs,
  };
}

export type Agreement = { readonly compared: number; readonly differing: number };

/**
 * Runs the floating-point book and asks the judge as well, in every step in which something is due and in each
 * so-manieth quiet one.
 */
export function agreement(setting: Setting, lambda: number, settlementWindowMs: number, every: number): Agreement {
  const { book, gas, heartbeats, restShare } = setting;
  const floats = bookPolicy(book, lambda, restShare * lambda, gas);
  const rule = integerRule(setting, lambda, settlementWindowMs);
  const integers = integerPolicy(book.path, rule);
  let compared = 0;
  let differing = 0;
  const both: Policy = (step, held, due) => {
    const copy: Due = { spot: due.spot, slots: due.slots.slice() };
    floats(step, held, due);
    if (step % every !== 0 && !due.spot && !due.slots.includes(1)) return;
    integers(step, held, copy);
    compared += 1;
    const isSame = copy.spot === due.spot && copy.slots.every((one, slot) => one === due.slots[slot]);
    if (!isSame) differing += 1;
  };
  runPolicy(book, both, gas, heartbeats);
  return { compared, differing };
}
