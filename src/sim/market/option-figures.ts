/** What option boards print beside a mark: greeks, and the vols that bids and asks are worth. */
import { coinPremium, coinVega, normalCdf, type Right } from "./pricing.ts";

export type Greeks = {
  /** Of a forward contract, Black-76. */
  readonly delta: number;
  readonly gamma: number;
  /** Money per vol point. */
  readonly vega: number;
  /** Money per day. */
  readonly theta: number;
};

type Priced = {
  readonly right: Right;
  readonly forward: number;
  readonly strike: number;
  /** Annualised decimal. */
  readonly vol: number;
  readonly years: number;
};

export function greeksOf({ right, forward, strike, vol, years }: Priced): Greeks {
  const root = Math.sqrt(Math.max(years, 0));
  const deviation = vol * root;
  if (!(deviation > 0)) return { delta: 0, gamma: 0, vega: 0, theta: 0 };
  const d1 = Math.log(forward / strike) / deviation + 0.5 * deviation;
  const moneyVega = forward * coinVega(forward, strike, vol, years);
  return {
    delta: normalCdf(d1) - (right === "call" ? 0 : 1),
    gamma: moneyVega / (forward * forward * deviation * root),
    vega: moneyVega / 100,
    theta: (-moneyVega * vol) / (2 * years * 365),
  };
}

/** Boards end the vol of an ask here. */
export const VOL_CAP = 5;
const BISECTIONS = 30;

/**
 * The vol at which Black-76 gives a premium, annualised decimal: at least 0 and at most VOL_CAP, which a premium below
 * intrinsic value and one above everything come to. Newton's steps from the mark's vol, halving where they leave the range.
 */
export function impliedVol({ right, forward, strike, vol, years }: Priced, premiumCoin: number): number {
  let [low, high] = [0, VOL_CAP];
  let guess = Math.min(Math.max(vol, 0.01), VOL_CAP);
  for (let i = 0; i < BISECTIONS; i++) {
    const miss = coinPremium(right, forward, strike, guess, years) - premiumCoin;
    if (Math.abs(miss) < 1e-9) return guess;
    if (miss > 0) high = guess;
    else low = guess;
    const slope = coinVega(forward, strike, guess, years);
    const next = guess - miss / slope;
    guess = slope > 1e-9 && next > low && next < high ? next : (low + high) / 2;
    if (high - low < 1e-7) break;
  }
  return guess;
}
