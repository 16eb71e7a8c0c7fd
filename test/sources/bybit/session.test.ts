import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bybitStreams } from "../../../src/sources/bybit/streams.ts";
import type { StreamSession, StreamStep } from "../../../src/sources/stream-adapter.ts";
import { type PolledSubscription, sourceName } from "../../../src/sources/subscription.ts";
import { NOW_MS } from "../bodies.ts";
import { expectLawfulStep } from "../step-laws.ts";
import { BYBIT_SUBSCRIPTIONS, futureRow, optionPush, TIME_MS } from "./bodies.ts";

const rules = { allowTestnet: false };
const { spot, index, futures, options } = BYBIT_SUBSCRIPTIONS;
const named = (name: string) => bybitStreams.find((stream) => stream.name === name)!;
const SPOT = "orderbook.1.BTCUSDT";
const PERPETUAL = "tickers.BTCUSD";
const CALL = "BTC-25SEP26-80000-C";
const PUT = "BTC-25SEP26-70000-P";
const OPTIONS = sourceName(options);
const FUTURES = sourceName(futures);
const INDEX = sourceName(index);
const NOTHING = { send: [], updates: [], refused: null, close: null };

/** Opens the one connection that carries them all. */
function open(...subscriptions: PolledSubscription[]): StreamSession {
  const adapter = bybitStreams.find((stream) => subscriptions.every((subscription) => stream.carries(subscription)))!;
  const session = adapter.session(subscriptions, rules);
  session.opened(NOW_MS);
  return session;
}

function take(session: StreamSession, message: unknown, atMs = NOW_MS): StreamStep {
  const step = session.take(typeof message === "string" ? message : JSON.stringify(message), atMs);
  expectLawfulStep(step);
  return step;
}

const book = (type: string, u: number, b: unknown, a: unknown, change: object = {}) => ({
  topic: SPOT,
  type,
  ts: TIME_MS,
  data: { s: "BTCUSDT", b, a, u, seq: 7 },
  ...change,
});
const ticker = (type: string, data: object, change: object = {}) => ({
  topic: PERPETUAL,
  type,
  ts: TIME_MS,
  cs: 42_159_594_212,
  data: { symbol: "BTCUSD", ...data },
  ...change,
});
const optionTicker = (data: Record<string, unknown>, change: object = {}) => ({
  topic: `tickers.${String(data.symbol)}`,
  type: "snapshot",
  ts: TIME_MS,
  id: "x",
  data,
  ...change,
});

describe("three connections", () => {
  test("share the venue's kinds: each is carried by one, depth by none", () => {
    const carried = (subscription: PolledSubscription) =>
      bybitStreams.filter((stream) => stream.carries(subscription)).map((stream) => stream.path([]));
    expect(carried(spot)).toEqual(["/v5/public/spot"]);
    expect(carried(index)).toEqual(["/v5/public/inverse"]);
    expect(carried(futures)).toEqual(["/v5/public/inverse"]);
    expect(carried(options)).toEqual(["/v5/public/option"]);
    expect(carried(BYBIT_SUBSCRIPTIONS.depth)).toEqual([]);
    expect(carried({ ...spot, venue: "okx" })).toEqual([]);
    expect(new Set(bybitStreams.map(({ name }) => name)).size).toBe(3);
  });

  test("ask for what is known at once, one topic for index and perpetual together", () => {
    expect(
      named("spot")
        .session([spot], rules)
        .opened(NOW_MS)
        .send.map((frame) => JSON.parse(frame)),
    ).toEqual([{ req_id: "1", op: "subscribe", args: [SPOT] }]);
    expect(JSON.parse(named("inverse").session([index, futures], rules).opened(NOW_MS).send[0]!).args).toEqual([
      PERPETUAL,
    ]);
    expect(named("options").session([options], rules).opened(NOW_MS).send).toEqual([]);
  });

  test("say ping every 20 s, and take every form of its answer in silence", () => {
    const session = open(spot);
    take(session, { op: "subscribe", success: true, req_id: "1" });
    expect(session.tick(NOW_MS + 19_999).send).toEqual([]);
    expect(session.tick(NOW_MS + 20_000).send).toEqual(['{"op":"ping"}']);
    expect(session.tick(NOW_MS + 39_999).send).toEqual([]);
    expect(session.tick(NOW_MS + 40_000).send).toEqual(['{"op":"ping"}']);
    for (const pong of [
      { success: true, ret_msg: "pong", conn_id: "0970e817", op: "ping" },
      { success: true, ret_msg: "pong", conn_id: "0970e817", req_id: "", op: "ping" },
      { args: ["1672916271846"], op: "pong" },
    ]) {
      expect(take(session, pong)).toEqual(NOTHING);
    }
  });

  test("of spot ask for at most ten topics in a request, one request for each tick", () => {
    const pairs = [..."ABCDEFGHIJKL"].map((letter): PolledSubscription => ({ ...spot, base: `${letter}${letter}` }));
    const session = named("spot").session(pairs, rules);
    const sizes = [session.opened(NOW_MS), session.tick(NOW_MS + 500), session.tick(NOW_MS + 1_000)].map(({ send }) =>
      send.map((frame) => JSON.parse(frame).args.length),
    );
    expect(sizes).toEqual([[10], [2], []]);
  });

  test("of options ask for at most 2000 topics, in requests of less than 21 000 characters", () => {
    const names = [...Array(2_500).keys()].map((i) => `BTC-25SEP26-${100_000 + i}-C`);
    const session = open(options);
    const frames = [...session.listed(OPTIONS, names, NOW_MS).send];
    for (let atMs = NOW_MS + 500; atMs < NOW_MS + 9_000; atMs += 500) frames.push(...session.tick(atMs).send);
    expect(frames.flatMap((frame) => JSON.parse(frame).args)).toEqual(
      names.slice(0, 2_000).map((name) => `tickers.${name}`),
    );
    expect(Math.max(...frames.map(({ length }) => length))).toBeLessThan(21_000);
  });
});

