/** 326 tickers of Deribit's BTC options, 21 May 2020, 23:22 UTC: third-party data, read where it lies. */
import type { StrikeQuotes } from "../../../src/quant/strike-quotes.ts";
import { recordedFile } from "../../support/recorded-data.ts";

export const deribitFile = recordedFile("quant/market/deribit_btc_options_20200521_schepal.csv");

export type Ticker = {
  readonly expiryMs: number;
  readonly timeMs: number;
  readonly right: "call" | "put";
  readonly strike: number;
  readonly underlying: number;
  readonly markCoin: number;
  readonly markVol: number;
  /** null where the book's side is empty. */
  readonly bidCoin: number | null;
  readonly askCoin: number | null;
  readonly delta: number;
  /** USD for one vol point. */
  readonly vega: number;
};

/** Cells of one line; commas stand in quoted cells. */
function cells(line: string): string[] {
  const found = [...line.matchAll(/("([^"]*)"|[^,"]*)(,|$)/g)];
  return found.map((match) => match[2] ?? match[1] ?? "").slice(0, -1);
}

/** A field of the greeks' cell, a Python dictionary. */
function greek(cell: string, name: string): number {
  return Number(new RegExp(`'${name}': (-?[\\d.e-]+)`).exec(cell)?.[1] ?? Number.NaN);
}

export function deribitTickers(): readonly Ticker[] {
  const [header = "", ...lines] = deribitFile.text().trim().split(/\r?\n/);
  const names = cells(`${header},`);
  return lines.map((line) => {
    const values = cells(`${line},`);
    const read = (name: string): string => values[names.indexOf(name)] ?? "";
    const positive = (name: string): number | null => (Number(read(name)) > 0 ? Number(read(name)) : null);
    const right = read("option_type");
    if (right !== "call" && right !== "put") throw new Error(`no side in ${line}`);
    return {
      expiryMs: Number(read("expiration_timestamp")),
      timeMs: Number(read("timestamp")),
      right,
      strike: Number(read("strike")),
      underlying: Number(read("underlying_price")),
      markCoin: Number(read("mark_price")),
      markVol: Number(read("mark_iv")) / 100,
      bidCoin: positive("best_bid_price"),
      askCoin: positive("best_ask_price"),
      delta: greek(read("greeks"), "delta"),
      vega: greek(read("greeks"), "vega"),
    };
  });
}

/** One expiry's board, premiums times `unit`; by marks, or by the best bid and ask. */
export function deribitBoard(
  tickers: readonly Ticker[],
  expiryMs: number,
  by: "mark" | "quote",
  unit = 1,
): readonly StrikeQuotes[] {
  const rows = new Map<number, StrikeQuotes>();
  for (const ticker of tickers.filter((one) => one.expiryMs === expiryMs)) {
    const { strike, right, markCoin } = ticker;
    const scaled = (coin: number | null): number | null => (coin === null ? null : coin * unit);
    const bid = scaled(by === "mark" ? markCoin : ticker.bidCoin);
    const ask = scaled(by === "mark" ? markCoin : ticker.askCoin);
    const empty = { strike, callBid: null, callAsk: null, putBid: null, putAsk: null };
    const side = right === "call" ? { callBid: bid, callAsk: ask } : { putBid: bid, putAsk: ask };
    rows.set(strike, { ...empty, ...rows.get(strike), ...side });
  }
  return [...rows.values()];
}
