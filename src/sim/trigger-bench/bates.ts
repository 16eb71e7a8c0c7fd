/**
 * The market that the trigger benchmark plays (QUANT §6): a Bates model with two variance factors, and the smiles that a
 * desk would quote in it. D. S. Bates, "Jumps and stochastic volatility" (1996); full truncation after Lord, Koekkoek & van
 * Dijk (2010). Floats and Math.exp are welcome here: this is where the numbers come from, not where they are judged.
 *
 *   θ = 0.55² split 60/40, κ = 2 and 60, ξ = 0.9 and 6, ρ = -0.25; 60 jumps a year, -0.4 % ± 1.8 %, each lifting the
 *   volatility by 0.9 of its size; skew, curvature and carry are Ornstein-Uhlenbeck; every expiry's quotes carry a noise of
 *   1 bp of the spot on an at-the-money price, at most one vol point, with a half-life of 20 minutes. QUANT does not say
 *   how large its noises were; these give nearly its fire rates (0.25/2.5 %: 254 transactions a day on seed 2, QUANT 252).
 *
 * A smile is SSVI (Gatheral & Jacquier 2014) with at-the-money variance θ_T the model's mean variance to T, φ = η/√θ_T.
 */
import type { Rng } from "../../base/ports.ts";
import { MS_PER_DAY, MS_PER_YEAR } from "../../quant/day-count.ts";
import { type SeededRng, seededRng } from "../random.ts";
import { listedExpiries, type MarketPath, roundTo, SLOTS } from "./market-path.ts";

const TOTAL_VARIANCE = 0.55 * 0.55;
const FACTORS = [
  { mean: 0.6 * TOTAL_VARIANCE, speed: 2, volOfVol: 0.9 },
  { mean: 0.4 * TOTAL_VARIANCE, speed: 60, volOfVol: 6 },
] as const;
const SPOT_VOL_CORRELATION = -0.25;
const JUMPS_PER_YEAR = 60;
const JUMP_MEAN = -0.004;
const JUMP_SD = 0.018;
const VOL_JUMP = 0.9;
/** A real return is a jump beyond this many standard deviations. */
const JUMP_SIGNAL_SD = 5;

const DAY_YEARS = 1 / 365;
const SKEW = { mean: -0.15, sd: 0.07, halfLifeYears: DAY_YEARS } as const;
const CURVATURE = { mean: 0.75, sd: 0.08, halfLifeYears: DAY_YEARS } as const;
const CARRY = { mean: 0.05, sd: 0.04, halfLifeYears: 2 * DAY_YEARS } as const;
const QUOTE_NOISE = { mean: 0, sd: 1, halfLifeYears: DAY_YEARS / 72 } as const;
/** Size of the quote noise: this share of the spot on an at-the-money price, but no more than this volatility. */
const NOISE_PRICE = 0.0001;
const NOISE_VOL_MAX = 0.01;

const MICRO = 1e6;
const PICO = 1e12;

/** Box-Muller, one of the pair. */
function gaussian(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());
}

type Reverting = { readonly mean: number; readonly sd: number; readonly halfLifeYears: number };

/** Exact step of an Ornstein-Uhlenbeck process that has been running for ever. */
function reverted({ mean, sd, halfLifeYears }: Reverting, value: number, years: number, shock: number): number {
  const kept = Math.exp((-Math.LN2 * years) / halfLifeYears);
  return mean + (value - mean) * kept + sd * Math.sqrt(1 - kept * kept) * shock;
}

/** Everything about the market but its spot. */
class SmileModel {
  readonly #rng: SeededRng;
  readonly #years: number;
  readonly #variances: [number, number] = [FACTORS[0].mean, FACTORS[1].mean];
  readonly #noise = new Map<number, number>();
  #skew: number = SKEW.mean;
  #curvature: number = CURVATURE.mean;
  #carry: number = CARRY.mean;

  constructor(rng: SeededRng, stepYears: number) {
    this.#rng = rng;
    this.#years = stepYears;
  }

