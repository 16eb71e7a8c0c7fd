/** Faults that keep the venue's shape and spoil its numbers. They work on any body of the venue, rendered or recorded. */
import { unreachable } from "../base/errors.ts";
import type { Venue } from "../market/venue.ts";
import type { VenueAnswer } from "./answer.ts";

export type Distortion = "x1000" | "zero" | "null" | "crossed" | "locked" | "empty";

type Members = Record<string, unknown>;
type Sides = { readonly bid: string; readonly ask: string; readonly others: readonly string[] };

const SIDES: Readonly<Record<Venue, Sides>> = {
  coinbase: { bid: "bid", ask: "ask", others: ["price"] },
  // Each is an array whose first element is the price.
  kraken: { bid: "b", ask: "a", others: ["c"] },
  bitstamp: { bid: "bid", ask: "ask", others: ["last"] },
  binance: { bid: "bidPrice", ask: "askPrice", others: [] },
  deribit: {
    bid: "bid_price",
    ask: "ask_price",
    others: ["mark_price", "mid_price", "last", "underlying_price", "index_price", "estimated_delivery_price"],
  },
  okx: { bid: "bidPx", ask: "askPx", others: ["last", "markPx", "idxPx", "fwdPx"] },
  bybit: { bid: "bid1Price", ask: "ask1Price", others: ["lastPrice", "markPrice", "indexPrice", "underlyingPrice"] },
  gemini: { bid: "bid", ask: "ask", others: ["last", "close"] },
  bitfinex: { bid: "0", ask: "2", others: ["6"] },
};

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** The objects of a body that carry prices. */
function priceRows(venue: Venue, body: unknown): readonly Members[] {
  if (!isMembers(body)) return [];
  switch (venue) {
    case "coinbase":
    case "bitstamp":
    case "binance":
    case "gemini":
      return [body];
    case "okx":
      return Array.isArray(body.data) ? body.data.filter(isMembers) : [];
    case "bybit":
      return isMembers(body.result) && Array.isArray(body.result.list) ? body.result.list.filter(isMembers) : [];
    case "bitfinex":
      return [];
    case "kraken":
      return isMembers(body.result) ? Object.values(body.result).filter(isMembers) : [];
    case "deribit":
      return Array.isArray(body.result) ? body.result.filter(isMembers) : isMembers(body.result) ? [body.result] : [];
    default:
      return unreachable(venue);
  }
}

/** Strings keep their number of places, numbers stay numbers, no quote stays no quote. */
function scaled(value: unknown, factor: number): unknown {
  if (typeof value === "number") return value * factor;
  if (typeof value !== "string") return value;
  return (Number(value) * factor).toFixed((value.split(".")[1] ?? "").length);
}

/** null, also for a member that is absent: no quote on that side. */
function priceOf(value: unknown): unknown {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

function mapPrice(row: Members, key: string, change: (price: unknown) => unknown): void {
  const value = row[key];
  if (value === undefined) return;
  if (!isList(value)) {
    row[key] = change(value);
    return;
  }
  const [price, ...sizes] = value;
  row[key] = [change(price), ...sizes];
}

function spoil(row: Members, sides: Sides, distortion: Distortion): void {
  switch (distortion) {
    case "x1000":
    case "zero":
    case "null":
      for (const key of [sides.bid, sides.ask, ...sides.others]) {
        mapPrice(row, key, (price) => (distortion === "null" ? null : scaled(price, distortion === "zero" ? 0 : 1000)));
      }
      return;
    case "crossed": {
      const [bid, ask] = [priceOf(row[sides.bid]), priceOf(row[sides.ask])];
      if (bid === null || ask === null) return;
      mapPrice(row, sides.bid, () => scaled(ask, 1.01));
      mapPrice(row, sides.ask, () => scaled(bid, 0.99));
      return;
    }
    case "locked":
      mapPrice(row, sides.bid, () => priceOf(row[sides.ask]));
      return;
    case "empty":
      for (const key of [sides.bid, sides.ask]) mapPrice(row, key, (price) => (typeof price === "string" ? "" : null));
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
  const rows = priceRows(venue, body);
  for (const row of rows) spoil(row, SIDES[venue], distortion);
  return { ...answer, body: JSON.stringify(body) };
}
