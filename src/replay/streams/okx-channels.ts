/** OKX's channels: tickers of everything, its index, marks, funding, and summaries of option families in parts. */
import type { Coin } from "../../sim/market/model.ts";
import type { VenueFuture } from "../../sim/market/venue-futures.ts";
import { tickDecimals } from "../../sim/market/venues.ts";
import { hashName } from "../../sim/random.ts";
import { dashedPair } from "../symbols.ts";
import { trimmed } from "../venues/decimals.ts";
import { changedFields, type Fields, object, quoted } from "./fields.ts";
import { type Channel, NO_FRAMES } from "./line.ts";
import type { Message } from "./message.ts";
import { optionFigures } from "./option-figures.ts";
import { RowChannel } from "./row-channel.ts";
import type { ToldOption } from "./spoil.ts";
import { wholeMs } from "./times.ts";
import type { ToldMarket } from "./told-market.ts";

const FUNDING_MS = 60_000;
const EIGHT_HOURS_MS = 8 * 3_600_000;
/** Rows of a family in one push. */
const PART_ROWS = 64;
const CHANNELS = ["tickers", "index-tickers", "mark-price", "funding-rate", "opt-summary"] as const;

/** `tickers BTC-USDT`; null for what is no argument of a channel here. */
export function channelName({ channel, instId, instFamily, uly }: Message): string | null {
  const kind = CHANNELS.find((known) => known === channel);
  const subject = kind === "opt-summary" ? (instFamily ?? uly) : instId;
  return kind === undefined || typeof subject !== "string" || !/^[A-Z0-9.-]{1,64}$/.test(subject)
    ? null
    : `${kind} ${subject}`;
}

export function argumentOf(name: string): Message {
  const [channel = "", subject = ""] = name.split(" ");
  return channel === "opt-summary" ? { channel, instFamily: subject } : { channel, instId: subject };
}

/** A number without zeros at the end; null where the venue lost it. */
function number(value: number, decimals: number): string {
  return Number.isNaN(value) ? "null" : quoted(trimmed(value, decimals));
}

/** A side without a quote is "". */
function side(value: number | null, decimals: number): string {
  return value === null ? '""' : number(value, decimals);
}

export function okxChannel(name: string, told: ToldMarket): Channel | null {
  const [kind = "", subject = ""] = name.split(" ");
  const push = (rows: string): string => `{"arg":${JSON.stringify(argumentOf(name))},"data":[${rows}]}`;
  const [base = "", quote = ""] = subject.split("-");
  const coin = quote === "USD" ? told.coin(base) : null;
  switch (kind) {
    case "tickers": {
      if (tickerRow(subject, coin, told) === null) return null;
      const option = isOption(subject);
      return new RowChannel(
        {
          row: (at) => tickerRow(subject, at.coin(base), at),
          snapshot: (row, at) => push(object({ ...row, ts: quoted(wholeMs(option ? at.chainTimeMs : at.timeMs)) })),
          ...(option ? { turn: hashName(subject) } : {}),
        },
        told,
      );
    }
    case "index-tickers":
      return coin === null || subject !== `${coin}-USD` ? null : indexChannel(subject, coin, push, told);
    case "mark-price":
      return coin === null || futureOf(subject, coin, told) === null ? null : markChannel(subject, coin, push, told);
    case "funding-rate":
      return coin === null || subject !== `${coin}-USD-SWAP` ? null : fundingChannel(subject, coin, push, told);
    case "opt-summary":
      return coin === null || subject !== `${coin}-USD` ? null : new FamilySummary(coin, push, told);
    default:
      return null;
  }
}

function isOption(instId: string): boolean {
  return instId.endsWith("-C") || instId.endsWith("-P");
}

function futureOf(instId: string, coin: Coin, told: ToldMarket): VenueFuture | null {
  return told.futures(coin).get(instId) ?? null;
}

function tickerRow(instId: string, coin: Coin | null, told: ToldMarket): Fields | null {
  const pair = dashedPair(instId);
  if (pair !== null && told.lists(pair.base, pair.quote)) return spotTicker(instId, pair.base, pair.quote, told);
  if (coin === null) return null;
  const option = told.options(coin).get(instId);
  if (option !== undefined) return optionTicker(instId, option);
  const future = futureOf(instId, coin, told);
  return future === null ? null : futureTicker(instId, future);
}