describe("a subscription", () => {
  const BTC = sourceName(spot);
  const ETH = "bybit:ETH-USDT";
  const both = () => open(spot, { ...spot, base: "ETH" });
  const answer = (success: boolean, ret_msg: string, req_id: unknown = "1") => ({
    success,
    ret_msg,
    conn_id: "cejreaspqfm9se7usbrg-2xh",
    req_id,
    op: "subscribe",
  });
  const refusedSources = (step: StreamStep) =>
    step.updates.map((update) => (update.kind === "gap" ? [update.source, update.gap.reason] : update.kind));

  test("that is confirmed says nothing more, and one that is not is a gap after ten seconds", () => {
    const session = both();
    expect(take(session, answer(true, ""))).toEqual(NOTHING);
    expect(session.tick(NOW_MS + 15_000).updates).toEqual([]);
    const silent = both();
    take(silent, book("snapshot", 1, [["78499", "1"]], [["78500", "1"]]));
    expect(silent.tick(NOW_MS + 9_999).updates).toEqual([]);
    expect(refusedSources(silent.tick(NOW_MS + 10_000))).toEqual([[ETH, "not-subscribed"]]);
    expect(JSON.parse(silent.tick(NOW_MS + 70_000).send[0]!).args).toEqual(["orderbook.1.ETHUSDT"]);
  });

  test.each(["Invalid topic: orderbook.1.ETHUSDT", "Invalid symbol :[orderbook.1.ETHUSDT]", "symbol ETHUSDT invalid"])(
    "refused by name (%s) is a gap of its source, and the rest is asked again",
    (words) => {
      const session = both();
      const step = take(session, answer(false, words));
      expect(refusedSources(step)).toEqual([[ETH, "not-subscribed"]]);
      expect(step).toMatchObject({ refused: { reason: "venue-error" }, close: null });
      expect(JSON.parse(session.tick(NOW_MS + 500).send[0]!).args).toEqual([SPOT]);
      expect(session.tick(NOW_MS + 5_000).send).toEqual([]);
    },
  );

  test("refused without a name is a gap of all in its request, which are asked again later", () => {
    const session = both();
    expect(refusedSources(take(session, answer(false, "args size >10")))).toEqual([
      [BTC, "not-subscribed"],
      [ETH, "not-subscribed"],
    ]);
    expect(session.tick(NOW_MS + 10_500).send).toEqual([]);
    expect(session.tick(NOW_MS + 60_000).send.map((frame) => JSON.parse(frame).op)).toEqual(["subscribe", "ping"]);
  });

  test("refused by an answer that does not say which request it is about is found by its name", () => {
    const session = both();
    expect(refusedSources(take(session, answer(false, "Invalid topic: orderbook.1.ETHUSDT", undefined)))).toEqual([
      [ETH, "not-subscribed"],
    ]);
    expect(refusedSources(take(session, answer(false, "what", undefined)))).toEqual([]);
  });

  test("that exists already is confirmed", () => {
    const session = open(spot);
    const words = `error:topic:${SPOT} already subscribed`;
    expect(take(session, answer(false, words))).toEqual(NOTHING);
    expect(session.tick(NOW_MS + 15_000).updates).toEqual([]);
  });

  test("of options is answered with two lists: what failed is left, and no gap of the chain", () => {
    const session = open(options);
    session.listed(OPTIONS, [CALL, PUT], NOW_MS);
    const response = {
      success: true,
      conn_id: "aa01fbfffe80af37-00000001-000b37b9-7147f432704fd28c-00e1c172",
      data: { failTopics: [`tickers.${PUT}`], successTopics: [`tickers.${CALL}`] },
      type: "COMMAND_RESP",
    };
    expect(take(session, response)).toMatchObject({ updates: [], refused: { reason: "venue-error" }, close: null });
    expect(session.tick(NOW_MS + 15_000).updates).toEqual([]);
    const clean = { ...response, data: { failTopics: [], successTopics: [`tickers.${CALL}`] } };
    expect(take(session, clean)).toEqual(NOTHING);
  });
});

