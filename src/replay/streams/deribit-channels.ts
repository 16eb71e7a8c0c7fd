/** Deribit's channels: index, vol index, tickers whole and incremental, quotes, marks of all options. */
import type { Coin, FutureRow } from "../../sim/market/model.ts";
import { hashName } from "../../sim/random.ts";
import { deribitFloat } from "../venues/deribit/envelope.ts";
import { changedFields, type Fields, object, quoted } from "./fields.ts";
import { type Channel, NO_FRAMES } from "./line.ts";
import { optionFigures } from "./option-figures.ts";
import { RowChannel } from "./row-channel.ts";
import type { ToldOption } from "./spoil.ts";
import type { ToldMarket } from "./told-market.ts";

const INDEX_EVERY_MS = 1_000;

function float(value: number): string {
  return Number.isNaN(value) ? "null" : deribitFloat(value);
}

function rounded(value: number, perUnit: number): string {
  return float(Math.round(value * perUnit) / perUnit);
}

function push(channel: string, data: string): string {
  return `{"jsonrpc":"2.0","method":"subscription","params":{"channel":"${channel}","data":${data}}}`;
}

function whole(timeMs: number): string {
  return String(Math.floor(timeMs));
}

/** null: there is no such channel. Raw ones are for those who have logged in. */
export function deribitChannel(name: string, told: ToldMarket): Channel | null {
  const [kind = "", subject = "", tail = ""] = name.split(".", 3);
  switch (kind) {
    case "deribit_price_index":
    case "deribit_volatility_index": {
      const coin = told.coin((/^([a-z]+)_usd$/.exec(subject)?.[1] ?? "").toUpperCase());
      if (coin === null) return null;
      return kind === "deribit_price_index"
        ? priceIndex(name, subject, coin, told)
        : volIndex(name, subject, coin, told);
    }
    case "markprice": {
      const coin = told.coin((/^([a-z]+)_usd$/.exec(tail)?.[1] ?? "").toUpperCase());
      return subject !== "options" || coin === null ? null : new MarkPrices(name, coin, told);
    }
    case "incremental_ticker":
      return tickerOf(subject, told) === null ? null : incremental(name, subject, told);
    case "ticker":
      if (tail !== "100ms" && tail !== "agg2") return null;
      return tickerOf(subject, told) === null ? null : ticker(name, subject, told);
    case "quote":
      return tickerOf(subject, told) === null ? null : quote(name, subject, told);
    case "platform_state":
    case "instrument":
      return silent;
    default:
      return null;
  }
}

/** Known, and nothing happens there. */
const silent: Channel = { picture: () => NO_FRAMES, advance: () => NO_FRAMES };

function priceIndex(channel: string, index: string, coin: Coin, told: ToldMarket): Channel {
  const data = (row: Fields, { timeMs }: ToldMarket): string =>
    push(channel, object({ timestamp: whole(timeMs), ...row, index_name: quoted(index) }));
  return new RowChannel(
    {
      row: (at) => {
        const price = at.index(coin);
        return price === null ? null : { price: rounded(price, 100) };
      },
      snapshot: data,
      everyMs: INDEX_EVERY_MS,
    },
    told,
  );
}

function volIndex(channel: string, index: string, coin: Coin, told: ToldMarket): Channel {
  return new RowChannel(
    {
      row: (at) => {
        const percent = at.volIndexPercent(coin);
        return percent === null ? null : { volatility: rounded(percent, 100) };
      },
      snapshot: (row, { timeMs }) =>
        push(channel, object({ timestamp: whole(timeMs), ...row, index_name: quoted(index) })),
      everyMs: INDEX_EVERY_MS,
    },
    told,
  );
}

function coinOf(instrument: string, told: ToldMarket): Coin | null {
  return told.coin(instrument.slice(0, instrument.indexOf("-")));
}

