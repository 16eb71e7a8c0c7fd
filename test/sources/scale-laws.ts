/**
 * A quote's numbers stand in what the venue sent, in the member they are read from, times the documented factor of its unit
 * and no other. A second reading of every answer, by table instead of by parser.
 */
import { expect } from "vitest";
import type { OptionVenue, SpotVenue, Venue } from "../../src/market/venue.ts";
import type { MarketQuote } from "../../src/sources/adapters.ts";
import { DEPTH_FRACTION } from "../../src/sources/depth.ts";
import { nameOf } from "./trimmed.ts";

/** "result.*.b.0": members and positions; the star is the first of what is there. */
type Where = string;

const SPOT: Readonly<Record<SpotVenue, readonly [bid: Where, ask: Where]>> = {
  coinbase: ["bid", "ask"],
  kraken: ["result.*.b.0", "result.*.a.0"],
  bitstamp: ["bid", "ask"],
  binance: ["bidPrice", "askPrice"],
  okx: ["data.0.bidPx", "data.0.askPx"],
  bybit: ["result.list.0.bid1Price", "result.list.0.ask1Price"],
  gemini: ["bid", "ask"],
  bitfinex: ["0", "2"],
};

const INDEX: Readonly<Record<OptionVenue, Where>> = {
  deribit: "result.index_price",
  okx: "data.0.idxPx",
  bybit: "result.list.0.indexPrice",
  binance: "indexPrice",
};

/** Where the levels are, and price and size in each. Bitfinex has one list, and tells asks by a size below zero. */
type Levels = { readonly bids: Where; readonly asks: Where; readonly price: string; readonly size: string };
const PAIRS = { price: "0", size: "1" };
const DEPTH: Readonly<Record<SpotVenue, Levels>> = {
  coinbase: { bids: "bids", asks: "asks", ...PAIRS },
  kraken: { bids: "result.*.bids", asks: "result.*.asks", ...PAIRS },
  bitstamp: { bids: "bids", asks: "asks", ...PAIRS },
  binance: { bids: "bids", asks: "asks", ...PAIRS },
  okx: { bids: "data.0.bids", asks: "data.0.asks", ...PAIRS },
  bybit: { bids: "result.b", asks: "result.a", ...PAIRS },
  gemini: { bids: "bids", asks: "asks", price: "price", size: "amount" },
  bitfinex: { bids: "", asks: "", price: "0", size: "2" },
};

type Row = { readonly bid: string; readonly ask: string; readonly mark: string | null };
const FUTURE: Readonly<Record<OptionVenue, Row>> = {
  deribit: { bid: "bid_price", ask: "ask_price", mark: "mark_price" },
  okx: { bid: "bidPx", ask: "askPx", mark: "markPx" },
  bybit: { bid: "bid1Price", ask: "ask1Price", mark: "markPrice" },
  binance: { bid: "bidPrice", ask: "askPrice", mark: "markPrice" },
};
/** Premiums stand in coin, or in dollars and are divided by the row's forward. Binance's forward is the index beside. */
type OptionRow = Row & {
  readonly vol: string;
  readonly percent: boolean;
  readonly forward: string;
  readonly inCoin: boolean;
};
const OPTION: Readonly<Record<OptionVenue, OptionRow>> = {
  deribit: { ...FUTURE.deribit, vol: "mark_iv", percent: true, forward: "underlying_price", inCoin: true },
  okx: { ...FUTURE.okx, mark: null, vol: "markVol", percent: false, forward: "fwdPx", inCoin: true },
  bybit: { ...FUTURE.bybit, vol: "markIv", percent: false, forward: "underlyingPrice", inCoin: false },
  binance: { ...FUTURE.binance, vol: "markIV", percent: false, forward: "indexPrice", inCoin: false },
};

/** Ten times the widest cap of a venue, for a period of an hour. */
const FUNDING_MAX = 0.4;
const TIME_UNITS = [1, 1000, 1e-3];

