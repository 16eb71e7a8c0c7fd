import { describe, expect, test } from "vitest";
import { parseListed } from "../../../src/market/listed-name.ts";
import { getJson, START_MS } from "../support.ts";
import { connect, openStreamMarket, step, type Json } from "./support.ts";

describe("Binance's streams", () => {
  test("streams named in the path come wrapped or bare, without a time, and every id is above the last", async () => {
    const market = await openStreamMarket();
    const wrapped = await connect(market, "/binance/stream?streams=btcusdt@bookTicker/nonsense@bookTicker");
    const bare = await connect(market, "/binance/ws/btcusdt@bookTicker");
    const first = (await wrapped.next()).json;
    expect(first.stream).toBe("btcusdt@bookTicker");
    expect(Object.keys(first.data)).toEqual(["u", "s", "b", "B", "a", "A"]);
    expect((await bare.next()).json).toEqual(first.data);
    const rest = await getJson<Json>(market, "/binance/api/v3/ticker/bookTicker?symbol=BTCUSDT");
    expect(first.data).toMatchObject({ s: "BTCUSDT", b: rest.bidPrice, a: rest.askPrice });
    step(market);
    expect((await wrapped.next()).json.data.u).toBeGreaterThan(first.data.u);
  });

  test("streams can be asked for later; a ping frame comes every twenty seconds", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, "/binance/ws");
    client.send({ method: "SUBSCRIBE", params: ["ethusdt@bookTicker"], id: 4 });
    expect((await client.next()).json).toEqual({ result: null, id: 4 });
    expect((await client.next()).json).toMatchObject({ s: "ETHUSDT" });
    const pinged = new Promise((resolve) => client.socket.once("ping", resolve));
    market.clock.nowMs += 20_000;
    await pinged;
  });

  test("option marks are one array of rows with their quotes, vols and index; −1 is no vol", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, "/binance/market/stream?streams=!index@arr/btcusdt@optionMarkPrice");
    const index = (await client.next((json) => json.stream === "!index@arr")).json.data;
    expect(index).toMatchObject([
      { e: "indexPrice", E: START_MS, s: "BTCUSDT" },
      { e: "indexPrice", s: "ETHUSDT" },
    ]);
    const { data } = (await client.next((json) => json.stream === "btcusdt@optionMarkPrice")).json;
    expect(data.length).toBeGreaterThan(100);
    for (const row of data) {
      expect(parseListed("binance", row.s)).toMatchObject({ kind: "option", base: "BTC", settlement: "USDT" });
      expect(row).toMatchObject({ e: "markPrice", E: START_MS, i: index[0].p });
      expect(row.b === "-1.0").toBe(Number(row.bo) === 0);
      if (row.b !== "-1.0") expect(Number(row.b)).toBeLessThanOrEqual(Number(row.vo));
    }
    step(market, 4);
    const later = (await client.next((json) => json.stream === "btcusdt@optionMarkPrice")).json.data;
    expect(later.length).toBeLessThan(data.length / 2);
    const symbol = data[0].s.toLowerCase();
    const book = await connect(market, `/binance/public/ws/${symbol}@bookTicker`);
    expect((await book.next()).json).toMatchObject({ e: "bookTicker", s: data[0].s });
  });

  test("the perpetual's mark comes once a second, whatever happens", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, "/binance/market/ws/btcusdt@markPrice@1s");
    const first = (await client.next()).json;
    expect(first).toMatchObject({ e: "markPriceUpdate", E: START_MS, s: "BTCUSDT", T: START_MS + 120_000 });
    for (let i = 1; i <= 3; i++) {
      step(market, 4);
      expect((await client.next()).json.E).toBe(START_MS + i * 1_000);
    }
  });
});

