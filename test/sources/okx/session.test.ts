import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { okxStreams } from "../../../src/sources/okx/streams.ts";
import type { StreamSession, StreamStep } from "../../../src/sources/stream-adapter.ts";
import type { PolledSubscription } from "../../../src/sources/subscription.ts";
import { NOW_MS } from "../bodies.ts";
import { expectLawfulStep } from "../step-laws.ts";
import {
  fundingRow,
  futureRow,
  indexRow,
  markRow,
  OKX_SUBSCRIPTIONS,
  spotRow,
  summaryRow,
  tickerRow,
  TS,
} from "./bodies.ts";

const rules = { allowTestnet: false };
const adapter = okxStreams[0]!;
const { spot, index, futures, options } = OKX_SUBSCRIPTIONS;
const CALL = "BTC-USD-260925-80000-C";
const PUT = "BTC-USD-260925-70000-P";
const SWAP = "BTC-USD-SWAP";
const DATED = "BTC-USD-260925";
const OPTIONS = "okx:BTC.options";
const FUTURES = "okx:BTC.futures";
const FAMILY = { channel: "opt-summary", instFamily: "BTC-USD" };
const on = (channel: string, instId: string) => ({ channel, instId });

function open(...subscriptions: PolledSubscription[]): StreamSession {
  const session = adapter.session(subscriptions, rules);
  session.opened(NOW_MS);
  return session;
}

function take(session: StreamSession, message: unknown, atMs = NOW_MS): StreamStep {
  const step = session.take(typeof message === "string" ? message : JSON.stringify(message), atMs);
  expectLawfulStep(step);
  return step;
}

const push = (session: StreamSession, arg: object, ...data: unknown[]) => take(session, { arg, data });
const argsOf = (frame: string): unknown[] => JSON.parse(frame).args;

describe("one connection", () => {
  test("carries spot, index, futures and options of its venue, and leaves depth to REST", () => {
    expect([spot, index, futures, options].every((subscription) => adapter.carries(subscription))).toBe(true);
    expect(adapter.carries(OKX_SUBSCRIPTIONS.depth)).toBe(false);
    expect(adapter.carries({ ...spot, venue: "bybit" })).toBe(false);
    expect(adapter.path([])).toBe("/ws/v5/public");
  });

  test("asks for everything it knows in its first message", () => {
    const session = adapter.session([spot, index, futures, options], rules);
    const { send } = session.opened(NOW_MS);
    expect(send).toHaveLength(1);
    expect(JSON.parse(send[0]!)).toEqual({
      op: "subscribe",
      args: [
        on("tickers", "BTC-USDT"),
        on("index-tickers", "BTC-USD"),
        on("tickers", SWAP),
        on("mark-price", SWAP),
        on("funding-rate", SWAP),
        FAMILY,
      ],
    });
  });

  test("says ping after 20 s in which nothing came, once for each such time, and takes pong in silence", () => {
    const session = open(spot);
    push(session, on("tickers", "BTC-USDT"), spotRow());
    expect(session.tick(NOW_MS + 19_999).send).toEqual([]);
    expect(session.tick(NOW_MS + 20_000).send).toEqual(["ping"]);
    expect(session.tick(NOW_MS + 20_500).send).toEqual([]);
    expect(take(session, "pong", NOW_MS + 21_000)).toEqual({ send: [], updates: [], refused: null, close: null });
    expect(session.tick(NOW_MS + 40_999).send).toEqual([]);
    expect(session.tick(NOW_MS + 41_000).send).toEqual(["ping"]);
    expect(session.tick(NOW_MS + 61_000).send).toEqual(["ping"]);
  });

  test("is given up when the venue announces its end, and for no other notice", () => {
    const session = open(spot);
    const notice = { event: "notice", code: "64008", msg: "The connection will soon be closed", connId: "a" };
    expect(take(session, notice).close).toMatchObject({ reason: "disconnected" });
    const other = take(session, { ...notice, code: "64000" });
    expect(other.close).toBeNull();
    expect(other.refused).toMatchObject({ reason: "venue-error" });
  });
});

