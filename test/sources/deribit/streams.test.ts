import { describe, expect, test } from "vitest";
import { deribitStreams } from "../../../src/sources/deribit/streams.ts";
import type { StreamSession } from "../../../src/sources/stream-adapter.ts";
import type { PolledSubscription } from "../../../src/sources/subscription.ts";
import { DERIBIT_BTC, NOW_MS, SPOT_BTC } from "../bodies.ts";
import { expectNoDamageGetsThrough, take } from "../session-laws.ts";

const adapter = deribitStreams[0]!;
const VOL: PolledSubscription = { ...DERIBIT_BTC.index, kind: "vol-index" };
const ALL: readonly PolledSubscription[] = [DERIBIT_BTC.index, VOL, DERIBIT_BTC.futures, DERIBIT_BTC.options];
const CALL = "BTC-25SEP26-80000-C";
const EXPIRY_MS = Date.UTC(2026, 8, 25, 8);
const NOTHING = { send: [], updates: [], refused: null, close: null };

function push(channel: string, data: unknown): string {
  return JSON.stringify({ jsonrpc: "2.0", method: "subscription", params: { channel, data } });
}
function option(change: Readonly<Record<string, unknown>> = {}, name = CALL): string {
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
const changed = (change: Readonly<Record<string, unknown>>, name = CALL): string =>
  push(`incremental_ticker.${name}`, { type: "change", timestamp: NOW_MS, instrument_name: name, ...change });
const future = (change: Readonly<Record<string, unknown>> = {}, name = "BTC-PERPETUAL"): string =>
  option({ best_bid_price: 78608.5, best_ask_price: 78612.5, mark_price: 78610.75, ...change }, name);
const INDEX = push("deribit_price_index.btc_usd", { timestamp: NOW_MS - 5, price: 78494.25, index_name: "btc_usd" });
const DVOL = push("deribit_volatility_index.btc_usd", {
  timestamp: NOW_MS - 5,
  volatility: 38.17,
  index_name: "btc_usd",
  estimated_delivery: 38.2,
});
const state = (data: unknown): string => push("platform_state", data);
const answer = (id: unknown, result: unknown): string =>
  JSON.stringify({ jsonrpc: "2.0", id, result, usIn: 1, usOut: 2, usDiff: 1, testnet: false });
const failure = (id: unknown, code: number, message: string): string =>
  JSON.stringify({ jsonrpc: "2.0", id, error: { code, message, data: null } });

function list(session: StreamSession): void {
  session.listed("deribit:BTC.futures", ["BTC-PERPETUAL", "BTC-25SEP26"], NOW_MS);
  session.listed("deribit:BTC.options", [CALL, "BTC-25SEP26-70000-P"], NOW_MS);
}
function open(subscriptions = ALL): StreamSession {
  const session = adapter.session(subscriptions, { allowTestnet: false });
  list(session);
  session.opened(NOW_MS);
  return session;
}
/** The channels and id of a call among the frames of a step. */
function callOf(frames: readonly string[], method = "public/subscribe"): { id: number; channels: string[] } {
  const call = frames.map((frame) => JSON.parse(frame)).find((frame) => frame.method === method);
  return { id: call?.id, channels: call?.params.channels ?? [] };
}

describe("deribit's calls", () => {
  test("a session begins with the heartbeat and the channels of what is subscribed and listed, no combo among them", () => {
    const session = adapter.session(ALL, { allowTestnet: false });
    const names = ["BTC-FS-25SEP26_PERP", "BTC-25SEP26", "ETH-25SEP26", "BTC-10SEP26", CALL, "nonsense", "BTC-25SEP26"];
    session.listed("deribit:BTC.futures", names, NOW_MS);
    session.listed("deribit:BTC.options", [CALL, "BTC_USDC-25SEP26-80000-C", "BTC-25SEP26"], NOW_MS);
    session.listed("deribit:ETH.options", ["ETH-25SEP26-3000-C"], NOW_MS);
    const { send } = session.opened(NOW_MS);
    expect(JSON.parse(send[0]!)).toMatchObject({ method: "public/set_heartbeat", params: { interval: 30 } });
    expect(send).toHaveLength(2);
    expect(callOf(send).channels).toEqual([
      "platform_state",
      "deribit_price_index.btc_usd",
      "deribit_volatility_index.btc_usd",
      "incremental_ticker.BTC-25SEP26",
      `incremental_ticker.${CALL}`,
    ]);
    expect(adapter.path([])).toBe("");
    expect(ALL.every((subscription) => adapter.carries(subscription))).toBe(true);
    expect(adapter.carries(SPOT_BTC.kraken)).toBe(false);
  });

  test("a whole chain is subscribed in calls of 500, one a tick", () => {
    const chain = Array.from({ length: 1048 }, (_unused, i) => `BTC-25SEP26-${10_000 + i * 100}-C`);
    const session = adapter.session([DERIBIT_BTC.options], { allowTestnet: false });
    session.listed("deribit:BTC.options", chain, NOW_MS);
    const steps = [session.opened(NOW_MS), ...[1, 2, 3, 4].map((i) => session.tick(NOW_MS + i * 500))];
    const calls = steps.map(({ send }) => callOf(send));
    expect(calls.map(({ channels }) => channels.length)).toEqual([500, 500, 49, 0, 0]);
    expect(new Set(calls.flatMap(({ channels }) => channels)).size).toBe(1049);
    expect(new Set(calls.slice(0, 3).map(({ id }) => id)).size).toBe(3);
  });

  test("what is listed later is subscribed, what is listed no more is unsubscribed and gone", () => {
    const session = open();
    const later = "BTC-25SEP26-90000-C";
    expect(session.listed("deribit:BTC.options", [CALL, later], NOW_MS).updates).toMatchObject([
      { kind: "options", source: "deribit:BTC.options", gone: ["BTC-25SEP26-70000-P"], rows: [] },
    ]);
    expect(callOf(session.tick(NOW_MS + 500).send, "public/unsubscribe").channels).toEqual([
      "incremental_ticker.BTC-25SEP26-70000-P",
    ]);
    expect(callOf(session.tick(NOW_MS + 1_000).send).channels).toEqual([`incremental_ticker.${later}`]);
    expect(session.listed("deribit:BTC.options", [CALL, later], NOW_MS)).toEqual(NOTHING);
    expect(session.tick(NOW_MS + 1_500).send).toEqual([]);
  });

  test("a channel that the answer does not list is not subscribed, or its row gone", () => {
    const session = adapter.session(ALL, { allowTestnet: false });
    list(session);
    const { id, channels } = callOf(session.opened(NOW_MS).send);
    const unknown = ["deribit_volatility_index.btc_usd", `incremental_ticker.${CALL}`];
    const result = channels.filter((channel) => !unknown.includes(channel));
    expect(take(session, answer(id, result), NOW_MS).updates).toMatchObject([
      { kind: "gap", source: "deribit:BTC.vol-index", gap: { reason: "not-subscribed" } },
      { kind: "options", gone: [CALL], rows: [], refused: { "not-subscribed": 1 } },
    ]);
    expect(session.tick(NOW_MS + 11_000).updates).toEqual([]);
  });

  test("an answer to nothing that was asked, or that is no list, is refused", () => {
    const session = open();
    expect(take(session, answer(99, []), NOW_MS).refused).toMatchObject({ reason: "bad-shape" });
    expect(take(session, answer(10, "ok"), NOW_MS).refused).toMatchObject({ reason: "bad-shape" });
    expect(take(session, answer(1, "ok"), NOW_MS)).toEqual(NOTHING);
    expect(take(session, answer(2, { version: "1.2.26" }), NOW_MS)).toEqual(NOTHING);
  });

  test("a call without an answer is told of every source it was for, once", () => {
    const session = open();
    expect(session.tick(NOW_MS + 9_000).updates).toEqual([]);
    expect(
      session
        .tick(NOW_MS + 11_000)
        .updates.map(({ source }) => source)
        .sort(),
    ).toEqual(["deribit:BTC-USD.index", "deribit:BTC.futures", "deribit:BTC.options", "deribit:BTC.vol-index"]);
    expect(session.tick(NOW_MS + 12_000).updates).toEqual([]);
  });

  test("every test request is answered, a heartbeat is not", () => {
    const session = open();
    const beat = (type: string) => ({ jsonrpc: "2.0", method: "heartbeat", params: { type } });
    for (const _round of [1, 2]) {
      const { send } = take(session, beat("test_request"), NOW_MS);
      expect(send.map((frame) => JSON.parse(frame))).toMatchObject([{ method: "public/test" }]);
    }
    expect(take(session, beat("heartbeat"), NOW_MS)).toEqual(NOTHING);
  });

  test.each([
    [10028, "too_many_requests", "rate-limited", 10_000],
    [10066, "too_many_concurrent_requests", "rate-limited", 10_000],
    [11051, "system_maintenance", "maintenance", 30_000],
    [11094, "internal_server_error", "server-error", undefined],
  ])("error %d ends the connection, whatever it answers", (code, message, reason, retryAfterMs) => {
    for (const id of [10, 1, null]) {
      const { close, updates } = take(open(), failure(id, code, message), NOW_MS);
      expect(close).toMatchObject({ reason });
      expect(close?.retryAfterMs).toBe(retryAfterMs);
      expect(updates).toHaveLength(4);
    }
  });

  test("another error is the refusal of its call", () => {
    const session = open();
    expect(take(session, failure(10, -32602, "Invalid params"), NOW_MS).updates).toMatchObject(
      ALL.map(() => ({ kind: "gap", gap: { reason: "not-subscribed" } })),
    );
    expect(take(session, failure(77, -32602, "Invalid params"), NOW_MS)).toMatchObject({
      updates: [],
      refused: { reason: "venue-error" },
    });
  });

  test("the test network is refused, and read where it is allowed", () => {
    const frame = JSON.stringify({ jsonrpc: "2.0", id: 1, result: "ok", testnet: true });
    expect(take(open(), frame, NOW_MS)).toMatchObject({ close: { reason: "test-network" } });
    expect(take(adapter.session(ALL, { allowTestnet: true }), frame, NOW_MS)).toEqual(NOTHING);
  });
});

describe("deribit's pushes", () => {
  const stamped = { venue: "deribit", timeMs: NOW_MS - 5, timeSource: "venue", receivedAtMs: NOW_MS, base: "BTC" };

  test("the index is a price, the volatility index percent", () => {
    expect(take(open(), INDEX, NOW_MS).updates).toEqual([
      { kind: "index", source: "deribit:BTC-USD.index", quote: { ...stamped, quote: "USD", price: 78494.25 } },
    ]);
    expect(take(open(), DVOL, NOW_MS).updates).toEqual([
      { kind: "vol-index", source: "deribit:BTC.vol-index", quote: { ...stamped, vol: 38.17 / 100 } },
    ]);
  });

  test.each([
    [{ price: 0 }, "zero-quote"],
    [{ price: null }, "no-quote"],
    [{ price: "78494.25" }, "bad-shape"],
    [{ price: -1 }, "out-of-range"],
    [{ timestamp: NOW_MS - 90_000_000 }, "stale"],
    [{ timestamp: NOW_MS / 1000 }, "out-of-range"],
    [{ timestamp: null }, "bad-shape"],
    [{ index_name: "eth_usd" }, "bad-shape"],
  ])("an index with %j is %s", (change, reason) => {
    const data = { timestamp: NOW_MS, price: 78494.25, index_name: "btc_usd", ...change };
    expect(take(open(), push("deribit_price_index.btc_usd", data), NOW_MS).updates).toMatchObject([
      { kind: "gap", gap: { reason } },
    ]);
  });

  test.each([0, 0.3817, -38.17, 3817])("a volatility index of %d is out of range", (volatility) => {
    const data = { timestamp: NOW_MS, volatility, index_name: "btc_usd" };
    expect(take(open(), push("deribit_volatility_index.btc_usd", data), NOW_MS).updates).toMatchObject([
      { kind: "gap", source: "deribit:BTC.vol-index", gap: { reason: "out-of-range" } },
    ]);
  });

  const ROW = {
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

  test("a snapshot is a row: premiums in coin, vols from percent, its own forward", () => {
    expect(take(open(), option(), NOW_MS).updates).toEqual([
      {
        kind: "options",
        source: "deribit:BTC.options",
        rows: [ROW],
        gone: [],
        timeMs: NOW_MS - 20,
        receivedAtMs: NOW_MS,
        refused: {},
      },
    ]);
  });

  test("a perpetual has its funding and the index, a dated future no funding", () => {
    const session = open();
    expect(take(session, future({ funding_8h: 5.06e-6, current_funding: 0.0 }), NOW_MS).updates).toEqual([
      {
        kind: "futures",
        source: "deribit:BTC.futures",
        rows: [
          {
            instrument: "BTC-PERPETUAL",
            expiryMs: null,
            bid: 78608.5,
            ask: 78612.5,
            mark: 78610.75,
            funding8h: 5.06e-6,
            currentFunding: 0,
            index: 78494.25,
          },
        ],
        gone: [],
        timeMs: NOW_MS - 20,
        receivedAtMs: NOW_MS,
        refused: {},
      },
    ]);
    expect(take(session, future({ funding_8h: 5e-6 }, "BTC-25SEP26"), NOW_MS).updates).toMatchObject([
      { rows: [{ expiryMs: EXPIRY_MS, funding8h: null }] },
    ]);
  });

  test("a change changes only the fields it names", () => {
    const session = open();
    take(session, option(), NOW_MS);
    expect(take(session, changed({ best_bid_price: 0.025 }), NOW_MS).updates).toMatchObject([
      { rows: [{ ...ROW, bidCoin: 0.025 }], timeMs: NOW_MS },
    ]);
    expect(take(session, changed({ mark_iv: 40, underlying_price: 78700 }), NOW_MS).updates).toMatchObject([
      { rows: [{ ...ROW, bidCoin: 0.025, markVol: 0.4, forward: 78700 }] },
    ]);
    expect(take(session, changed({ best_bid_price: 0.0, best_ask_price: null }), NOW_MS).updates).toMatchObject([
      { rows: [{ bidCoin: null, askCoin: null, forward: 78700 }] },
    ]);
    // A new snapshot begins anew.
    expect(take(session, option(), NOW_MS).updates).toMatchObject([{ rows: [ROW] }]);
  });

  test("a change before its snapshot is refused", () => {
    expect(take(open(), changed({ best_bid_price: 0.025 }), NOW_MS)).toMatchObject({
      updates: [],
      refused: { reason: "sequence-gap" },
    });
  });

  test.each([
    ["a push of an unknown type", { type: "delta" }],
    ["a push of no type", { type: undefined }],
    ["a push of another instrument", { instrument_name: "BTC-25SEP26-70000-P" }],
  ])("%s leaves the row as it was", (_name, change) => {
    const session = open();
    take(session, option(), NOW_MS);
    expect(take(session, option({ best_bid_price: 0.01, ...change }), NOW_MS)).toMatchObject({
      updates: [],
      refused: { reason: "bad-shape" },
    });
    expect(take(session, changed({}), NOW_MS).updates).toMatchObject([{ rows: [ROW] }]);
  });

  const refusals: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
    ["closed", { state: "closed" }, "halted"],
    ["delivered", { state: "delivered" }, "halted"],
    ["locked", { state: "locked" }, "halted"],
    ["of no state", { state: null }, "bad-number"],
    ["crossed", { best_bid_price: 0.03 }, "crossed"],
    ["of a premium in dollars", { mark_price: 1966.2 }, "out-of-bounds"],
    ["of a premium as text", { mark_price: "0.025" }, "bad-number"],
    ["of a negative bid", { best_bid_price: -0.01 }, "bad-number"],
    ["of no forward", { underlying_price: 0 }, "bad-number"],
    ["of no time", { timestamp: null }, "bad-number"],
    ["of yesterday", { timestamp: NOW_MS - 90_000_000 }, "stale"],
  ];
  test.each(refusals)("a row %s is gone, and back once it is sound again", (_name, change, reason) => {
    const session = open();
    take(session, option(), NOW_MS);
    expect(take(session, changed(change), NOW_MS).updates).toMatchObject([
      { kind: "options", rows: [], gone: [CALL], refused: { [reason]: 1 } },
    ]);
    expect(take(session, option(), NOW_MS).updates).toMatchObject([{ rows: [ROW], gone: [], refused: {} }]);
  });

  test("a row past its expiry is gone", () => {
    const session = open();
    take(session, option(), NOW_MS);
    expect(take(session, changed({ timestamp: EXPIRY_MS }), EXPIRY_MS).updates).toMatchObject([
      { rows: [], gone: [CALL], refused: { expired: 1 } },
    ]);
  });

  test("in settlement, which is seconds, a row stands as it was", () => {
    const session = open();
    take(session, option(), NOW_MS);
    expect(take(session, changed({ state: "settlement" }), NOW_MS).updates).toMatchObject([
      { rows: [], gone: [], refused: { halted: 1 } },
    ]);
    expect(take(session, changed({ state: "open" }), NOW_MS).updates).toMatchObject([{ rows: [ROW] }]);
  });

  test("a platform in maintenance has no quotes, and tells its boards whole when it is back", () => {
    const session = open();
    take(session, option(), NOW_MS);
    take(session, future(), NOW_MS);
    const shut = take(session, state({ maintenance: true }), NOW_MS);
    expect(shut.updates).toMatchObject(ALL.map(() => ({ kind: "gap", gap: { reason: "maintenance" } })));
    expect(take(session, INDEX, NOW_MS).updates).toEqual([]);
    expect(take(session, changed({ best_bid_price: 0.025 }), NOW_MS).updates).toEqual([]);
    expect(take(session, state({ maintenance: false }), NOW_MS).updates).toMatchObject([
      { kind: "futures", rows: [{ instrument: "BTC-PERPETUAL" }] },
      { kind: "options", rows: [{ ...ROW, bidCoin: 0.025 }] },
    ]);
    expect(take(session, INDEX, NOW_MS).updates).toHaveLength(1);
  });

  test("a locked index halts its boards and leaves the index, and another one's lock is none of ours", () => {
    const session = open();
    take(session, option(), NOW_MS);
    expect(take(session, state({ price_index: "sol_usdc", locked: true }), NOW_MS).updates).toEqual([]);
    expect(take(session, changed({}), NOW_MS).updates).toHaveLength(1);
    expect(take(session, state({ price_index: "btc_usd", locked: true }), NOW_MS).updates).toMatchObject([
      { source: "deribit:BTC.futures", gap: { reason: "halted" } },
      { source: "deribit:BTC.options", gap: { reason: "halted" } },
    ]);
    expect(take(session, changed({}), NOW_MS).updates).toEqual([]);
    expect(take(session, INDEX, NOW_MS).updates).toHaveLength(1);
    expect(take(session, state({ price_index: "btc_usd", locked: false }), NOW_MS).updates).toMatchObject([
      { kind: "options", rows: [ROW] },
    ]);
    expect(take(session, state({ surprise: 1 }), NOW_MS).refused).toMatchObject({ reason: "bad-shape" });
  });

  test.each(["", "<html>", "null", "[]", "{}", push("quote.BTC-PERPETUAL", {}), option({}, "BTC-25SEP26-60000-C")])(
    "%s is refused, and the connection goes on",
    (frame) => {
      const step = take(open(), frame, NOW_MS);
      expect(step).toMatchObject({ updates: [], close: null });
      expect(step.refused?.reason).toMatch(/^(bad-shape|not-json)$/);
    },
  );

  test("no damaged frame throws or yields a quote that breaks the laws", () => {
    const frames = [INDEX, DVOL, option(), changed({ best_bid_price: 0.025 }), future({ funding_8h: 1e-6 })];
    const others = [answer(10, ["platform_state"]), state({ maintenance: false }), failure(10, -32602, "no")];
    expectNoDamageGetsThrough(adapter, ALL, [...frames, ...others], NOW_MS, list);
  });
});
