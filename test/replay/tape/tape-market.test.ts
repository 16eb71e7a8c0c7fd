import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadTapeMinutes } from "../../../src/replay/tape/load.ts";
import { findTapeFiles } from "../../../src/replay/tape-files.ts";
import { TapeMarket } from "../../../src/replay/tape/tape-market.ts";
import { spotBookAt } from "../../../src/sim/market/books.ts";
import { boundsOver, truthAt } from "../../../src/sim/market/truth.ts";
import { SPOT_BOOKS } from "../../../src/sim/market/venues.ts";
import { seededRng } from "../../../src/sim/random.ts";
import {
  DATA,
  getJson,
  getText,
  openMarket,
  present,
  skipNote,
  START_MS,
  temporaryFolder,
  type TestMarket,
} from "../support.ts";
import { chainCsv, FROM_UNIX, MINUTES_CSV } from "./support.ts";

const MINUTES = "quant/market/btc_1m_20230301_20230321_multi.csv";
const here = present(MINUTES);

function handmade(): { minutes: string; chain: string } {
  const dir = temporaryFolder();
  const paths = { minutes: join(dir, "btc_1m_hand.csv"), chain: join(dir, "chain_20260113T092145Z.csv") };
  writeFileSync(paths.minutes, MINUTES_CSV);
  writeFileSync(paths.chain, chainCsv());
  return paths;
}

async function mids(market: TestMarket) {
  const mid = (bid: string, ask: string): number => (Number(bid) + Number(ask)) / 2;
  const coinbase = await getJson<{ bid: string; ask: string }>(market, "/coinbase/products/BTC-USD/ticker");
  const bitstamp = await getJson<{ bid: string; ask: string }>(market, "/bitstamp/api/v2/ticker/btcusd/");
  const kraken = (
    await getJson<{ result: Record<string, { a: string[]; b: string[] }> }>(
      market,
      "/kraken/0/public/Ticker?pair=XBTUSD,USDTUSD",
    )
  ).result;
  const binance = await getJson<{ bidPrice: string; askPrice: string }>(
    market,
    "/binance/api/v3/ticker/bookTicker?symbol=BTCUSDT",
  );
  const usdc = await getJson<{ bidPrice: string; askPrice: string }>(
    market,
    "/binance/api/v3/ticker/bookTicker?symbol=BTCUSDC",
  );
  return {
    coinbase: mid(coinbase.bid, coinbase.ask),
    bitstamp: mid(bitstamp.bid, bitstamp.ask),
    kraken: mid(kraken.XXBTZUSD!.b[0]!, kraken.XXBTZUSD!.a[0]!),
    usdt: mid(kraken.USDTZUSD!.b[0]!, kraken.USDTZUSD!.a[0]!),
    binance: mid(binance.bidPrice, binance.askPrice),
    binanceUsdc: mid(usdc.bidPrice, usdc.askPrice),
  };
}

describe("a tape of minutes over HTTP", () => {
  test("every dollar book follows BTC/USD, Binance its stablecoins, and USDT/USD converts one into the other", async () => {
    const market = await openMarket({ tape: { minutes: handmade().minutes, speed: 60 } });
    // One and a half wall seconds are one and a half tape minutes.
    market.clock.nowMs += 1_500;
    const seen = await mids(market);
    for (const venue of ["coinbase", "bitstamp", "kraken"] as const)
      expect(Math.abs(seen[venue] / 20_090 - 1)).toBeLessThan(2e-4);
    expect(Math.abs(seen.binance / 20_110 - 1)).toBeLessThan(1e-4);
    expect(Math.abs(seen.binanceUsdc / 20_532.5 - 1)).toBeLessThan(1e-4);
    expect(Math.abs((seen.binance * seen.usdt) / 20_090 - 1)).toBeLessThan(2e-4);
    const truth = await getJson<{ value: number; low: number; high: number }>(market, "/truth?feed=BTC-USD.spot-index");
    expect(truth.value).toBe(20_090);
    expect(await getJson(market, "/market")).toMatchObject({
      mode: "tape",
      speed: 60,
      tape: { minutes: { fromUnix: FROM_UNIX }, chain: null },
    });
  });

  test("what is not on the tape is not listed: no ETH, no options, no vol", async () => {
    const market = await openMarket({ tape: { minutes: handmade().minutes } });
    expect((await getText(market, "/coinbase/products/ETH-USD/ticker")).status).toBe(404);
    expect((await getText(market, "/kraken/0/public/Ticker?pair=ETHUSD")).text).toContain("Unknown asset pair");
    expect((await getText(market, "/bitstamp/api/v2/ticker/ethusd/")).status).toBe(404);
    expect((await getText(market, "/binance/api/v3/ticker/bookTicker?symbol=ETHUSDT")).text).toContain("-1121");
    expect((await getText(market, "/deribit/api/v2/public/get_index_price?index_name=eth_usd")).status).toBe(400);
    const chain = "/deribit/api/v2/public/get_book_summary_by_currency?kind=option&currency=";
    expect((await getText(market, `${chain}ETH`)).status).toBe(400);
    expect((await getJson<{ result: unknown }>(market, `${chain}BTC`)).result).toEqual([]);
    for (const feed of ["ETH-USD.spot-index", "BTC-USD.iv-atm-30d"])
      expect((await getText(market, `/truth?feed=${feed}`)).status).toBe(404);
  });

  test("after the last bar venues have no quote, and say so in their own way", async () => {
    const market = await openMarket({ tape: { minutes: handmade().minutes, speed: 60, fromUnix: FROM_UNIX + 60 } });
    market.clock.nowMs += 4_000;
    expect(await getJson(market, "/coinbase/products/BTC-USD/ticker")).toMatchObject({ bid: "0", ask: "0" });
    expect((await getText(market, "/kraken/0/public/Ticker?pair=XBTUSD")).text).toContain(
      '"a":["0.00000","0","0.000"]',
    );
    expect(await getJson(market, "/bitstamp/api/v2/ticker/btcusd/")).toMatchObject({ bid: "0" });
    expect(await getJson(market, "/binance/api/v3/ticker/bookTicker?symbol=BTCUSDT")).toMatchObject({
      bidPrice: "0.00000000",
    });
    expect((await getText(market, "/deribit/api/v2/public/get_index_price?index_name=btc_usd")).text).toContain(
      "temporarily_unavailable",
    );
    expect((await getText(market, "/truth?feed=BTC-USD.spot-index")).status).toBe(404);
  });

  test("minutes and a chain together: spot from the minutes, ETH and vols from the chain's side", async () => {
    const paths = handmade();
    const market = await openMarket({ tape: { ...paths, speed: 60 } });
    expect((await getJson<{ value: number }>(market, "/truth?feed=BTC-USD.spot-index")).value).toBe(20_000);
    expect((await getJson<{ value: number }>(market, "/truth?feed=BTC-USD.iv-atm-30d")).value).toBeGreaterThan(0.4);
    expect((await getText(market, "/coinbase/products/ETH-USD/ticker")).status).toBe(404);
  });

  test("a tape time outside the file is refused by its range", async () => {
    const { minutes } = handmade();
    await expect(openMarket({ tape: { minutes, fromUnix: FROM_UNIX + 240 } })).rejects.toThrow(
      /not in btc_1m_hand.csv/,
    );
    await expect(openMarket({ tape: { minutes, speed: 0 } })).rejects.toThrow(/speed/);
    await expect(openMarket({ tape: { minutes: `${minutes}.gone` } })).rejects.toThrow(/cannot read/);
    await expect(openMarket({ tape: { chain: minutes } })).rejects.toThrow(/btc_1m_hand.csv:1: has no column/);
    expect(findTapeFiles(join(minutes, "..")).minutes).toEqual([minutes]);
    expect(findTapeFiles(join(minutes, "..")).chains.length).toBe(1);
  });
});

