/** Small sample bodies and frames in OKX's formats, made up for these tests. */
import type { Subscription } from "../../../src/sources/subscription.ts";
import { NOW_MS } from "../bodies.ts";

export const TS = String(NOW_MS - 300);

export const OKX_SUBSCRIPTIONS = {
  spot: { kind: "spot", venue: "okx", base: "BTC", quote: "USDT" },
  depth: { kind: "depth", venue: "okx", base: "BTC", quote: "USDT" },
  index: { kind: "index", venue: "okx", base: "BTC", quote: "USD" },
  futures: { kind: "futures", venue: "okx", base: "BTC", quote: "USD" },
  options: { kind: "options", venue: "okx", base: "BTC", quote: "USD" },
} as const satisfies Readonly<Record<string, Subscription>>;

type Change = Readonly<Record<string, unknown>>;
type Row = Record<string, unknown>;

export function okxBody(rows: readonly unknown[]): string {
  return JSON.stringify({ code: "0", msg: "", data: rows });
}

export function errorBody(code: string, msg = "words"): string {
  return JSON.stringify({ code, msg, data: [] });
}

export function spotRow(change: Change = {}): Row {
  return { instType: "SPOT", instId: "BTC-USDT", last: "78500", bidPx: "78499.9", askPx: "78500", ts: TS, ...change };
}

/** `bid` and `ask` are raw JSON text. */
export function spotBody(bid = '"78499.9"', ask = '"78500"'): string {
  return `{"msg":"","data":[{"instType":"SPOT","instId":"BTC-USDT","askPx":${ask},"bidPx":${bid},"ts":"${TS}"}],"code":"0"}`;
}

export function indexRow(change: Change = {}): Row {
  return { instId: "BTC-USD", idxPx: "78494.2", high24h: "79000", ts: TS, ...change };
}

export function tickerRow(instId: string, change: Change = {}): Row {
  return { instType: "OPTION", instId, last: "0.02", bidPx: "0.0245", askPx: "0.0255", ts: TS, ...change };
}

export function summaryRow(instId: string, change: Change = {}): Row {
  return {
    instType: "OPTION",
    instId,
    uly: "BTC-USD",
    markVol: "0.3817",
    bidVol: "0.37",
    askVol: "0.39",
    volLv: "0.38",
    fwdPx: "78610.75",
    ts: TS,
    ...change,
  };
}

export function futureRow(instId: string, change: Change = {}): Row {
  return { instType: "FUTURES", instId, bidPx: "78608.5", askPx: "78612.5", ts: TS, ...change };
}

export function markRow(instId: string, change: Change = {}): Row {
  return { instType: "FUTURES", instId, markPx: "78610.7", ts: TS, ...change };
}

export function fundingRow(change: Change = {}): Row {
  return {
    instType: "SWAP",
    instId: "BTC-USD-SWAP",
    method: "current_period",
    fundingRate: "0.0001",
    fundingTime: String(NOW_MS + 4 * 3_600_000),
    nextFundingRate: "",
    nextFundingTime: String(NOW_MS + 12 * 3_600_000),
    settFundingRate: "-0.00002",
    settState: "settled",
    ts: TS,
    ...change,
  };
}
