/** Real history as a market: BTC minutes, a recorded option chain, or both. */
import { OracleError } from "../../base/errors.ts";
import type { OptionVenue, Venue } from "../../market/venue.ts";
import type {
  Bar,
  Coin,
  FutureRow,
  MarketModel,
  OptionRow,
  SpotCoin,
  Stable,
  StatedNoise,
} from "../../sim/market/model.ts";
import { timeOf } from "../../sim/market/model.ts";
import { relisted } from "../../sim/market/relisted.ts";
import { spotNoise } from "../../sim/market/venues.ts";
import type { RecordedChain } from "./chain-csv.ts";
import { ChainTape } from "./chain-tape.ts";
import { type MinuteSeries, type MinuteTape, tapePrice } from "./minutes.ts";

/** Real boards are coarse: two honest methods on one of them may differ by this much vol. */
const VOL_ABS = 0.005;
const FORWARD_RELATIVE = 0.002;
const MINUTE_SECONDS = 60;

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
    this.noise = {
      ...spotNoise(this.#lowestPrices()),
      volAbs: VOL_ABS,
      volAbs7d: VOL_ABS,
      volAbs90d: VOL_ABS,
      volAbsFromMids: 2 * VOL_ABS,
      forwardRelative: FORWARD_RELATIVE,
    };
  }

  /** Tape time of a step, unix seconds. */
  tapeUnix(step: number): number {
    return this.#fromUnix + (step * this.stepMs * this.speed) / 1000;
  }

  listsSpot(base: SpotCoin | Stable, _quote: "USD" | Stable): boolean {
    if (base === "SOL") return false;
    if (base === "ETH") return this.chain?.coins().includes("ETH") ?? false;
    return base !== "BTC" || this.#minutes !== null || (this.chain?.coins().includes("BTC") ?? false);
  }

  spotUsd(coin: SpotCoin, step: number): number | null {
    if (coin === "SOL") return null;
    if (coin === "BTC" && this.#minutes !== null) return tapePrice(this.#minutes, "usd", this.tapeUnix(step));
    return this.chain?.indexPrice(coin) ?? null;
  }

  /** The tape's own minutes before the one it began at; nothing is known of what the minutes do not hold. */
  minuteBefore(base: SpotCoin | Stable, quote: "USD" | Stable, venue: Venue, back: number): Bar | null {
    if (this.#minutes === null || base !== "BTC") return null;
    const tape = this.#minutes;
    const series = quote === "USD" ? "usd" : seriesOf(quote, venue);
    const endUnix = this.#fromUnix - (back - 1) * MINUTE_SECONDS;
    const open = tapePrice(tape, series, endUnix - MINUTE_SECONDS);
    const close = tapePrice(tape, series, endUnix);
    if (open === null || close === null) return null;
    return { open, close, high: Math.max(open, close), low: Math.min(open, close) };
  }

  /** A dollar when there are no minutes to tell otherwise. */
  stableUsd(stable: Stable, step: number): number | null {
    if (this.#minutes === null) return 1;
    const unix = this.tapeUnix(step);
    const dollars = tapePrice(this.#minutes, "usd", unix);
    const stables = tapePrice(this.#minutes, stable === "USDT" ? "usdt" : "usdc", unix);
    return dollars === null || stables === null ? null : dollars / stables;
  }

  spotInStable(coin: SpotCoin, stable: Stable, venue: Venue, step: number): number | null {
    if (coin !== "BTC" || this.#minutes === null) {
      const dollars = this.spotUsd(coin, step);
      const price = this.stableUsd(stable, step);
      return dollars === null || price === null ? null : dollars / price;
    }
    return tapePrice(this.#minutes, seriesOf(stable, venue), this.tapeUnix(step));
  }

  atmVol(coin: Coin, days: number, step: number): number | null {
    return this.chain?.atmVol(coin, days, timeOf(this, step)) ?? null;
  }

  forward(coin: Coin, days: number, step: number): number | null {
    return this.chain?.forward(coin, days, timeOf(this, step)) ?? null;
  }

  options(coin: Coin, step: number, venue: OptionVenue = "deribit"): readonly OptionRow[] | null {
    const timeMs = timeOf(this, step);
    const rows = this.chain?.options(coin, timeMs) ?? null;
    return rows === null || venue === "deribit" ? rows : relisted(rows, { coin, venue, seed: this.seed, timeMs });
  }

  futures(coin: Coin, step: number): readonly FutureRow[] | null {
    return this.chain?.futures(coin, timeOf(this, step)) ?? null;
  }

  #lowestPrices(): Record<SpotCoin, number> {
    // Where a coin is absent nothing is quoted, and no tick counts.
    const none = Number.POSITIVE_INFINITY;
    const lowest: Record<SpotCoin, number> = { BTC: none, ETH: none, SOL: none };
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

function seriesOf(stable: Stable, venue: Venue): MinuteSeries {
  return stable === "USDT" ? "usdt" : venue === "kraken" ? "krakenUsdc" : "usdc";
}