function spotTicker(instId: string, base: string, quote: string, told: ToldMarket): Fields | null {
  const book = told.spot(base, quote);
  if (book === null) return null;
  const { bid, ask, last, day, spec } = book;
  const decimals = tickDecimals(spec);
  const of = (value: number): string => number(value, decimals);
  return {
    instType: quoted("SPOT"),
    instId: quoted(instId),
    last: of(last),
    lastSz: number(day.sizes[0], 8),
    askPx: side(ask, decimals),
    askSz: side(ask === null ? null : day.sizes[2], 8),
    bidPx: side(bid, decimals),
    bidSz: side(bid === null ? null : day.sizes[1], 8),
    open24h: of(day.open),
    high24h: of(day.high),
    low24h: of(day.low),
    sodUtc0: of(day.open),
    sodUtc8: of(day.open),
    volCcy24h: number(day.volume * day.open, 8),
    vol24h: number(day.volume, 8),
  };
}

function optionTicker(instId: string, row: ToldOption): Fields {
  const dice = hashName(instId);
  const last = side(row.lastCoin, 4);
  return {
    instType: quoted("OPTION"),
    instId: quoted(instId),
    last,
    lastSz: side(row.lastCoin === null ? null : 1 + (dice % 40), 0),
    askPx: side(row.askCoin, 4),
    askSz: side(row.askCoin === null ? null : 1 + (dice % 300), 0),
    bidPx: side(row.bidCoin, 4),
    bidSz: side(row.bidCoin === null ? null : 1 + (dice % 250), 0),
    open24h: last,
    high24h: side(row.highCoin, 4),
    low24h: side(row.lowCoin, 4),
    sodUtc0: last,
    sodUtc8: last,
    volCcy24h: number(row.volume / 100, 4),
    vol24h: number(row.volume, 0),
  };
}

function futureTicker(instId: string, row: VenueFuture): Fields {
  const hasSide = (price: number): number | null => (price === 0 ? null : price);
  return {
    instType: quoted(row.expiryMs === null ? "SWAP" : "FUTURES"),
    instId: quoted(instId),
    last: number(row.last, 1),
    lastSz: quoted("2"),
    askPx: side(hasSide(row.ask), 1),
    askSz: quoted(String(row.sizes[1])),
    bidPx: side(hasSide(row.bid), 1),
    bidSz: quoted(String(row.sizes[0])),
    open24h: number(row.last, 1),
    high24h: number(row.high, 1),
    low24h: number(row.low, 1),
    sodUtc0: number(row.last, 1),
    sodUtc8: number(row.last, 1),
    volCcy24h: number(row.volumeCoin, 4),
    vol24h: number((row.volumeCoin * row.last) / 100, 0),
  };
}

type Push = (rows: string) => string;

function indexChannel(instId: string, coin: Coin, push: Push, told: ToldMarket): Channel {
  return new RowChannel(
    {
      row: (at) => {
        const price = at.index(coin);
        return price === null ? null : { idxPx: number(price, 2) };
      },
      snapshot: (row, { timeMs }) => {
        const { idxPx } = row;
        const day = { high24h: idxPx!, low24h: idxPx!, open24h: idxPx!, sodUtc0: idxPx!, sodUtc8: idxPx! };
        return push(object({ instId: quoted(instId), ...row, ...day, ts: quoted(wholeMs(timeMs)) }));
      },
    },
    told,
  );
}

function markChannel(instId: string, coin: Coin, push: Push, told: ToldMarket): Channel {
  return new RowChannel(
    {
      row: (at) => {
        const row = futureOf(instId, coin, at);
        if (row === null) return null;
        const instType = quoted(row.expiryMs === null ? "SWAP" : "FUTURES");
        return { instType, instId: quoted(instId), markPx: number(row.mark, 2) };
      },
      snapshot: (row, { timeMs }) => push(object({ ...row, ts: quoted(wholeMs(timeMs)) })),
    },
    told,
  );
}

function fundingChannel(instId: string, coin: Coin, push: Push, told: ToldMarket): Channel {
  return new RowChannel(
    {
      row: (at) => {
        const row = at.perpetual(coin);
        if (row === null) return null;
        const dueMs = (Math.floor(at.honestTimeMs / EIGHT_HOURS_MS) + 1) * EIGHT_HOURS_MS;
        return {
          instType: quoted("SWAP"),
          instId: quoted(instId),
          method: quoted("current_period"),
          fundingRate: number(row.currentFunding ?? 0, 16),
          fundingTime: quoted(String(dueMs)),
          nextFundingRate: '""',
          nextFundingTime: quoted(String(dueMs + EIGHT_HOURS_MS)),
          settState: quoted("settled"),
          settFundingRate: number(row.funding8h ?? 0, 16),
          minFundingRate: quoted("-0.00375"),
          maxFundingRate: quoted("0.00375"),
        };
      },
      snapshot: (row, { timeMs }) => push(object({ ...row, ts: quoted(wholeMs(timeMs)) })),
      everyMs: FUNDING_MS,
      atMostEveryMs: FUNDING_MS,
    },
    told,
  );
}

