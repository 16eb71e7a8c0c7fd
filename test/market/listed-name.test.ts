import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lastFridayOf } from "../../src/market/expiry-day.ts";
import type { Instrument } from "../../src/market/instrument.ts";
import { formatListed, parseListed } from "../../src/market/listed-name.ts";
import { OPTION_VENUES, type OptionVenue } from "../../src/market/venue.ts";

const dataRoot = process.env.TENOR_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url));
const present = existsSync(`${dataRoot}/exchanges/okx`);
const where = present ? "" : " [skipped: shared data is absent]";

const day = (year: number, month: number, date: number): number => Date.UTC(year, month - 1, date, 8);
const call = (base: string, settlement: string | null, expiryMs: number, strike: number): Instrument => ({
  kind: "option",
  base,
  settlement,
  expiryMs,
  strike,
  right: "call",
});
const put = (...about: Parameters<typeof call>): Instrument => ({ ...call(...about), right: "put" }) as Instrument;
const future = (base: string, settlement: string | null, expiryMs: number): Instrument => ({
  kind: "future",
  base,
  settlement,
  expiryMs,
});
const perpetual = (base: string, settlement: string | null): Instrument => ({ kind: "perpetual", base, settlement });

const KNOWN: readonly (readonly [OptionVenue, string, Instrument])[] = [
  ["deribit", "BTC-27DEC24-60000-C", call("BTC", null, day(2024, 12, 27), 60_000)],
  ["deribit", "BTC-5AUG26-60000-P", put("BTC", null, day(2026, 8, 5), 60_000)],
  ["deribit", "XRP_USDC-21SEP26-1d25-C", call("XRP", "USDC", day(2026, 9, 21), 1.25)],
  ["deribit", "BTC-25SEP26", future("BTC", null, day(2026, 9, 25))],
  ["deribit", "BTC-PERPETUAL", perpetual("BTC", null)],
  ["okx", "BTC-USD-241227-60000-C", call("BTC", null, day(2024, 12, 27), 60_000)],
  ["okx", "BTC-USD-260805-60000-P", put("BTC", null, day(2026, 8, 5), 60_000)],
  ["okx", "ETH-USDC-260805-3000-C", call("ETH", "USDC", day(2026, 8, 5), 3_000)],
  ["okx", "DOGE-USD-260805-0.06-C", call("DOGE", null, day(2026, 8, 5), 0.06)],
  ["okx", "BTC-USD-241227", future("BTC", null, day(2024, 12, 27))],
  ["okx", "BTC-USDT-220624", future("BTC", "USDT", day(2022, 6, 24))],
  ["okx", "BTC-USD-SWAP", perpetual("BTC", null)],
  ["okx", "BTC-USDT-SWAP", perpetual("BTC", "USDT")],
  ["bybit", "BTC-27DEC24-60000-C", call("BTC", "USDC", day(2024, 12, 27), 60_000)],
  ["bybit", "BTC-27DEC24-60000-C-USDT", call("BTC", "USDT", day(2024, 12, 27), 60_000)],
  ["bybit", "BTC-6JAN23-17500-P", put("BTC", "USDC", day(2023, 1, 6), 17_500)],
  ["bybit", "XRP-6JAN23-0.35-C-USDT", call("XRP", "USDT", day(2023, 1, 6), 0.35)],
  ["bybit", "BTCUSD", perpetual("BTC", null)],
  ["bybit", "BTCUSDT", perpetual("BTC", "USDT")],
  ["bybit", "BTCPERP", perpetual("BTC", "USDC")],
  ["bybit", "BTCUSDU23", future("BTC", null, day(2023, 9, 29))],
  ["bybit", "BTCUSDZ24", future("BTC", null, day(2024, 12, 27))],
  ["bybit", "BTCUSDH27", future("BTC", null, day(2027, 3, 26))],
  ["bybit", "BTCUSDM26", future("BTC", null, day(2026, 6, 26))],
  ["bybit", "BTC-27DEC24", future("BTC", "USDC", day(2024, 12, 27))],
  ["bybit", "BTCUSDT-27DEC24", future("BTC", "USDT", day(2024, 12, 27))],
  ["binance", "BTC-241227-60000-C", call("BTC", "USDT", day(2024, 12, 27), 60_000)],
  ["binance", "DOGE-231006-0.06-C", call("DOGE", "USDT", day(2023, 10, 6), 0.06)],
  ["binance", "ETH-240628-800-P", put("ETH", "USDT", day(2024, 6, 28), 800)],
  ["binance", "BTCUSDT", perpetual("BTC", "USDT")],
  ["binance", "BTCUSDT_241227", future("BTC", "USDT", day(2024, 12, 27))],
];