describe("a subscription", () => {
  const subscribed = (arg: object) => ({ event: "subscribe", arg, connId: "a4d3ae55" });

  test("that is never confirmed is a gap of its source after ten seconds, and asked again a minute later", () => {
    const session = open(spot, index);
    expect(take(session, subscribed(on("index-tickers", "BTC-USD"))).refused).toBeNull();
    expect(session.tick(NOW_MS + 9_999).updates).toEqual([]);
    expect(session.tick(NOW_MS + 10_000).updates).toMatchObject([
      { kind: "gap", source: "okx:BTC-USDT", gap: { reason: "not-subscribed" } },
    ]);
    expect(session.tick(NOW_MS + 10_500).updates).toEqual([]);
    expect(session.tick(NOW_MS + 69_999).send).toEqual(["ping"]);
    expect(argsOf(session.tick(NOW_MS + 70_000).send[0]!)).toEqual([on("tickers", "BTC-USDT")]);
  });

  test("is confirmed by its first push, too", () => {
    const session = open(spot);
    push(session, on("tickers", "BTC-USDT"), spotRow());
    expect(session.tick(NOW_MS + 15_000).updates).toEqual([]);
  });

  test.each([
    ["60018", "Wrong URL or channel:index-tickers,instId:BTC-USD doesn't exist. Please use the correct URL"],
    ["60012", 'Invalid request: {"op": "subscribe", "args":[{ "channel" : "index-tickers", "instId" : "BTC-USD"}]}'],
  ])("refused with %s is a gap of that source, and of no other that is named alike", (code, msg) => {
    const session = open(spot, index, futures, options);
    const step = take(session, { event: "error", code, msg, connId: "a4d3ae55" });
    expect(step.updates).toMatchObject([
      { kind: "gap", source: "okx:BTC-USD.index", gap: { reason: "not-subscribed" } },
    ]);
    expect(step.refused).toMatchObject({ reason: "venue-error" });
    expect(session.tick(NOW_MS + 10_000).updates.map(({ source }) => source)).not.toContain("okx:BTC-USD.index");
    const later = session.tick(NOW_MS + 80_000).send.filter((frame) => frame !== "ping");
    expect(later.flatMap(argsOf)).not.toContainEqual(on("index-tickers", "BTC-USD"));
  });

  test("refused as too frequent waits, and is no gap", () => {
    const session = open(spot);
    const step = take(session, { event: "error", code: "60014", msg: "Requests too frequent", connId: "a" });
    expect(step).toMatchObject({ updates: [], refused: { reason: "rate-limited" }, close: null });
    expect(session.tick(NOW_MS + 9_999).send).toEqual([]);
    expect(session.tick(NOW_MS + 10_000).send).toHaveLength(1);
  });

  test("of one listed option that is refused is no gap of the chain", () => {
    const session = open(options);
    session.listed(OPTIONS, [CALL], NOW_MS);
    const step = take(session, { event: "error", code: "60018", msg: `channel:tickers,instId:${CALL} doesn't exist` });
    expect(step.updates).toEqual([]);
  });
});

