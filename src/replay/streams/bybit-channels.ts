/** Bybit's topics: tickers, each category in its own shape, and books. */
import type { Coin } from "../../sim/market/model.ts";
import type { VenueFuture } from "../../sim/market/venue-futures.ts";
import { tickDecimals } from "../../sim/market/venues.ts";
import { hashName } from "../../sim/random.ts";
import { splitSymbol } from "../symbols.ts";
import { trimmed } from "../venues/decimals.ts";
import { BookChannel, type SideChanges } from "./book-channel.ts";
import { type Fields, object, quoted, text } from "./fields.ts";
import type { Channel } from "./line.ts";
import { optionFigures } from "./option-figures.ts";
import { RowChannel } from "./row-channel.ts";
import type { ToldOption } from "./spoil.ts";
import { wholeMs } from "./times.ts";
import type { ToldMarket } from "./told-market.ts";

const BOOK_LEVELS = [1, 50, 200];
const EIGHT_HOURS_MS = 8 * 3_600_000;

function number(value: number, decimals: number): string {
  return Number.isNaN(value) ? "null" : quoted(trimmed(value, decimals));
}

/** @param name category and topic */
export function bybitChannel(name: string, told: ToldMarket): Channel | null {
  const [category, topic = ""] = name.split(" ");
  const [kind = "", ...rest] = topic.split(".");
  switch (category) {
    case "spot": {
      const pair = splitSymbol(rest.at(-1) ?? "");
      if (pair === null || !told.lists(pair.base, pair.quote)) return null;
      if (kind === "tickers") return spotTicker(topic, pair.base, pair.quote, told);
      const levels = Number(rest[0]);
      return kind === "orderbook" && BOOK_LEVELS.includes(levels) ? spotBook(topic, pair, levels, told) : null;
    }
    case "inverse": {
      const symbol = rest[0] ?? "";
      const coin = told.coin(/^([A-Z]{3})USD/.exec(symbol)?.[1] ?? "");
      if (kind !== "tickers" || coin === null || !told.futures(coin).has(symbol)) return null;
      return futureTicker(topic, symbol, coin, told);
    }
    case "option": {
      const symbol = rest.join(".");
      const coin = told.coin(symbol.slice(0, symbol.indexOf("-")));
      if (kind !== "tickers" || coin === null || !told.options(coin).has(symbol)) return null;
      return optionTicker(topic, symbol, coin, told);
    }
    default:
      return null;
  }
}

/** A snapshot each time, with the last price and without a side. */
function spotTicker(topic: string, base: string, quote: string, told: ToldMarket): Channel {
  const symbol = `${base}${quote}`;
  return new RowChannel(
    {
      row: (at) => {
        const book = at.spot(base, quote);
        if (book === null) return null;
        const { last, day, spec } = book;
        const of = (value: number): string => number(value, tickDecimals(spec));
        return {
          symbol: quoted(symbol),
          lastPrice: of(last),
          highPrice24h: of(day.high),
          lowPrice24h: of(day.low),
          prevPrice24h: of(day.open),
          volume24h: number(day.volume, 6),
          turnover24h: number(day.volume * day.open, 8),
          price24hPcnt: number(day.changePercent / 100, 4),
          usdIndexPrice: number(last, 6),
        };
      },
      snapshot: (row, at) =>
        `{"topic":"${topic}","ts":${wholeMs(at.timeMs)},"type":"snapshot","cs":${sequence(symbol, at)},"data":${object(row)}}`,
    },
    told,
  );
}

function sequence(symbol: string, { step }: ToldMarket): string {
  return String(50_000_000_000 + (hashName(symbol) % 1_000_000_000) + step * 11);
}

function spotBook(
  topic: string,
  { base, quote }: { readonly base: string; readonly quote: string },
  levels: number,
  told: ToldMarket,
): Channel {
  const symbol = `${base}${quote}`;
  let update = 7_003_305;
  const push = (type: string, bids: SideChanges, asks: SideChanges, at: ToldMarket): string => {
    const side = (changes: SideChanges): string =>
      `[${changes.map(([price, size]) => `[${price},${size}]`).join(",")}]`;
    const data = `{"s":"${symbol}","b":${side(bids)},"a":${side(asks)},"u":${update},"seq":${sequence(symbol, at)}}`;
    return `{"topic":"${topic}","ts":${wholeMs(at.timeMs)},"type":"${type}","data":${data},"cts":${wholeMs(at.timeMs)}}`;
  };
  return new BookChannel(
    {
      base,
      quote,
      levels,
      sizeDecimals: 6,
      snapshot: (bids, asks, at) => push("snapshot", bids, asks, at),
      changes: (bids, asks, at) => {
        update += 1;
        return push("delta", bids, asks, at);
      },
    },
    told,
  );
}

