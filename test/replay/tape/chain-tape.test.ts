import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseTapeChain } from "../../../src/replay/tape/chain-csv.ts";
import { ChainTape, redateShiftDays } from "../../../src/replay/tape/chain-tape.ts";
import { loadTapeChain } from "../../../src/replay/tape/load.ts";
import { findTapeFiles } from "../../../src/replay/tape-files.ts";
import type { OptionRow } from "../../../src/sim/market/model.ts";
import { coinPremium, YEAR_MS } from "../../../src/sim/market/pricing.ts";
import { estimateVol } from "../../sim/market/support.ts";
import { DATA, getJson, openMarket, present, sharedJson, skipNote } from "../support.ts";
import { chainCsv, TAKEN_AT_MS } from "./support.ts";

const DAY_MS = 86_400_000;
const CHAIN = "exchanges/deribit/chain_20260113T092145Z.csv";
const WIRE = "exchanges/deribit/get_book_summary_by_currency_option_DERIVED_20260113T092145Z.json";
const here = present(CHAIN, WIRE);

describe("a recorded chain, moved to today", () => {
  const chain = parseTapeChain(chainCsv(), "hand.csv");

  test("expiries move by whole days and stay at 08:00 UTC; the residual is at most half a day", () => {
    for (const lateMs of [0, 3 * 3_600_000, 11 * 3_600_000, 13 * 3_600_000, 23 * 3_600_000]) {
      const startMs = TAKEN_AT_MS + 314 * DAY_MS + lateMs;
      const tape = new ChainTape(chain, startMs);
      expect(tape.shiftDays).toBe(lateMs <= DAY_MS / 2 ? 314 : 315);
      expect(redateShiftDays(TAKEN_AT_MS, startMs)).toBe(tape.shiftDays);
      expect(Math.abs(tape.residualMs)).toBeLessThanOrEqual(DAY_MS / 2);
      for (const row of tape.options("BTC", startMs)) expect(row.expiryMs % DAY_MS).toBe(8 * 3_600_000);
    }
  });

  test("with an exact time to maturity every number is the recorded one and only the dates differ", () => {
    const startMs = TAKEN_AT_MS + 100 * DAY_MS;
    const rows = new ChainTape(chain, startMs).options("BTC", startMs);
    expect(rows.length).toBe(chain.options.length);
    for (const [i, row] of rows.entries()) {
      const recorded = chain.options[i]!;
      expect([row.bidCoin, row.askCoin, row.markCoin, row.underlyingPrice]).toEqual([
        recorded.bidCoin,
        recorded.askCoin,
        recorded.markCoin,
        recorded.underlyingPrice,
      ]);
      expect(row.markVolPercent).toBeCloseTo(100 * recorded.markVol, 9);
    }
    expect(rows[0]!.instrument).toBe("BTC-10MAY26-80000-C");
    expect(new Set(rows.map((row) => row.underlyingIndex))).toEqual(
      new Set(["BTC-10MAY26", "SYN.BTC-7JUN26", "index_price"]),
    );
  });

  test("half a day off, marks are still Black-76 at their own vol and quotes still stand around them", () => {
    for (const hours of [-11, -3, 4, 11.9]) {
      const startMs = TAKEN_AT_MS + 50 * DAY_MS + hours * 3_600_000;
      const rows = new ChainTape(chain, startMs).options("BTC", startMs);
      expect(rows.length).toBeGreaterThan(50);
      for (const row of rows) {
        const years = (row.expiryMs - startMs) / YEAR_MS;
        const fair = coinPremium(row.right, row.underlyingPrice, row.strike, row.markVolPercent / 100, years);
        expect(Math.abs(row.markCoin - fair)).toBeLessThan(3e-8);
        if (row.bidCoin !== null) expect(row.bidCoin).toBeLessThanOrEqual(row.markCoin);
        expect(row.askCoin!).toBeGreaterThanOrEqual(row.markCoin);
      }
    }
  });

  test("rows leave when they expire, and truth goes with the tenors", () => {
    const startMs = TAKEN_AT_MS + 10 * DAY_MS;
    const tape = new ChainTape(chain, startMs);
    const firstExpiry = Math.min(...tape.options("BTC", startMs).map((row) => row.expiryMs));
    expect(tape.options("BTC", firstExpiry).some((row) => row.expiryMs === firstExpiry)).toBe(false);
    // 40 % at 16.9 days and 44 % at 44.9: the 30-day variance by hand.
    const [near, far] = [16 + 22 / 24 + 38 / 1440 + 14.441 / 86_400, 44 + 22 / 24 + 38 / 1440 + 14.441 / 86_400];
    const weight = (30 - near) / (far - near);
    const byHand = Math.sqrt(((1 - weight) * 0.16 * near + weight * 0.1936 * far) / 30);
    expect(Math.abs(tape.atmVol("BTC", 30, startMs)! - byHand)).toBeLessThan(1e-4);
    expect(tape.atmVol("ETH", 30, startMs)).toBeNull();
    expect(tape.options("ETH", startMs)).toEqual([]);
    expect(tape.futures("ETH", startMs)).toEqual([]);
    expect(tape.futures("BTC", startMs).map((row) => row.instrument)).toEqual(["BTC-PERPETUAL", "BTC-9FEB26"]);
    expect(tape.atmVol("BTC", 30, startMs + 40 * DAY_MS)).toBeNull();
  });

  test("a bad file is refused by file and line", () => {
    const refused = (from: string | RegExp, to: string) => () =>
      parseTapeChain(chainCsv().replace(from, to), "bad.csv");
    expect(refused("option_type", "kind")).toThrow("bad.csv:1: has no column option_type");
    expect(refused(",call,", ",straddle,")).toThrow('bad.csv:2: option_type is "straddle"');
    expect(refused(",BTC,92515.01", ",DOGE,92515.01")).toThrow('bad.csv:2: currency is "DOGE"');
    expect(refused("T08:00:00", "T09:00:00")).toThrow("bad.csv:2: expires at another time");
    expect(refused(/2026-01-13T09:21:45/, "yesterday")).toThrow(/bad.csv:2: timestamp is "yesterday/);
    expect(refused(",92600,", ",,")).toThrow("bad.csv:2: underlying is empty");
  });
});

describe("the recorded chains", () => {
  test.skipIf(!here)(
    `13 January 2026 over HTTP at its own hour equals the body on the wire, row by row${skipNote(here)}`,
    async () => {
      const recorded = loadTapeChain(join(DATA, CHAIN));
      const market = await openMarket({ startMs: recorded.takenAtMs, tape: { chain: join(DATA, CHAIN) } });
      type Row = Record<
        | "instrument_name"
        | "bid_price"
        | "ask_price"
        | "mark_price"
        | "mark_iv"
        | "underlying_price"
        | "underlying_index"
        | "open_interest"
        | "volume_usd",
        unknown
      >;
      const served = (
        await getJson<{ result: Row[] }>(
          market,
          "/deribit/api/v2/public/get_book_summary_by_currency?currency=BTC&kind=option",
        )
      ).result;
      const wire = new Map((sharedJson(WIRE) as { result: Row[] }).result.map((row) => [row.instrument_name, row]));
      expect(served.length).toBe(622);
      expect(wire.size).toBe(622);
      for (const row of served) {
        const other = wire.get(row.instrument_name)!;
        for (const key of [
          "bid_price",
          "ask_price",
          "mark_price",
          "mark_iv",
          "underlying_price",
          "underlying_index",
          "open_interest",
          "volume_usd",
        ] as const) {
          expect(row[key], `${String(row.instrument_name)} ${key}`).toEqual(other[key]);
        }
      }
      const spot = await getJson<{ value: number }>(market, "/truth?feed=BTC-USD.spot-index");
      expect(spot.value).toBeCloseTo(92_515, -2);
      expect((await getJson<{ value: number }>(market, "/truth?feed=ETH-USD.spot-index")).value).toBeGreaterThan(2_000);
    },
  );

  test.skipIf(!here)(
    `the truth of all seven chains is their own at-the-money vol within 0.1 points when times are exact${skipNote(here)}`,
    () => {
      const { chains } = findTapeFiles(DATA);
      expect(chains.length).toBe(7);
      for (const path of chains) {
        const chain = loadTapeChain(path);
        const startMs = chain.takenAtMs + 300 * DAY_MS;
        const tape = new ChainTape(chain, startMs);
        for (const coin of ["BTC", "ETH"] as const) {
          const truth = tape.atmVol(coin, 30, startMs)!;
          // Straight lines over the recorded file itself, in variance and over plain strikes: not the tape's own way.
          const rows = chain.options
            .filter((option) => option.coin === coin)
            .map(
              (option) =>
                ({
                  expiryMs: option.expiryMs,
                  strike: option.strike,
                  underlyingPrice: option.underlyingPrice,
                  markVolPercent: 100 * option.markVol,
                }) as OptionRow,
            );
          const own = estimateVol(
            rows,
            chain.takenAtMs,
            (row) => row.markVolPercent / 100,
            (strike) => strike,
            true,
          );
          expect(Math.abs(truth - own), `${path} ${coin}`).toBeLessThan(0.001);
          // Half a day of residual moves a 30-day vol by little; most in the crash of February, whose front was steep.
          for (const hours of [-11.9, 11.9]) {
            const late = startMs + hours * 3_600_000;
            expect(
              Math.abs(new ChainTape(chain, late).atmVol(coin, 30, late)! - truth),
              `${path} ${coin}`,
            ).toBeLessThan(path.includes("chain_20260205") ? 0.005 : 0.002);
          }
        }
      }
    },
  );
});
