import { describe, expect, test } from "vitest";
import { isVenue, VENUES, type Venue } from "../../../src/market/venue.ts";
import { getText, postFault, START_MS, type TestMarket } from "../support.ts";
import { connect, openStreamMarket, refusedHandshake, step, type StreamClient, type Json } from "./support.ts";

type Told = { readonly bid: unknown; readonly ask: unknown };
type Script = {
  readonly path: string;
  readonly subscribe: readonly unknown[];
  /** Bid and ask (or the index twice) of a push; null: it is none. */
  readonly read: (json: Json) => Told | null;
  readonly rest: string;
};

const SCRIPTS: Readonly<Record<Venue, Script>> = {
  coinbase: {
    path: "/coinbase",
    subscribe: [{ type: "subscribe", product_ids: ["BTC-USD"], channels: ["ticker"] }],
    read: (json) => (json?.type === "ticker" ? { bid: json.best_bid, ask: json.best_ask } : null),
    rest: "/coinbase/products/BTC-USD/ticker",
  },
  kraken: {
    path: "/kraken/v2",
    subscribe: [{ method: "subscribe", params: { channel: "ticker", symbol: ["BTC/USD"], event_trigger: "bbo" } }],
    read: (json) => (json?.channel === "ticker" ? { bid: json.data[0].bid, ask: json.data[0].ask } : null),
    rest: "/kraken/0/public/Ticker?pair=XBTUSD",
  },
  bitstamp: {
    path: "/bitstamp",
    subscribe: [{ event: "bts:subscribe", data: { channel: "order_book_btcusd" } }],
    read: (json) => (json?.event === "data" ? { bid: json.data.bids[0]?.[0], ask: json.data.asks[0]?.[0] } : null),
    rest: "/bitstamp/api/v2/ticker/btcusd/",
  },
  binance: {
    path: "/binance/ws",
    subscribe: [{ method: "SUBSCRIBE", params: ["btcusdt@bookTicker"], id: 1 }],
    read: (json) => (json?.s === "BTCUSDT" ? { bid: json.b, ask: json.a } : null),
    rest: "/binance/api/v3/ticker/bookTicker?symbol=BTCUSDT",
  },
  deribit: {
    path: "/deribit/ws/api/v2",
    subscribe: [{ jsonrpc: "2.0", id: 1, method: "public/subscribe", params: { channels: ["quote.BTC-PERPETUAL"] } }],
    read: (json) =>
      json?.method === "subscription" && json.params.channel.startsWith("quote")
        ? { bid: json.params.data.best_bid_price, ask: json.params.data.best_ask_price }
        : null,
    rest: "/deribit/api/v2/public/get_index_price?index_name=btc_usd",
  },
  okx: {
    path: "/okx/ws/v5/public",
    subscribe: [{ op: "subscribe", args: [{ channel: "tickers", instId: "BTC-USDT" }] }],
    read: (json) => (json?.data ? { bid: json.data[0].bidPx, ask: json.data[0].askPx } : null),
    rest: "/okx/api/v5/market/ticker?instId=BTC-USDT",
  },
  bybit: {
    path: "/bybit/v5/public/inverse",
    subscribe: [{ op: "subscribe", args: ["tickers.BTCUSD"] }],
    read: (json) => (json?.topic ? { bid: json.data.bid1Price, ask: json.data.ask1Price } : null),
    rest: "/bybit/v5/market/tickers?category=spot&symbol=BTCUSDT",
  },
  gemini: {
    path: "/gemini/v2/marketdata",
    subscribe: [{ type: "subscribe", subscriptions: [{ name: "l2", symbols: ["BTCUSD"] }] }],
    read: (json) => {
      if (json?.type !== "l2_updates") return null;
      const best = (side: string) => json.changes.find(([of, , size]: string[]) => of === side && size !== "0")?.[1];
      return { bid: best("buy"), ask: best("sell") };
    },
    rest: "/gemini/v1/pubticker/btcusd",
  },
  bitfinex: {
    path: "/bitfinex/ws/2",
    subscribe: [{ event: "subscribe", channel: "ticker", symbol: "tBTCUSD" }],
    read: (json) => (Array.isArray(json) && Array.isArray(json[1]) ? { bid: json[1][0], ask: json[1][2] } : null),
    rest: "/bitfinex/v2/ticker/tBTCUSD",
  },
};

async function subscribed(market: TestMarket, venue: Venue): Promise<StreamClient> {
  const { path, subscribe, read } = SCRIPTS[venue];
  const client = await connect(market, path);
  for (const message of subscribe) client.send(message);
  await client.next((json) => read(json) !== null);
  return client;
}

async function nextOf(client: StreamClient, venue: Venue): Promise<Told> {
  const { read } = SCRIPTS[venue];
  return read((await client.next((json) => read(json) !== null)).json)!;
}

