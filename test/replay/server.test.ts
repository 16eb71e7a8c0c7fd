import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { startMarket } from "../../src/replay/server.ts";
import { SyntheticMarket } from "../../src/sim/market/synthetic.ts";
import { getJson, getText, openMarket, START_MS } from "./support.ts";

const PATHS = [
  "/binance/eapi/v1/mark",
  "/okx/api/v5/public/opt-summary?instFamily=BTC-USD",
  "/bybit/v5/market/tickers?category=option&baseCoin=ETH",
  "/gemini/v1/book/btcusd",
  "/bitfinex/v2/book/tBTCUSD/P0",
  "/coinbase/products/BTC-USD/ticker",
  "/kraken/0/public/Ticker?pair=ETHUSD",
  "/bitstamp/api/v2/ticker/btcusd/",
  "/binance/api/v3/ticker/bookTicker?symbol=BTCUSDT",
  "/deribit/api/v2/public/get_index_price?index_name=btc_usd",
  "/deribit/api/v2/public/get_book_summary_by_currency?currency=BTC&kind=option",
];

describe("the market as a server", () => {
  test("two markets with one seed and one clock say the same, byte for byte; another seed does not", async () => {
    const [one, two, other] = [await openMarket(), await openMarket(), await openMarket({ seed: 10 })];
    for (const market of [one, two, other]) market.clock.nowMs += 7_777;
    for (const path of PATHS) {
      const body = (await getText(one, path)).text;
      expect((await getText(two, path)).text).toBe(body);
      expect((await getText(other, path)).text).not.toBe(body);
    }
  });

  test("a body changes with every step and not within one", async () => {
    const market = await openMarket();
    for (const path of PATHS) {
      market.clock.nowMs = START_MS;
      const first = (await getText(market, path)).text;
      market.clock.nowMs = START_MS + 249;
      expect((await getText(market, path)).text).toBe(first);
      market.clock.nowMs = START_MS + 250;
      expect((await getText(market, path)).text).not.toBe(first);
    }
  });

  test("truth and bounds are those of the market itself, and every served spot book lies within them", async () => {
    const market = await openMarket();
    const model = new SyntheticMarket({ seed: 9, startMs: START_MS });
    for (let i = 1; i <= 40; i++) {
      market.clock.nowMs = START_MS + i * 1_700;
      const feed = i % 2 === 0 ? "ETH-USD.spot-index" : "BTC-USD.iv-atm-30d";
      const answer = await getJson(market, `/truth?feed=${feed}&atMs=${market.clock.nowMs}&windowMs=2000`);
      const bounds = model.bounds(feed, market.clock.nowMs, 2_000);
      expect(answer).toEqual({ value: model.truth(feed, market.clock.nowMs), ...bounds, atMs: market.clock.nowMs });
      const spot = await getJson<{ low: number; high: number }>(
        market,
        `/truth?feed=BTC-USD.spot-index&atMs=${market.clock.nowMs}`,
      );
      const book = await getJson<{ bid: string; ask: string }>(market, "/bitstamp/api/v2/ticker/btcusd/");
      expect(Number(book.bid)).toBeGreaterThanOrEqual(spot.low);
      expect(Number(book.ask)).toBeLessThanOrEqual(spot.high);
    }
  });

  test("the series is the truth point by point; the future and unknown feeds are refused", async () => {
    const market = await openMarket();
    market.clock.nowMs += 20_000;
    const { points } = await getJson<{ points: [number, number][] }>(
      market,
      `/truth/series?feed=BTC-USD.spot-index&fromMs=${START_MS}&toMs=${START_MS + 10_000}&stepMs=500`,
    );
    const model = new SyntheticMarket({ seed: 9, startMs: START_MS });
    expect(points.length).toBe(21);
    for (const [atMs, value] of points) expect(value).toBe(model.truth("BTC-USD.spot-index", atMs));
    for (const path of [
      `/truth?feed=BTC-USD.spot-index&atMs=${market.clock.nowMs + 1}`,
      "/truth?feed=DOGE-USD.spot-index",
      "/truth?feed=BTC-USD.spot-index&windowMs=-1",
      "/truth?feed=BTC-USD.spot-index&atMs=soon",
      `/truth/series?feed=BTC-USD.spot-index&fromMs=0&stepMs=1`,
    ]) {
      const refused = await getText(market, path);
      expect(refused.status, path).toBe(400);
      expect(JSON.parse(refused.text)).toHaveProperty("code");
    }
  });

  test("it says what it is", async () => {
    const market = await openMarket({ speed: 3 });
    const model = new SyntheticMarket({ seed: 9, startMs: START_MS, speed: 3 });
    expect(await getJson(market, "/market")).toMatchObject({
      mode: "synthetic",
      seed: 9,
      startMs: START_MS,
      speed: 3,
      stepMs: 250,
      noise: model.noise,
    });
  });

  test("a large body is compressed when that is accepted, and is the same body", async () => {
    const market = await openMarket();
    const path = PATHS.at(-1)!;
    const plain = await fetch(market.url + path, { headers: { "accept-encoding": "identity" } });
    const packed = await fetch(market.url + path, { headers: { "accept-encoding": "gzip" } });
    expect(plain.headers.get("content-encoding")).toBeNull();
    expect(packed.headers.get("content-encoding")).toBe("gzip");
    expect(Number(packed.headers.get("content-length"))).toBeLessThan(Number(plain.headers.get("content-length")) / 3);
    expect(await packed.text()).toBe(await plain.text());
  });

  test("answers take their time when latency is on", async () => {
    const market = await openMarket({ latency: true });
    const from = performance.now();
    await getText(market, "/kraken/0/public/Ticker?pair=XBTUSD");
    expect(performance.now() - from).toBeGreaterThanOrEqual(7);
  });

  test("stop leaves nothing: the port is free and a connection that waits is ended", async () => {
    const market = await startMarket({ seed: 1, faults: [{ venue: "kraken", fault: "timeout" }] });
    const waiting = fetch(`${market.url}/kraken/0/public/Ticker?pair=XBTUSD`).then(
      () => "answered",
      () => "ended",
    );
    const idle = connect(market.port, "127.0.0.1");
    await new Promise((resolve) => idle.once("connect", resolve));
    const closed = new Promise((resolve) => idle.once("close", resolve));
    await getText(market, "/market");
    await market.stop();
    expect(await waiting).toBe("ended");
    await closed;
    const again = await startMarket({ port: market.port });
    expect(again.port).toBe(market.port);
    await again.stop();
    await again.stop();
  });

  test("options that cannot be are refused before anything listens", async () => {
    await expect(startMarket({ seed: -3 })).rejects.toThrow(/seed/);
    await expect(startMarket({ startMs: Date.now() + 60_000 })).rejects.toThrow(/startMs/);
    await expect(startMarket({ recordings: "/nowhere/at/all" })).rejects.toThrow(/cannot read/);
    await expect(startMarket({ recordings: ".", tape: {} })).rejects.toThrow(/exclude/);
    await expect(startMarket({ tape: {} })).rejects.toThrow(/neither/);
    const market = await openMarket();
    await expect(startMarket({ port: market.port })).rejects.toThrow(/cannot listen/);
  });
});