describe("OKX's streams", () => {
  const subscribe = (...args: object[]) => ({ op: "subscribe", args });

  test("each argument has its answer, an unknown one its error, a text ping its pong", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, "/okx/ws/v5/public");
    client.send("ping");
    expect((await client.next()).text).toBe("pong");
    const arg = { channel: "tickers", instId: "BTC-USDT" };
    client.send(subscribe(arg, { channel: "tickers", instId: "BTC-XXX" }, { channel: "nothing" }));
    expect((await client.next()).json).toEqual({ event: "subscribe", arg, connId: expect.any(String) });
    expect((await client.next()).json).toMatchObject({ event: "error", code: "60018" });
    expect((await client.next()).json).toMatchObject({ event: "error", code: "60012" });
    const { json } = await client.next();
    const rest = await getJson<Json>(market, "/okx/api/v5/market/ticker?instId=BTC-USDT");
    expect(json.arg).toEqual(arg);
    expect(json.data[0]).toMatchObject({
      instId: "BTC-USDT",
      bidPx: rest.data[0].bidPx,
      askPx: rest.data[0].askPx,
      ts: String(START_MS),
    });
  });

  test("a family comes in parts of which none is the whole, and later only rows that changed", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, "/okx/ws/v5/public");
    client.send(subscribe({ channel: "opt-summary", instFamily: "BTC-USD" }));
    await client.next((json) => json.event === "subscribe");
    const rows = new Map<string, Json>();
    const marker = { channel: "index-tickers", instId: "BTC-USD" };
    client.send(subscribe(marker));
    for (;;) {
      const { json } = await client.next();
      if (json.event === "subscribe") break;
      expect(json.data.length).toBeLessThanOrEqual(64);
      for (const row of json.data) rows.set(row.instId, row);
    }
    expect(rows.size).toBeGreaterThan(300);
    for (const [instId, row] of rows) {
      expect(parseListed("okx", instId)).toMatchObject({ kind: "option", base: "BTC", settlement: null });
      expect(Number(row.markVol)).toBeGreaterThan(0.1);
      expect(row.ts).toBe(String(START_MS));
    }
    step(market, 4);
    const part = (await client.next((json) => json.arg?.channel === "opt-summary")).json.data;
    expect(part.length).toBeLessThanOrEqual(64);
    for (const row of part) expect(row).not.toEqual(rows.get(row.instId));
    const quoted = [...rows.values()].find((row) => row.bidVol !== "0" && row.askVol !== "5");
    client.send(subscribe({ channel: "tickers", instId: quoted.instId }));
    const ticker = (await client.next((json) => json.arg?.channel === "tickers" && json.data)).json.data[0];
    expect(ticker).toMatchObject({ instType: "OPTION", instId: quoted.instId });
    expect(Number(ticker.bidPx)).toBeLessThan(Number(ticker.askPx));
  });

  test("swap, mark, funding and index each have a channel", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, "/okx/ws/v5/public");
    const channels = ["tickers", "mark-price", "funding-rate"].map((channel) => ({ channel, instId: "BTC-USD-SWAP" }));
    client.send(subscribe(...channels, { channel: "index-tickers", instId: "BTC-USD" }));
    for (const field of ["bidPx", "markPx", "fundingRate", "idxPx"]) {
      const { data } = (await client.next((json) => json.data?.[0]?.[field] !== undefined)).json;
      expect(Number.isFinite(Number(data[0][field]))).toBe(true);
    }
  });

  test("half a minute without a word ends the line", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, "/okx/ws/v5/public");
    market.clock.nowMs += 30_250;
    expect((await client.closed).code).toBe(4004);
  });
});

