/** What every quote an adapter lets through must satisfy, whatever the body was. */
import { expect } from "vitest";
import type { MarketQuote } from "../../src/sources/adapters.ts";
import type { Gap, Parsed } from "../../src/sources/gap.ts";

const positive = (value: number): boolean => Number.isFinite(value) && value > 0;
const sideOk = (value: number | null): boolean => value === null || positive(value);
const bookOk = (bid: number | null, ask: number | null): boolean =>
  sideOk(bid) && sideOk(ask) && (bid === null || ask === null || bid <= ask);
const timeOk = (timeMs: number): boolean => timeMs > Date.UTC(2010, 0) && timeMs < Date.UTC(2100, 0);

export function expectLawfulGap(outcome: Gap): void {
  expect(outcome.detail).toMatch(/^[\x20-\x7e]{1,80}$/);
  expect(outcome.detail).not.toMatch(/[<>&"'`]/);
}

export function expectLawful(outcome: Parsed<MarketQuote>): void {
  if (outcome.kind === "gap") return expectLawfulGap(outcome);
  const { kind, value } = outcome.quote;
  expect(timeOk(value.timeMs), "time in milliseconds").toBe(true);
  switch (kind) {
    case "spot":
      expect(bookOk(value.bid, value.ask) && value.ask <= 2 * value.bid, `${value.bid} ${value.ask}`).toBe(true);
      break;
    case "index":
      expect(positive(value.price), `${value.price}`).toBe(true);
      break;
    case "vol-index":
      expect(value.vol > 0.01 && value.vol < 10, `${value.vol}`).toBe(true);
      break;
    case "depth":
      expect(bookOk(value.bid, value.ask), `${value.bid} ${value.ask}`).toBe(true);
      for (const side of [value.down, value.up]) expect(positive(side.notional), JSON.stringify(side)).toBe(true);
      break;
    case "futures":
      expect(value.futures.length).toBeGreaterThan(0);
      for (const row of value.futures) {
        expect(bookOk(row.bid, row.ask) && positive(row.mark), JSON.stringify(row)).toBe(true);
        expect(row.expiryMs === null || row.expiryMs > value.timeMs, JSON.stringify(row)).toBe(true);
      }
      break;
    case "candles": {
      expect(value.closes.length).toBeGreaterThan(0);
      let beforeMs = Number.NEGATIVE_INFINITY;
      for (const bar of value.closes) {
        const { openMs, open, high, low, close } = bar;
        const ordered = positive(low) && low <= Math.min(open, close) && Math.max(open, close) <= high && high < 1e10;
        expect(ordered && openMs > beforeMs && openMs % value.intervalMs === 0, JSON.stringify(bar)).toBe(true);
        beforeMs = openMs;
      }
      expect(value.timeMs).toBe(beforeMs + value.intervalMs);
      expect(value.timeMs <= value.receivedAtMs, "only bars that have ended").toBe(true);
      break;
    }
    case "options":
      expect(value.options.length).toBeGreaterThan(0);
      for (const row of value.options) {
        const bound = row.right === "call" ? 1 : row.strike / row.forward;
        const lawful =
          bookOk(row.bidCoin, row.askCoin) &&
          positive(row.forward) &&
          positive(row.strike) &&
          (row.markCoin === null || (row.markCoin >= 0 && row.markCoin <= bound * 1.001 + 1e-4)) &&
          (row.markVol === null || (row.markVol > 0.01 && row.markVol < 10)) &&
          row.expiryMs > value.timeMs;
        expect(lawful, JSON.stringify(row)).toBe(true);
      }
  }
}
