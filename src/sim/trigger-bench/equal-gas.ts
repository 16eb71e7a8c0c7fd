/** Comparison at equal gas: every rule gets its best parameters for the same budget on the very path it is measured on. */
import type { FloatBook, Tolerances } from "./float-book.ts";
import { bookPolicy, closedFormPolicy, percentPolicy } from "./policies.ts";
import {
  type Costs,
  type GasTable,
  type Heartbeats,
  type Mispricing,
  mispricingMeter,
  type Policy,
  runPolicy,
} from "./run.ts";

export type Setting = {
  readonly book: FloatBook;
  readonly gas: GasTable;
  readonly heartbeats: Heartbeats;
  readonly tolerances: Tolerances;
  /** Share of λ that a transaction of the book or of the closed form leaves at most. */
  readonly restShare: number;
};

export type Outcome = Costs & Mispricing & { readonly parameters: string };

const BISECTIONS = 11;
/** The percent rule may exceed the budget by this share; the others may not. */
const GENEROSITY = 1.005;
/** In a search the error is measured in every so-manieth step. */
const SEARCH_EVERY = 10;
const SPOT_SHARES = [0.0006, 0.001, 0.0015, 0.002, 0.003, 0.004, 0.005, 0.007, 0.01, 0.015, 0.025] as const;
const REFINEMENTS = [0.86, 1.16, 0.93, 1.08, 0.96, 1.04] as const;

/** Runs a rule and measures it in every step, or in each so-manieth. */
export function measured(setting: Setting, policy: Policy, parameters: string, every = 1): Outcome {
  const meter = mispricingMeter(setting.book, every);
  const costs = runPolicy(setting.book, policy, setting.gas, setting.heartbeats, meter.observe);
  return { ...costs, ...meter.result(), parameters };
}

/**
 * The smallest parameter in low … high whose rule stays within the budget, by bisection on a logarithmic scale.
 * @returns null when not even `high` does
 */
function smallestWithin(
  { book, gas, heartbeats }: Setting,
  budget: number,
  [low, high]: readonly [number, number],
  policyOf: (parameter: number) => Policy,
): number | null {
  const fits = (x: number): boolean => runPolicy(book, policyOf(x), gas, heartbeats, undefined, budget).gas <= budget;
  if (!fits(high)) return null;
  let below = Math.log(low);
  let above = Math.log(high);
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = 0.5 * (below + above);
    if (fits(Math.exp(middle))) above = middle;
    else below = middle;
  }
  return Math.exp(above);
}

/** The untuned rule whose cost defines the budget: 0.5 % of spot, 5 % of volatility. */
export function referencePercent(setting: Setting): Outcome {
  return measured(setting, percentPolicy(setting.book, 0.005, 0.05), "X 0.5 %, Y 5 %");
}

/** The percent rule's best X and Y: for each X the smallest Y that the budget allows, then X refined around the best. */
export function bestPercent(setting: Setting, budget: number): Outcome {
  const { book } = setting;
  let best = { x: 0, y: 0, meanBp: Number.POSITIVE_INFINITY };
  const attempt = (x: number): void => {
    const y = smallestWithin(setting, GENEROSITY * budget, [0.002, 1], (vol) => percentPolicy(book, x, vol));
    if (y === null) return;
    const { meanBp } = measured(setting, percentPolicy(book, x, y), "", SEARCH_EVERY);
    if (meanBp < best.meanBp) best = { x, y, meanBp };
  };
  for (const x of SPOT_SHARES) attempt(x);
  const { x: coarse } = best;
  for (const factor of REFINEMENTS) attempt(coarse * factor);
  const parameters = `X ${(100 * best.x).toFixed(3)} %, Y ${(100 * best.y).toFixed(1)} %`;
  return measured(setting, percentPolicy(book, best.x, best.y), parameters);
}

export type LambdaOutcome = Outcome & { readonly lambda: number };

function bestOfLambda(setting: Setting, budget: number, policyOf: (lambda: number) => Policy): LambdaOutcome {
  const largest = 60;
  const lambda = smallestWithin(setting, budget, [0.7, largest], policyOf) ?? largest;
  return { ...measured(setting, policyOf(lambda), `λ ${lambda.toFixed(2)}`), lambda };
}

/** The closed form with the smallest λ that the budget allows. */
export function bestClosedForm(setting: Setting, budget: number): LambdaOutcome {
  const { book, tolerances, restShare } = setting;
  return bestOfLambda(setting, budget, (lambda) => closedFormPolicy(book, lambda, restShare * lambda, tolerances));
}

/** The book with the smallest λ that the budget allows. */
export function bestBook(setting: Setting, budget: number): LambdaOutcome {
  const { book, gas, restShare } = setting;
  return bestOfLambda(setting, budget, (lambda) => bookPolicy(book, lambda, restShare * lambda, gas));
}