describe("Bybit's streams", () => {
  test("pong has three forms", async () => {
    const market = await openStreamMarket();
    const pong = async (category: string) => {
      const client = await connect(market, `/bybit/v5/public/${category}`);
      client.send({ op: "ping", req_id: "a1" });
      return (await client.next()).json;
    };
    expect(await pong("spot")).toEqual({ success: true, ret_msg: "pong", conn_id: expect.any(String), op: "ping" });
    expect(await pong("inverse")).toMatchObject({ ret_msg: "pong", req_id: "a1", op: "ping" });
    expect(await pong("option")).toEqual({ args: [String(START_MS)], op: "pong" });
  });

  test("a book is a snapshot and then changes with ids one by one; a level that goes has size zero", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, "/bybit/v5/public/spot");
    client.send({ op: "subscribe", args: ["orderbook.1.BTCUSDT"], req_id: "s" });
    expect((await client.next()).json).toMatchObject({ success: true, req_id: "s", op: "subscribe" });
    const first = (await client.next()).json;
    expect(first).toMatchObject({ topic: "orderbook.1.BTCUSDT", type: "snapshot", ts: START_MS });
    const sides = { b: new Map<string, string>(first.data.b), a: new Map<string, string>(first.data.a) };
    let last = first.data.u;
    for (let i = 0; i < 8; i++) {
      step(market);
      const { json } = await client.next();
      expect(json).toMatchObject({ type: "delta", data: { s: "BTCUSDT", u: last + 1 } });
      last = json.data.u;
      for (const side of ["a", "b"] as const)
        for (const [price, size] of json.data[side]) {
          if (size === "0") sides[side].delete(price);
          else sides[side].set(price, size);
        }
    }
    const { result } = await getJson<Json>(market, "/bybit/v5/market/tickers?category=spot&symbol=BTCUSDT");
    expect([...sides.b.keys()].map(Number)).toEqual([Number(result.list[0].bid1Price)]);
    expect([...sides.a.keys()].map(Number)).toEqual([Number(result.list[0].ask1Price)]);
  });

  test("an inverse ticker is a snapshot and then only what changed; spot tickers are whole and without sides", async () => {
    const market = await openStreamMarket();
    const inverse = await connect(market, "/bybit/v5/public/inverse");
    inverse.send({ op: "subscribe", args: ["tickers.BTCUSD"] });
    const whole = (await inverse.next((json) => json.type === "snapshot")).json;
    expect(whole.data).toMatchObject({ symbol: "BTCUSD", fundingRate: expect.any(String) });
    step(market);
    const delta = (await inverse.next()).json;
    expect(delta).toMatchObject({ topic: "tickers.BTCUSD", type: "delta" });
    const { symbol, ...changed } = delta.data;
    expect(symbol).toBe("BTCUSD");
    for (const [key, value] of Object.entries(changed)) expect(whole.data[key]).not.toBe(value);
    expect(Object.keys(changed).length).toBeLessThan(Object.keys(whole.data).length - 3);
    const spot = await connect(market, "/bybit/v5/public/spot");
    spot.send({ op: "subscribe", args: ["tickers.BTCUSDT"] });
    const ticker = (await spot.next((json) => json.type === "snapshot")).json;
    expect(Object.keys(ticker.data)).not.toContain("bid1Price");
  });

  test("option tickers are whole each time, in dollars, under the stream's own names", async () => {
    const market = await openStreamMarket({ optionTurnMs: 250 });
    const binance = await connect(market, "/binance/market/ws/btcusdt@optionMarkPrice");
    expect((await binance.next()).json.length).toBeGreaterThan(0);
    const names = (
      await getJson<Json>(market, "/deribit/api/v2/public/get_book_summary_by_currency?currency=BTC&kind=option")
    ).result.map((row: Json) => row.instrument_name as string);
    const client = await connect(market, "/bybit/v5/public/option");
    client.send({
      op: "subscribe",
      args: [...names.map((name: string) => `tickers.${name}`), "tickers.BTC-1JAN20-1-C"],
    });
    const { data } = (await client.next()).json;
    expect(data.failTopics).toContain("tickers.BTC-1JAN20-1-C");
    expect(data.successTopics.length).toBeGreaterThan(300);
    const ticker = (await client.next((json) => Number(json.data?.bidPrice) > 0)).json;
    expect(ticker).toMatchObject({ type: "snapshot", ts: START_MS });
    const { bidPrice, askPrice, markPrice, bidIv, markPriceIv, underlyingPrice } = ticker.data;
    expect(Number(bidPrice)).toBeLessThan(Number(askPrice));
    expect(Number(markPrice)).toBeLessThan(Number(underlyingPrice));
    expect(Number(bidIv)).toBeLessThanOrEqual(Number(markPriceIv) + 1e-4);
  });

  test("one topic that does not exist fails all of a request, and more than ten are too many for spot", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, "/bybit/v5/public/spot");
    client.send({ op: "subscribe", args: ["tickers.BTCUSDT", "tickers.XXXUSDT"] });
    expect((await client.next()).json).toMatchObject({ success: false, ret_msg: "Invalid topic: tickers.XXXUSDT" });
    client.send({ op: "subscribe", args: Array.from({ length: 11 }, () => "tickers.BTCUSDT") });
    expect((await client.next()).json).toMatchObject({ success: false });
  });
});
