/** Real history as a market: BTC minutes, a recorded option chain, or both. */
import { OracleError } from "../../base/errors.ts";
import type { Venue } from "../../market/quote.ts";
import type { Coin, FutureRow, MarketModel, OptionRow, Stable, StatedNoise } from "../../sim/market/model.ts";
import { timeOf } from "../../sim/market/model.ts";
import { spotNoise } from "../../sim/market/venues.ts";
import type { RecordedChain } from "./chain-csv.ts";
import { ChainTape } from "./chain-tape.ts";
import { type MinuteTape, tapePrice } from "./minutes.ts";

/** Real boards are coarse: two honest methods on one of them may differ by this much vol. */
const VOL_ABS = 0.005;

export type TapeOptions = {
  readonly seed: number;
  readonly startMs: number;
  readonly stepMs: number;
  /** Tape seconds in one wall second. It moves the minutes; the chain is one moment and its tenors run on the wall clock. */
  readonly speed: number;
  readonly minutes: MinuteTape | null;
  readonly chain: RecordedChain | null;
  /** Tape time at `startMs`, unix seconds. */
  readonly fromUnix: number;
};

export class TapeMarket implements MarketModel {
  readonly seed: number;
  readonly startMs: number;
  readonly stepMs: number;
  readonly speed: number;
  readonly noise: StatedNoise;
  /**
   * The bounds cover dollar books and pairs in USDT. Kraken's and Binance's USDC prices differ from each other in this
   * history, so no promise is made for what is converted through USDC.
   */
  readonly coveredStables: readonly Stable[] = ["USDT"];
  readonly chain: ChainTape | null;
  readonly #minutes: MinuteTape | null;
  readonly #fromUnix: number;

  /** @throws OracleError `bad-market-options` */
  constructor(options: TapeOptions) {
    const { minutes, chain, fromUnix, speed, stepMs } = options;
    if (minutes === null && chain === null) {
      throw new OracleError("a tape needs minutes, a chain or both; neither was given", { code: "bad-market-options" });
    }
    if (!(speed > 0) || !(stepMs >= 1)) {
      throw new OracleError(`a tape needs speed > 0 and stepMs ≥ 1, saw ${speed} and ${stepMs}`, {
        code: "bad-market-options",
      });
    }
    if (minutes !== null && !(fromUnix >= minutes.fromUnix && fromUnix < minutes.toUnix)) {
      throw new OracleError(
        `tape time ${fromUnix} is not in ${minutes.file}, which holds ${minutes.fromUnix} to ${minutes.toUnix}`,
        {
          code: "bad-market-options",
          seen: fromUnix,
          file: minutes.file,
        },
      );
    }
    this.seed = options.seed;
    this.startMs = options.startMs;
    this.stepMs = stepMs;
    this.speed = speed;
    this.#minutes = minutes;
    this.#fromUnix = fromUnix;
    this.chain = chain === null ? null : new ChainTape(chain, options.startMs);
    this.noise = { ...spotNoise(this.#lowestPrices()), volAbs: VOL_ABS, volAbsFromMids: 2 * VOL_ABS };
  }

  /** Tape time of a step, unix seconds. */
  tapeUnix(step: number): number {
    return this.#fromUnix + (step * this.stepMs * this.speed) / 1000;
  }

  listsSpot(base: Coin | Stable, _quote: "USD" | Stable): boolean {
    if (base === "ETH") return this.chain?.coins().includes("ETH") ?? false;
    return base !== "BTC" || this.#minutes !== null || (this.chain?.coins().includes("BTC") ?? false);
  }

  spotUsd(coin: Coin, step: number): number | null {
    if (coin === "BTC" && this.#minutes !== null) return tapePrice(this.#minutes, "usd", this.tapeUnix(step));
    return this.chain?.indexPrice(coin) ?? null;
  }

  /** A dollar when there are no minutes to tell otherwise. */
  stableUsd(stable: Stable, step: number): number | null {
    if (this.#minutes === null) return 1;
    const unix = this.tapeUnix(step);
    const dollars = tapePrice(this.#minutes, "usd", unix);
    const stables = tapePrice(this.#minutes, stable === "USDT" ? "usdt" : "usdc", unix);
    return dollars === null || stables === null ? null : dollars / stables;
  }

  spotInStable(coin: Coin, stable: Stable, venue: Venue, step: number): number | null {
    if (coin === "ETH" || this.#minutes === null) {
      const dollars = this.spotUsd(coin, step);
      const price = this.stableUsd(stable, step);
      return dollars === null || price === null ? null : dollars / price;
    }
    const series = stable === "USDT" ? "usdt" : venue === "kraken" ? "krakenUsdc" : "usdc";
    return tapePrice(this.#minutes, series, this.tapeUnix(step));
  }

  atmVol30d(coin: Coin, step: number): number | null {
    return this.chain?.atmVol30d(coin, timeOf(this, step)) ?? null;
  }

  options(coin: Coin, step: number): readonly OptionRow[] | null {
    return this.chain?.options(coin, timeOf(this, step)) ?? null;
  }

  futures(coin: Coin, step: number): readonly FutureRow[] | null {
    return this.chain?.futures(coin, timeOf(this, step)) ?? null;
  }

  #lowestPrices(): Record<Coin, number> {
    // Where a coin is absent nothing is quoted, and no tick counts.
    const lowest: Record<Coin, number> = { BTC: Number.POSITIVE_INFINITY, ETH: Number.POSITIVE_INFINITY };
    for (const coin of this.chain?.coins() ?? []) lowest[coin] = this.chain!.indexPrice(coin)!;
    if (this.#minutes !== null) {
      lowest.BTC = this.#minutes.firstOpenUsd;
      for (const series of [this.#minutes.closes.usd, this.#minutes.closes.usdt]) {
        for (const close of series) if (close !== null && close < lowest.BTC) lowest.BTC = close;
      }
    }
    return lowest;
  }
}