describe("the spot book", () => {
  const quote = (bid: number, ask: number) => ({
    kind: "spot",
    source: "bybit:BTC-USDT",
    quote: {
      venue: "bybit",
      timeMs: TIME_MS,
      timeSource: "venue",
      receivedAtMs: NOW_MS,
      base: "BTC",
      quote: "USDT",
      bid,
      ask,
    },
  });

  test("begins with a snapshot, and a delta changes only the levels it names", () => {
    const session = open(spot);
    expect(take(session, book("snapshot", 10, [["78499.9", "1"]], [["78500", "2"]])).updates).toEqual([
      quote(78499.9, 78500),
    ]);
    expect(take(session, book("delta", 11, [["78499.9", "0.5"]], [])).updates).toEqual([quote(78499.9, 78500)]);
    const moved = book(
      "delta",
      12,
      [
        ["78499.9", "0"],
        ["78498", "3"],
      ],
      [
        ["78499", "1"],
        ["78500", "0"],
      ],
    );
    expect(take(session, moved).updates).toEqual([quote(78498, 78499)]);
  });

  test("a snapshot replaces all that was known, also one that counts from 1 again", () => {
    const session = open(spot);
    take(session, book("snapshot", 10, [["78499.9", "1"]], [["78500", "2"]]));
    expect(take(session, book("snapshot", 1, [["78000", "1"]], [["78001", "2"]])).updates).toEqual([
      quote(78000, 78001),
    ]);
    expect(take(session, book("delta", 2, [], [["78001", "9"]])).updates).toEqual([quote(78000, 78001)]);
  });

  test("a delta before a snapshot, or one that was seen, is refused; a jump of the count ends the connection", () => {
    const session = open(spot);
    expect(take(session, book("delta", 10, [["1", "1"]], []))).toMatchObject({
      updates: [],
      refused: { reason: "sequence-gap" },
      close: null,
    });
    take(session, book("snapshot", 10, [["78499.9", "1"]], [["78500", "2"]]));
    expect(take(session, book("delta", 10, [["78499.9", "0"]], []))).toMatchObject({
      updates: [],
      refused: { reason: "sequence-gap" },
      close: null,
    });
    expect(take(session, book("delta", 12, [["78499.9", "0"]], []))).toMatchObject({
      updates: [],
      close: { reason: "sequence-gap" },
    });
  });

  test.each<[string, unknown, unknown, string]>([
    ["without bids", [], [["78500", "1"]], "empty-book"],
    ["crossed", [["78501", "1"]], [["78500", "1"]], "crossed-book"],
    ["locked", [["78500", "1"]], [["78500", "1"]], "locked-book"],
    ["a stub", [["0.01", "1"]], [["99999", "1"]], "out-of-range"],
  ])("%s is a gap", (_name, b, a, reason) => {
    expect(take(open(spot), book("snapshot", 1, b, a)).updates).toMatchObject([
      { kind: "gap", source: "bybit:BTC-USDT", gap: { reason } },
    ]);
  });

  test.each<[string, object]>([
    ["prices as numbers", { data: { s: "BTCUSDT", b: [[78499, 1]], a: [], u: 1 } }],
    ["a negative size", { data: { s: "BTCUSDT", b: [["78499", "-1"]], a: [], u: 1 } }],
    ["another pair", { data: { s: "ETHUSDT", b: [], a: [], u: 1 } }],
    ["a count as text", { data: { s: "BTCUSDT", b: [], a: [], u: "1" } }],
    ["no side", { data: { s: "BTCUSDT", u: 1 } }],
    ["data that is a list", { data: [] }],
    ["another topic", { topic: "orderbook.50.BTCUSDT" }],
    ["a type of its own", { type: "full" }],
    ["a time as text", { ts: String(TIME_MS) }],
  ])("%s is refused", (_name, change) => {
    const frame = book("snapshot", 1, [["78499", "1"]], [["78500", "1"]], change);
    expect(take(open(spot), frame)).toMatchObject({ updates: [], refused: { reason: "bad-shape" }, close: null });
  });

  test("a stamp that is no time is not passed on: the quote has the time of receipt", () => {
    const frame = book("snapshot", 1, [["78499", "1"]], [["78500", "1"]], { ts: 171_575_661_221 });
    expect(take(open(spot), frame).updates).toMatchObject([{ quote: { timeMs: NOW_MS, timeSource: "receipt" } }]);
  });
});

