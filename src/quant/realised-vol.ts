/**
 * Realised volatility from bars and from evenly spaced closes, annualised, decimal. With n bars, m returns, N periods a
 * year and r = ln(C/C₋₁):
 *
 *   close to close      √(N/(m-1)·Σ(r - r̄)²); about zero √(N/m·Σr²)
 *   Parkinson (1980)    √(N/(4n·ln 2)·Σ ln²(H/L))
 *   Garman–Klass (1980) √(N/n·Σ[½ln²(H/L) - (2ln 2 - 1)·ln²(C/O)])
 *   GKYZ                Garman–Klass with ln²(O/C₋₁) added: Yang and Zhang's extension to overnight jumps
 *   Rogers–Satchell (1991) √(N/n·Σ[ln(H/C)·ln(H/O) + ln(L/C)·ln(L/O)])
 *   Yang–Zhang (2000)   √(N·(s²ₒ + k·s²c + (1-k)·s²rs)), k = 0.34/(1.34 + (m+1)/(m-1)), s²ₒ and s²c the sample variances
 *                       of ln(O/C₋₁) and ln(C/O), s²rs Rogers–Satchell's mean over the same bars
 *
 * in the form of the documentation of R's TTR package. Domain: prices positive and finite, low ≤ open, close ≤ high.
 * Accuracy: rounding, a few 1e-16 times the number of bars; checked against 40-digit values.
 */

export type Bar = { readonly open: number; readonly high: number; readonly low: number; readonly close: number };

/** Why there is no estimate. */
export type NoRealisedVol =
  | "too-few"
  /** A price, the period or the number of periods a year is not positive and finite. */
  | "bad-input"
  /** A bar whose high is not its highest or whose low is not its lowest price. */
  | "bad-bar";

export type RealisedVol =
  | { readonly ok: true; readonly vol: number }
  | { readonly ok: false; readonly why: NoRealisedVol };

const LN2 = 0.6931471805599453;

function isPositive(value: number): boolean {
  return value > 0 && value < Infinity;
}

