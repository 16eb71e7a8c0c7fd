/** Small sample bodies in the venues' formats, made up for these tests. `bid` and `ask` are raw JSON text. */
import type { Subscription } from "../../src/sources/subscription.ts";

export const NOW_MS = Date.UTC(2026, 8, 10, 12);

const QUARTER_FROM = "25SEP26";
const EXPIRED = "10SEP26";

export function coinbaseBody(bid = '"78490.10"', ask = '"78490.11"', timeMs = NOW_MS - 400): string {
  const time = new Date(timeMs).toISOString().replace("Z", "123Z");
  return `{"trade_id":7,"price":"78490.11","size":"0.01","time":"${time}","bid":${bid},"ask":${ask},"volume":"9.5"}`;
}

export function krakenBody(bid = '"78493.70000"', ask = '"78493.80000"', key = "XXBTZUSD"): string {
  return `{"error":[],"result":{"${key}":{"a":[${ask},"1","1.000"],"b":[${bid},"2","2.000"],"c":["78493.8","0.1"],"o":"79090.4"}}}`;
}

export function bitstampBody(bid = '"78480"', ask = '"78499"', timestamp = String(NOW_MS / 1000)): string {
  return `{"timestamp": "${timestamp}", "last": "78490", "bid": ${bid}, "ask": ${ask}, "open": "78000", "side": "0"}`;
}

export function binanceBody(bid = '"78501.23000000"', ask = '"78501.24000000"', symbol = "BTCUSDT"): string {
  return `{"symbol":"${symbol}","bidPrice":${bid},"bidQty":"1.5","askPrice":${ask},"askQty":"0.2"}`;
}

export function deribitBody(result: string, members = '"testnet":false', usOut = NOW_MS * 1000 + 204): string {
  return `{"jsonrpc":"2.0","result":${result},"usIn":${usOut - 204},"usOut":${usOut},"usDiff":204,${members}}`;
}

export function indexBody(price = "78494.25"): string {
  return deribitBody(`{"estimated_delivery_price":78494.25,"index_price":${price}}`);
}

export function optionRow(change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    instrument_name: `BTC-${QUARTER_FROM}-80000-C`,
    bid_price: 0.0245,
    ask_price: 0.0255,
    mark_price: 0.02501234,
    mark_iv: 38.17,
    underlying_price: 78610.75,
    underlying_index: `BTC-${QUARTER_FROM}`,
    interest_rate: 0.0,
    volume: 3.5,
    last: null,
    ...change,
  };
}

export function futureRow(change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    instrument_name: `BTC-${QUARTER_FROM}`,
    bid_price: 78608.5,
    ask_price: 78612.5,
    mark_price: 78610.75,
    ...change,
  };
}

export function rowsBody(rows: readonly unknown[]): string {
  return deribitBody(JSON.stringify(rows));
}

export const OPTION_ROWS = [
  optionRow(),
  optionRow({ instrument_name: `BTC-${QUARTER_FROM}-70000-P`, bid_price: null, mark_price: 3.7191e-4 }),
  optionRow({ instrument_name: `BTC-${EXPIRED}-80000-C` }),
  optionRow({ instrument_name: "BTC-STRD-25SEP26-80000" }),
];

export const FUTURE_ROWS = [futureRow(), futureRow({ instrument_name: "BTC-PERPETUAL", ask_price: 0.0 })];

export const SPOT_BTC = {
  coinbase: { kind: "spot", venue: "coinbase", base: "BTC", quote: "USD" },
  kraken: { kind: "spot", venue: "kraken", base: "BTC", quote: "USD" },
  bitstamp: { kind: "spot", venue: "bitstamp", base: "BTC", quote: "USD" },
  binance: { kind: "spot", venue: "binance", base: "BTC", quote: "USDT" },
} as const satisfies Readonly<Record<string, Subscription>>;

export const DERIBIT_BTC = {
  index: { kind: "index", venue: "deribit", base: "BTC", quote: "USD" },
  futures: { kind: "futures", venue: "deribit", base: "BTC", quote: "USD" },
  options: { kind: "options", venue: "deribit", base: "BTC", quote: "USD" },
} as const satisfies Readonly<Record<string, Subscription>>;