/** @param bodies what was read, all of them JSON */
export function expectSameScale({ kind, value }: MarketQuote, bodies: readonly string[]): void {
  const parsed: readonly unknown[] = bodies.map((body) => JSON.parse(body));
  const numbers = new Numbers(bodies);
  expectTime(value, numbers);
  const [first] = parsed;
  switch (kind) {
    case "spot": {
      const [bid, ask] = SPOT[spotVenue(value.venue)];
      expect([value.bid, value.ask]).toEqual([numberAt(first, bid), numberAt(first, ask)]);
      return;
    }
    case "depth":
      return expectDepth(value, first, DEPTH[spotVenue(value.venue)]);
    case "index":
      expect(value.price).toBe(numberAt(first, INDEX[optionVenue(value.venue)]));
      return;
    case "vol-index":
      expect(numbers.has(value.vol, 1 / 100), `vol ${value.vol}`).toBe(true);
      return;
    case "candles":
      for (const { open, high, low, close } of value.closes)
        for (const price of [open, high, low, close]) expect(numbers.has(price), `${price}`).toBe(true);
      return;
    case "futures": {
      const members = FUTURE[optionVenue(value.venue)];
      for (const row of value.futures) {
        const told = rowsNamed(parsed, row.instrument);
        for (const side of ["bid", "ask", "mark"] as const) expectTold(row[side], told, members[side], 1);
        expectFunding(row);
      }
      return;
    }
    case "options": {
      const { forward, vol, percent, inCoin, ...members } = OPTION[optionVenue(value.venue)];
      for (const row of value.options) {
        const told = rowsNamed(parsed, row.instrument);
        expectTold(row.forward, value.venue === "binance" ? [first] : told, forward, 1);
        expectTold(row.markVol, told, vol, percent ? 100 : 1);
        const premiums = { bid: row.bidCoin, ask: row.askCoin, mark: row.markCoin };
        for (const side of ["bid", "ask", "mark"] as const)
          expectTold(premiums[side], told, members[side], inCoin ? 1 : row.forward);
        expectBounded(row);
      }
    }
  }
}

type OptionSides = {
  readonly right: "call" | "put";
  readonly strike: number;
  readonly forward: number;
  readonly bidCoin: number | null;
};

/** Nobody bids more than an option can be worth: such a premium is in another unit. */
export function expectBounded(row: OptionSides): void {
  const bound = row.right === "call" ? 1 : row.strike / row.forward;
  expect(row.bidCoin === null || row.bidCoin <= bound * 1.001 + 1e-4, JSON.stringify(row)).toBe(true);
}

export function expectFunding(row: {
  readonly funding8h: number | null;
  readonly currentFunding: number | null;
}): void {
  for (const rate of [row.funding8h, row.currentFunding])
    expect(rate === null || Math.abs(rate) <= FUNDING_MAX, `funding ${rate}`).toBe(true);
}

/** Every number in the texts, of numbers and of texts that are numbers or times. */
export class Numbers {
  readonly #known: ReadonlySet<number>;
  readonly #own = new Set<number>();

  constructor(texts: readonly string[] = [], known: ReadonlySet<number> = new Set()) {
    this.#known = known;
    for (const text of texts) this.add(text);
  }

