/** Small sample bodies in Bybit's formats, made up for these tests. */
import type { Subscription } from "../../../src/sources/subscription.ts";
import { NOW_MS } from "../bodies.ts";

export const TIME_MS = NOW_MS - 250;

export const BYBIT_SUBSCRIPTIONS = {
  spot: { kind: "spot", venue: "bybit", base: "BTC", quote: "USDT" },
  depth: { kind: "depth", venue: "bybit", base: "BTC", quote: "USDT" },
  index: { kind: "index", venue: "bybit", base: "BTC", quote: "USD" },
  futures: { kind: "futures", venue: "bybit", base: "BTC", quote: "USD" },
  options: { kind: "options", venue: "bybit", base: "BTC", quote: "USD" },
} as const satisfies Readonly<Record<string, Subscription>>;

type Change = Readonly<Record<string, unknown>>;
type Row = Record<string, unknown>;

export function bybitBody(result: unknown, time: unknown = TIME_MS): string {
  return JSON.stringify({ retCode: 0, retMsg: "OK", result, retExtInfo: {}, time });
}

export function rowsBody(category: string, list: unknown): string {
  return bybitBody({ category, list });
}

export function errorBody(retCode: number, retMsg = "words"): string {
  return JSON.stringify({ retCode, retMsg, result: {}, retExtInfo: {}, time: TIME_MS });
}

/** `bid` and `ask` are raw JSON text. */
export function spotBody(bid = '"78499.9"', ask = '"78500"'): string {
  const row = `{"symbol":"BTCUSDT","bid1Price":${bid},"bid1Size":"2","ask1Price":${ask},"ask1Size":"1","lastPrice":"78500"}`;
  return `{"retCode":0,"retMsg":"OK","result":{"category":"spot","list":[${row}]},"retExtInfo":{},"time":${TIME_MS}}`;
}

export function futureRow(symbol = "BTCUSD", change: Change = {}): Row {
  return {
    symbol,
    lastPrice: "78610.50",
    indexPrice: "78494.25",
    markPrice: "78610.75",
    bid1Price: "78608.50",
    ask1Price: "78612.50",
    fundingRate: symbol === "BTCUSD" ? "0.0001" : "",
    fundingIntervalHour: symbol === "BTCUSD" ? "8" : "",
    deliveryTime: "0",
    ...change,
  };
}

/** In the words of REST. Premiums are in dollars. */
export function optionRow(symbol = "BTC-25SEP26-80000-C", change: Change = {}): Row {
  return {
    symbol,
    bid1Price: "1960",
    bid1Iv: "0.37",
    ask1Price: "2000",
    ask1Iv: "0.39",
    markPrice: "1980.5",
    markIv: "0.3817",
    indexPrice: "78494.25",
    underlyingPrice: "80000",
    change24h: "86",
    predictedDeliveryPrice: "0",
    ...change,
  };
}

/** The same in the words of the WebSocket. */
export function optionPush(symbol = "BTC-25SEP26-80000-C", change: Change = {}): Row {
  return {
    symbol,
    bidPrice: "1960",
    bidIv: "0.37",
    askPrice: "2000",
    askIv: "0.39",
    markPrice: "1980.5",
    markPriceIv: "0.3817",
    indexPrice: "78494.25",
    underlyingPrice: "80000",
    ...change,
  };
}
