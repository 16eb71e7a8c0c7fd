/** Binance's streams: best bid and ask, and of options and the perpetual their marks, in the generation of December 2025. */
import type { Coin } from "../../sim/market/model.ts";
import { COINS } from "../../sim/market/model.ts";
import { hashName } from "../../sim/random.ts";
import { splitSymbol } from "../symbols.ts";
import { changedFields, type Fields, object, quoted, text } from "./fields.ts";
import { type Channel, NO_FRAMES } from "./line.ts";
import { optionFigures } from "./option-figures.ts";
import { RowChannel } from "./row-channel.ts";
import type { ToldOption } from "./spoil.ts";
import { wholeMs } from "./times.ts";
import type { ToldMarket } from "./told-market.ts";

/** Marks and indices come once a second. */
const MARK_MS = 1_000;
const EIGHT_HOURS_MS = 8 * 3_600_000;

export function binanceChannel(name: string, told: ToldMarket): Channel | null {
  const [market, stream = ""] = name.split(" ");
  if (stream === "!index@arr") return market === "spot" ? null : indexChannel(told);
  const [subject = "", kind = "", ...rest] = stream.split("@");
  const pair = splitSymbol(subject.toUpperCase());
  if (market === "spot") {
    const isListed = pair !== null && told.lists(pair.base, pair.quote);
    return kind === "bookTicker" && isListed ? spotBook(pair.base, pair.quote, told) : null;
  }
  const coin = pair?.quote === "USDT" ? told.coin(pair.base) : null;
  if (coin !== null) {
    if (kind === "optionMarkPrice") return new OptionMarks(coin, told);
    if (kind === "markPrice" && (rest[0] ?? "1s") === "1s") return perpetualMark(coin, told);
    if (kind === "bookTicker") return perpetualBook(coin, told);
    return null;
  }
  const option = subject.toUpperCase();
  if (kind === "bookTicker" && optionOf(option, told) !== null) return optionBook(option, told);
  return null;
}

function spotBook(base: string, quote: string, told: ToldMarket): Channel {
  const symbol = `${base}${quote}`;
  return new RowChannel(
    {
      row: (at) => {
        const book = at.spot(base, quote);
        if (book === null) return null;
        return sides(book.bid, book.ask, [book.day.sizes[1], book.day.sizes[2]], 8);
      },
      // No word of when, and of its kind.
      snapshot: (row, at) => object({ u: updateId(symbol, at), s: quoted(symbol), ...row }),
    },
    told,
  );
}

/** An empty side is zero. */
function sides(bid: number | null, ask: number | null, sizes: readonly [number, number], decimals: number): Fields {
  return {
    b: text(bid ?? 0, decimals),
    B: text(bid === null ? 0 : sizes[0], decimals),
    a: text(ask ?? 0, decimals),
    A: text(ask === null ? 0 : sizes[1], decimals),
  };
}

function updateId(symbol: string, { step }: ToldMarket): string {
  return String(20_000_000_000 + (hashName(symbol) % 1_000_000_000) + step * 7);
}

function indexChannel(told: ToldMarket): Channel {
  return new RowChannel(
    {
      row: (at) => {
        const rows: Record<string, string> = {};
        for (const coin of COINS) {
          const price = at.index(coin);
          if (price !== null) rows[coin] = text(price, 8);
        }
        return rows;
      },
      snapshot: (row, { timeMs }) =>
        `[${Object.entries(row)
          .map(([coin, p]) => object({ e: quoted("indexPrice"), E: wholeMs(timeMs), s: quoted(`${coin}USDT`), p }))
          .join(",")}]`,
      everyMs: MARK_MS,
      atMostEveryMs: MARK_MS,
    },
    told,
  );
}

function perpetualMark(coin: Coin, told: ToldMarket): Channel {
  const symbol = `${coin}USDT`;
  return new RowChannel(
    {
      row: (at) => {
        const row = at.perpetual(coin);
        const index = at.index(coin);
        if (row === null || index === null) return null;
        return {
          p: text(row.mark, 8),
          i: text(index, 8),
          P: text(row.mark, 8),
          r: text(row.currentFunding ?? 0, 8),
          T: String((Math.floor(at.honestTimeMs / EIGHT_HOURS_MS) + 1) * EIGHT_HOURS_MS),
        };
      },
      snapshot: (row, { timeMs }) =>
        object({ e: quoted("markPriceUpdate"), E: wholeMs(timeMs), s: quoted(symbol), ...row }),
      everyMs: MARK_MS,
      atMostEveryMs: MARK_MS,
    },
    told,
  );
}

