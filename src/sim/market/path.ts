/**
 * The hidden state of the synthetic market on its step grid: prices, vols, stablecoins, carry.
 * Lazy and repeatable: steps are drawn in blocks, each block's dice depend on the seed and the block's number only, and
 * the state at every block's start is kept. A block that was forgotten is drawn again, bit for bit.
 */
import { OracleError } from "../../base/errors.ts";
import { hashUniform, hashWords, type SeededRng, seededRng } from "../random.ts";
import type { Coin, SpotCoin } from "./model.ts";
import { YEAR_MS } from "./pricing.ts";

export type CoinFactors = {
  readonly spotUsd: number;
  /** Slow and fast factor of log vol; both bounded, see SLOW_LIMIT and FAST_LIMIT. */
  readonly slow: number;
  readonly fast: number;
  /** Annual rate of the forward over spot. */
  readonly carry: number;
};
export type Factors = Readonly<Record<Coin, CoinFactors>> & {
  readonly solUsd: number;
  readonly usdtUsd: number;
  readonly usdcUsd: number;
};

export type PathOptions = {
  readonly seed: number;
  readonly stepMs: number;
  /** Market milliseconds that pass in one wall millisecond. */
  readonly speed: number;
};

export const START_PRICE: Readonly<Record<SpotCoin, number>> = { BTC: 95_000, ETH: 3_300, SOL: 220 };
/** Spot is reflected at half and at twice its start: a floor for everything that is relative to a tick. */
export const PRICE_RANGE_FACTOR = 2;
const SLOW_LIMIT = 0.3;
const FAST_LIMIT = 0.12;

const BLOCK_STEPS = 2048;
const BLOCKS_KEPT = 8;
const COLUMNS = 11;
/** Columns of one coin, from its offset on. */
const SPOT = 0;
const SLOW = 1;
const FAST = 2;
const CARRY = 3;
const COIN_OFFSET: Readonly<Record<Coin, number>> = { BTC: 0, ETH: 4 };
const USDT = 8;
const USDC = 9;
/** Log price of the coin that has spot books only. */
const SOL = 10;

/** Diffusion between jumps. With the jumps below, one year's vol is near 60 %. */
export const DIFFUSION_VOL: Readonly<Record<SpotCoin, number>> = { BTC: 0.38, ETH: 0.42, SOL: 0.5 };
export const JUMPS_PER_YEAR = 2.5 * 24 * 365;
const JUMP_MIN = 0.002;
const JUMP_SPREAD = 0.004;
/** The first minutes bring one jump each, so that a short run sees deviation triggers too. */
const OPENING_MINUTES = 5;
const ETH_LOADING = 0.85;
const SOL_LOADING = 0.75;
/** A spot jump also moves the fast vol factor by this much: 0.4 to 0.7 vol points of a 30-day vol of 50. */
const VOL_JUMP_MIN = 0.006;
const VOL_JUMP_SPREAD = 0.004;

type Reversion = {
  readonly mean: number;
  readonly halfLifeMs: number;
  readonly deviation: number;
  readonly limit: number;
};
const SLOW_FACTOR: Reversion = { mean: 0, halfLifeMs: 6 * 3_600_000, deviation: 0.06, limit: SLOW_LIMIT };
const FAST_FACTOR: Reversion = { mean: 0, halfLifeMs: 600_000, deviation: 0.008, limit: FAST_LIMIT };
const CARRY_FACTOR: Reversion = { mean: 0.05, halfLifeMs: 86_400_000, deviation: 0.005, limit: 0.05 };
const USDT_FACTOR: Reversion = { mean: 0.9997, halfLifeMs: 3_600_000, deviation: 1e-4, limit: 4e-4 };
const USDC_FACTOR: Reversion = { mean: 0.9999, halfLifeMs: 3_600_000, deviation: 3e-5, limit: 1.5e-4 };

/** Exact step of an Ornstein-Uhlenbeck process, clamped to mean ± limit. */
function revert(rule: Reversion, value: number, elapsedMs: number, normal: number): number {
  const decay = Math.exp((-Math.LN2 * elapsedMs) / rule.halfLifeMs);
  const next = rule.mean + (value - rule.mean) * decay + rule.deviation * Math.sqrt(1 - decay * decay) * normal;
  return Math.min(rule.mean + rule.limit, Math.max(rule.mean - rule.limit, next));
}

