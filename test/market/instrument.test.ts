import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatExpiryDay, formatInstrument, parseExpiryDay, parseInstrument } from "../../src/market/instrument.ts";

const dataRoot = process.env.TENOR_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url));
const present = existsSync(`${dataRoot}/exchanges/deribit`);
const where = present ? "" : " [skipped: shared data is absent]";

describe("Deribit instrument names", () => {
  test("an inverse option says base, expiry at 08:00 UTC, strike and right", () => {
    expect(parseInstrument("BTC-27DEC24-60000-C")).toEqual({
      kind: "option",
      base: "BTC",
      settlement: null,
      expiryMs: Date.UTC(2024, 11, 27, 8),
      strike: 60_000,
      right: "call",
    });
  });

  test("one-digit days and 'd' as decimal point are read", () => {
    expect(parseInstrument("ETH-5AUG26-1800-P")).toMatchObject({ expiryMs: Date.UTC(2026, 7, 5, 8), right: "put" });
    expect(parseInstrument("XRP_USDC-21SEP26-1d25-C")).toMatchObject({ base: "XRP", settlement: "USDC", strike: 1.25 });
    expect(parseInstrument("XRP_USDC-21SEP26-1d02-C")).toMatchObject({ strike: 1.02 });
    expect(parseInstrument("DOGE_USDC-21SEP26-0d06-P")).toMatchObject({ strike: 0.06 });
  });

  test("futures, perpetuals and combos are told apart", () => {
    expect(parseInstrument("BTC-25SEP26")).toMatchObject({ kind: "future", expiryMs: Date.UTC(2026, 8, 25, 8) });
    expect(parseInstrument("BTC-PERPETUAL")).toEqual({ kind: "perpetual", base: "BTC", settlement: null });
    expect(parseInstrument("BTC_USDC-PERPETUAL")).toEqual({ kind: "perpetual", base: "BTC", settlement: "USDC" });
    for (const combo of ["BTC-FS-30SEP22_PERP", "BTC-CSR12-16SEP22-21000_23000", "BTC-STRD-30SEP22-20000"]) {
      expect(parseInstrument(combo)).toEqual({ kind: "combo", base: "BTC" });
    }
  });

  test.each([
    "",
    "BTC",
    "BTC-",
    "BTC_USDC",
    "BTC-27DEC24-60000",
    "BTC-27DEC24-60000-X",
    "BTC-27DEC24-60000-C-USDT",
    "BTC-27dec24-60000-C",
    "BTC-07DEC24-60000-C",
    "BTC-241227-60000-C",
    "BTC-31FEB24-60000-C",
    "BTC-29FEB25",
    "BTC-0DEC24",
    "BTC-27DEC24-060000-C",
    "BTC-27DEC24-0-C",
    "BTC-27DEC24-6e4-C",
    "BTC-27DEC24--60000-C",
    "BTC-PERPETUAL-C",
    `BTC-27DEC24-${"9".repeat(80)}-C`,
  ])("%j is no instrument", (name) => {
    expect(parseInstrument(name)).toBeNull();
  });

  test("every day of the century agrees with the platform's calendar, both ways", () => {
    for (let ms = Date.UTC(2000, 0, 1, 8); ms < Date.UTC(2100, 0, 1, 8); ms += 86_400_000) {
      const text = formatExpiryDay(ms);
      if (parseExpiryDay(text) !== ms) expect.fail(`${text} came back as ${parseExpiryDay(text)}, wanted ${ms}`);
      if (Number(/^\d+/.exec(text)![0]) !== new Date(ms).getUTCDate()) expect.fail(`${text} is not the day of ${ms}`);
    }
  });

  test("an expiry that is not 08:00 UTC and a strike without a short decimal form are refused", () => {
    expect(() => formatExpiryDay(Date.UTC(2024, 11, 27, 9))).toThrow(/08:00 UTC/);
    expect(() => formatExpiryDay(Date.UTC(1999, 11, 31, 8))).toThrow(/2000 to 2099/);
    expect(() => formatExpiryDay(Number.NaN)).toThrow(/08:00 UTC/);
    const option = {
      kind: "option",
      base: "BTC",
      settlement: null,
      expiryMs: Date.UTC(2026, 0, 2, 8),
      right: "call",
    } as const;
    expect(() => formatInstrument({ ...option, strike: 1e-9 })).toThrow(/strike/);
    expect(() => formatInstrument({ ...option, strike: -5 })).toThrow(/strike/);
  });

  test("format then parse is the identity, for any option", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("BTC", "ETH", "SOL"),
        fc.constantFrom(null, "USDC", "USDT"),
        fc.integer({ min: 10_957, max: 47_481 }),
        fc.integer({ min: 1, max: 100_000_000 }),
        fc.constantFrom(1, 100, 10_000),
        fc.constantFrom("call" as const, "put" as const),
        (base, settlement, day, strikeUnits, strikeScale, right) => {
          const expiryMs = day * 86_400_000 + 8 * 3_600_000;
          const option = {
            kind: "option",
            base,
            settlement,
            expiryMs,
            strike: strikeUnits / strikeScale,
            right,
          } as const;
          expect(parseInstrument(formatInstrument(option))).toEqual(option);
        },
      ),
    );
  });

  test("no text makes the parser throw, and what it accepts it also writes", () => {
    const words = fc.constantFrom(
      "BTC",
      "_USDC",
      "-",
      "27DEC24",
      "31JUN25",
      "60000",
      "1d5",
      "C",
      "P",
      "PERPETUAL",
      "FS",
      "é",
      "0",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words, { maxLength: 8 }).map((parts) => parts.join("")),
        ),
        (name) => {
          const parsed = parseInstrument(name);
          if (parsed === null || parsed.kind === "combo") return;
          expect(parseInstrument(formatInstrument(parsed))).toEqual(parsed);
        },
      ),
      { numRuns: 2000 },
    );
  });

  for (const file of [
    "get_instruments_BTC_2021-07-22",
    "get_instruments_future_2026-05-22",
    "get_instruments_option_2026-05-22",
  ]) {
    test.skipIf(!present)(`names in ${file} agree with the venue's own expiry, strike and right${where}`, () => {
      const body: { result: Record<string, unknown>[] } = JSON.parse(
        readFileSync(`${dataRoot}/exchanges/deribit/${file}.json`, "utf8"),
      );
      expect(body.result.length).toBeGreaterThanOrEqual(5);
      for (const row of body.result) {
        const name = String(row.instrument_name);
        const parsed = parseInstrument(name);
        if (parsed === null || parsed.kind === "combo") expect.fail(`${name} was not read`);
        expect(formatInstrument(parsed)).toBe(name);
        expect(parsed.kind === "perpetual" ? "future" : parsed.kind).toBe(row.kind);
        if (parsed.kind !== "perpetual") expect(parsed.expiryMs).toBe(row.expiration_timestamp);
        if (parsed.kind === "option") {
          expect(parsed.strike).toBe(row.strike);
          expect(parsed.right).toBe(row.option_type);
        }
      }
    });
  }
});