describe("listed instruments", () => {
  const names = (count: number) => [...Array(count).keys()].map((i) => `BTC-USD-260925-${1000 * (i + 1)}-C`);

  test("are asked for in messages far below 64 kB, one for each tick", () => {
    const session = open(options);
    const frames = [...session.listed(OPTIONS, names(950), NOW_MS).send];
    for (let atMs = NOW_MS + 500; frames.length < 10; atMs += 500) {
      const { send } = session.tick(atMs);
      expect(send).toHaveLength(1);
      frames.push(...send);
    }
    expect(session.tick(NOW_MS + 6_000).send).toEqual([]);
    expect(Math.max(...frames.map(({ length }) => length))).toBeLessThan(16_000);
    expect(frames.flatMap(argsOf)).toEqual(names(950).map((name) => on("tickers", name)));
  });

  test("known before the connection opens are asked for after it", () => {
    const session = adapter.session([options], rules);
    expect(session.listed(OPTIONS, [CALL], NOW_MS).send).toEqual([]);
    expect(argsOf(session.opened(NOW_MS).send[0]!)).toEqual([FAMILY, on("tickers", CALL)]);
  });

  test("that are listed no more are left, and no others", () => {
    const session = open(options);
    session.listed(OPTIONS, [CALL, PUT], NOW_MS);
    const [left] = session.listed(OPTIONS, [PUT], NOW_MS + 1).send;
    expect(JSON.parse(left!)).toEqual({ op: "unsubscribe", args: [on("tickers", CALL)] });
    expect(session.listed(OPTIONS, [PUT], NOW_MS + 2).send).toEqual([]);
    expect(take(session, { event: "unsubscribe", arg: on("tickers", CALL) }).refused).toBeNull();
  });

  test("of other coins, other settlements, other kinds and of no grammar are not asked for", () => {
    const session = open(options, futures);
    const others = [
      "ETH-USD-260925-3000-C",
      "BTC-USDT-260925-80000-C",
      DATED,
      "BTC-25SEP26-80000-C",
      "",
      "x".repeat(99),
    ];
    expect(session.listed(OPTIONS, others, NOW_MS).send).toEqual([]);
    expect(session.listed("okx:ETH.options", [CALL], NOW_MS).send).toEqual([]);
    expect(argsOf(session.listed(FUTURES, [SWAP, DATED, CALL], NOW_MS).send[0]!)).toEqual([
      on("tickers", DATED),
      on("mark-price", DATED),
    ]);
  });

  test("take no more than 480 requests in an hour, whatever is listed", () => {
    const session = open(options);
    let sent = 0;
    for (let atMs = NOW_MS; atMs < NOW_MS + 3_500_000; atMs += 500) {
      const step = session.listed(OPTIONS, [(atMs / 500) % 2 === 0 ? CALL : PUT], atMs);
      sent += [...step.send, ...session.tick(atMs).send].filter((frame) => frame !== "ping").length;
    }
    expect(sent).toBeGreaterThan(300);
    expect(sent).toBeLessThan(480);
  });
});