/** Box and Muller's cosine branch; 1 − u keeps the logarithm away from zero. */
export function drawNormal(dice: SeededRng): number {
  return Math.sqrt(-2 * Math.log(1 - dice.next())) * Math.cos(2 * Math.PI * dice.next());
}

export function jumpSize(sizeDice: number, signDice: number): number {
  return (signDice < 0.5 ? -1 : 1) * (JUMP_MIN + JUMP_SPREAD * sizeDice * sizeDice * sizeDice);
}

export class SyntheticPath {
  readonly #seed: number;
  readonly #marketStepMs: number;
  /** State at each block's start; 80 bytes for 2048 steps. */
  readonly #starts: Float64Array[];
  readonly #blocks = new Map<number, Float64Array>();

  /** @throws OracleError `bad-market-options` */
  constructor(options: PathOptions) {
    const { seed, stepMs, speed } = options;
    if (!Number.isSafeInteger(seed) || seed < 0 || !(stepMs >= 1) || !(speed > 0) || !Number.isFinite(stepMs * speed)) {
      throw new OracleError(`market needs a seed ≥ 0, stepMs ≥ 1 and speed > 0, saw ${seed}, ${stepMs}, ${speed}`, {
        code: "bad-market-options",
        seed,
        stepMs,
        speed,
      });
    }
    this.#seed = seed;
    this.#marketStepMs = stepMs * speed;
    const start = new Float64Array(COLUMNS);
    for (const coin of ["BTC", "ETH"] as const) {
      start[COIN_OFFSET[coin] + SPOT] = Math.log(START_PRICE[coin]);
      start[COIN_OFFSET[coin] + CARRY] = CARRY_FACTOR.mean;
    }
    start[SOL] = Math.log(START_PRICE.SOL);
    start[USDT] = USDT_FACTOR.mean;
    start[USDC] = USDC_FACTOR.mean;
    this.#starts = [start];
  }

  /** @param step integer ≥ 0 */
  at(step: number): Factors {
    const block = this.#block(Math.floor(step / BLOCK_STEPS));
    const row = (step % BLOCK_STEPS) * COLUMNS;
    const coin = (offset: number): CoinFactors => ({
      spotUsd: Math.exp(block[row + offset + SPOT]!),
      slow: block[row + offset + SLOW]!,
      fast: block[row + offset + FAST]!,
      carry: block[row + offset + CARRY]!,
    });
    return {
      BTC: coin(COIN_OFFSET.BTC),
      ETH: coin(COIN_OFFSET.ETH),
      solUsd: Math.exp(block[row + SOL]!),
      usdtUsd: block[row + USDT]!,
      usdcUsd: block[row + USDC]!,
    };
  }

  #block(index: number): Float64Array {
    const kept = this.#blocks.get(index);
    if (kept !== undefined) return kept;
    while (this.#starts.length <= index) this.#draw(this.#starts.length - 1);
    const block = this.#blocks.get(index) ?? this.#draw(index);
    return block;
  }

