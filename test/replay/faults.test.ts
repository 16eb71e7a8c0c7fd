import { describe, expect, test } from "vitest";
import { FaultBoard } from "../../src/replay/faults.ts";
import { getJson, getText, openMarket, postFault, START_MS } from "./support.ts";

const PATHS = {
  coinbase: "/coinbase/products/BTC-USD/ticker",
  kraken: "/kraken/0/public/Ticker?pair=XBTUSD",
  bitstamp: "/bitstamp/api/v2/ticker/btcusd/",
  binance: "/binance/api/v3/ticker/bookTicker?symbol=BTCUSDT",
  deribit: "/deribit/api/v2/public/get_index_price?index_name=btc_usd",
  okx: "/okx/api/v5/market/ticker?instId=BTC-USDT",
  bybit: "/bybit/v5/market/tickers?category=spot&symbol=BTCUSDT",
  gemini: "/gemini/v1/pubticker/btcusd",
  bitfinex: "/bitfinex/v2/ticker/tBTCUSD",
} as const;
const CHAIN = "/deribit/api/v2/public/get_book_summary_by_currency?currency=BTC&kind=option";
const VENUES = Object.keys(PATHS) as (keyof typeof PATHS)[];

/** Bid and ask (or the index twice) as the body has them: strings, numbers or null. */
function sides(venue: keyof typeof PATHS, text: string): readonly [unknown, unknown] {
  switch (venue) {
    case "coinbase":
    case "gemini":
    case "bitstamp": {
      const body = JSON.parse(text) as { bid: unknown; ask: unknown };
      return [body.bid, body.ask];
    }
    case "kraken": {
      const { result } = JSON.parse(text) as { result: { XXBTZUSD: { a: unknown[]; b: unknown[] } } };
      return [result.XXBTZUSD.b[0], result.XXBTZUSD.a[0]];
    }
    case "binance": {
      const body = JSON.parse(text) as { bidPrice: unknown; askPrice: unknown };
      return [body.bidPrice, body.askPrice];
    }
    case "okx": {
      const { data } = JSON.parse(text) as { data: [{ bidPx: unknown; askPx: unknown }] };
      return [data[0].bidPx, data[0].askPx];
    }
    case "bybit": {
      const { result } = JSON.parse(text) as { result: { list: [{ bid1Price: unknown; ask1Price: unknown }] } };
      return [result.list[0].bid1Price, result.list[0].ask1Price];
    }
    case "bitfinex": {
      const body = JSON.parse(text) as unknown[];
      return [body[0], body[2]];
    }
    case "deribit": {
      const { result } = JSON.parse(text) as { result: { index_price: unknown } };
      return [result.index_price, result.index_price];
    }
  }
}