describe("the tape of March 2023", () => {
  test.skipIf(!here)(
    `11 March 07:48 UTC: 20 111.69 in dollars, 19 980.96 in USDT, 22 891.45 in USDC; conversion gives the dollar price${skipNote(here)}`,
    async () => {
      // The close of the 07:48 bar is reached when the tape shows 07:49.
      const market = await openMarket({
        tape: { minutes: join(DATA, MINUTES), speed: 60, fromUnix: 1_678_520_880 + 60 - 600 },
      });
      market.clock.nowMs = START_MS + 10_000;
      const seen = await mids(market);
      expect(Math.abs(seen.coinbase / 20_111.69 - 1)).toBeLessThan(1e-4);
      expect(Math.abs(seen.binance / 19_980.96 - 1)).toBeLessThan(1e-4);
      expect(Math.abs(seen.binanceUsdc / 22_891.45 - 1)).toBeLessThan(1e-4);
      expect(Math.abs((seen.binance * seen.usdt) / 20_111.69 - 1)).toBeLessThan(2e-4);
      expect((await getJson<{ value: number }>(market, "/truth?feed=BTC-USD.spot-index")).value).toBeCloseTo(
        20_111.69,
        6,
      );
    },
  );

  test.skipIf(!here)(
    `3 000 random instants: every dollar book and every converted USDT book lies within the bounds${skipNote(here)}`,
    () => {
      const minutes = loadTapeMinutes(join(DATA, MINUTES));
      const market = new TapeMarket({
        seed: 2,
        startMs: START_MS,
        stepMs: 250,
        speed: 60,
        minutes,
        chain: null,
        fromUnix: minutes.fromUnix,
      });
      const books = SPOT_BOOKS.filter((spec) => spec.base === "BTC" && spec.quote !== "USDC");
      const stables = SPOT_BOOKS.filter((spec) => spec.base === "USDT");
      const rng = seededRng(3);
      for (let i = 0; i < 3_000; i++) {
        const atMs = START_MS + Math.floor(rng.next() * 30_000_000);
        const windowMs = 3_000;
        const moment = () => Math.max(0, Math.floor((atMs - rng.next() * windowMs - START_MS) / 250));
        const spec = books[i % books.length]!;
        const bounds = boundsOver(market, "BTC-USD.spot-index", atMs, windowMs)!;
        const book = spotBookAt(market, spec, moment())!;
        const stable = spec.quote === "USD" ? null : spotBookAt(market, stables[i % stables.length]!, moment())!;
        expect(book.bid * (stable?.bid ?? 1)).toBeGreaterThanOrEqual(bounds.low);
        expect(book.ask * (stable?.ask ?? 1)).toBeLessThanOrEqual(bounds.high);
        const truth = truthAt(market, "BTC-USD.spot-index", atMs)!;
        expect(truth >= bounds.low && truth <= bounds.high).toBe(true);
      }
    },
  );
});