describe.each(VENUES)("%s: a fault on its stream", (venue) => {
  test("disconnect closes the line and refuses new ones with 503, and REST goes on", async () => {
    const market = await openStreamMarket();
    const [one, two] = [await subscribed(market, venue), await subscribed(market, venue)];
    await postFault(market, { venue, fault: "disconnect", forMs: 10_000 });
    const codes = [(await one.closed).code, (await two.closed).code];
    expect(codes.toSorted((a, b) => a - b)).toEqual([1006, 1012]);
    expect((await refusedHandshake(market, SCRIPTS[venue].path)).status).toBe(503);
    expect((await getText(market, SCRIPTS[venue].rest)).status).toBe(200);
    market.clock.nowMs += 10_000;
    await subscribed(market, venue);
  });

  test("half-open says nothing more, not even pong, and the line stays", async () => {
    const market = await openStreamMarket();
    const client = await subscribed(market, venue);
    const other = await subscribed(market, venue === "kraken" ? "okx" : "kraken");
    await postFault(market, { venue, fault: "half-open", forMs: 1_000 });
    const heard = client.frames.length;
    const pongs: unknown[] = [];
    client.socket.on("pong", (data) => pongs.push(data));
    client.socket.ping();
    // The other venue's pushes show that the market went on for that long.
    for (let i = 0; i < 3; i++) {
      step(market);
      await nextOf(other, venue === "kraken" ? "okx" : "kraken");
    }
    expect([client.frames.length, pongs.length]).toEqual([heard, 0]);
    market.clock.nowMs += 1_000;
    await nextOf(client, venue);
    expect((await getText(market, SCRIPTS[venue].rest)).status).toBe(200);
  });

  test("garbage is no JSON, html is a page, frozen is silence, and then it goes on", async () => {
    const market = await openStreamMarket();
    const client = await subscribed(market, venue);
    await postFault(market, { venue, fault: "garbage", forMs: 1_000 });
    step(market);
    expect((await client.next()).json).toBeUndefined();
    market.clock.nowMs += 1_000;
    await nextOf(client, venue);
    await postFault(market, { venue, fault: "html", forMs: 1_000 });
    step(market);
    expect((await client.next((_, text) => text.startsWith("<html>"))).text).toContain("</html>");
    market.clock.nowMs += 1_000;
    await nextOf(client, venue);
  });

  test("x1000, zero, null, crossed and locked change the numbers that are told", async () => {
    const market = await openStreamMarket();
    const told = async (fault: string): Promise<readonly [unknown, unknown]> => {
      await postFault(market, { venue, fault });
      const client = await connect(market, SCRIPTS[venue].path);
      for (const message of SCRIPTS[venue].subscribe) client.send(message);
      const { bid, ask } = await nextOf(client, venue);
      client.socket.terminate();
      await client.closed;
      await fetch(`${market.url}/control/fault`, { method: "DELETE" });
      return [bid, ask];
    };
    const client = await connect(market, SCRIPTS[venue].path);
    for (const message of SCRIPTS[venue].subscribe) client.send(message);
    const honest = await nextOf(client, venue);
    const huge = await told("x1000");
    expect(Number(huge[0]) / Number(honest.bid)).toBeCloseTo(1000, 6);
    expect((await told("zero")).map(Number)).toEqual([0, 0]);
    const nulls = await told("null");
    expect(nulls.every((price) => price === null || price === undefined)).toBe(true);
    const crossed = await told("crossed");
    expect(Number(crossed[0])).toBeGreaterThan(Number(crossed[1]));
    const locked = await told("locked");
    expect(locked[0]).toEqual(locked[1]);
  });

  test("429, 5xx, ban, geo-block and maintenance refuse the handshake and end what is open", async () => {
    const market = await openStreamMarket();
    for (const fault of ["429", "5xx", "ban", "geo-block", "maintenance"]) {
      const client = await subscribed(market, venue);
      await postFault(market, { venue, fault });
      expect((await client.closed).code, fault).toBeGreaterThan(1000);
      const refused = await refusedHandshake(market, SCRIPTS[venue].path);
      expect(refused.status, fault).toBeGreaterThanOrEqual(400);
      await fetch(`${market.url}/control/fault`, { method: "DELETE" });
    }
  });

  test("delisted: what is open falls silent, and a new subscription gets no push", async () => {
    const market = await openStreamMarket();
    const client = await subscribed(market, venue);
    const witness: Venue = venue === "kraken" ? "okx" : "kraken";
    const other = await subscribed(market, witness);
    await postFault(market, { venue, fault: "delisted" });
    const late = await connect(market, SCRIPTS[venue].path);
    for (const message of SCRIPTS[venue].subscribe) late.send(message);
    const heard = client.frames.length;
    for (let i = 0; i < 3; i++) {
      step(market);
      await nextOf(other, witness);
    }
    expect(client.frames.slice(heard).filter(({ json }) => SCRIPTS[venue].read(json) !== null)).toEqual([]);
    expect(late.frames.filter(({ json }) => SCRIPTS[venue].read(json) !== null)).toEqual([]);
  });
});

