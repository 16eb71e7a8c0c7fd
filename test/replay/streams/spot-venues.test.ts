import { describe, expect, test } from "vitest";
import { getJson, START_MS } from "../support.ts";
import { connect, openStreamMarket, step, type Json } from "./support.ts";

describe("Coinbase's streams", () => {
  const subscribe = (...channels: string[]) => ({ type: "subscribe", product_ids: ["BTC-USD"], channels });

  test("a ticker follows the answer, and each change of the book is told with a higher sequence", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, "/coinbase");
    client.send(subscribe("ticker"));
    expect((await client.next()).json).toEqual({
      type: "subscriptions",
      channels: [{ name: "ticker", product_ids: ["BTC-USD"], account_ids: null }],
    });
    const first = (await client.next()).json;
    const rest = await getJson<Json>(market, "/coinbase/products/BTC-USD/ticker");
    expect(first).toMatchObject({ type: "ticker", product_id: "BTC-USD", best_bid: rest.bid, best_ask: rest.ask });
    expect(first.price).toBe(rest.price);
    expect(Date.parse(first.time)).toBe(START_MS);
    step(market);
    const second = (await client.next((json) => json.type === "ticker")).json;
    expect(second.sequence).toBeGreaterThan(first.sequence);
    expect(Date.parse(second.time)).toBe(START_MS + 250);
  });

  test("who says nothing for five seconds is cut off, who subscribed is not", async () => {
    const market = await openStreamMarket();
    const [silent, good] = [await connect(market, "/coinbase"), await connect(market, "/coinbase")];
    good.send(subscribe("heartbeat"));
    await good.next((json) => json.type === "heartbeat");
    market.clock.nowMs += 5_250;
    expect((await silent.closed).code).toBe(1008);
    expect((await good.next((json) => json.type === "heartbeat")).json).toMatchObject({ product_id: "BTC-USD" });
  });

  test("a product that does not exist is refused by name", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, "/coinbase");
    client.send({ type: "subscribe", channels: [{ name: "ticker", product_ids: ["BTC-XXX"] }] });
    expect((await client.next()).json).toEqual({
      type: "error",
      message: "Failed to subscribe",
      reason: "BTC-XXX is not a valid product",
    });
  });
});

describe("Kraken's streams", () => {
  const ticker = (trigger: string, ...symbol: string[]) => ({
    method: "subscribe",
    params: { channel: "ticker", symbol, event_trigger: trigger },
    req_id: 3,
  });

  test("a status on connect, an answer for each symbol, then snapshots and updates of the book", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, "/kraken/v2");
    const status = await client.next();
    expect(status.json).toMatchObject({ channel: "status", data: [{ system: "online", api_version: "v2" }] });
    expect(BigInt(/"connection_id":(\d+)/.exec(status.text)![1]!)).toBeGreaterThan(2n ** 53n);
    client.send(ticker("bbo", "BTC/USD", "BTC/XXX"));
    expect((await client.next()).json).toMatchObject({
      method: "subscribe",
      success: true,
      req_id: 3,
      result: { channel: "ticker", symbol: "BTC/USD", snapshot: true },
    });
    expect((await client.next()).json).toMatchObject({
      success: false,
      symbol: "BTC/XXX",
      error: "Currency pair not supported BTC/XXX",
    });
    const snapshot = (await client.next()).json;
    expect(snapshot).toMatchObject({ channel: "ticker", type: "snapshot", data: [{ symbol: "BTC/USD" }] });
    const rest = await getJson<Json>(market, "/kraken/0/public/Ticker?pair=XBTUSD");
    expect(snapshot.data[0].bid).toBe(Number(rest.result.XXBTZUSD.b[0]));
    expect(snapshot.data[0].ask).toBe(Number(rest.result.XXBTZUSD.a[0]));
    step(market);
    const update = (await client.next((json) => json.channel === "ticker")).json;
    expect(update).toMatchObject({ type: "update", data: [{ symbol: "BTC/USD" }] });
    expect(Date.parse(update.data[0].timestamp)).toBe(START_MS + 250);
  });

  test("an idle line beats every second once something is subscribed, and a ping is answered", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, "/kraken/v2");
    client.send({ method: "ping", req_id: 42 });
    expect((await client.next((json) => json.method === "pong")).json).toMatchObject({ req_id: 42 });
    client.send(ticker("trades", "USDC/USD"));
    await client.next((json) => json.type === "snapshot");
    const frozen = await fetch(`${market.url}/control/fault`, {
      method: "POST",
      body: JSON.stringify({ venue: "kraken", fault: "frozen" }),
    });
    expect(frozen.status).toBe(200);
    for (let beat = 0; beat < 2; beat++) {
      market.clock.nowMs += 1_000;
      expect((await client.next((json) => json.channel === "heartbeat")).json).toEqual({ channel: "heartbeat" });
    }
  });

  test("by trades nothing comes while the last price stands", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, "/kraken/v2");
    client.send(ticker("trades", "BTC/USD"));
    let last = (await client.next((json) => json.type === "snapshot")).json.data[0].last;
    for (let i = 0; i < 12; i++) {
      step(market);
      const row = (await client.next((json) => json.channel === "ticker")).json.data[0];
      expect(row.last).not.toBe(last);
      last = row.last;
    }
  });
});

