/** The perpetuals and dated futures of the venues beside Deribit: its board's fair prices in their money, on their ticks. */
import { parseInstrument } from "../../market/instrument.ts";
import type { OptionVenue } from "../../market/venue.ts";
import { hashName, hashUniform } from "../random.ts";
import { isQuarterly } from "./calendar.ts";
import { venueIndex } from "./index-price.ts";
import type { Coin, FutureRow, MarketModel, Stable } from "./model.ts";
import { smoothNoise } from "./noise.ts";
import { NOISE_KNOT_STEPS } from "./venues.ts";

/** Largest relative distance of another venue's mark from Deribit's. */
export const VENUE_MARK_NOISE_RELATIVE = 1e-5;

export type VenueFuture = {
  /** Deribit's form of the name of the inverse contract; the venue's own is made by `formatListed`. */
  readonly instrument: string;
  /** null: settled in the coin and quoted in USD. */
  readonly settlement: Stable | null;
  /** null: a perpetual. */
  readonly expiryMs: number | null;
  readonly bid: number;
  readonly ask: number;
  readonly mark: number;
  readonly index: number;
  readonly last: number;
  readonly high: number;
  readonly low: number;
  /** Contracts or coins at the best prices. */
  readonly sizes: readonly [bid: number, ask: number];
  readonly volumeCoin: number;
  readonly openInterestCoin: number;
  readonly currentFunding: number | null;
  readonly funding8h: number | null;
};

const TICKS: Readonly<Record<Coin, number>> = { BTC: 0.1, ETH: 0.01 };

/** @returns null where this market has no futures of the coin, or no price of the money now */
export function venueFutures(
  model: MarketModel,
  venue: Exclude<OptionVenue, "deribit">,
  coin: Coin,
  settlement: Stable | null,
  step: number,
): readonly VenueFuture[] | null {
  const moneyUsd = settlement === null ? 1 : model.stableUsd(settlement, step);
  const index = venueIndex(model, venue, coin, step);
  if (moneyUsd === null || index === null) return null;
  const futures: VenueFuture[] = [];
  for (const row of model.futures(coin, step) ?? []) {
    const listed = parseInstrument(row.instrument);
    if (listed === null || listed.kind === "combo") continue;
    const expiryMs = listed.kind === "perpetual" ? null : listed.expiryMs;
    if (!isListed(venue, settlement, expiryMs)) continue;
    const stream = hashName(`${venue}:${settlement ?? "USD"}:${row.instrument}`);
    futures.push(venueFuture(row, { model, step, stream, settlement, expiryMs, moneyUsd, index, tick: TICKS[coin] }));
  }
  return futures;
}

/** OKX lists what Deribit does; Bybit's inverse and Binance's contracts end with quarters. */
function isListed(venue: Exclude<OptionVenue, "deribit">, settlement: Stable | null, expiryMs: number | null): boolean {
  if (expiryMs === null) return true;
  switch (venue) {
    case "okx":
      return true;
    case "bybit":
      return settlement === "USDC" || (settlement === null && isQuarterly(expiryMs));
    case "binance":
      return isQuarterly(expiryMs);
  }
}

type Facts = {
  readonly model: MarketModel;
  readonly step: number;
  readonly stream: number;
  readonly settlement: Stable | null;
  readonly expiryMs: number | null;
  readonly moneyUsd: number;
  readonly index: number;
  readonly tick: number;
};

function venueFuture(row: FutureRow, facts: Facts): VenueFuture {
  const { model, step, stream, settlement, expiryMs, moneyUsd, index, tick } = facts;
  const noise = 1 + VENUE_MARK_NOISE_RELATIVE * smoothNoise(model.seed, stream, step, NOISE_KNOT_STEPS);
  const mark = (row.mark / moneyUsd) * noise;
  const perUnit = Math.round(1 / tick);
  const bid = Math.floor(mark * (1 - 1e-6) * perUnit) / perUnit;
  const ask = Math.ceil(mark * (1 + 1e-6) * perUnit) / perUnit;
  const on = (price: number): number => Math.round((price / moneyUsd) * perUnit) / perUnit;
  const dice = (which: number): number => hashUniform(model.seed, stream, step, which);
  return {
    instrument: row.instrument,
    settlement,
    expiryMs,
    bid,
    ask: Math.max(ask, bid + tick),
    mark,
    index: index / moneyUsd,
    last: dice(1) < 0.5 ? bid : ask,
    high: on(row.high),
    low: on(row.low),
    sizes: [1 + Math.floor(900 * dice(2)), 1 + Math.floor(900 * dice(3))],
    volumeCoin: row.volumeCoin,
    openInterestCoin: row.openInterestUsd / row.mark,
    currentFunding: row.currentFunding,
    funding8h: row.funding8h,
  };
}