/** The row of an option, a future or the perpetual; null: not listed now. */
function tickerOf(instrument: string, told: ToldMarket): Fields | null {
  const coin = coinOf(instrument, told);
  if (coin === null) return null;
  const option = told.options(coin).get(instrument);
  if (option !== undefined) return optionTicker(option, coin, told);
  const future = told.deribitFutures(coin).get(instrument);
  return future === undefined ? null : futureTicker(future, coin, told);
}

function timeOf(instrument: string, told: ToldMarket): string {
  return whole(isOption(instrument) ? told.chainTimeMs : told.timeMs);
}

function isOption(instrument: string): boolean {
  return instrument.endsWith("-C") || instrument.endsWith("-P");
}

/** A side without a quote has price and amount zero. */
function sides(bid: number | null, ask: number | null, amount: (side: number) => number): Fields {
  return {
    best_bid_price: float(bid ?? 0),
    best_bid_amount: float(bid === null ? 0 : amount(0)),
    best_ask_price: float(ask ?? 0),
    best_ask_amount: float(ask === null ? 0 : amount(1)),
  };
}

function stats(fields: Fields): string {
  return object(fields);
}

function orNull(value: number | null): string {
  return value === null ? "null" : float(value);
}

function optionTicker(row: ToldOption, coin: Coin, told: ToldMarket): Fields {
  const figures = optionFigures(row, told.honestChainTimeMs);
  const traded = row.lastCoin !== null;
  return {
    instrument_name: quoted(row.instrument),
    state: quoted("open"),
    underlying_price: float(row.underlyingPrice),
    underlying_index: quoted(row.underlyingIndex),
    ...sides(row.bidCoin, row.askCoin, (side) => Math.round(10 + (hashName(row.instrument) % (900 + side))) / 10),
    bid_iv: rounded(100 * (figures.bidVol ?? 0), 100),
    ask_iv: rounded(100 * (figures.askVol ?? 0), 100),
    mark_price: rounded(row.markCoin, 1e4),
    mark_iv: float(row.markVolPercent),
    last_price: orNull(row.lastCoin),
    index_price: indexOf(coin, told),
    estimated_delivery_price: float(row.estimatedDeliveryPrice),
    settlement_price: rounded(row.markCoin, 1e8),
    open_interest: float(row.openInterest),
    min_price: rounded(Math.max(0.0001, row.markCoin / 2), 1e4),
    max_price: rounded(row.markCoin * 1.5 + 0.02, 1e4),
    interest_rate: "0.0",
    greeks: object({
      delta: rounded(figures.delta, 1e5),
      gamma: rounded(figures.gamma, 1e5),
      vega: rounded(figures.vega, 1e5),
      theta: rounded(figures.theta, 1e5),
      rho: "0.0",
    }),
    stats: stats({
      volume: float(row.volume),
      volume_usd: float(row.volumeUsd),
      price_change: traded ? orNull(row.changePercent) : "null",
      low: orNull(row.lowCoin),
      high: orNull(row.highCoin),
    }),
  };
}

function futureTicker(row: FutureRow, coin: Coin, told: ToldMarket): Fields {
  const amount = (side: number): number => 10 * (1 + (hashName(`${row.instrument}${told.step}${side}`) % 20_000));
  const hasSide = (price: number): number | null => (price === 0 ? null : price);
  return {
    instrument_name: quoted(row.instrument),
    state: quoted("open"),
    ...sides(hasSide(row.bid), hasSide(row.ask), amount),
    mark_price: float(row.mark),
    last_price: float(row.last),
    index_price: indexOf(coin, told),
    estimated_delivery_price: float(row.estimatedDeliveryPrice),
    settlement_price: rounded(row.mark, 100),
    open_interest: String(Math.round(row.openInterestUsd)),
    min_price: rounded(row.mark * 0.985, 100),
    max_price: rounded(row.mark * 1.015, 100),
    ...(row.perpetual
      ? { current_funding: orNull(row.currentFunding), funding_8h: orNull(row.funding8h), interest_value: "0.0" }
      : {}),
    stats: stats({
      volume: float(row.volumeCoin),
      volume_usd: float(row.volumeUsd),
      volume_notional: float(row.volumeUsd),
      price_change: float(row.changePercent),
      low: float(row.low),
      high: float(row.high),
    }),
  };
}

