import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { CandleSeries } from "../../src/market/quote.ts";
import { CANDLE_ADAPTERS, parseBodies } from "../../src/sources/adapters.ts";
import { CandleHistory } from "../../src/sources/candle-history.ts";
import type { CandleSubscription } from "../../src/sources/subscription.ts";
import { CandleBook } from "../../src/sim/market/candles.ts";
import { SyntheticMarket } from "../../src/sim/market/synthetic.ts";
import { SPOT_BOOKS } from "../../src/sim/market/venues.ts";
import { DATA, getJson, getText, openMarket, present, skipNote, START_MS, type TestMarket } from "./support.ts";

const STEP_MS = 300_000;
const MINUTES = "quant/market/btc_1m_20230301_20230321_multi.csv";
const here = present(MINUTES);

const candlesOf = (venue: CandleSubscription["venue"], base: string, quote = "USD", days = 30): CandleSubscription => ({
  kind: "candles",
  venue,
  base,
  quote,
  intervalMs: STEP_MS,
  days,
});

/** What a node would hold: its own adapter and history, page by page over HTTP. */
async function load(
  market: TestMarket,
  subscription: CandleSubscription,
): Promise<{ series: CandleSeries; pages: number }> {
  const adapter = CANDLE_ADAPTERS[subscription.venue];
  const history = new CandleHistory(subscription, adapter);
  const { nowMs } = market.clock;
  let pages = 0;
  for (let page = history.nextPage(nowMs); page !== null; page = history.nextPage(nowMs)) {
    pages++;
    const { text } = await getText(market, `/${subscription.venue}${adapter.path(subscription, page)}`);
    const parsed = adapter.parse(text, subscription, nowMs);
    if (parsed.kind === "gap" && parsed.reason !== "no-quote") throw new Error(parsed.detail);
    history.take(page, parsed.kind === "quote" ? parsed.quote : null, nowMs);
  }
  return { series: history.series!, pages };
}