  get all(): ReadonlySet<number> {
    return new Set([...this.#known, ...this.#own]);
  }

  /** Of what is no JSON nothing. */
  add(text: string): void {
    try {
      this.#collect(JSON.parse(text));
    } catch {
      return;
    }
  }

  /** Whether some number here times the factor is that value, to the last bits of a double. */
  has(value: number, factor = 1): boolean {
    if (factor === 1 && (this.#known.has(value) || this.#own.has(value))) return true;
    return this.some((number) => Math.abs(number * factor - value) <= 4e-16 * Math.abs(value));
  }

  some(matches: (number: number) => boolean): boolean {
    for (const set of [this.#known, this.#own]) for (const number of set) if (matches(number)) return true;
    return false;
  }

  #collect(value: unknown): void {
    if (typeof value === "number") this.#own.add(value);
    else if (typeof value === "string") {
      const number = value === "" ? Number.NaN : Number(value);
      const timeMs = Number.isNaN(number) && value.includes(":") ? Date.parse(value) : number;
      if (!Number.isNaN(timeMs)) this.#own.add(timeMs);
    } else if (typeof value === "object" && value !== null)
      for (const item of Object.values(value)) this.#collect(item);
  }
}

type Timed = Pick<MarketQuote["value"], "timeMs" | "timeSource" | "receivedAtMs"> & { readonly intervalMs?: number };

/** A venue's time stands in the body in some unit, or is when a bar that stands there ended; else it is the receipt. */
export function expectTime({ timeMs, timeSource, receivedAtMs, intervalMs }: Timed, numbers: Numbers): void {
  if (timeSource === "receipt") return expect(timeMs).toBe(receivedAtMs);
  const lengths = [0, intervalMs ?? 60_000];
  const stands = lengths.some((lengthMs) =>
    numbers.some((number) => TIME_UNITS.some((unit) => Math.abs(number * unit + lengthMs - timeMs) < 1)),
  );
  expect(stands, `time ${timeMs}`).toBe(true);
}

function expectTold(value: number | null, rows: readonly unknown[], member: string | null, divisor: number): void {
  if (value === null) return;
  const told = member === null ? [] : rows.map((row) => numberAt(row, member));
  expect(
    told.some((number) => number / divisor === value),
    `${member} ${value} of ${told.join(" ")}`,
  ).toBe(true);
}

function expectDepth(
  { bid, ask, down, up }: Extract<MarketQuote, { kind: "depth" }>["value"],
  body: unknown,
  { bids, asks, price, size }: Levels,
): void {
  const levels = (where: Where, sign: number): (readonly [number, number])[] => {
    const rows = at(body, where);
    const all = (Array.isArray(rows) ? rows : []).map((row) => [numberAt(row, price), numberAt(row, size)] as const);
    if (bids !== asks) return all;
    return all.filter(([, amount]) => amount * sign > 0).map(([level, amount]) => [level, amount * sign]);
  };
  const [buys, sells] = [levels(bids, 1), levels(asks, -1)];
  expect([bid, ask]).toEqual([Math.max(...buys.map(([level]) => level)), Math.min(...sells.map(([level]) => level))]);
  const middle = (bid + ask) / 2;
  const sum = (rows: readonly (readonly [number, number])[]): number =>
    rows
      .filter(([level]) => Math.abs(level / middle - 1) <= DEPTH_FRACTION * (1 + 1e-9))
      .reduce((total, [level, amount]) => total + level * amount, 0);
  for (const [side, rows] of [
    [down, buys],
    [up, sells],
  ] as const)
    expect(Math.abs(side.notional / sum(rows) - 1), `${side.notional} of ${sum(rows)}`).toBeLessThan(1e-9);
}

function rowsNamed(values: readonly unknown[], name: string): readonly unknown[] {
  return values.flatMap((value): readonly unknown[] => {
    if (typeof value !== "object" || value === null) return [];
    return [...(nameOf(value) === name ? [value] : []), ...rowsNamed(Object.values(value), name)];
  });
}

function at(value: unknown, where: Where): unknown {
  return where === ""
    ? value
    : where.split(".").reduce<unknown>((found, key) => {
        if (typeof found !== "object" || found === null) return undefined;
        return key === "*" ? Object.values(found)[0] : Reflect.get(found, key);
      }, value);
}

/** NaN where no number stands. */
function numberAt(value: unknown, where: Where): number {
  const found = at(value, where);
  return typeof found === "number" || (typeof found === "string" && found !== "") ? Number(found) : Number.NaN;
}

function spotVenue(venue: Venue): SpotVenue {
  if (venue === "deribit") throw new Error("no spot here");
  return venue;
}

function optionVenue(venue: Venue): OptionVenue {
  if (venue === "deribit" || venue === "okx" || venue === "bybit" || venue === "binance") return venue;
  throw new Error(`${venue} lists no options`);
}