  /** Draws one block from its start and writes down where the next begins. */
  #draw(index: number): Float64Array {
    const block = new Float64Array(BLOCK_STEPS * COLUMNS);
    const state = Float64Array.from(this.#starts[index]!);
    const dice = seededRng(hashWords(this.#seed, index, 0xb10c));
    // Dice of its own, so that the other coins' story does not depend on it.
    const solDice = seededRng(hashWords(this.#seed, index, 0x501));
    for (let row = 0; row < BLOCK_STEPS; row++) {
      block.set(state, row * COLUMNS);
      this.#advance(state, index * BLOCK_STEPS + row, dice, solDice);
    }
    this.#starts[index + 1] ??= state;
    if (this.#blocks.size >= BLOCKS_KEPT) this.#blocks.delete(this.#blocks.keys().next().value!);
    this.#blocks.set(index, block);
    return block;
  }

  /** From step to step + 1, in place. Every step throws the same number of dice, so blocks stay aligned. */
  #advance(state: Float64Array, step: number, dice: SeededRng, solDice: SeededRng): void {
    const elapsedMs = this.#marketStepMs;
    const rootYears = Math.sqrt(elapsedMs / YEAR_MS);
    const jumpChance = 1 - Math.exp((-JUMPS_PER_YEAR * elapsedMs) / YEAR_MS);
    const common = drawNormal(dice);
    const own = drawNormal(dice);
    const commonVol = drawNormal(dice);
    const mood = Math.exp(state[COIN_OFFSET.BTC + SLOW]! + state[COIN_OFFSET.BTC + FAST]!);
    for (const coin of ["BTC", "ETH"] as const) {
      const offset = COIN_OFFSET[coin];
      const shock = coin === "BTC" ? common : ETH_LOADING * common + Math.sqrt(1 - ETH_LOADING * ETH_LOADING) * own;
      const ownVol = drawNormal(dice);
      const [chance, size, sign, volSize, volSign] = [dice.next(), dice.next(), dice.next(), dice.next(), dice.next()];
      let jump = this.#openingJump(COIN_OFFSET[coin], step);
      if (chance < jumpChance) jump += jumpSize(size, sign);
      const slow = state[offset + SLOW]!;
      const fast = state[offset + FAST]!;
      const vol = DIFFUSION_VOL[coin] * Math.exp(slow + fast);
      state[offset + SPOT] = reflect(coin, state[offset + SPOT]! + vol * rootYears * shock + jump);
      // Fear comes with falls more often than with rises.
      const volJump =
        jump === 0 ? 0 : (volSign < (jump < 0 ? 0.85 : 0.5) ? 1 : -1) * (VOL_JUMP_MIN + VOL_JUMP_SPREAD * volSize);
      state[offset + SLOW] = revert(SLOW_FACTOR, slow, elapsedMs, 0.8 * commonVol + 0.6 * ownVol);
      state[offset + FAST] = revert(FAST_FACTOR, fast + volJump, elapsedMs, ownVol);
      state[offset + CARRY] = revert(CARRY_FACTOR, state[offset + CARRY]!, elapsedMs, drawNormal(dice));
    }
    this.#advanceSol(state, step, common, mood, solDice);
    state[USDT] = revert(USDT_FACTOR, state[USDT]!, elapsedMs, drawNormal(dice));
    state[USDC] = revert(USDC_FACTOR, state[USDC]!, elapsedMs, drawNormal(dice));
  }

  /** Spot only: it shares the market's direction and its mood. */
  #advanceSol(state: Float64Array, step: number, common: number, mood: number, dice: SeededRng): void {
    const elapsedMs = this.#marketStepMs;
    const shock = SOL_LOADING * common + Math.sqrt(1 - SOL_LOADING * SOL_LOADING) * drawNormal(dice);
    const [chance, size, sign] = [dice.next(), dice.next(), dice.next()];
    let jump = this.#openingJump(SOL, step);
    if (chance < 1 - Math.exp((-JUMPS_PER_YEAR * elapsedMs) / YEAR_MS)) jump += jumpSize(size, sign);
    const change = DIFFUSION_VOL.SOL * mood * Math.sqrt(elapsedMs / YEAR_MS) * shock + jump;
    state[SOL] = reflect("SOL", state[SOL]! + change);
  }

  /** Jumps that fall between step and step + 1 by timetable: up and down in turn, so that the opening has no trend. */
  #openingJump(id: number, step: number): number {
    const fromMs = step * this.#marketStepMs;
    let jump = 0;
    for (let minute = 0; minute < OPENING_MINUTES && fromMs < OPENING_MINUTES * 60_000; minute++) {
      const dice = (stream: number): number => hashUniform(this.#seed, 0x09e4, id, minute, stream);
      const atMs = minute * 60_000 + 15_000 + 30_000 * dice(1);
      const upFirst = hashUniform(this.#seed, 0x09e5, id) < 0.5;
      if (atMs >= fromMs && atMs < fromMs + this.#marketStepMs) {
        jump += jumpSize(dice(2), upFirst === (minute % 2 === 0) ? 1 : 0);
      }
    }
    return jump;
  }
}

export function reflect(coin: SpotCoin, logPrice: number): number {
  const start = Math.log(START_PRICE[coin]);
  const limit = Math.log(PRICE_RANGE_FACTOR);
  if (logPrice > start + limit) return Math.max(start, 2 * (start + limit) - logPrice);
  if (logPrice < start - limit) return Math.min(start, 2 * (start - limit) - logPrice);
  return logPrice;
}
