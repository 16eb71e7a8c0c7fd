/** Markets and rules for the tests of the option book. */
import { type BookCase, type BookJudgement, type BookRule, judgeBook } from "../../../src/quant/book-judge.ts";
import { WAD } from "../../../src/quant/fixed-exp-ln.ts";
import type { BookSlice } from "../../../src/quant/option-book.ts";

export const DAY_MS = 86_400_000;
export const NOW_MS = 1_767_600_000_000;
const unit = (value: number): bigint => BigInt(Math.round(value * 1e12)) * 1_000_000n;

export const RULE: BookRule = {
  lambda: 4n * WAD,
  rest: 2n * WAD,
  spotTolerance: unit(3e-4),
  premiumTolerance: unit(0.125),
  toleranceFloor: unit(5e-6),
  spotGas: 7_150,
  sliceGas: 12_000,
  settlementWindowMs: 1_800_000,
};

type Shape = { readonly days: number; readonly vol: number; readonly skew?: number; readonly ratio?: number };

/** An SSVI smile fitted now. */
export function slice({ days, vol, skew = -0.15, ratio = 1 + 1e-4 * days }: Shape): BookSlice {
  const theta = (vol * vol * days) / 365;
  const phi = 0.75 / Math.sqrt(theta);
  const svi = {
    a: unit(0.5 * theta * (1 - skew * skew)),
    b: unit(0.5 * theta * phi),
    rho: unit(skew),
    m: unit(-skew / phi),
    sigma: unit(Math.sqrt(1 - skew * skew) / phi),
  };
  return { expiryMs: NOW_MS + days * DAY_MS, fitTimeMs: NOW_MS, forwardRatio: unit(ratio), svi };
}

export const smiles = (...vols: readonly number[]): BookSlice[] =>
  vols.map((vol, i) => slice({ days: 3 * (i + 1), vol }));
export const expiry = (i: number): number => NOW_MS + 3 * (i + 1) * DAY_MS;

export function judged(input: BookCase): Extract<BookJudgement, { verdict: "judged" }> {
  const judgement = judgeBook(input);
  if (judgement.verdict !== "judged") throw new Error(`refused: ${judgement.why}`);
  return judgement;
}

export const base = { spot: 6_000_000n, slices: smiles(0.5, 0.52, 0.55) };
export const caseOf = (changes: Partial<BookCase>): BookCase => ({
  published: base,
  candidate: base,
  reportTimeMs: NOW_MS,
  rule: RULE,
  ...changes,
});
