import { describe, expect, test } from "vitest";
import { openMarket, type TestMarket } from "./support.ts";
import { connect, type Json, refusedHandshake, type StreamClient } from "./streams/support.ts";

const TICKER = "/kraken/0/public/Ticker?pair=XBTUSD";

async function status(market: TestMarket, path: string): Promise<number> {
  const response = await fetch(market.url + path);
  await response.arrayBuffer();
  return response.status;
}

async function report(market: TestMarket): Promise<Json> {
  return ((await (await fetch(`${market.url}/control/requests`)).json()) as Json).venues;
}

describe("requests counted against documented limits", () => {
  test("each client of a venue has an account, named by its path or its address", async () => {
    const market = await openMarket();
    for (const path of ["/as/node-1", "/as/node-1", "/as/node-2", ""]) await status(market, path + TICKER);
    const { kraken } = await report(market);
    expect(Object.keys(kraken).toSorted()).toEqual(["127.0.0.1", "node-1", "node-2"]);
    expect(kraken["node-1"]).toMatchObject({
      requests: 2,
      refused: 0,
      exceeded: false,
      limits: { requests: { total: 2, most: 2, limit: 15, exceeded: false } },
    });
    await fetch(`${market.url}/control/requests/reset`, { method: "POST" });
    expect(await report(market)).toEqual({});
  });

  test("without enforcement a client over the limit is told nothing, and the report tells on it", async () => {
    const market = await openMarket();
    for (let i = 0; i < 20; i++) expect(await status(market, `/as/a${TICKER}`)).toBe(200);
    expect((await report(market)).kraken.a).toMatchObject({ exceeded: true, requests: 20 });
  });

  test("with enforcement the sixteenth request at once is refused, other clients and later ones are not", async () => {
    const market = await openMarket({ enforce: true });
    for (let i = 0; i < 15; i++) expect(await status(market, `/as/a${TICKER}`)).toBe(200);
    expect(await status(market, `/as/a${TICKER}`)).toBe(429);
    expect(await status(market, `/as/b${TICKER}`)).toBe(200);
    market.clock.nowMs += 1_000;
    expect(await status(market, `/as/a${TICKER}`)).toBe(200);
  });

  test("weights, credits and endpoints are each venue's own", async () => {
    const market = await openMarket();
    for (const path of [
      "/as/a/binance/api/v3/depth?symbol=BTCUSDT&limit=1000",
      "/as/a/binance/eapi/v1/mark",
      "/as/a/binance/fapi/v1/premiumIndex?symbol=BTCUSDT",
      "/as/a/deribit/api/v2/public/get_index_price?index_name=btc_usd",
      "/as/a/deribit/api/v2/public/get_instruments?currency=BTC",
      "/as/a/okx/api/v5/market/ticker?instId=BTC-USDT",
      "/as/a/okx/api/v5/public/mark-price?instType=SWAP",
      "/as/a/bitfinex/v2/ticker/tBTCUSD",
    ])
      await status(market, path);
    const venues = await report(market);
    const totals = (venue: string) =>
      Object.fromEntries(
        Object.entries<Json>(venues[venue].a.limits).map(([name, { total, limit }]) => [name, [total, limit]]),
      );
    expect(totals("binance")).toEqual({
      "spot weight": [50, 6_000],
      "options weight": [5, 2_400],
      "futures weight": [1, 2_400],
    });
    expect(totals("deribit")).toEqual({ credits: [500, 50_000], get_instruments: [1, 5] });
    expect(totals("okx")).toEqual({ "market/ticker": [1, 20], "public/mark-price": [1, 10] });
    expect(totals("bitfinex")).toEqual({ ticker: [1, 90] });
  });

  test("Binance bans who goes on after its refusals, Bybit shuts the door at once", { timeout: 20_000 }, async () => {
    const market = await openMarket({ enforce: true });
    const depth = "/as/a/binance/api/v3/depth?symbol=BTCUSDT&limit=5000";
    const codes: number[] = [];
    for (let i = 0; i < 40; i++) codes.push(await status(market, depth));
    expect(codes.slice(0, 24)).toEqual(Array.from({ length: 24 }, () => 200));
    expect(codes[24]).toBe(429);
    expect(codes.at(-1)).toBe(418);
    expect(Number((await fetch(market.url + depth)).headers.get("retry-after"))).toBeGreaterThan(60);
    market.clock.nowMs += 121_000;
    expect(await status(market, depth)).toBe(200);
    for (let i = 0; i < 600; i++) await status(market, "/as/a/bybit/v5/market/time");
    expect(await status(market, "/as/a/bybit/v5/market/time")).toBe(403);
    market.clock.nowMs += 60_000;
    expect(await status(market, "/as/a/bybit/v5/market/time")).toBe(403);
  });

  test("connects are counted and refused: OKX takes three a second", async () => {
    const market = await openMarket({ enforce: true, pushMs: 5 });
    for (let i = 0; i < 3; i++) await connect(market, "/as/a/okx/ws/v5/public");
    expect((await refusedHandshake(market, "/as/a/okx/ws/v5/public")).status).toBe(429);
    await connect(market, "/as/b/okx/ws/v5/public");
    market.clock.nowMs += 1_010;
    await connect(market, "/as/a/okx/ws/v5/public");
    expect((await report(market)).okx.a.limits.connects).toMatchObject({ total: 5, most: 4, limit: 3 });
  });

  test("messages on a line are counted: Binance hears five a second, Deribit ends a session with 10028", async () => {
    const market = await openMarket({ enforce: true, pushMs: 5 });
    const binance = await connect(market, "/as/a/binance/ws");
    for (let id = 1; id <= 6; id++) binance.send({ method: "LIST_SUBSCRIPTIONS", id });
    expect((await binance.closed).code).toBe(1008);
    expect(binance.frames.length).toBe(5);
    const deribit: StreamClient = await connect(market, "/as/a/deribit/ws/api/v2");
    for (let id = 1; id <= 11; id++)
      deribit.send({ jsonrpc: "2.0", id, method: "public/subscribe", params: { channels: [] } });
    await deribit.next((json) => json.error?.code === 10028);
    await deribit.closed;
    const venues = await report(market);
    expect(venues.binance.a).toMatchObject({ messages: 6, exceeded: true, connects: 1 });
    expect(venues.deribit.a.limits["subscribe credits"]).toMatchObject({ total: 33_000, limit: 30_000 });
  });
});
