/**
 * The perpetual's premium over the index and what it makes longs pay. The rate is Deribit's rule: the premium beyond a
 * dead band of ±0.025 %, per eight hours.
 */
import { hashName } from "../random.ts";
import type { Coin } from "./model.ts";
import { smoothNoise } from "./noise.ts";

type Moment = {
  readonly seed: number;
  readonly coin: Coin;
  readonly step: number;
  /** Steps of ten market minutes: the premium turns no faster. */
  readonly listingSteps: number;
};

const DEAD_BAND = 2.5e-4;
const PREMIUM_MEAN = 1e-4;
const PREMIUM_SWING = 5e-4;
/** Samples in eight hours, two to a listing period. */
const SAMPLES_PER_8H = 96;

/** Mark over index, less one. A function of the step alone, which may lie before the market's start. */
export function perpetualPremium({ seed, coin, listingSteps }: Moment, step: number): number {
  return PREMIUM_MEAN + PREMIUM_SWING * smoothNoise(seed, hashName(`premium:${coin}`), step, listingSteps);
}

/** Decimal per eight hours. */
export function currentFunding(premium: number): number {
  return Math.max(DEAD_BAND, premium) + Math.min(-DEAD_BAND, premium);
}

/** Mean of the rate over the last eight market hours, sampled every five minutes. */
export function funding8h(moment: Moment): number {
  let sum = 0;
  for (let back = 0; back < SAMPLES_PER_8H; back++)
    sum += currentFunding(perpetualPremium(moment, moment.step - (back * moment.listingSteps) / 2));
  return sum / SAMPLES_PER_8H;
}
