/**
 * The other forms of an SVI slice: natural, jump-wing, and the one-parameter-per-expiry family SSVI. Source: J. Gatheral
 * and A. Jacquier, "Arbitrage-free SVI volatility surfaces", Quant. Finance 14 (2014), sections 3 to 5. The jump-wing
 * inverse is written with β = m/√(m² + σ²) instead of their α, which needs no case for m = 0:
 *
 *   √(m² + σ²) = (v - ṽ)t·(1 - ρβ + √(1 - β²)√(1 - ρ²)) / (b(β - ρ)²).
 *
 * Accuracy: a few roundings; the jump-wing inverse loses what v - ṽ loses, and all of it when the smile is lowest at
 * the money, where the five numbers do not determine a slice. Only + - * / and the square root are used.
 */
import type { SviRaw } from "./svi.ts";
import { minVariance, totalVariance } from "./svi.ts";

/** w = Δ + (ω/2)(1 + ζρ(k - μ) + √((ζ(k - μ) + ρ)² + 1 - ρ²)). */
export type SviNatural = {
  readonly delta: number;
  readonly mu: number;
  readonly rho: number;
  readonly omega: number;
  readonly zeta: number;
};

/** What a trader reads off a slice, at time to expiry t. */
export type SviJumpWing = {
  /** v = w(0)/t, the variance at the money, annual. */
  readonly variance: number;
  /** ψ, the slope of volatility at the money times √t. */
  readonly skew: number;
  /** p, the slope of the put wing over √w(0). */
  readonly putWing: number;
  /** c, the slope of the call wing over √w(0). */
  readonly callWing: number;
  /** ṽ, the smallest variance, annual. */
  readonly minimum: number;
};

/** One slice of the SSVI family: w = (θ/2)(1 + ρφk + √((φk + ρ)² + 1 - ρ²)), θ = w(0). */
export type SsviSlice = { readonly theta: number; readonly rho: number; readonly phi: number };

export type SviFromForm =
  | { readonly ok: true; readonly svi: SviRaw }
  /** `outside`: no slice has these numbers. `undetermined`: many have. */
  | { readonly ok: false; readonly why: "outside" | "undetermined" };

/** √(1 - ρ²), without cancellation near ±1. */
function complement(rho: number): number {
  return Math.sqrt((1 - rho) * (1 + rho));
}

/** @param svi inside its domain */
export function naturalOfRaw(svi: SviRaw): SviNatural {
  const root = complement(svi.rho);
  const zeta = root / svi.sigma;
  const omega = (2 * svi.b) / zeta;
  return {
    delta: svi.a - 0.5 * omega * root * root,
    mu: svi.m + svi.rho / zeta,
    rho: svi.rho,
    omega,
    zeta,
  };
}

/** @param natural omega ≥ 0, |rho| < 1, zeta > 0 */
export function rawOfNatural(natural: SviNatural): SviRaw {
  const { delta, mu, rho, omega, zeta } = natural;
  const root = complement(rho);
  return {
    a: delta + 0.5 * omega * root * root,
    b: 0.5 * omega * zeta,
    rho,
    m: mu - rho / zeta,
    sigma: root / zeta,
  };
}

/** @param svi inside its domain, w(0) > 0 @param years > 0 */
export function jumpWingOfRaw(svi: SviRaw, years: number): SviJumpWing {
  const atMoney = totalVariance(svi, 0);
  const root = Math.sqrt(atMoney);
  return {
    variance: atMoney / years,
    skew: (0.5 * svi.b * (svi.rho - svi.m / Math.sqrt(svi.m * svi.m + svi.sigma * svi.sigma))) / root,
    putWing: (svi.b * (1 - svi.rho)) / root,
    callWing: (svi.b * (1 + svi.rho)) / root,
    minimum: minVariance(svi) / years,
  };
}

/** The raw slice with these jump-wing numbers at this time to expiry. @param years > 0 */
export function rawOfJumpWing(wing: SviJumpWing, years: number): SviFromForm {
  const root = Math.sqrt(wing.variance * years);
  const b = 0.5 * root * (wing.callWing + wing.putWing);
  if (!(b > 0 && wing.putWing > 0 && wing.callWing > 0)) return { ok: false, why: "outside" };
  const rho = (wing.callWing - wing.putWing) / (wing.callWing + wing.putWing);
  const beta = rho - (2 * wing.skew * root) / b;
  const excess = (wing.variance - wing.minimum) * years;
  if (!(beta > -1 && beta < 1) || !(excess >= 0) || !(wing.minimum >= 0)) return { ok: false, why: "outside" };
  if (wing.skew === 0 || excess === 0) return { ok: false, why: "undetermined" };
  const distance = beta - rho;
  const both = complement(beta) * complement(rho);
  const hypotenuse = (excess * (1 - rho * beta + both)) / (b * distance * distance);
  const sigma = hypotenuse * complement(beta);
  return {
    ok: true,
    svi: { a: wing.minimum * years - b * sigma * complement(rho), b, rho, m: hypotenuse * beta, sigma },
  };
}

/**
 * The slice with the same level, skew and put wing that Gatheral and Jacquier put in the place of one with a butterfly
 * arbitrage (section 5.1): c′ = p + 2ψ and ṽ′ = 4vpc′/(p + c′)², which is a member of SSVI. Whether that member is
 * free of butterfly arbitrage is for `ssviViolations` or `sviViolations` to say; it is unless the wings are steep.
 */
export function repairedJumpWing(wing: SviJumpWing): SviJumpWing {
  const callWing = wing.putWing + 2 * wing.skew;
  const sum = wing.putWing + callWing;
  return { ...wing, callWing, minimum: (4 * wing.variance * wing.putWing * callWing) / (sum * sum) };
}

/** @param slice theta > 0, |rho| < 1, phi > 0 */
export function rawOfSsvi(slice: SsviSlice): SviRaw {
  return rawOfNatural({ delta: 0, mu: 0, rho: slice.rho, omega: slice.theta, zeta: slice.phi });
}

/** φ(θ) = η/√(θ(1 + θ)), a curve whose surface is free of arbitrage for η(1 + |ρ|) ≤ 2 (remark 4.4, γ = 1/2). */
export function ssviPhi(eta: number, theta: number): number {
  return eta / Math.sqrt(theta * (1 + theta));
}

/** Which of the conditions sufficient for no butterfly arbitrage fail (theorem 4.2); empty for an admissible slice. */
export function ssviViolations(slice: SsviSlice): ("wing" | "curvature")[] {
  const steep = slice.theta * slice.phi * (1 + Math.abs(slice.rho));
  const found: ("wing" | "curvature")[] = [];
  if (!(steep < 4)) found.push("wing");
  if (!(steep * slice.phi <= 4)) found.push("curvature");
  return found;
}

/**
 * Whether a surface of SSVI slices with one ρ is free of calendar arbitrage at θ, provided θ does not fall in time:
 * 0 ≤ d(θφ)/dθ ≤ (1 + √(1 - ρ²))φ/ρ² (theorem 4.1).
 * @param slopeOfThetaPhi d(θφ(θ))/dθ at the slice's θ
 */
export function ssviCalendarFree(slice: SsviSlice, slopeOfThetaPhi: number): boolean {
  const square = slice.rho * slice.rho;
  return slopeOfThetaPhi >= 0 && slopeOfThetaPhi * square <= (1 + complement(slice.rho)) * slice.phi;
}
