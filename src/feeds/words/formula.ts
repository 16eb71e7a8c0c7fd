/** How the number follows from what was not left out. */
import { unreachable } from "../../base/errors.ts";
import type { LinkedFeed } from "../context.ts";
import { durationText, percentText } from "./amounts.ts";

const CURVE =
  "per expiry an SVI curve w(k) = a + b(ρ(k − m) + √((k − m)² + σ²)) is fitted to bids and asks, free of butterfly and calendar arbitrage";
const BETWEEN = "between the expiries before and after it total variance σ²T is linear in time, ACT/365 to 08:00 UTC";
const PARITY = "per expiry the forward F = K + (C − P)/discount by put-call parity of the strikes nearest the money";

/** Each line one step. */
export function formulaLines({ definition }: LinkedFeed): readonly string[] {
  const { kind, method } = definition;
  switch (kind) {
    case "spot-index":
      return [
        "p = (bid + ask)/2 × the conversion to USD, for each book that counts",
        "centre = the weighted lower median of all p",
        `value = Σ weight · clamp(p, centre ± ${percentText(method.capBps)}) / Σ weight`,
      ];
    case "forward":
      return method.maturity.type === "constant"
        ? [
            PARITY,
            `value = F in ${method.maturity.days} days: ln(F/S) is linear in time between the expiries around it`,
          ]
        : [PARITY, `value = F of ${method.maturity.expiry}, 08:00 UTC`];
    case "rate":
      return [PARITY, `value = ln(F/S)/T in ${method.tenorDays} days, continuously compounded; it may be negative`];
    case "iv-atm":
      return [
        "per expiry the variance at the forward, on a straight line in ln(K/F) between the marks of the two strikes around it",
        `value = σ in ${method.tenorDays} days: ${BETWEEN}`,
      ];
    case "skew-25d":
      return [CURVE, `value = σ(call of delta 0.25) − σ(put of delta −0.25) in ${method.tenorDays} days: ${BETWEEN}`];
    case "vol-index":
      return [
        "per expiry σ² = (2/T) Σ ΔK/K² · e^{rT} Q(K) − (1/T)(F/K₀ − 1)², the strip of the VIX over options with a bid",
        `value = σ in ${method.tenorDays} days: ${BETWEEN}`,
      ];
    case "vol-surface":
      return [
        CURVE,
        `every node says total variance at 17 points of an agreed grid for up to ${method.maxExpiries} expiries, every ${method.everyRounds} rounds`,
        "the coordinate-wise median is fitted again in integers by every signer, the same bits everywhere, and checked for arbitrage",
        `the feed's own number is the volatility at the money in ${method.headlineDays} days: ${BETWEEN}`,
      ];
    case "realised-vol":
      return [
        `per venue σ² = Σ ln(c_i/c_{i−1})² over ${method.windowDays} days of ${durationText(method.intervalMs)} closes, annualised`,
        "value = the lower middle of the venues' σ",
      ];
    case "funding-8h":
      return ["value = what a long position paid over the last eight hours, a part of it; it may be negative"];
    case "settlement":
      return [
        `value = ∫ spot dt / ∫ dt over the ${durationText(method.windowMs)} before the expiry`,
        method.schedule.type === "daily"
          ? `expiries are every day at ${method.schedule.timeUtc} UTC`
          : `expiries are every ${durationText(method.schedule.periodMs)}`,
        "while the window runs: the mean so far and spot now, weighed by the time that has passed and that is left",
      ];
    default:
      return unreachable(kind);
  }
}
