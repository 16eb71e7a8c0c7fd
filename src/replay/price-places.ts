/** Where the bodies of each venue have prices: in rows with named members, and in books of levels. */
import { unreachable } from "../base/errors.ts";
import type { Venue } from "../market/venue.ts";

export type Members = Record<string, unknown>;
/** Members by name, or a list by position. */
export type Row = unknown[] | Members;
/** [price, size, …], or an object with a price. */
export type Level = Row;
export type Book = { readonly bids: Level[]; readonly asks: Level[] };

export function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

function rowsIn(value: unknown): readonly Members[] {
  if (isList(value)) return value.filter(isMembers);
  return isMembers(value) ? [value] : [];
}

/** Rows that carry prices, of whatever endpoint. */
export function priceRows(venue: Venue, body: unknown): readonly Row[] {
  switch (venue) {
    case "coinbase":
    case "bitstamp":
    case "gemini":
    case "binance":
      return rowsIn(body);
    case "kraken":
      return isMembers(body) && isMembers(body.result) ? Object.values(body.result).filter(isMembers) : [];
    case "deribit":
      return [...rowsIn(isMembers(body) ? body.result : null), ...volIndexBars(body)];
    case "okx":
      return rowsIn(isMembers(body) ? body.data : null);
    case "bybit":
      return rowsIn(isMembers(body) && isMembers(body.result) ? body.result.list : null);
    case "bitfinex":
      return bitfinexRows(body);
    default:
      return unreachable(venue);
  }
}

/** Bars of the volatility index. */
function volIndexBars(body: unknown): readonly unknown[][] {
  const result = isMembers(body) ? body.result : null;
  return isMembers(result) && isList(result.data) ? result.data.filter(isList) : [];
}

/** A ticker is a list of ten numbers, a list of tickers has the symbol in front of each. */
function bitfinexRows(body: unknown): readonly unknown[][] {
  if (!isList(body)) return [];
  const rows = body.some(isList) ? body.filter(isList).filter((row) => typeof row[0] === "string") : [body];
  return rows.filter((row) => row.length >= 10);
}

/** Books of levels, whose lists are the body's own. */
export function booksOf(venue: Venue, body: unknown): readonly Book[] {
  if (venue === "bitfinex") return bitfinexBooks(body);
  if (!isMembers(body)) return [];
  switch (venue) {
    case "kraken":
      return isMembers(body.result) ? Object.values(body.result).flatMap((pair) => bookIn(pair, "bids", "asks")) : [];
    case "okx":
      return isList(body.data) ? body.data.flatMap((row) => bookIn(row, "bids", "asks")) : [];
    case "bybit":
      return bookIn(body.result, "b", "a");
    case "deribit":
      return bookIn(body.result, "bids", "asks");
    case "coinbase":
    case "bitstamp":
    case "binance":
    case "gemini":
      return bookIn(body, "bids", "asks");
    default:
      return unreachable(venue);
  }
}

function isLevel(value: unknown): value is Level {
  return isList(value) || isMembers(value);
}

function bookIn(value: unknown, bidKey: string, askKey: string): readonly Book[] {
  if (!isMembers(value)) return [];
  const [bids, asks] = [value[bidKey], value[askKey]];
  return isList(bids) && isList(asks) && bids.every(isLevel) && asks.every(isLevel) ? [{ bids, asks }] : [];
}

/** [price, orders, amount]: asks have a negative amount. */
function bitfinexBooks(body: unknown): readonly Book[] {
  if (!isList(body)) return [];
  const levels = body.filter(isList).filter((level) => level.length === 3 && typeof level[2] === "number");
  if (levels.length === 0) return [];
  return [
    { bids: levels.filter((level) => Number(level[2]) > 0), asks: levels.filter((level) => Number(level[2]) < 0) },
  ];
}