function perpetualBook(coin: Coin, told: ToldMarket): Channel {
  const symbol = `${coin}USDT`;
  return new RowChannel(
    {
      row: (at) => {
        const row = at.perpetual(coin);
        if (row === null) return null;
        const [bidSize, askSize] = row.sizes;
        return { b: text(row.bid, 2), B: text(bidSize / 50, 3), a: text(row.ask, 2), A: text(askSize / 50, 3) };
      },
      snapshot: (row, at) => stampedBook(symbol, row, at, wholeMs(at.timeMs)),
    },
    told,
  );
}

function stampedBook(symbol: string, row: Fields, told: ToldMarket, time: string): string {
  return object({ e: quoted("bookTicker"), u: updateId(symbol, told), s: quoted(symbol), ...row, T: time, E: time });
}

function optionOf(symbol: string, told: ToldMarket): ToldOption | null {
  const coin = told.coin(symbol.slice(0, symbol.indexOf("-")));
  return coin === null ? null : (told.options(coin).get(symbol) ?? null);
}

function optionBook(symbol: string, told: ToldMarket): Channel {
  return new RowChannel(
    {
      row: (at) => {
        const row = optionOf(symbol, at);
        if (row === null) return null;
        const money = (price: number | null): number | null => (price === null ? null : price * row.underlyingPrice);
        return sides(money(row.bidCoin), money(row.askCoin), sizesOf(symbol), 4);
      },
      snapshot: (row, at) => stampedBook(symbol, row, at, wholeMs(at.chainTimeMs)),
      turn: hashName(symbol),
    },
    told,
  );
}

function sizesOf(symbol: string): [number, number] {
  const dice = hashName(symbol);
  return [(1 + (dice % 4_000)) / 100, (1 + (dice % 3_000)) / 100];
}

/** One array for the options of a coin: all of them at first, and then those whose turn it was and that changed. */
class OptionMarks implements Channel {
  readonly #coin: Coin;
  readonly #rows = new Map<string, Fields>();
  #waiting = new Map<string, Fields>();
  #pushedMs: number;
  #told: ToldMarket;

  constructor(coin: Coin, told: ToldMarket) {
    this.#coin = coin;
    this.#told = told;
    this.#pushedMs = told.timeMs;
    for (const [symbol, row] of told.options(coin))
      this.#rows.set(symbol, markRow(symbol, row, told.index(coin) ?? 0, told));
  }

  picture(): readonly string[] {
    return this.#rows.size === 0 ? NO_FRAMES : [this.#array(this.#rows.values())];
  }

  advance(told: ToldMarket): readonly string[] {
    for (const [symbol, row] of told.options(this.#coin)) {
      if (!told.isTurn(hashName(symbol))) continue;
      const fields = markRow(symbol, row, told.index(this.#coin) ?? 0, told);
      if (changedFields(this.#rows.get(symbol) ?? {}, fields) === null) continue;
      this.#rows.set(symbol, fields);
      this.#waiting.set(symbol, fields);
    }
    this.#told = told;
    if (this.#waiting.size === 0 || (told.timeMs - this.#pushedMs < MARK_MS && !told.isAnew)) return NO_FRAMES;
    const pushed = this.#array(this.#waiting.values());
    this.#waiting = new Map();
    this.#pushedMs = told.timeMs;
    return [pushed];
  }

  #array(rows: Iterable<Fields>): string {
    const time = wholeMs(this.#told.chainTimeMs);
    return `[${[...rows].map(({ s, mp, ...others }) => object({ s: s!, mp: mp!, E: time, e: '"markPrice"', ...others })).join(",")}]`;
  }
}

function markRow(symbol: string, row: ToldOption, index: number, told: ToldMarket): Fields {
  const figures = optionFigures(row, told.honestChainTimeMs);
  const [bidSize, askSize] = sizesOf(symbol);
  const money = (price: number | null): string => text((price ?? 0) * row.underlyingPrice, 4);
  // A side without a quote has the vol −1.
  const vol = (value: number | null): string => (value === null ? quoted("-1.0") : text(value, 8));
  return {
    s: quoted(symbol),
    mp: money(row.markCoin),
    i: text(index, 8),
    P: quoted("0.0000"),
    bo: money(row.bidCoin),
    ao: money(row.askCoin),
    bq: text(row.bidCoin === null ? 0 : bidSize, 2),
    aq: text(row.askCoin === null ? 0 : askSize, 2),
    b: vol(figures.bidVol),
    a: vol(figures.askVol),
    hl: text(row.markCoin * row.underlyingPrice * 2 + 5, 4),
    ll: text((row.markCoin * row.underlyingPrice) / 5, 4),
    vo: text(figures.markVol, 8),
    rf: quoted("0.0"),
    d: text(figures.delta, 8),
    t: text(figures.theta, 8),
    g: text(figures.gamma, 8),
    v: text(figures.vega, 8),
  };
}
