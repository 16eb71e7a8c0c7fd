/**
 * Sensitivities of Black's formula (F. Black, "The pricing of commodity contracts", 1976) to the forward, to volatility
 * and to time, with d₁ = ln(F/K)/v + v/2, v = σ√T and D the discount factor:
 *
 *   delta = D·Φ(d₁), for a put D·(Φ(d₁) - 1);   gamma = D·φ(d₁)/(F·v);   vega = D·F·φ(d₁)·√T;
 *   theta = -vega·σ/(2T) + r·(price), r = -ln D/T.
 *
 * With D = 1 the delta is the forward delta that Deribit publishes: what the option gains per unit of the forward.
 *
 * Domain: every argument positive and finite. Accuracy: a relative error below 2e-14 + 4e-16·d₁², which is what rounding
 * σ√T and ln(F/K) costs; a put's delta is -Φ(-d₁), so nothing cancels. Checked against 60-digit values from one minute
 * to one year and down to 1e-52 in test/quant/greeks.test.ts.
 */
import type { OptionRight } from "./black76.ts";
import { blackVega, discountedBlackPrice, normalisedMoneyness } from "./black76.ts";
import { normalCdf } from "./normal.ts";

export type Greeks = {
  /** Per unit of the forward, between -D and D. */
  readonly delta: number;
  /** Change of delta per unit of the forward. */
  readonly gamma: number;
  /** Per unit of volatility: 1.0 = 100 vol points. */
  readonly vega: number;
  /** Change of the price per year that passes while forward, volatility and interest rate stay. */
  readonly thetaPerYear: number;
};

/**
 * Φ(d₁) for a call, Φ(d₁) - 1 for a put.
 * @param forward  quote currency, > 0
 * @param strike   quote currency, > 0
 * @param totalVol σ√T, dimensionless, > 0
 */
export function forwardDelta(right: OptionRight, forward: number, strike: number, totalVol: number): number {
  const distance = normalisedMoneyness(forward, strike);
  const logMoneyness = forward < strike ? distance : -distance;
  const d1 = logMoneyness / totalVol + 0.5 * totalVol;
  return right === "call" ? normalCdf(d1) : -normalCdf(-d1);
}

/**
 * All four sensitivities of one option.
 * @param forward  quote currency, > 0
 * @param strike   quote currency, > 0
 * @param years    time to expiry, > 0
 * @param vol      annualised, decimal, > 0
 * @param discount value today of one unit at payment, > 0; 1 (the default) for undiscounted premiums
 * @throws OracleError `bad-argument` outside the stated ranges
 */
export function blackGreeks(
  right: OptionRight,
  forward: number,
  strike: number,
  years: number,
  vol: number,
  discount = 1,
): Greeks {
  const vega = discount * blackVega(forward, strike, years, vol);
  const totalVol = vol * Math.sqrt(years);
  const decay = (-0.5 * vega * vol) / years;
  const price = discountedBlackPrice(right, forward, strike, totalVol, discount);
  return {
    delta: discount * forwardDelta(right, forward, strike, totalVol),
    gamma: vega / (forward * forward * vol * years),
    vega,
    thetaPerYear: discount === 1 ? decay : decay - (Math.log(discount) / years) * price,
  };
}