describe("pushes", () => {
  const times = { timeMs: Number(TS), timeSource: "venue", receivedAtMs: NOW_MS } as const;

  test("of a spot ticker are its quote, or the gap it says", () => {
    const session = open(spot);
    expect(push(session, on("tickers", "BTC-USDT"), spotRow()).updates).toEqual([
      {
        kind: "spot",
        source: "okx:BTC-USDT",
        quote: { venue: "okx", ...times, base: "BTC", quote: "USDT", bid: 78499.9, ask: 78500 },
      },
    ]);
    expect(push(session, on("tickers", "BTC-USDT"), spotRow({ bidPx: "" })).updates).toMatchObject([
      { kind: "gap", source: "okx:BTC-USDT", gap: { reason: "no-quote" } },
    ]);
  });

  test("of the index are its price", () => {
    const session = open(index);
    expect(push(session, on("index-tickers", "BTC-USD"), indexRow()).updates).toEqual([
      {
        kind: "index",
        source: "okx:BTC-USD.index",
        quote: { venue: "okx", ...times, base: "BTC", quote: "USD", price: 78494.2 },
      },
    ]);
    expect(push(session, on("index-tickers", "BTC-USD"), indexRow({ idxPx: "0" })).updates).toMatchObject([
      { kind: "gap", gap: { reason: "out-of-range" } },
    ]);
  });

  test("of an option become a row when both its summary and its book are known, in either order", () => {
    const session = open(options);
    session.listed(OPTIONS, [CALL, PUT], NOW_MS);
    expect(push(session, FAMILY, summaryRow(CALL)).updates).toEqual([]);
    expect(push(session, on("tickers", PUT), tickerRow(PUT, { askPx: "" })).updates).toEqual([]);
    const row = {
      instrument: CALL,
      expiryMs: Date.UTC(2026, 8, 25, 8),
      strike: 80_000,
      right: "call",
      bidCoin: 0.0245,
      askCoin: 0.0255,
      markCoin: null,
      markVol: 0.3817,
      forward: 78610.75,
    };
    const told = { kind: "options", source: OPTIONS, gone: [], timeMs: Number(TS), receivedAtMs: NOW_MS, refused: {} };
    expect(push(session, on("tickers", CALL), tickerRow(CALL)).updates).toEqual([{ ...told, rows: [row] }]);
    expect(push(session, FAMILY, summaryRow(PUT)).updates).toMatchObject([
      { rows: [{ instrument: PUT, askCoin: null }] },
    ]);
  });

  test("of a part of the chain change only the instruments in it", () => {
    const session = open(options);
    session.listed(OPTIONS, [CALL, PUT], NOW_MS);
    push(session, FAMILY, summaryRow(CALL), summaryRow(PUT));
    push(session, on("tickers", CALL), tickerRow(CALL));
    push(session, on("tickers", PUT), tickerRow(PUT));
    expect(push(session, FAMILY, summaryRow(PUT, { markVol: "0.5" })).updates).toMatchObject([
      { rows: [{ instrument: PUT, markVol: 0.5, bidCoin: 0.0245 }] },
    ]);
    expect(push(session, on("tickers", CALL), tickerRow(CALL, { bidPx: "0.0246" })).updates).toMatchObject([
      { rows: [{ instrument: CALL, markVol: 0.3817, bidCoin: 0.0246 }] },
    ]);
  });

  test("of the perpetual become a row when book, mark and funding are known; of a dated future without funding", () => {
    const session = open(futures);
    session.listed(FUTURES, [SWAP, DATED], NOW_MS);
    expect(push(session, on("tickers", SWAP), futureRow(SWAP)).updates).toEqual([]);
    expect(push(session, on("mark-price", SWAP), markRow(SWAP)).updates).toEqual([]);
    expect(push(session, on("funding-rate", SWAP), fundingRow()).updates).toMatchObject([
      {
        kind: "futures",
        source: FUTURES,
        rows: [{ instrument: SWAP, expiryMs: null, mark: 78610.7, funding8h: -0.00002, currentFunding: 0.0001 }],
      },
    ]);
    push(session, on("mark-price", DATED), markRow(DATED));
    expect(push(session, on("tickers", DATED), futureRow(DATED, { bidPx: "" })).updates).toMatchObject([
      { rows: [{ instrument: DATED, bid: null, ask: 78612.5, funding8h: null, currentFunding: null }] },
    ]);
  });

  test("that spoil a row that was told, or see it expire, say that it is gone", () => {
    const session = open(options);
    session.listed(OPTIONS, [CALL], NOW_MS);
    push(session, FAMILY, summaryRow(CALL));
    push(session, on("tickers", CALL), tickerRow(CALL));
    expect(push(session, FAMILY, summaryRow(CALL, { fwdPx: "" })).updates).toMatchObject([
      { rows: [], gone: [CALL], refused: { "bad-number": 1 } },
    ]);
    expect(push(session, FAMILY, summaryRow(CALL)).updates).toMatchObject([{ rows: [{ instrument: CALL }], gone: [] }]);
    const expiryMs = String(Date.UTC(2026, 8, 25, 8));
    expect(push(session, FAMILY, summaryRow(CALL, { ts: expiryMs })).updates).toMatchObject([
      { rows: [], gone: [CALL], refused: { expired: 1 } },
    ]);
    expect(push(session, FAMILY, summaryRow(CALL, { ts: expiryMs })).updates).toMatchObject([{ gone: [] }]);
  });

  test("without a time are refused, except funding, which carried none in its first years", () => {
    const session = open(options, futures);
    expect(push(session, FAMILY, summaryRow(CALL, { ts: undefined })).updates).toMatchObject([
      { rows: [], refused: { "bad-number": 1 } },
    ]);
    push(session, on("tickers", SWAP), futureRow(SWAP));
    push(session, on("mark-price", SWAP), markRow(SWAP));
    expect(push(session, on("funding-rate", SWAP), fundingRow({ ts: undefined })).updates).toMatchObject([
      { rows: [{ instrument: SWAP }], timeMs: null },
    ]);
  });

  test("about another instrument than their channel are refused", () => {
    const session = open(futures);
    expect(push(session, on("tickers", SWAP), futureRow(DATED)).updates).toMatchObject([
      { rows: [], gone: [], refused: { "other-underlying": 1 } },
    ]);
  });
});