function squareOf(x: number): number {
  return x * x;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function sampleVariance(values: readonly number[]): number {
  const mean = sumOf(values) / values.length;
  return sumOf(values.map((value) => squareOf(value - mean))) / (values.length - 1);
}

function fault(bars: readonly Bar[], leastBars: number, periodsPerYear: number): NoRealisedVol | null {
  if (!isPositive(periodsPerYear)) return "bad-input";
  for (const { open, high, low, close } of bars) {
    if (![open, high, low, close].every(isPositive)) return "bad-input";
    if (low > Math.min(open, close) || high < Math.max(open, close)) return "bad-bar";
  }
  return bars.length < leastBars ? "too-few" : null;
}

/** √(N·mean of `variance` over the bars). */
function perBar(bars: readonly Bar[], periodsPerYear: number, variance: (bar: Bar) => number): RealisedVol {
  const why = fault(bars, 1, periodsPerYear);
  if (why !== null) return { ok: false, why };
  return { ok: true, vol: Math.sqrt((periodsPerYear * sumOf(bars.map(variance))) / bars.length) };
}

/** Every bar but the first, with the close before it. */
function withPrevious(bars: readonly Bar[]): (Bar & { readonly previousClose: number })[] {
  return bars.slice(1).map((bar, i) => ({ ...bar, previousClose: bars[i]?.close ?? Number.NaN }));
}

function parkinsonVariance({ high, low }: Bar): number {
  return squareOf(Math.log(high / low)) / (4 * LN2);
}

/** Never negative: |ln(C/O)| ≤ ln(H/L), and ½ > 2ln 2 - 1. */
function garmanKlassVariance({ open, high, low, close }: Bar): number {
  return 0.5 * squareOf(Math.log(high / low)) - (2 * LN2 - 1) * squareOf(Math.log(close / open));
}

function rogersSatchellVariance({ open, high, low, close }: Bar): number {
  return Math.log(high / close) * Math.log(high / open) + Math.log(low / close) * Math.log(low / open);
}

/**
 * @param closes         in order of time, one a period
 * @param periodsPerYear 365 for days of a market that never closes
 * @param about          "mean" takes the drift out and divides by m - 1, "zero" does not and divides by m
 */
export function closeToClose(closes: readonly number[], periodsPerYear: number, about: "mean" | "zero"): RealisedVol {
  if (!isPositive(periodsPerYear) || !closes.every(isPositive)) return { ok: false, why: "bad-input" };
  const returns = closes.slice(1).map((close, i) => Math.log(close / (closes[i] ?? Number.NaN)));
  if (returns.length < (about === "mean" ? 2 : 1)) return { ok: false, why: "too-few" };
  const variance = about === "mean" ? sampleVariance(returns) : sumOf(returns.map(squareOf)) / returns.length;
  return { ok: true, vol: Math.sqrt(periodsPerYear * variance) };
}

export function parkinson(bars: readonly Bar[], periodsPerYear: number): RealisedVol {
  return perBar(bars, periodsPerYear, parkinsonVariance);
}

export function garmanKlass(bars: readonly Bar[], periodsPerYear: number): RealisedVol {
  return perBar(bars, periodsPerYear, garmanKlassVariance);
}

export function rogersSatchell(bars: readonly Bar[], periodsPerYear: number): RealisedVol {
  return perBar(bars, periodsPerYear, rogersSatchellVariance);
}

/** GKYZ. The first bar gives its close alone. */
export function garmanKlassYangZhang(bars: readonly Bar[], periodsPerYear: number): RealisedVol {
  const why = fault(bars, 2, periodsPerYear);
  if (why !== null) return { ok: false, why };
  const variances = withPrevious(bars).map(
    (bar) => squareOf(Math.log(bar.open / bar.previousClose)) + garmanKlassVariance(bar),
  );
  return { ok: true, vol: Math.sqrt((periodsPerYear * sumOf(variances)) / variances.length) };
}

/** Needs three bars: the first gives its close alone. */
export function yangZhang(bars: readonly Bar[], periodsPerYear: number): RealisedVol {
  const why = fault(bars, 3, periodsPerYear);
  if (why !== null) return { ok: false, why };
  const used = withPrevious(bars);
  const m = used.length;
  const k = 0.34 / (1.34 + (m + 1) / (m - 1));
  const opening = sampleVariance(used.map(({ open, previousClose }) => Math.log(open / previousClose)));
  const closing = sampleVariance(used.map(({ open, close }) => Math.log(close / open)));
  const range = sumOf(used.map(rogersSatchellVariance)) / m;
  return { ok: true, vol: Math.sqrt(periodsPerYear * (opening + k * closing + (1 - k) * range)) };
}

export type SampledVol =
  | {
      readonly ok: true;
      readonly vol: number;
      /** Closes present, of all places in the series, 0 … 1. */
      readonly coverage: number;
      /** The longest time one return spans, in steps: 1 without gaps. */
      readonly longestStep: number;
    }
  | { readonly ok: false; readonly why: "too-few" | "bad-input" };

/**
 * √(Σr²/time covered) from a series of evenly spaced closes. Where closes are missing, the return from the last one
 * before the gap to the first after it counts once, and the time covered is that between the first and the last close
 * present: the gap's variance is in, at its own length, and no bar is invented.
 * @param closes    null where a bar is missing
 * @param stepYears time between two places of the series, ACT/365, > 0
 */
export function sumOfSquares(closes: readonly (number | null)[], stepYears: number): SampledVol {
  if (!isPositive(stepYears)) return { ok: false, why: "bad-input" };
  let previous: { readonly at: number; readonly close: number } | null = null;
  let [present, steps, longestStep, squares] = [0, 0, 0, 0];
  for (const [at, close] of closes.entries()) {
    if (close === null) continue;
    if (!isPositive(close)) return { ok: false, why: "bad-input" };
    present++;
    if (previous !== null) {
      squares += squareOf(Math.log(close / previous.close));
      steps += at - previous.at;
      longestStep = Math.max(longestStep, at - previous.at);
    }
    previous = { at, close };
  }
  if (steps === 0) return { ok: false, why: "too-few" };
  return { ok: true, vol: Math.sqrt(squares / (steps * stepYears)), coverage: present / closes.length, longestStep };
}