describe("inverse tickers", () => {
  const row = {
    instrument: "BTCUSD",
    expiryMs: null,
    bid: 78608.5,
    ask: 78612.5,
    mark: 78610.75,
    funding8h: null,
    currentFunding: 0.0001,
    index: 78494.25,
  };
  const told = { kind: "futures", source: FUTURES, gone: [], refused: {}, timeMs: TIME_MS, receivedAtMs: NOW_MS };

  test("of the perpetual are the index and a row of the board", () => {
    const session = open(index, futures);
    expect(take(session, ticker("snapshot", futureRow())).updates).toEqual([
      {
        kind: "index",
        source: INDEX,
        quote: {
          venue: "bybit",
          timeMs: TIME_MS,
          timeSource: "venue",
          receivedAtMs: NOW_MS,
          base: "BTC",
          quote: "USD",
          price: 78494.25,
        },
      },
      { ...told, rows: [row] },
    ]);
  });

  test("a delta changes only the fields it names", () => {
    const session = open(futures);
    take(session, ticker("snapshot", futureRow()));
    expect(take(session, ticker("delta", { bid1Price: "78609" })).updates).toEqual([
      { ...told, rows: [{ ...row, bid: 78609 }] },
    ]);
    expect(take(session, ticker("delta", { markPrice: "78611", openInterest: "1" })).updates).toEqual([
      { ...told, rows: [{ ...row, bid: 78609, mark: 78611 }] },
    ]);
    expect(take(session, ticker("snapshot", futureRow())).updates).toEqual([{ ...told, rows: [row] }]);
  });

  test("any run of deltas ends where a snapshot of the same fields would", () => {
    const change = fc.record(
      {
        bid1Price: fc.constantFrom("78600", "78601", "0"),
        ask1Price: fc.constantFrom("78612", "78613"),
        markPrice: fc.constantFrom("78605", "78606.5"),
        indexPrice: fc.constantFrom("78490", "78491"),
        fundingRate: fc.constantFrom("0.0002", "-0.0001"),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const [merged, whole] = [open(futures), open(futures)];
        take(merged, ticker("snapshot", futureRow()));
        const last = changes.map((fields) => take(merged, ticker("delta", fields)).updates).at(-1);
        expect(last).toEqual(take(whole, ticker("snapshot", Object.assign({}, futureRow(), ...changes))).updates);
      }),
    );
  });

  test("a delta before its snapshot is refused, and so is one that is older than what is known", () => {
    const session = open(futures);
    expect(take(session, ticker("delta", futureRow()))).toMatchObject({
      updates: [],
      refused: { reason: "sequence-gap" },
      close: null,
    });
    take(session, ticker("snapshot", futureRow(), { cs: 100 }));
    expect(take(session, ticker("delta", { bid1Price: "1" }, { cs: 99 }))).toMatchObject({
      updates: [],
      refused: { reason: "sequence-gap" },
    });
    expect(take(session, ticker("delta", { bid1Price: "78609" }, { cs: 100 })).updates).toHaveLength(1);
    expect(take(session, ticker("delta", { bid1Price: "78610" }, { cs: undefined })).updates).toHaveLength(1);
    expect(take(session, ticker("delta", { bid1Price: "78610" }, { cs: 99 })).refused).not.toBeNull();
    expect(take(session, ticker("snapshot", futureRow(), { cs: 3 })).updates).toHaveLength(1);
  });

  test("a row that a delta spoils is gone, and comes back with the delta that mends it", () => {
    const session = open(futures, index);
    take(session, ticker("snapshot", futureRow()));
    expect(take(session, ticker("delta", { bid1Price: "78613" })).updates).toMatchObject([
      { kind: "index" },
      { kind: "futures", rows: [], gone: ["BTCUSD"], refused: { crossed: 1 } },
    ]);
    expect(take(session, ticker("delta", { bid1Price: 78609, indexPrice: "0" })).updates).toMatchObject([
      { kind: "gap", source: INDEX, gap: { reason: "out-of-range" } },
      { kind: "futures", rows: [], gone: [], refused: { "bad-number": 1 } },
    ]);
    expect(take(session, ticker("delta", { bid1Price: "78609" })).updates).toMatchObject([
      { kind: "gap" },
      { kind: "futures", rows: [{ bid: 78609 }], gone: [] },
    ]);
  });

  test("of quarters are asked for when they are listed, and left when they are listed no more", () => {
    const session = open(futures);
    const { send } = session.listed(FUTURES, ["BTCUSD", "BTCUSDZ26", "ETHUSDZ26", "BTCUSDT", CALL, "x"], NOW_MS);
    expect(JSON.parse(send[0]!)).toMatchObject({ op: "subscribe", args: ["tickers.BTCUSDZ26"] });
    const quarter = { ...ticker("snapshot", futureRow("BTCUSDZ26")), topic: "tickers.BTCUSDZ26" };
    expect(take(session, quarter).updates).toMatchObject([
      { rows: [{ instrument: "BTCUSDZ26", expiryMs: Date.UTC(2026, 11, 25, 8), currentFunding: null }] },
    ]);
    expect(JSON.parse(session.listed(FUTURES, ["BTCUSD"], NOW_MS).send[0]!)).toMatchObject({
      op: "unsubscribe",
      args: ["tickers.BTCUSDZ26"],
    });
    expect(take(session, quarter).refused).toMatchObject({ reason: "bad-shape" });
    expect(session.listed(OPTIONS, [CALL], NOW_MS)).toEqual(NOTHING);
  });

  test("a ticker of another symbol than its topic is refused, and a stamp that is no time is none", () => {
    const session = open(futures);
    expect(take(session, ticker("snapshot", futureRow("ETHUSD"))).refused).toMatchObject({ reason: "bad-shape" });
    expect(take(session, ticker("snapshot", futureRow(), { ts: 171_575_661_221 })).updates).toMatchObject([
      { rows: [{ instrument: "BTCUSD" }], timeMs: null },
    ]);
    expect(take(session, ticker("snapshot", futureRow(), { cs: "7" })).refused).toMatchObject({ reason: "bad-shape" });
  });
});

