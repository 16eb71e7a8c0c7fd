/** Frames in the form of Deribit's stream, made up for these tests, and a session that has them coming. */
import { deribitStreams } from "../../../src/sources/deribit/streams.ts";
import type { StreamSession } from "../../../src/sources/stream-adapter.ts";
import type { PolledSubscription } from "../../../src/sources/subscription.ts";
import { DERIBIT_BTC, NOW_MS } from "../bodies.ts";

export const adapter = deribitStreams[0]!;
export const VOL: PolledSubscription = { ...DERIBIT_BTC.index, kind: "vol-index" };
export const ALL: readonly PolledSubscription[] = [DERIBIT_BTC.index, VOL, DERIBIT_BTC.futures, DERIBIT_BTC.options];
export const CALL = "BTC-25SEP26-80000-C";
export const EXPIRY_MS = Date.UTC(2026, 8, 25, 8);
export const NOTHING = { send: [], updates: [], refused: null, close: null };

export function push(channel: string, data: unknown): string {
  return JSON.stringify({ jsonrpc: "2.0", method: "subscription", params: { channel, data } });
}
export function option(change: Readonly<Record<string, unknown>> = {}, name = CALL): string {
  return push(`incremental_ticker.${name}`, {
    type: "snapshot",
    timestamp: NOW_MS - 20,
    instrument_name: name,
    state: "open",
    best_bid_price: 0.0245,
    best_bid_amount: 3.5,
    best_ask_price: 0.0255,
    mark_price: 0.02501234,
    mark_iv: 38.17,
    underlying_price: 78610.75,
    underlying_index: "BTC-25SEP26",
    index_price: 78494.25,
    stats: { volume: null },
    ...change,
  });
}
export const changed = (change: Readonly<Record<string, unknown>>, name = CALL): string =>
  push(`incremental_ticker.${name}`, { type: "change", timestamp: NOW_MS, instrument_name: name, ...change });
export const future = (change: Readonly<Record<string, unknown>> = {}, name = "BTC-PERPETUAL"): string =>
  option({ best_bid_price: 78608.5, best_ask_price: 78612.5, mark_price: 78610.75, ...change }, name);
export const INDEX = push("deribit_price_index.btc_usd", {
  timestamp: NOW_MS - 5,
  price: 78494.25,
  index_name: "btc_usd",
});
export const DVOL = push("deribit_volatility_index.btc_usd", {
  timestamp: NOW_MS - 5,
  volatility: 38.17,
  index_name: "btc_usd",
  estimated_delivery: 38.2,
});
export const state = (data: unknown): string => push("platform_state", data);
export const answer = (id: unknown, result: unknown): string =>
  JSON.stringify({ jsonrpc: "2.0", id, result, usIn: 1, usOut: 2, usDiff: 1, testnet: false });
export const failure = (id: unknown, code: number, message: string): string =>
  JSON.stringify({ jsonrpc: "2.0", id, error: { code, message, data: null } });

export function list(session: StreamSession): void {
  session.listed("deribit:BTC.futures", ["BTC-PERPETUAL", "BTC-25SEP26"], NOW_MS);
  session.listed("deribit:BTC.options", [CALL, "BTC-25SEP26-70000-P"], NOW_MS);
}
export function open(subscriptions = ALL): StreamSession {
  const session = adapter.session(subscriptions, { allowTestnet: false });
  list(session);
  session.opened(NOW_MS);
  return session;
}

/** The row of `option()`. */
export const ROW = {
  instrument: CALL,
  expiryMs: EXPIRY_MS,
  strike: 80_000,
  right: "call",
  bidCoin: 0.0245,
  askCoin: 0.0255,
  markCoin: 0.02501234,
  markVol: 38.17 / 100,
  forward: 78610.75,
};
