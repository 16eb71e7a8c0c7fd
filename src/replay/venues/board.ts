/** Boards of options and futures as venues beside Deribit print them, whatever their keys: own names, own units. */
import { formatListed } from "../../market/listed-name.ts";
import type { OptionVenue } from "../../market/venue.ts";
import { type Coin, COINS, type OptionRow, type Stable } from "../../sim/market/model.ts";
import { type Greeks, greeksOf, impliedVol } from "../../sim/market/option-figures.ts";
import { OPTION_RULES } from "../../sim/market/option-rules.ts";
import { YEAR_MS } from "../../sim/market/pricing.ts";
import { type VenueFuture, venueFutures } from "../../sim/market/venue-futures.ts";
import { hashName, hashUniform } from "../../sim/random.ts";
import type { Scene } from "./scene.ts";

export type BoardVenue = Exclude<OptionVenue, "deribit">;

export type PrintedOption = {
  readonly coin: Coin;
  readonly name: string;
  readonly row: OptionRow;
  /** Premiums in the unit the venue quotes in: the coin, or the money of its board. null: no quote. */
  readonly bid: number | null;
  readonly ask: number | null;
  readonly mark: number;
  readonly last: number | null;
  /** Coins at the bid and at the ask; 0 where there is none. */
  readonly bidSize: number;
  readonly askSize: number;
};

export type PrintedFuture = VenueFuture & { readonly coin: Coin; readonly name: string };

/** The coins that this market has contracts of. */
export function coinsOf({ model }: Scene): readonly Coin[] {
  return COINS.filter((coin) => model.listsSpot(coin, "USD"));
}

/** null: no coin that this market has contracts of. */
export function contractCoin(scene: Scene, name: string | null): Coin | null {
  return coinsOf(scene).find((coin) => coin === name) ?? null;
}

export function printedOptions({ model, step }: Scene, venue: BoardVenue, coin: Coin): readonly PrintedOption[] {
  const { settlement, ticks } = OPTION_RULES[venue];
  const perTick = 1 / ticks[coin].fine;
  return (model.options(coin, step, venue) ?? []).map((row) => {
    const { expiryMs, strike, right } = row;
    const unit = settlement === null ? 1 : row.underlyingPrice;
    // What was divided by the forward comes back onto its tick.
    const priceOf = (premiumCoin: number | null): number | null =>
      premiumCoin === null ? null : Math.round(premiumCoin * unit * perTick) / perTick;
    const name = formatListed(venue, { kind: "option", base: coin, settlement, expiryMs, strike, right });
    const stream = hashName(`${venue}:${name}`);
    const size = (which: number): number =>
      Math.round(10 * (0.1 + 50 * hashUniform(model.seed, stream, step, which))) / 10;
    return {
      coin,
      name,
      row,
      bid: priceOf(row.bidCoin),
      ask: priceOf(row.askCoin),
      mark: row.markCoin * unit,
      last: priceOf(row.lastCoin),
      bidSize: row.bidCoin === null ? 0 : size(11),
      askSize: row.askCoin === null ? 0 : size(12),
    };
  });
}

export type Figures = {
  readonly greeks: Greeks;
  /** Decimals as the venue rounds them; a side's null where nobody quotes it. */
  readonly vol: number;
  readonly bidVol: number | null;
  readonly askVol: number | null;
};

export function figuresOf({ timeMs }: Scene, { row }: PrintedOption): Figures {
  const { right, strike, underlyingPrice: forward, bidCoin, askCoin } = row;
  const priced = { right, strike, forward, vol: row.markVolPercent / 100, years: (row.expiryMs - timeMs) / YEAR_MS };
  return {
    greeks: greeksOf(priced),
    vol: priced.vol,
    bidVol: bidCoin === null ? null : impliedVol(priced, bidCoin),
    askVol: askCoin === null ? null : impliedVol(priced, askCoin),
  };
}

export function printedFutures(
  { model, step }: Scene,
  venue: BoardVenue,
  coin: Coin,
  settlement: Stable | null,
): readonly PrintedFuture[] {
  return (venueFutures(model, venue, coin, settlement, step) ?? []).map((future) => {
    const { expiryMs } = future;
    const kind = expiryMs === null ? { kind: "perpetual" as const } : { kind: "future" as const, expiryMs };
    return { ...future, coin, name: formatListed(venue, { ...kind, base: coin, settlement }) };
  });
}

const FUNDING_PERIOD_MS = 8 * 3_600_000;

/** The end of the running funding period: 00:00, 08:00 and 16:00 UTC. */
export function nextFundingMs({ timeMs }: Scene): number {
  return (Math.floor(timeMs / FUNDING_PERIOD_MS) + 1) * FUNDING_PERIOD_MS;
}