describe("option tickers", () => {
  const listed = () => {
    const session = open(options);
    session.listed(OPTIONS, [CALL, PUT], NOW_MS);
    return session;
  };

  test("are the row that REST gives, from members of other names", () => {
    expect(take(listed(), optionTicker(optionPush())).updates).toEqual([
      {
        kind: "options",
        source: OPTIONS,
        rows: [
          {
            instrument: CALL,
            expiryMs: Date.UTC(2026, 8, 25, 8),
            strike: 80_000,
            right: "call",
            bidCoin: 1960 / 80_000,
            askCoin: 2000 / 80_000,
            markCoin: 1980.5 / 80_000,
            markVol: 0.3817,
            forward: 80_000,
          },
        ],
        gone: [],
        timeMs: TIME_MS,
        receivedAtMs: NOW_MS,
        refused: {},
      },
    ]);
  });

  test('say no quote by "0" and by a vol at its cap', () => {
    const change = { bidPrice: "0", bidIv: "0", askPrice: "435", askIv: "5", markPriceIv: "0" };
    expect(take(listed(), optionTicker(optionPush(CALL, change))).updates).toMatchObject([
      { rows: [{ bidCoin: null, askCoin: null, markVol: null }] },
    ]);
  });

  test("in the words of REST are no row: the sides are not there", () => {
    const change = { bidPrice: undefined, bid1Price: "1960" };
    expect(take(listed(), optionTicker(optionPush(CALL, change))).updates).toMatchObject([
      { rows: [], refused: { "bad-number": 1 } },
    ]);
  });

  test("that spoil a row, or come after its expiry, say that it is gone", () => {
    const session = listed();
    take(session, optionTicker(optionPush()));
    expect(take(session, optionTicker(optionPush(CALL, { underlyingPrice: "" }))).updates).toMatchObject([
      { rows: [], gone: [CALL], refused: { "bad-number": 1 } },
    ]);
    take(session, optionTicker(optionPush()));
    expect(take(session, optionTicker(optionPush(), { ts: Date.UTC(2026, 8, 25, 8) })).updates).toMatchObject([
      { rows: [], gone: [CALL], refused: { expired: 1 } },
    ]);
  });

  test("are snapshots: a delta is refused, and so is a contract that settles in USDT", () => {
    const session = listed();
    expect(take(session, optionTicker(optionPush(), { type: "delta" })).refused).toMatchObject({ reason: "bad-shape" });
    expect(session.listed(OPTIONS, [CALL, PUT, `${CALL}-USDT`], NOW_MS).send).toEqual([]);
    expect(take(session, optionTicker(optionPush(`${CALL}-USDT`))).refused).toMatchObject({ reason: "bad-shape" });
  });
});