describe("a venue told to misbehave, over real HTTP", () => {
  test.each(VENUES)(
    "%s: 429 carries Retry-After, 5xx is a server error, html is a page with status 200, garbage is no JSON",
    async (venue) => {
      const market = await openMarket();
      const honest = await getText(market, PATHS[venue]);
      await postFault(market, { venue, fault: "429" });
      const limited = await fetch(market.url + PATHS[venue]);
      expect(limited.status).toBe(429);
      expect(limited.headers.get("retry-after")).toBe("2");
      // Throws when it is not the venue's own JSON.
      JSON.parse(await limited.text());
      await postFault(market, { venue, fault: "5xx" });
      expect((await getText(market, PATHS[venue])).status).toBe(503);
      await postFault(market, { venue, fault: "html" });
      const page = await getText(market, PATHS[venue]);
      expect(page).toMatchObject({ status: 200, type: "text/html; charset=UTF-8" });
      expect(page.text).toContain("<html>");
      await postFault(market, { venue, fault: "garbage" });
      const rubbish = await getText(market, PATHS[venue]);
      expect(rubbish.status).toBe(200);
      expect(rubbish.type).toContain("json");
      expect(() => JSON.parse(rubbish.text)).toThrow();
      const cleared = await fetch(`${market.url}/control/fault?venue=${venue}`, { method: "DELETE" });
      expect(await cleared.json()).toEqual({ cleared: 4 });
      expect(await getText(market, PATHS[venue])).toEqual(honest);
    },
  );

  test.each(VENUES)("%s: timeout never answers until the caller gives up, and the others go on", async (venue) => {
    const market = await openMarket();
    await postFault(market, { venue, fault: "timeout" });
    const caller = new AbortController();
    const waiting = fetch(market.url + PATHS[venue], { signal: caller.signal }).then(
      () => "answered",
      () => "gave up",
    );
    for (const other of VENUES) if (other !== venue) expect((await getText(market, PATHS[other])).status).toBe(200);
    expect(await Promise.race([waiting, new Promise((resolve) => setImmediate(resolve, "waiting"))])).toBe("waiting");
    caller.abort();
    expect(await waiting).toBe("gave up");
  });

  test.each(VENUES)(
    "%s: frozen repeats the body of the moment it began, its times included, and thaws",
    async (venue) => {
      const market = await openMarket();
      market.clock.nowMs += 10_000;
      const before = await getText(market, PATHS[venue]);
      await postFault(market, { venue, fault: "frozen", forMs: 60_000 });
      for (const laterMs of [250, 5_000, 59_999]) {
        market.clock.nowMs = START_MS + 10_000 + laterMs;
        expect(await getText(market, PATHS[venue])).toEqual(before);
      }
      market.clock.nowMs = START_MS + 70_000;
      expect((await getText(market, PATHS[venue])).text).not.toBe(before.text);
    },
  );

  test.each(VENUES)("%s: x1000, zero, null and crossed spoil the numbers and keep the shape", async (venue) => {
    const market = await openMarket();
    const [bid, ask] = sides(venue, (await getText(market, PATHS[venue])).text);
    const spoilt = async (fault: string) => {
      await postFault(market, { venue, fault });
      return sides(venue, (await getText(market, PATHS[venue])).text);
    };
    const huge = await spoilt("x1000");
    expect(Number(huge[0])).toBeCloseTo(1000 * Number(bid), 4);
    expect(Number(huge[1])).toBeCloseTo(1000 * Number(ask), 4);
    for (const [i, honest] of [bid, ask].entries()) {
      expect(typeof huge[i]).toBe(typeof honest);
      if (typeof honest === "string")
        expect((huge[i] as string).split(".")[1]?.length).toBe(honest.split(".")[1]?.length);
    }
    expect((await spoilt("zero")).map(Number)).toEqual([0, 0]);
    expect(await spoilt("null")).toEqual([null, null]);
    const crossed = await spoilt("crossed");
    if (venue === "deribit") expect(crossed).toEqual([bid, ask]);
    else expect(Number(crossed[0])).toBeGreaterThan(Number(crossed[1]));
  });

  test("an option chain can be spoilt row by row: null quotes, ×1000, crossed", async () => {
    const market = await openMarket();
    type Row = {
      bid_price: number | null;
      ask_price: number | null;
      mark_price: number | null;
      underlying_price: number;
    };
    const rows = async (fault: string) => {
      await postFault(market, { venue: "deribit", fault });
      return (await getJson<{ result: Row[] }>(market, CHAIN)).result;
    };
    const honest = (await getJson<{ result: Row[] }>(market, CHAIN)).result;
    const nulls = await rows("null");
    expect(nulls.length).toBe(honest.length);
    expect(nulls.every((row) => row.bid_price === null && row.ask_price === null && row.mark_price === null)).toBe(
      true,
    );
    const huge = await rows("x1000");
    for (const [i, row] of huge.entries())
      expect(row.underlying_price / honest[i]!.underlying_price).toBeCloseTo(1000, 6);
    const crossed = await rows("crossed");
    for (const row of crossed)
      if (row.bid_price !== null && row.ask_price !== null) expect(row.bid_price).toBeGreaterThan(row.ask_price);
    expect(crossed.filter((row) => row.bid_price === null).length).toBe(
      honest.filter((row) => row.bid_price === null).length,
    );
  });

  test("faults given at the start rule in their own time and are listed until they end", async () => {
    const market = await openMarket({
      faults: [
        { venue: "kraken", fault: "5xx", fromMs: START_MS + 1_000, forMs: 2_000 },
        { venue: "coinbase", fault: "429" },
      ],
    });
    const status = async (atMs: number) => {
      market.clock.nowMs = START_MS + atMs;
      return [(await getText(market, PATHS.kraken)).status, (await getText(market, PATHS.coinbase)).status];
    };
    expect(await status(0)).toEqual([200, 429]);
    expect((await getJson<{ faults: unknown[] }>(market, "/control/faults")).faults).toEqual([
      { venue: "kraken", fault: "5xx", fromMs: START_MS + 1_000, untilMs: START_MS + 3_000 },
      { venue: "coinbase", fault: "429", fromMs: START_MS, untilMs: null },
    ]);
    expect(await status(1_000)).toEqual([503, 429]);
    expect(await status(2_999)).toEqual([503, 429]);
    expect(await status(3_000)).toEqual([200, 429]);
    expect((await getJson<{ faults: unknown[] }>(market, "/control/faults")).faults.length).toBe(1);
    await fetch(`${market.url}/control/fault`, { method: "DELETE" });
    expect(await status(4_000)).toEqual([200, 200]);
  });

  test("an order that makes no sense is refused and says what is allowed", async () => {
    const market = await openMarket();
    for (const order of [
      null,
      {},
      { venue: "mars", fault: "zero" },
      { venue: "kraken", fault: "sleepy" },
      { venue: "kraken", fault: "zero", forMs: -1 },
    ]) {
      expect(await postFault(market, order)).toBe(400);
    }
    const refused = await fetch(`${market.url}/control/fault`, {
      method: "POST",
      body: '{"venue":"kraken","fault":"sleepy"}',
    });
    expect(((await refused.json()) as { error: string }).error).toContain("allowed are timeout, 429");
    expect((await fetch(`${market.url}/control/fault?venue=mars`, { method: "DELETE" })).status).toBe(400);
    expect(
      (await fetch(`${market.url}/control/fault`, { method: "POST", body: "x".repeat(20_000) })).status,
    ).toBeGreaterThanOrEqual(400);
  });

  test("of two faults that rule at once the newest wins, and the older one is still there when it ends", () => {
    const board = new FaultBoard();
    board.add({ venue: "kraken", fault: "zero" }, 0);
    board.add({ venue: "kraken", fault: "html", forMs: 10 }, 5);
    expect(board.rulingAt("kraken", 4)?.fault).toBe("zero");
    expect(board.rulingAt("kraken", 14)?.fault).toBe("html");
    expect(board.rulingAt("kraken", 15)?.fault).toBe("zero");
    expect(board.rulingAt("binance", 15)).toBeNull();
  });
});