describe("Bitstamp's streams", () => {
  test("a book of a hundred levels a side, in strings, stamped in seconds and microseconds", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, "/bitstamp");
    client.send({ event: "bts:subscribe", data: { channel: "order_book_btcusd" } });
    expect((await client.next()).json).toEqual({
      event: "bts:subscription_succeeded",
      channel: "order_book_btcusd",
      data: {},
    });
    const { json } = await client.next();
    expect(json).toMatchObject({ event: "data", channel: "order_book_btcusd" });
    const { bids, asks, timestamp, microtimestamp } = json.data;
    expect([bids.length, asks.length]).toEqual([100, 100]);
    expect(timestamp).toBe(String(START_MS / 1000));
    expect(Math.floor(Number(microtimestamp) / 1000)).toBe(START_MS);
    const rest = await getJson<Json>(market, "/bitstamp/api/v2/ticker/btcusd/");
    expect([bids[0][0], asks[0][0]]).toEqual([rest.bid, rest.ask]);
    const prices = (side: string[][]) => side.map(([price]) => Number(price));
    expect(prices(asks)).toEqual(prices(asks).toSorted((a, b) => a - b));
    expect(prices(bids)).toEqual(prices(bids).toSorted((a, b) => b - a));
  });

  test("trades, its heartbeat and its errors", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, "/bitstamp");
    client.send({ event: "bts:heartbeat" });
    expect((await client.next()).json).toEqual({ event: "bts:heartbeat", channel: "", data: { status: "success" } });
    client.send({ event: "bts:subscribe", data: { channel: "order_book_btcxxx" } });
    expect((await client.next()).json).toMatchObject({ event: "bts:error" });
    client.send({ event: "bts:subscribe", data: { channel: "live_trades_btcusd" } });
    await client.next((json) => json.event === "bts:subscription_succeeded");
    step(market);
    const trade = (await client.next()).json;
    expect(trade).toMatchObject({ event: "trade", channel: "live_trades_btcusd" });
    expect(trade.data.price_str).toBe(String(trade.data.price));
  });
});

describe("Gemini's streams", () => {
  test("the first message is the whole book, and the others change it into what it is", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, "/gemini/v2/marketdata");
    client.send({ type: "subscribe", subscriptions: [{ name: "l2", symbols: ["BTCUSD"] }] });
    const whole = (await client.next()).json;
    expect(whole).toMatchObject({ type: "l2_updates", symbol: "BTCUSD", auction_events: [] });
    const book = new Map<string, string>();
    const take = (changes: [string, string, string][]) => {
      for (const [side, price, size] of changes) {
        if (size === "0") book.delete(`${side} ${price}`);
        else book.set(`${side} ${price}`, size);
      }
    };
    take(whole.changes);
    const size = book.size;
    for (let i = 0; i < 8; i++) {
      step(market);
      const { changes } = (await client.next((json) => json.type === "l2_updates")).json;
      expect(changes.length).toBeLessThan(size / 2);
      take(changes);
    }
    const best = (side: string, pick: (...prices: number[]) => number) =>
      pick(...[...book.keys()].filter((key) => key.startsWith(side)).map((key) => Number(key.split(" ")[1])));
    const rest = await getJson<Json>(market, "/gemini/v1/pubticker/btcusd");
    expect(best("buy", Math.max)).toBe(Number(rest.bid));
    expect(best("sell", Math.min)).toBe(Number(rest.ask));
  });

  test("a heartbeat every five seconds, and an unknown symbol is refused", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, "/gemini/v2/marketdata");
    client.send({ type: "subscribe", subscriptions: [{ name: "l2", symbols: ["BTCXXX"] }] });
    expect((await client.next()).json).toMatchObject({ result: "error", reason: "InvalidSymbol" });
    market.clock.nowMs += 5_000;
    expect((await client.next()).json).toEqual({ type: "heartbeat", timestamp: START_MS + 5_000 });
  });
});

describe("Bitfinex's streams", () => {
  test("a channel has a number of its own, its ticker is an array, and a quiet one beats", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, "/bitfinex/ws/2");
    expect((await client.next()).json).toMatchObject({ event: "info", version: 2, platform: { status: 1 } });
    client.send({ event: "subscribe", channel: "ticker", symbol: "tBTCUSD" });
    const { chanId, ...answer } = (await client.next()).json;
    expect(answer).toEqual({ event: "subscribed", channel: "ticker", symbol: "tBTCUSD", pair: "BTCUSD" });
    const rest = await getJson<Json>(market, "/bitfinex/v2/ticker/tBTCUSD");
    expect((await client.next()).json).toEqual([chanId, rest]);
    await fetch(`${market.url}/control/fault`, {
      method: "POST",
      body: JSON.stringify({ venue: "bitfinex", fault: "frozen" }),
    });
    market.clock.nowMs += 15_000;
    expect((await client.next()).json).toEqual([chanId, "hb"]);
  });

  test("who asks for it gets messages counted one by one, heartbeats too; unknown symbols are errors", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, "/bitfinex/ws/2");
    client.send({ event: "conf", flags: 65536 });
    expect((await client.next((json) => json.event === "conf")).json).toMatchObject({ status: "OK", flags: 65536 });
    client.send({ event: "subscribe", channel: "ticker", symbol: "tXXXUSD" });
    expect((await client.next()).json).toMatchObject({ event: "error", msg: "symbol: invalid" });
    for (const symbol of ["tBTCUSD", "tUSTUSD"]) client.send({ event: "subscribe", channel: "ticker", symbol });
    const counts: number[] = [];
    for (let i = 0; i < 6; i++) {
      const { json } = await client.next(Array.isArray);
      counts.push(json[2]);
      step(market);
    }
    expect(counts).toEqual([1, 2, 3, 4, 5, 6]);
    client.send({ event: "ping", cid: 9 });
    expect((await client.next((json) => json.event === "pong")).json).toMatchObject({ cid: 9 });
  });
});