describe("what cannot be read", () => {
  test.each([
    ["", "not-json"],
    ['{"topic":"orderbook.1.BTC', "not-json"],
    ["null", "bad-shape"],
    ["[]", "bad-shape"],
    ["7", "bad-shape"],
    ["{}", "bad-shape"],
    ['{"op":"subscribe"}', "bad-shape"],
    ['{"op":"subscribe","success":"true","req_id":"1"}', "bad-shape"],
    ['{"type":"COMMAND_RESP"}', "bad-shape"],
    ['{"type":"COMMAND_RESP","success":false,"data":{"failTopics":{},"successTopics":7}}', "venue-error"],
    ['{"topic":"tickers.BTCUSDT","type":"snapshot","ts":1,"data":{}}', "bad-shape"],
    ['{"topic":7}', "bad-shape"],
  ])("%s is refused as %s, and the connection goes on", (frame, reason) => {
    expect(take(open(spot), frame)).toMatchObject({ send: [], updates: [], refused: { reason }, close: null });
  });

  test("no mutated frame throws, or becomes a quote of the wrong sign, scale or side", () => {
    const hostile = fc.oneof(
      fc.constantFrom(
        "",
        "0",
        "-1.0",
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
        TIME_MS,
        [],
        {},
      ),
      fc.double().map(String),
      fc.jsonValue({ maxDepth: 1 }),
    );
    const level = fc.tuple(
      fc.oneof(fc.constantFrom("78499", "78500", "78500.5"), hostile),
      fc.oneof(fc.constant("1"), hostile),
    );
    const lines: readonly (readonly [
      PolledSubscription,
      (type: string, key: string, value: unknown, levels: unknown) => object,
    ])[] = [
      [spot, (type, key, value, levels) => book(type, 2, levels, [["78501", "1"]], { [key]: value })],
      [spot, (type, _key, value, levels) => book(type, 2, [["78499", "1"]], levels, { ts: value })],
      [futures, (type, key, value) => ticker(type, futureRow("BTCUSD", { [key]: value }))],
      [index, (type, key, value) => ticker(type, { [key]: value })],
      [options, (_type, key, value) => optionTicker(optionPush(CALL, { [key]: value }), { topic: `tickers.${CALL}` })],
    ];
    const members = [
      "type",
      "ts",
      "cs",
      "data",
      "topic",
      "symbol",
      ...Object.keys(futureRow()),
      ...Object.keys(optionPush()),
    ];
    const step = fc.tuple(
      fc.constantFrom("snapshot", "delta"),
      fc.constantFrom(...members),
      hostile,
      fc.array(level, { maxLength: 3 }),
    );
    const cut = fc.record({
      at: fc.nat(300),
      drop: fc.nat(8),
      put: fc.constantFrom("", "0", '"', "[", "}", "null", "-"),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...lines),
        fc.array(step, { maxLength: 10 }),
        fc.option(cut),
        ([wanted, make], steps, edit) => {
          const session = open(wanted);
          session.listed(OPTIONS, [CALL], NOW_MS);
          take(session, book("snapshot", 1, [["78499", "1"]], [["78500", "1"]]));
          take(session, ticker("snapshot", futureRow()));
          for (const [type, key, value, levels] of steps) {
            const frame = JSON.stringify(make(type, key, value, levels));
            take(
              session,
              edit === null ? frame : frame.slice(0, edit.at) + edit.put + frame.slice(edit.at + edit.drop),
            );
          }
        },
      ),
      { numRuns: 1500 },
    );
  });
});