/** The whole family in parts at first; then at each step a part, of those whose turn it was and that changed. */
class FamilySummary implements Channel {
  readonly #coin: Coin;
  readonly #push: Push;
  readonly #rows = new Map<string, Fields>();
  #timeMs: number;

  constructor(coin: Coin, push: Push, told: ToldMarket) {
    this.#coin = coin;
    this.#push = push;
    this.#timeMs = told.chainTimeMs;
    const atTheMoney = atTheMoneyVols(told.options(coin));
    for (const [instId, row] of told.options(coin)) this.#rows.set(instId, summaryRow(instId, row, atTheMoney, told));
  }

  picture(): readonly string[] {
    return this.#parts([...this.#rows.values()]);
  }

  advance(told: ToldMarket): readonly string[] {
    const changed: Fields[] = [];
    const atTheMoney = atTheMoneyVols(told.options(this.#coin));
    for (const [instId, row] of told.options(this.#coin)) {
      if (!told.isTurn(hashName(instId))) continue;
      const fields = summaryRow(instId, row, atTheMoney, told);
      if (changedFields(this.#rows.get(instId) ?? {}, fields) === null) continue;
      this.#rows.set(instId, fields);
      changed.push(fields);
    }
    this.#timeMs = told.chainTimeMs;
    return this.#parts(changed);
  }

  #parts(rows: readonly Fields[]): readonly string[] {
    if (rows.length === 0) return NO_FRAMES;
    const ts = quoted(wholeMs(this.#timeMs));
    const parts: string[] = [];
    for (let at = 0; at < rows.length; at += PART_ROWS)
      parts.push(
        this.#push(
          rows
            .slice(at, at + PART_ROWS)
            .map((row) => object({ ...row, ts }))
            .join(","),
        ),
      );
    return parts;
  }
}

function summaryRow(
  instId: string,
  row: ToldOption,
  atTheMoney: ReadonlyMap<number, number>,
  told: ToldMarket,
): Fields {
  const figures = optionFigures(row, told.honestChainTimeMs);
  const forward = row.underlyingPrice;
  // No bid is a vol of zero, no offer is the cap.
  const vol = (value: number | null, none: string): string => (value === null ? quoted(none) : number(value, 10));
  return {
    instType: quoted("OPTION"),
    instId: quoted(instId),
    uly: quoted(instId.split("-", 2).join("-")),
    delta: number(figures.delta - row.markCoin, 10),
    gamma: number(figures.gamma * forward, 10),
    vega: number(figures.vega / forward, 10),
    theta: number(figures.theta / forward, 10),
    lever: number(row.markCoin > 0 ? Math.min(10_000, Math.abs(figures.delta) / row.markCoin) : 10_000, 10),
    markVol: number(figures.markVol, 10),
    bidVol: vol(figures.bidVol, "0"),
    askVol: vol(figures.askVol, "5"),
    realVol: '""',
    deltaBS: number(figures.delta, 10),
    gammaBS: number(figures.gamma, 10),
    thetaBS: number(figures.theta, 10),
    vegaBS: number(figures.vega, 10),
    fwdPx: number(forward, 10),
    volLv: number(atTheMoney.get(row.expiryMs) ?? figures.markVol, 10),
  };
}

/** By expiry: the vol of the strike nearest to the forward, which stands beside every row. */
function atTheMoneyVols(options: ReadonlyMap<string, ToldOption>): ReadonlyMap<number, number> {
  const nearest = new Map<number, { readonly distance: number; readonly vol: number }>();
  for (const { honest } of options.values()) {
    const distance = Math.abs(Math.log(honest.strike / honest.underlyingPrice));
    if (distance >= (nearest.get(honest.expiryMs)?.distance ?? Number.POSITIVE_INFINITY)) continue;
    nearest.set(honest.expiryMs, { distance, vol: honest.markVolPercent / 100 });
  }
  return new Map([...nearest].map(([expiryMs, { vol }]) => [expiryMs, vol]));
}
