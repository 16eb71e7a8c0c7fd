/**
 * Options and futures that settle on the time-weighted average of an index over the last τ before expiry (30 minutes at
 * the large crypto venues). For a driftless lognormal path and small σ²τ the average, seen at time T before its end,
 * has the variance σ²·T_eff with
 *
 *   T_eff = T - 2τ/3        while the window has not begun, T ≥ τ,
 *   T_eff = T³/(3τ²)        inside it: only the part of the average that is still open varies,
 *
 * the variance of ∫W over the window (both give τ/3 at T = τ). Pricing with plain T overstates the last hour's
 * at-the-money premium by 22 %. The neglected terms are of relative size σ²τ, 6e-5 at 100 % volatility and 30 minutes.
 *
 * A sampled average differs from the continuous one by Σ∫₀ʰ(W(t+s) - W(t)) ds/τ over its τ/h steps: each has variance
 * h³/3 and they are independent, so the standard deviation is σ·√(h²/(3τ)).
 */
import { OracleError } from "../base/errors.ts";

function requireTime(name: string, years: number): void {
  if (years >= 0 && years < Infinity) return;
  throw new OracleError(`settlement time: ${name} must be zero or more years, saw ${years}`, {
    code: "bad-argument",
    name,
    years,
  });
}

/**
 * The T to give Black's formula for an option on the average.
 * @param years          time to expiry, the end of the window, ≥ 0
 * @param averagingYears length of the window, ≥ 0; zero is settlement on the last price
 * @returns years, between 0 and `years`. Inside the window it is relative to the whole average: the forward is then the
 *          fixed part plus the open part
 * @throws OracleError `bad-argument`
 */
export function effectiveYears(years: number, averagingYears: number): number {
  requireTime("time to expiry", years);
  requireTime("averaging window", averagingYears);
  if (years >= averagingYears) return years - (2 * averagingYears) / 3;
  const share = years / averagingYears;
  return (share * share * years) / 3;
}

/**
 * Standard deviation of the sampled average around the continuous one, relative to the price. One sample at the start
 * (or the end) of every step; half of it where samples stand in the middle of theirs.
 * @param vol            annualised, decimal, ≥ 0
 * @param stepYears      time between two samples, ≥ 0
 * @param averagingYears length of the window, > 0 and at least one step
 * @throws OracleError `bad-argument`
 */
export function samplingErrorSd(vol: number, stepYears: number, averagingYears: number): number {
  requireTime("sampling step", stepYears);
  requireTime("averaging window", averagingYears);
  if (!(vol >= 0 && vol < Infinity && averagingYears > 0 && stepYears <= averagingYears)) {
    throw new OracleError(
      `settlement time: wanted volatility ≥ 0 and a step within the window, saw ${vol}, ${stepYears}, ${averagingYears}`,
      { code: "bad-argument", vol, stepYears, averagingYears },
    );
  }
  return (vol * stepYears) / Math.sqrt(3 * averagingYears);
}