test.each(KNOWN)("%s writes %s, and reads it back", (venue, name, instrument) => {
  expect(parseListed(venue, name)).toEqual(instrument);
  expect(formatListed(venue, instrument)).toBe(name);
});

const REFUSED: readonly (readonly [OptionVenue, readonly string[]])[] = [
  [
    "okx",
    [
      "BTC-241227-60000-C",
      "BTC-27DEC24-60000-C",
      "BTC-USD-241332-60000-C",
      "BTC-USD-250229-60000-C",
      "BTC-USD-24127-60000-C",
      "BTC-USD-241227-60000-X",
      "BTC-USD-241227-60000",
      "BTC-USD-241227-060000-C",
      "BTC-USD-241227-0-C",
      "BTC-USD-241227-0.0-C",
      "BTC-USD-241227-6e4-C",
      "BTC-USD-241227--60000-C",
      "BTC-EUR-241227-60000-C",
      "btc-usd-241227-60000-c",
      "BTC-USD",
      "BTC-USDT",
      "BTC-USD-SWAP-C",
    ],
  ],
  [
    "bybit",
    [
      "BTC-06JAN23-17500-C",
      "BTC-6jan23-17500-C",
      "BTC-31FEB24-17500-C",
      "BTC-6JAN23-17500-C-USDC",
      "BTC-6JAN23-17500-C-EUR",
      "BTC-230106-17500-C",
      "BTC-6JAN23-017500-C",
      "BTC-6JAN23-1d5-C",
      "BTC-6JAN23-17500",
      "BTCUSDF24",
      "BTCUSDZ4",
      "BTCUSDZ24X",
      "BTCUSDC",
      "BTC",
      "USD",
      "PERP",
      "btcusd",
    ],
  ],
  [
    "binance",
    [
      "BTC-27DEC24-60000-C",
      "BTC-USD-241227-60000-C",
      "btc-241227-60000-c",
      "BTC-241227-60000-C-USDT",
      "BTC-241227-.5-C",
      "BTCUSD",
      "BTCUSDT_2412",
      "BTCUSDT_241332",
      "BTCUSDT-241227",
    ],
  ],
  ["deribit", ["BTC-241227-60000-C", "BTCUSD"]],
];
for (const [venue, names] of REFUSED) {
  test.each(["", "-", "x".repeat(65), ...names])(`%j is no name of ${venue}`, (name) => {
    expect(parseListed(venue, name)).toBeNull();
  });
}

describe("a name that a venue does not have", () => {
  const expiryMs = day(2026, 9, 25);
  const refused: readonly (readonly [OptionVenue, Instrument, string])[] = [
    ["bybit", call("BTC", null, expiryMs, 60_000), "not-listed"],
    ["bybit", future("BTC", null, day(2026, 9, 18)), "not-listed"],
    ["bybit", future("BTC", null, day(2026, 8, 28)), "not-listed"],
    ["bybit", perpetual("BTC", "EUR"), "not-listed"],
    ["okx", perpetual("BTC", "EUR"), "not-listed"],
    ["okx", perpetual("BTC", "USD"), "not-listed"],
    ["binance", perpetual("BTC", null), "not-listed"],
    ["binance", call("BTC", "USDC", expiryMs, 60_000), "not-listed"],
    ["okx", call("BTC", null, expiryMs + 1, 60_000), "bad-expiry"],
    ["okx", call("BTC", null, Date.UTC(1999, 0, 1, 8), 60_000), "bad-expiry"],
    ["okx", call("BTC", null, Number.NaN, 60_000), "bad-expiry"],
    ["okx", call("BTC", null, expiryMs, 1e-9), "bad-strike"],
    ["bybit", call("BTC", "USDC", expiryMs, 0), "bad-strike"],
    ["binance", call("BTC", "USDT", expiryMs, -5), "bad-strike"],
    ["binance", call("BTC", "USDT", expiryMs, 1 / 3), "bad-strike"],
  ];
  test.each(refused)("%s: %j is refused as %s", (venue, instrument, code) => {
    expect(() => formatListed(venue, instrument)).toThrow(expect.objectContaining({ code }));
  });
});