describe("candles over HTTP", () => {
  test.each([
    ["coinbase", "BTC", "USD", 29],
    ["bitstamp", "SOL", "USD", 9],
    ["binance", "ETH", "USDT", 9],
  ] as const)(
    "%s %s-%s: thirty days in %i pages of its own format are the model's bars",
    async (venue, base, quote, pages) => {
      const market = await openMarket();
      market.clock.nowMs += 23 * 60_000;
      const loaded = await load(market, candlesOf(venue, base, quote));
      expect(loaded.pages).toBe(pages);
      const spec = SPOT_BOOKS.find((book) => book.venue === venue && book.base === base && book.quote === quote)!;
      const { closes } = loaded.series;
      expect(closes.length).toBe(8_641);
      const model = new CandleBook(new SyntheticMarket({ seed: 9, startMs: START_MS }));
      const bars = model.bars(spec, STEP_MS, closes[0]!.openMs, closes.at(-1)!.openMs, market.clock.nowMs);
      for (const [i, bar] of bars.entries()) {
        expect(closes[i]!.openMs).toBe(bar.openMs);
        for (const side of ["open", "high", "low", "close"] as const)
          expect(Math.abs(closes[i]![side] - bar[side])).toBeLessThan(1e-7);
      }
      expect(closes.at(-1)!.openMs).toBe(Math.floor(market.clock.nowMs / STEP_MS) * STEP_MS - STEP_MS);
    },
  );

  test("Kraken has the newest 720 and no more, whatever is asked", async () => {
    const market = await openMarket();
    const { series, pages } = await load(market, candlesOf("kraken", "SOL"));
    expect(pages).toBe(1);
    expect(series.closes.length).toBe(719);
    const old = `/kraken/0/public/OHLC?pair=XBTUSD&interval=5&since=${START_MS / 1000 - 30 * 86_400}`;
    const { result } = await getJson<{ result: { XXBTZUSD: [number][]; last: number } }>(market, old);
    expect(result.XXBTZUSD.length).toBe(720);
    // The last row is under way, `last` is the one before.
    expect(result.XXBTZUSD.at(-1)![0]).toBe(Math.floor(START_MS / STEP_MS) * 300);
    expect(result.last).toBe(result.XXBTZUSD.at(-2)![0]);
  });

  test("each venue's order, types and refusals", async () => {
    const market = await openMarket();
    const read = async (path: string) => (await getText(market, path)).text;
    const end = new Date(START_MS).toISOString();
    const start = (ms: number) => new Date(START_MS - ms).toISOString();
    const coinbase = "/coinbase/products/BTC-USD/candles";
    const rows = await getJson<number[][]>(market, `${coinbase}?granularity=300&start=${start(1_800_000)}&end=${end}`);
    expect(rows.length).toBe(6);
    expect(rows[0]![0]).toBeGreaterThan(rows[1]![0]!);
    expect(await getJson<unknown[]>(market, `${coinbase}?granularity=300`)).toHaveLength(300);
    expect(await read(`${coinbase}?granularity=300&start=${start(90_300_000)}&end=${end}`)).toContain("exceeds 300");
    expect(await read(`${coinbase}?granularity=120`)).toBe('{"message":"Unsupported granularity"}');
    expect(await read("/coinbase/products/DOGE-USD/candles?granularity=300")).toBe('{"message":"NotFound"}');
    expect(await read("/binance/api/v3/klines?symbol=BTCUSDT&interval=5m&limit=2")).toMatch(
      /^\[\[\d{13},"\d+\.\d{8}","\d+\.\d{8}","\d+\.\d{8}","\d+\.\d{8}","\d+\.\d{8}",\d{13},"\d+\.\d{8}",\d+,"[\d.]+","[\d.]+","0"\],/,
    );
    expect(await getJson<unknown[]>(market, "/binance/api/v3/klines?symbol=BTCUSDT&interval=5m")).toHaveLength(500);
    expect(await read("/binance/api/v3/klines?symbol=BTCUSDT&interval=7m")).toContain('"code":-1120');
    expect(await read("/bitstamp/api/v2/ohlc/solusd/?step=300&limit=1")).toMatch(
      /^\{"data": \{"ohlc": \[\{"close": "\d+\.\d{3}", "high": "[\d.]+", "low": "[\d.]+", "open": "[\d.]+", "timestamp": "\d{10}", "volume": "[\d.]+"\}\], "pair": "SOL\/USD"\}\}$/,
    );
    expect((await getText(market, "/bitstamp/api/v2/ohlc/solusd/?step=7&limit=1")).status).toBe(400);
    expect(await read("/kraken/0/public/OHLC?pair=XBTUSD&interval=7")).toBe('{"error":["EGeneral:Invalid arguments"]}');
    expect(await read("/kraken/0/public/OHLC?pair=NOPEUSD&interval=5")).toContain("Unknown asset pair");
  });

  test("the perpetual's funding passes the node's own adapter, and agrees with its premium", async () => {
    const market = await openMarket();
    const path = "/deribit/api/v2/public/get_book_summary_by_currency?currency=ETH&kind=future";
    const subscription = { kind: "futures", venue: "deribit", base: "ETH", quote: "USD" } as const;
    const parsed = parseBodies([(await getText(market, path)).text], subscription, market.clock.nowMs, {
      allowTestnet: false,
    });
    if (parsed.kind === "gap" || parsed.quote.kind !== "futures") throw new Error("no board");
    const [perpetual, ...dated] = parsed.quote.value.futures;
    const premium = perpetual!.mark / perpetual!.index! - 1;
    expect(perpetual!.currentFunding!).toBeCloseTo(Math.max(2.5e-4, premium) + Math.min(-2.5e-4, premium), 5);
    expect(Math.abs(perpetual!.funding8h!)).toBeLessThanOrEqual(3.5e-4);
    for (const future of dated) expect([future.funding8h, future.currentFunding]).toEqual([null, null]);
  });

  test.skipIf(!here)(
    `a tape's own minutes are the bars before and after the minute it begins at${skipNote(here)}`,
    async () => {
      const fromUnix = Date.UTC(2023, 2, 11, 6) / 1000;
      const startMs = Math.floor(START_MS / STEP_MS) * STEP_MS;
      const market = await openMarket({ startMs, tape: { minutes: join(DATA, MINUTES), fromUnix } });
      market.clock.nowMs = startMs + 2 * 3_600_000;
      const { series } = await load(market, candlesOf("coinbase", "BTC", "USD", 7));
      expect(series.closes.length).toBe(7 * 288 + 1);
      const changes = series.closes.slice(1).map(({ close }, i) => Math.log(close / series.closes[i]!.close) ** 2);
      const realised = Math.sqrt((changes.reduce((sum, value) => sum + value, 0) * 105_120) / changes.length);
      // QUANT: 62 percent over these three weeks; the week of the bank run is wilder.
      expect(realised).toBeGreaterThan(0.4);
      expect(realised).toBeLessThan(0.9);
      expect(await getText(market, "/coinbase/products/SOL-USD/candles?granularity=300")).toMatchObject({
        status: 404,
      });
      expect(await getText(market, "/coinbase/products/SOL-USD/ticker")).toMatchObject({ status: 404 });
    },
  );
});
