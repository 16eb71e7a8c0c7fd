/** Faults that keep the venue's shape and spoil its numbers. They work on any body of the venue, rendered or recorded. */
import { unreachable } from "../base/errors.ts";
import type { Venue } from "../market/venue.ts";
import type { VenueAnswer } from "./answer.ts";
import { type Book, booksOf, isList, type Level, priceRows, type Row } from "./price-places.ts";

export type Distortion = "x1000" | "zero" | "null" | "crossed" | "locked" | "empty";

type Sides = { readonly pairs: readonly (readonly [bid: string, ask: string])[]; readonly others: readonly string[] };

/** Where a venue's rows have their prices. A kind of row has some of these members; what it lacks is left alone. */
const SIDES: Readonly<Record<Venue, Sides>> = {
  coinbase: { pairs: [["bid", "ask"]], others: ["price"] },
  // Each is an array whose first element is the price.
  kraken: { pairs: [["b", "a"]], others: ["c"] },
  bitstamp: { pairs: [["bid", "ask"]], others: ["last"] },
  binance: {
    pairs: [["bidPrice", "askPrice"]],
    others: ["lastPrice", "markPrice", "indexPrice", "exercisePrice", "estimatedSettlePrice"],
  },
  deribit: {
    pairs: [
      ["bid_price", "ask_price"],
      ["best_bid_price", "best_ask_price"],
    ],
    others: [
      "mark_price",
      "mid_price",
      "last",
      "last_price",
      "underlying_price",
      "index_price",
      "estimated_delivery_price",
    ],
  },
  okx: { pairs: [["bidPx", "askPx"]], others: ["last", "markPx", "idxPx", "fwdPx"] },
  bybit: {
    pairs: [["bid1Price", "ask1Price"]],
    others: ["lastPrice", "markPrice", "indexPrice", "underlyingPrice", "usdIndexPrice"],
  },
  gemini: { pairs: [["bid", "ask"]], others: ["last", "close"] },
  bitfinex: { pairs: [["0", "2"]], others: ["6"] },
};
/** Rows without names have positions: a ticker of Bitfinex's, the same behind its symbol, a bar of Deribit's vol index. */
const SYMBOL_FIRST: Sides = { pairs: [["1", "3"]], others: ["7"] };
const BAR: Sides = { pairs: [], others: ["1", "2", "3", "4"] };

function sidesOf(venue: Venue, row: Row): Sides {
  if (!isList(row)) return SIDES[venue];
  if (venue === "deribit") return BAR;
  return typeof row[0] === "string" ? SYMBOL_FIRST : SIDES[venue];
}

function memberOf(row: Row, key: string): unknown {
  return isList(row) ? row[Number(key)] : row[key];
}

function setMember(row: Row, key: string, value: unknown): void {
  if (isList(row)) row[Number(key)] = value;
  else row[key] = value;
}

/** Strings keep their number of places, numbers stay numbers, no quote stays no quote. */
function scaled(value: unknown, factor: number): unknown {
  if (typeof value === "number") return value * factor;
  if (typeof value !== "string" || value === "") return value;
  return (Number(value) * factor).toFixed((value.split(".")[1] ?? "").length);
}

/** null, also for a member that is absent or "": no quote on that side. */
function priceOf(value: unknown): unknown {
  const price: unknown = (isList(value) ? value[0] : value) ?? null;
  return price === "" ? null : price;
}

function mapPrice(row: Row, key: string, change: (price: unknown) => unknown): void {
  const value = memberOf(row, key);
  if (value === undefined) return;
  if (!isList(value)) {
    setMember(row, key, change(value));
    return;
  }
  const [price, ...sizes] = value;
  setMember(row, key, [change(price), ...sizes]);
}

function spoil(row: Row, { pairs, others }: Sides, distortion: Distortion): void {
  switch (distortion) {
    case "x1000":
    case "zero":
    case "null":
      for (const key of [...pairs.flat(), ...others]) mapPrice(row, key, (price) => spoilt(price, distortion));
      return;
    case "crossed":
      for (const [bidKey, askKey] of pairs) {
        const [bid, ask] = [priceOf(memberOf(row, bidKey)), priceOf(memberOf(row, askKey))];
        if (bid === null || ask === null) continue;
        mapPrice(row, bidKey, () => scaled(ask, 1.01));
        mapPrice(row, askKey, () => scaled(bid, 0.99));
      }
      return;
    case "locked":
      for (const [bidKey, askKey] of pairs) {
        const ask = priceOf(memberOf(row, askKey));
        if (ask !== null) mapPrice(row, bidKey, (bid) => (priceOf(bid) === null ? bid : ask));
      }
      return;
    case "empty":
      for (const key of pairs.flat()) mapPrice(row, key, (price) => (typeof price === "string" ? "" : null));
      return;
    default:
      unreachable(distortion);
  }
}

function spoilt(price: unknown, distortion: "x1000" | "zero" | "null"): unknown {
  return distortion === "null" ? null : scaled(price, distortion === "zero" ? 0 : 1000);
}

function levelPrice(level: Level): unknown {
  return memberOf(level, isList(level) ? "0" : "price");
}

function mapLevel(level: Level, change: (price: unknown) => unknown): void {
  setMember(level, isList(level) ? "0" : "price", change(levelPrice(level)));
}

function spoilBook({ bids, asks }: Book, distortion: Distortion): void {
  const all = [...bids, ...asks];
  switch (distortion) {
    case "x1000":
    case "zero":
    case "null":
      for (const level of all) mapLevel(level, (price) => spoilt(price, distortion));
      return;
    case "crossed":
      for (const level of bids) mapLevel(level, (price) => scaled(price, 1.01));
      for (const level of asks) mapLevel(level, (price) => scaled(price, 0.99));
      return;
    case "locked": {
      const [bid, ask] = [bids[0], asks[0]];
      if (bid !== undefined && ask !== undefined) mapLevel(bid, () => levelPrice(ask));
      return;
    }
    case "empty":
      bids.length = 0;
      asks.length = 0;
      return;
    default:
      unreachable(distortion);
  }
}

/** An answer that is no success, or not the venue's JSON, is passed on as it is. */
export function distort(venue: Venue, answer: VenueAnswer, distortion: Distortion): VenueAnswer {
  if (answer.status !== 200) return answer;
  let body: unknown;
  try {
    body = JSON.parse(answer.body);
  } catch {
    return answer;
  }
  const books = booksOf(venue, body);
  for (const book of books) spoilBook(book, distortion);
  for (const row of priceRows(venue, body)) spoil(row, sidesOf(venue, row), distortion);
  // Bitfinex has both sides in one list, and an emptied one is no row's business.
  if (distortion === "empty" && venue === "bitfinex" && books.length > 0) return { ...answer, body: "[]" };
  return { ...answer, body: JSON.stringify(body) };
}