describe("laws", () => {
  const SETTLED: Readonly<Record<OptionVenue, readonly (string | null)[]>> = {
    deribit: [null, "USDC", "USDT"],
    okx: [null, "USDC", "USDT"],
    bybit: ["USDC", "USDT"],
    binance: ["USDT"],
  };
  const base = fc.constantFrom("BTC", "ETH", "SOL", "1000PEPE", "XRP", "AB");
  const expiryMs = fc.integer({ min: 10_957, max: 47_481 }).map((days) => days * 86_400_000 + 8 * 3_600_000);
  const strike = fc
    .tuple(fc.integer({ min: 1, max: 100_000_000 }), fc.constantFrom(1, 100, 10_000))
    .map(([units, scale]) => units / scale);

  test.each(OPTION_VENUES)("%s: format then parse is the identity, for any instrument", (venue) => {
    const settlement = fc.constantFrom(...SETTLED[venue]);
    const right = fc.constantFrom("call" as const, "put" as const);
    const option = fc.record({ kind: fc.constant("option" as const), base, settlement, expiryMs, strike, right });
    const dated = fc.record({ kind: fc.constant("future" as const), base, settlement, expiryMs });
    const ever = fc.record({ kind: fc.constant("perpetual" as const), base, settlement });
    fc.assert(
      fc.property(fc.oneof(option, dated, ever), (instrument) => {
        expect(parseListed(venue, formatListed(venue, instrument))).toEqual(instrument);
      }),
      { numRuns: 500 },
    );
  });

  test("every quarter of the century has one inverse future on Bybit, and it ends on a Friday", () => {
    for (let year = 2000; year < 2100; year++) {
      for (const month of [3, 6, 9, 12]) {
        const endMs = lastFridayOf(year, month)!;
        const end = new Date(endMs);
        expect([end.getUTCDay(), end.getUTCMonth() + 1, end.getUTCHours()]).toEqual([5, month, 8]);
        expect(new Date(endMs + 7 * 86_400_000).getUTCMonth() + 1).not.toBe(month);
        const instrument = future("BTC", null, endMs);
        expect(parseListed("bybit", formatListed("bybit", instrument))).toEqual(instrument);
      }
    }
    for (const [year, month] of [
      [1999, 12],
      [2100, 3],
      [2024, 0],
      [2024, 13],
      [2024, 1.5],
    ] as const) {
      expect(lastFridayOf(year, month)).toBeNull();
    }
  });

  test("no text makes a parser throw, and what it accepts it also writes", () => {
    const words = fc.constantFrom(
      "BTC",
      "USD",
      "USDT",
      "USDC",
      "PERP",
      "SWAP",
      "-",
      "_",
      "Z24",
      "241227",
      "250230",
      "27DEC24",
      "06JAN23",
      "60000",
      "0.5",
      "1d5",
      "C",
      "P",
      "é",
      "0",
    );
    const name = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 10 }).map((parts) => parts.join("")),
      fc.array(words, { minLength: 2, maxLength: 5 }).map((parts) => parts.join("-")),
    );
    fc.assert(
      fc.property(fc.constantFrom(...OPTION_VENUES), name, (venue, text) => {
        const parsed = parseListed(venue, text);
        if (parsed === null || parsed.kind === "combo") return;
        expect(parseListed(venue, formatListed(venue, parsed))).toEqual(parsed);
      }),
      { numRuns: 5000 },
    );
  });
});

for (const file of [
  "instruments_FUTURES_2022-05-13",
  "instruments_OPTION_BTC-USD_2022-05-13",
  "instruments_OPTION_2024-12",
]) {
  test.skipIf(!present)(`names in okx/${file} agree with the venue's own expiry, strike and right${where}`, () => {
    type Row = Readonly<Record<"instId" | "expTime" | "stk" | "optType" | "settleCcy" | "uly", string>>;
    const body: { data: Row[] } = JSON.parse(readFileSync(`${dataRoot}/exchanges/okx/${file}.json`, "utf8"));
    expect(body.data.length).toBeGreaterThan(0);
    for (const { instId, expTime, stk, optType, settleCcy, uly } of body.data) {
      const parsed = parseListed("okx", instId);
      if (parsed === null || parsed.kind === "combo" || parsed.kind === "perpetual") return expect.fail(instId);
      expect(parsed).toMatchObject({ expiryMs: Number(expTime), base: uly.split("-")[0] });
      expect(parsed.settlement ?? parsed.base).toBe(settleCcy);
      if (parsed.kind === "option")
        expect([parsed.strike, parsed.right]).toEqual([Number(stk), optType === "C" ? "call" : "put"]);
      expect(formatListed("okx", parsed)).toBe(instId);
    }
  });
}