describe("what cannot be read", () => {
  test.each([
    ["", "not-json"],
    ["ping", "not-json"],
    ['{"arg":{"channel":"tickers","instId":"BTC-US', "not-json"],
    ["null", "bad-shape"],
    ["[]", "bad-shape"],
    ["42", "bad-shape"],
    ["{}", "bad-shape"],
    ['{"event":"dance"}', "bad-shape"],
    ['{"event":"subscribe"}', "bad-shape"],
    ['{"event":"subscribe","arg":{"channel":"tickers","instId":"ETH-USDT"}}', "bad-shape"],
    ['{"event":"error"}', "venue-error"],
    ['{"event":"error","code":60018,"msg":["x"]}', "venue-error"],
    ['{"arg":{"channel":"books","instId":"BTC-USDT"},"data":[]}', "bad-shape"],
    ['{"arg":{"channel":"tickers","instId":"ETH-USDT"},"data":[]}', "bad-shape"],
    ['{"arg":{"channel":"tickers","instId":"BTC-USDT"},"data":{}}', "bad-shape"],
    ['{"arg":"tickers","data":[]}', "bad-shape"],
    ['{"table":"option/summary","data":[]}', "bad-shape"],
  ])("%s is refused as %s, and the connection goes on", (frame, reason) => {
    const step = take(open(spot), frame);
    expect(step).toMatchObject({ send: [], updates: [], refused: { reason }, close: null });
  });

  test("no mutated frame throws, or becomes a quote of the wrong sign, scale or side", () => {
    const frames: readonly (readonly [object, Record<string, unknown>])[] = [
      [on("tickers", "BTC-USDT"), spotRow()],
      [on("index-tickers", "BTC-USD"), indexRow()],
      [FAMILY, summaryRow(CALL)],
      [on("tickers", CALL), tickerRow(CALL)],
      [on("tickers", SWAP), futureRow(SWAP)],
      [on("mark-price", SWAP), markRow(SWAP)],
      [on("funding-rate", SWAP), fundingRow()],
    ];
    const hostile = fc.oneof(
      fc.constantFrom(
        "",
        "0",
        "-1.0",
        "-0.00000001",
        "5",
        "0x1",
        "NaN",
        "1e9",
        "1e-320",
        null,
        0,
        -1,
        78500.5,
        1e300,
        "9999999999999",
      ),
      fc.double().map(String),
      fc.jsonValue({ maxDepth: 1 }),
    );
    const members = [...new Set(frames.flatMap(([, row]) => Object.keys(row)))];
    const change = fc.tuple(fc.constantFrom(...frames), fc.constantFrom(...members), hostile);
    const cut = fc.record({
      at: fc.nat(300),
      drop: fc.nat(8),
      put: fc.constantFrom("", "0", '"', "[", "}", "null", "-"),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), fc.option(cut), (changes, edit) => {
        const session = open(spot, index, futures, options);
        session.listed(OPTIONS, [CALL, PUT], NOW_MS);
        for (const [arg, row] of frames) push(session, arg, row);
        for (const [[arg, row], key, value] of changes) {
          const frame = JSON.stringify({ arg, data: [{ ...row, [key]: value }] });
          take(session, edit === null ? frame : frame.slice(0, edit.at) + edit.put + frame.slice(edit.at + edit.drop));
        }
      }),
      { numRuns: 1500 },
    );
  });
});
