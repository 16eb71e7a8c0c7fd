/**
 * Black-76 for the market's own marks. Deliberately a second implementation: `quant` prices from erfcx, this
 * file from West's normal distribution, so that a mistake in one cannot hide in the other.
 */

export type Right = "call" | "put";

/** ACT/365 in milliseconds: the convention of every tenor here. */
export const YEAR_MS = 365 * 86_400_000;

const SQRT_TWO_PI = 2.5066282746310002;

/**
 * Cumulative standard normal, West (2005) "Better approximations to cumulative normal functions" (Hart's
 * algorithm 5666): absolute error below 1e-15.
 */
export function normalCdf(x: number): number {
  const z = Math.abs(x);
  if (z > 37) return x > 0 ? 1 : 0;
  const density = Math.exp(-0.5 * z * z);
  let tail: number;
  if (z < 7.07106781186547) {
    let top = 3.52624965998911e-2 * z + 0.700383064443688;
    top = top * z + 6.37396220353165;
    top = top * z + 33.912866078383;
    top = top * z + 112.079291497871;
    top = top * z + 221.213596169931;
    top = top * z + 220.206867912376;
    let bottom = 8.83883476483184e-2 * z + 1.75566716318264;
    bottom = bottom * z + 16.064177579207;
    bottom = bottom * z + 86.7807322029461;
    bottom = bottom * z + 296.564248779674;
    bottom = bottom * z + 637.333633378831;
    bottom = bottom * z + 793.826512519948;
    bottom = bottom * z + 440.413735824752;
    tail = (density * top) / bottom;
  } else {
    const fraction = z + 1 / (z + 2 / (z + 3 / (z + 4 / (z + 0.65))));
    tail = density / fraction / SQRT_TWO_PI;
  }
  return x > 0 ? 1 - tail : tail;
}

/**
 * Undiscounted option value per unit of forward, which is Deribit's premium in coin: Black (1976), eq. 16, over F.
 * @param forward > 0   @param strike > 0
 * @param vol annualised decimal ≥ 0   @param years ≥ 0; zero variance gives intrinsic value
 */
export function coinPremium(right: Right, forward: number, strike: number, vol: number, years: number): number {
  const ratio = strike / forward;
  const deviation = vol * Math.sqrt(Math.max(years, 0));
  if (deviation === 0) return Math.max(right === "call" ? 1 - ratio : ratio - 1, 0);
  const d1 = -Math.log(ratio) / deviation + 0.5 * deviation;
  const d2 = d1 - deviation;
  return right === "call"
    ? Math.max(normalCdf(d1) - ratio * normalCdf(d2), 0)
    : Math.max(ratio * normalCdf(-d2) - normalCdf(-d1), 0);
}

/** Change of the coin premium per unit of volatility. */
export function coinVega(forward: number, strike: number, vol: number, years: number): number {
  const deviation = vol * Math.sqrt(years);
  if (deviation === 0) return 0;
  const d1 = -Math.log(strike / forward) / deviation + 0.5 * deviation;
  return (Math.exp(-0.5 * d1 * d1) / SQRT_TWO_PI) * Math.sqrt(years);
}