function indexOf(coin: Coin, told: ToldMarket): string {
  const price = told.index(coin);
  return price === null ? "null" : rounded(price, 100);
}

function turnOf(instrument: string): { readonly turn?: number } {
  return isOption(instrument) ? { turn: hashName(instrument) } : {};
}

function incremental(channel: string, instrument: string, told: ToldMarket): Channel {
  const data = (type: string, fields: Fields, at: ToldMarket): string =>
    push(
      channel,
      object({
        type: quoted(type),
        timestamp: timeOf(instrument, at),
        instrument_name: quoted(instrument),
        ...fields,
      }),
    );
  return new RowChannel(
    {
      row: (at) => tickerOf(instrument, at),
      snapshot: (row, at) => data("snapshot", row, at),
      delta: (changed, _row, at) => data("change", changed, at),
      ...turnOf(instrument),
    },
    told,
  );
}

function ticker(channel: string, instrument: string, told: ToldMarket): Channel {
  return new RowChannel(
    {
      row: (at) => tickerOf(instrument, at),
      snapshot: (row, at) => push(channel, object({ timestamp: timeOf(instrument, at), ...row })),
      ...turnOf(instrument),
    },
    told,
  );
}

const QUOTE_MEMBERS = ["best_bid_price", "best_bid_amount", "best_ask_price", "best_ask_amount"] as const;

function quote(channel: string, instrument: string, told: ToldMarket): Channel {
  return new RowChannel(
    {
      row: (at) => {
        const row = tickerOf(instrument, at);
        return row === null ? null : Object.fromEntries(QUOTE_MEMBERS.map((member) => [member, row[member]!]));
      },
      snapshot: (row, at) =>
        push(channel, object({ timestamp: timeOf(instrument, at), instrument_name: quoted(instrument), ...row })),
      ...turnOf(instrument),
    },
    told,
  );
}

/** One push for many instruments: all of them at first, then those that changed. Vol is a decimal here. */
class MarkPrices implements Channel {
  readonly #channel: string;
  readonly #coin: Coin;
  readonly #rows = new Map<string, Fields>();
  #timeMs: number;

  constructor(channel: string, coin: Coin, told: ToldMarket) {
    this.#channel = channel;
    this.#coin = coin;
    this.#timeMs = told.chainTimeMs;
    for (const row of told.options(coin).values()) this.#rows.set(row.instrument, markRow(row));
  }

  picture(): readonly string[] {
    return this.#push([...this.#rows.values()]);
  }

  advance(told: ToldMarket): readonly string[] {
    const changed: Fields[] = [];
    for (const row of told.options(this.#coin).values()) {
      if (!told.isTurn(hashName(row.instrument))) continue;
      const fields = markRow(row);
      if (changedFields(this.#rows.get(row.instrument) ?? {}, fields) === null) continue;
      this.#rows.set(row.instrument, fields);
      changed.push(fields);
    }
    this.#timeMs = told.chainTimeMs;
    return this.#push(changed);
  }

  #push(rows: readonly Fields[]): readonly string[] {
    if (rows.length === 0) return NO_FRAMES;
    const timestamp = whole(this.#timeMs);
    return [push(this.#channel, `[${rows.map((row) => object({ timestamp, ...row })).join(",")}]`)];
  }
}

function markRow(row: ToldOption): Fields {
  return {
    iv: rounded(row.markVolPercent / 100, 1e4),
    instrument_name: quoted(row.instrument),
    mark_price: rounded(row.markCoin, 1e4),
  };
}