describe("faults that only some venues can show", () => {
  test("a frozen venue repeats nothing, and its clock stands still with its prices", async () => {
    const market = await openStreamMarket();
    const [client, other] = [await subscribed(market, "okx"), await subscribed(market, "kraken")];
    step(market, 4);
    await nextOf(client, "okx");
    await postFault(market, { venue: "okx", fault: "frozen" });
    const late = await subscribed(market, "okx");
    for (let i = 0; i < 3; i++) {
      step(market);
      await nextOf(other, "kraken");
    }
    expect(client.frames.at(-1)!.json.data[0].ts).toBe(String(START_MS + 1_000));
    expect(late.frames.at(-1)!.json.data[0].ts).toBe(String(START_MS + 1_000));
  });

  test("clock moves every time that is stated and no price", async () => {
    const market = await openStreamMarket();
    const honest = (await subscribed(market, "okx")).frames.at(-1)!.json.data[0];
    for (const [byMs, order] of [
      [300_000, {}],
      [-60_000, { byMs: -60_000 }],
    ] as const) {
      await postFault(market, { venue: "okx", fault: "clock", ...order });
      const told = (await subscribed(market, "okx")).frames.at(-1)!.json.data[0];
      expect(told).toEqual({ ...honest, ts: String(START_MS + byMs) });
      const rest = JSON.parse((await getText(market, SCRIPTS.okx.rest)).text);
      expect(rest.data[0]).toMatchObject({ ts: String(START_MS + byMs), bidPx: honest.bidPx });
    }
  });

  test("sequence-gap loses a push now and then, and the count shows it", async () => {
    const market = await openStreamMarket();
    const client = await connect(market, "/bitfinex/ws/2");
    client.send({ event: "conf", flags: 65536 });
    client.send({ event: "subscribe", channel: "ticker", symbol: "tBTCUSD" });
    await client.next(Array.isArray);
    await postFault(market, { venue: "bitfinex", fault: "sequence-gap" });
    const witness = await subscribed(market, "kraken");
    for (let i = 0; i < 60; i++) {
      step(market);
      await nextOf(witness, "kraken");
    }
    const counts = client.frames.filter(({ json }) => Array.isArray(json)).map(({ json }) => json[2] as number);
    expect(counts.toSorted((a, b) => a - b)).toEqual(counts);
    expect(counts.length).toBeGreaterThan(40);
    expect(counts.at(-1)! - counts[0]! + 1).toBeGreaterThan(counts.length);
  });

  test("the venue's own notice comes before the end", async () => {
    const market = await openStreamMarket();
    const notices: Readonly<Partial<Record<string, (json: Json) => boolean>>> = {
      kraken: (json) => json.channel === "status" && json.data[0].system === "maintenance",
      bitstamp: (json) => json.event === "bts:request_reconnect",
      binance: (json) => json.e === "serverShutdown",
      okx: (json) => json.event === "notice" && json.code === "64008",
      bitfinex: (json) => json.event === "info" && json.code === 20060,
    };
    for (const [venue, isNotice] of Object.entries(notices)) {
      if (!isVenue(venue)) continue;
      const client = await subscribed(market, venue);
      await postFault(market, { venue, fault: "maintenance" });
      await client.next(isNotice);
      expect((await client.closed).code).toBe(1012);
    }
    const client = await subscribed(market, "deribit");
    await postFault(market, { venue: "deribit", fault: "429" });
    await client.next((json) => json.error?.code === 10028);
    await client.closed;
  });

  test("a slow venue's pushes come late and in order, over HTTP the body drips", { timeout: 15_000 }, async () => {
    const market = await openStreamMarket();
    const client = await subscribed(market, "okx");
    await postFault(market, { venue: "okx", fault: "slow" });
    const from = performance.now();
    const slowRest = fetch(market.url + SCRIPTS.okx.rest).then((response) => response.text());
    step(market);
    await nextOf(client, "okx");
    expect(performance.now() - from).toBeGreaterThan(2_500);
    expect(JSON.parse(await slowRest)).toMatchObject({ code: "0" });
    expect(performance.now() - from).toBeGreaterThan(4_000);
  });

  test("timeout takes the handshake in and never answers, until the market stops", async () => {
    const market = await openStreamMarket();
    await postFault(market, { venue: "kraken", fault: "timeout" });
    const { StreamClient: Client } = await import("./support.ts");
    const waiting = new Client(`${market.url.replace("http", "ws")}/kraken/v2`);
    await getText(market, "/market");
    expect(waiting.socket.readyState).toBe(0);
    await market.stop();
    expect((await waiting.closed).code).toBe(1006);
  });
});

describe("the end", () => {
  test("stop cuts every line at once, and nothing is left that keeps the process", async () => {
    const market = await openStreamMarket();
    const clients = await Promise.all(VENUES.map((venue) => subscribed(market, venue)));
    await postFault(market, { venue: "okx", fault: "slow" });
    step(market);
    await market.stop();
    for (const client of clients) expect((await client.closed).code).toBe(1006);
  });

  test("a path that the venue does not have is a 404", async () => {
    const market = await openStreamMarket();
    expect((await refusedHandshake(market, "/kraken/v9")).status).toBe(404);
    expect((await refusedHandshake(market, "/mars/v2")).status).toBe(404);
  });
});