/** A snapshot, and then only the fields that changed. */
function futureTicker(topic: string, symbol: string, coin: Coin, told: ToldMarket): Channel {
  const push = (type: string, fields: Fields, at: ToldMarket): string =>
    `{"topic":"${topic}","type":"${type}","data":${object({ symbol: quoted(symbol), ...fields })},"cs":${sequence(symbol, at)},"ts":${wholeMs(at.timeMs)}}`;
  return new RowChannel(
    {
      row: (at) => {
        const row = at.futures(coin).get(symbol);
        return row === undefined ? null : futureRow(row, at);
      },
      snapshot: (row, at) => push("snapshot", row, at),
      delta: (changed, _row, at) => push("delta", changed, at),
    },
    told,
  );
}

function futureRow(row: VenueFuture, told: ToldMarket): Fields {
  const dueMs = (Math.floor(told.honestTimeMs / EIGHT_HOURS_MS) + 1) * EIGHT_HOURS_MS;
  return {
    tickDirection: quoted(row.last === row.ask ? "PlusTick" : "MinusTick"),
    price24hPcnt: text(0.0123, 6),
    lastPrice: text(row.last, 2),
    prevPrice24h: text(row.last / 1.0123, 2),
    highPrice24h: text(row.high, 2),
    lowPrice24h: text(row.low, 2),
    prevPrice1h: text(row.last, 2),
    markPrice: text(row.mark, 2),
    indexPrice: text(row.index, 2),
    openInterest: quoted(String(Math.round(row.openInterestCoin * row.index))),
    openInterestValue: text(row.openInterestCoin, 2),
    turnover24h: text(row.volumeCoin, 4),
    volume24h: quoted(String(Math.round(row.volumeCoin * row.index))),
    nextFundingTime: row.expiryMs === null ? quoted(String(dueMs)) : '""',
    fundingRate: row.expiryMs === null ? number(row.currentFunding ?? 0, 8) : '""',
    bid1Price: text(row.bid, 2),
    bid1Size: quoted(String(row.sizes[0] * 500)),
    ask1Price: text(row.ask, 2),
    ask1Size: quoted(String(row.sizes[1] * 500)),
  };
}

/** A snapshot each time; premiums in USD, and names of their own for what REST calls otherwise. */
function optionTicker(topic: string, symbol: string, coin: Coin, told: ToldMarket): Channel {
  return new RowChannel(
    {
      row: (at) => {
        const row = at.options(coin).get(symbol);
        return row === undefined ? null : optionRow(symbol, row, coin, at);
      },
      snapshot: (row, at) => {
        const time = wholeMs(at.chainTimeMs);
        const id = `${topic}-${sequence(symbol, at)}-${time}`;
        return `{"topic":"${topic}","ts":${time},"type":"snapshot","id":"${id}","data":${object(row)}}`;
      },
      turn: hashName(symbol),
    },
    told,
  );
}

function optionRow(symbol: string, row: ToldOption, coin: Coin, told: ToldMarket): Fields {
  const figures = optionFigures(row, told.honestChainTimeMs);
  const dice = hashName(symbol);
  const forward = row.underlyingPrice;
  const money = (price: number | null, decimals: number): string => number((price ?? 0) * forward, decimals);
  const size = (price: number | null, of: number): string => number(price === null ? 0 : (1 + (dice % of)) / 100, 2);
  const last = money(row.lastCoin, 2);
  return {
    symbol: quoted(symbol),
    bidPrice: money(row.bidCoin, 2),
    bidSize: size(row.bidCoin, 3_000),
    bidIv: number(figures.bidVol ?? 0, 4),
    askPrice: money(row.askCoin, 2),
    askSize: size(row.askCoin, 2_500),
    askIv: number(figures.askVol ?? 0, 4),
    lastPrice: last,
    highPrice24h: money(row.highCoin, 2),
    lowPrice24h: money(row.lowCoin, 2),
    markPrice: money(row.markCoin, 8),
    indexPrice: number(told.index(coin) ?? forward, 2),
    markPriceIv: number(figures.markVol, 4),
    underlyingPrice: number(forward, 8),
    openInterest: number(row.openInterest, 2),
    turnover24h: number(row.volumeUsd, 4),
    volume24h: number(row.volume, 2),
    totalVolume: number(row.volume * 9, 0),
    totalTurnover: number(row.volumeUsd * 9, 0),
    delta: number(figures.delta, 8),
    gamma: number(figures.gamma, 8),
    vega: number(figures.vega, 8),
    theta: number(figures.theta, 8),
    predictedDeliveryPrice: quoted("0"),
    change24h: number((row.changePercent ?? 0) / 100, 8),
  };
}