  get variance(): number {
    return Math.max(0, this.#variances[0]) + Math.max(0, this.#variances[1]);
  }

  /** @param shock the spot's diffusion in standard deviations @param jump its jump, log, 0 for none */
  advance(shock: number, jump: number): void {
    const years = this.#years;
    for (const [i, { mean, speed, volOfVol }] of FACTORS.entries()) {
      const value = this.#variances[i] ?? mean;
      const own = Math.sqrt(1 - SPOT_VOL_CORRELATION * SPOT_VOL_CORRELATION) * gaussian(this.#rng);
      const positive = Math.max(0, value);
      const noise = volOfVol * Math.sqrt(positive * years) * (SPOT_VOL_CORRELATION * shock + own);
      this.#variances[i] = value + speed * (mean - positive) * years + noise;
    }
    const vol = Math.sqrt(this.variance);
    const lifted = vol + VOL_JUMP * Math.abs(jump);
    this.#variances[1] += lifted * lifted - vol * vol;
    this.#skew = reverted(SKEW, this.#skew, years, gaussian(this.#rng));
    this.#curvature = reverted(CURVATURE, this.#curvature, years, gaussian(this.#rng));
    this.#carry = reverted(CARRY, this.#carry, years, gaussian(this.#rng));
  }

  /** Writes the quotes of one expiry into a row. @param toExpiryYears > 0 */
  quote(path: MarketPath, row: number, expiryMs: number, toExpiryYears: number): void {
    const noise = reverted(QUOTE_NOISE, this.#noise.get(expiryMs) ?? 0, this.#years, gaussian(this.#rng));
    this.#noise.set(expiryMs, noise);
    let meanVariance = JUMPS_PER_YEAR * (JUMP_MEAN * JUMP_MEAN + JUMP_SD * JUMP_SD);
    for (const [i, { mean, speed }] of FACTORS.entries()) {
      const decay = speed * toExpiryYears;
      meanVariance += mean + ((Math.max(0, this.#variances[i] ?? mean) - mean) * -Math.expm1(-decay)) / decay;
    }
    const noiseVol = Math.min(NOISE_VOL_MAX, NOISE_PRICE / (0.4 * Math.sqrt(toExpiryYears)));
    const atmVol = roundTo(Math.sqrt(meanVariance) + noiseVol * noise, MICRO);
    const rho = Math.min(0.9, Math.max(-0.9, roundTo(this.#skew, MICRO)));
    const eta = Math.min(1.4, Math.max(0.1, roundTo(this.#curvature, MICRO)));
    const theta = atmVol * atmVol * toExpiryYears;
    const phi = eta / Math.sqrt(theta);
    path.a[row] = roundTo(0.5 * theta * (1 - rho * rho), PICO);
    path.b[row] = roundTo(0.5 * theta * phi, PICO);
    path.rho[row] = rho;
    path.m[row] = roundTo(-rho / phi, PICO);
    path.sigma[row] = roundTo(Math.sqrt(1 - rho * rho) / phi, PICO);
    path.ratio[row] = roundTo(Math.exp(roundTo(this.#carry, MICRO) * toExpiryYears), PICO);
  }
}

function emptyPath(startMs: number, stepMs: number, steps: number): MarketPath {
  const all = new Set<number>();
  for (let step = 0; step < steps; step++) for (const one of listedExpiries(startMs + step * stepMs)) all.add(one);
  const column = (): Float64Array => new Float64Array(steps * SLOTS);
  return {
    startMs,
    stepMs,
    steps,
    spot: new Float64Array(steps),
    expiries: [...all].sort((x, y) => x - y),
    expiryAt: new Int32Array(steps * SLOTS),
    ratio: column(),
    a: column(),
    b: column(),
    rho: column(),
    m: column(),
    sigma: column(),
  };
}

function quoteAll(path: MarketPath, model: SmileModel, step: number): void {
  const nowMs = path.startMs + step * path.stepMs;
  for (const [slot, expiryMs] of listedExpiries(nowMs).entries()) {
    const row = step * SLOTS + slot;
    path.expiryAt[row] = path.expiries.indexOf(expiryMs);
    model.quote(path, row, expiryMs, (expiryMs - nowMs) / MS_PER_YEAR);
  }
}

/** A market of the model. @param days its length */
export function generatedPath(seed: number, days: number, stepMs: number): MarketPath {
  const rng = seededRng(seed);
  const years = stepMs / MS_PER_YEAR;
  // Monday, 5 January 2026.
  const path = emptyPath(20_458 * MS_PER_DAY, stepMs, Math.floor((days * MS_PER_DAY) / stepMs));
  const model = new SmileModel(rng, years);
  const jumpDrift = JUMPS_PER_YEAR * Math.expm1(JUMP_MEAN + 0.5 * JUMP_SD * JUMP_SD);
  let logSpot = Math.log(60_000);
  for (let step = 0; step < path.steps; step++) {
    path.spot[step] = roundTo(Math.exp(logSpot), 100);
    quoteAll(path, model, step);
    const shock = gaussian(rng);
    const jump = rng.next() < JUMPS_PER_YEAR * years ? JUMP_MEAN + JUMP_SD * gaussian(rng) : 0;
    const variance = model.variance;
    logSpot += Math.sqrt(variance * years) * shock - (0.5 * variance + jumpDrift) * years + jump;
    model.advance(shock, jump);
  }
  return path;
}

/** Real spots with the model's volatilities, moved by the real returns. @param closes > 0, one a step */
export function pathOfCloses(closes: readonly number[], startMs: number, stepMs: number, seed: number): MarketPath {
  const years = stepMs / MS_PER_YEAR;
  const path = emptyPath(startMs, stepMs, closes.length);
  const model = new SmileModel(seededRng(seed), years);
  for (const [step, close] of closes.entries()) {
    path.spot[step] = roundTo(close, 100);
    quoteAll(path, model, step);
    const change = Math.log((closes[step + 1] ?? close) / close);
    const shock = change / Math.sqrt(model.variance * years);
    const isJump = Math.abs(shock) > JUMP_SIGNAL_SD;
    model.advance(isJump ? 0 : shock, isJump ? change : 0);
  }
  return path;
}
