/** Gemini's recorded answers and messages, each read or refused by name. */
import { describe, expect } from "vitest";
import { parseBodies } from "../../../src/sources/adapters.ts";
import { geminiLevelTwo } from "../../../src/sources/gemini/level-two.ts";
import { PRODUCTION_ONLY } from "../../../src/sources/rest-adapter.ts";
import type { PolledSubscription } from "../../../src/sources/subscription.ts";
import { load, loadLines, recorded, where } from "../binance/recorded.ts";
import { expectLawfulStep } from "../played-session.ts";
import { expectLawful } from "../quote-laws.ts";

const SPOT = { kind: "spot", venue: "gemini", base: "BTC", quote: "USD" } as const;
const DEPTH = { ...SPOT, kind: "depth" } as const;

function read(file: string, subscription: PolledSubscription, atMs: number) {
  const outcome = parseBodies([load(`gemini/${file}.json`)], subscription, atMs, PRODUCTION_ONLY);
  expectLawful(outcome);
  return outcome;
}

describe("REST", () => {
  const tickers: readonly (readonly [string, number, number, number])[] = [
    ["v1_pubticker_btcusd_2026-09-08", 78421.36, 78421.37, 1_788_911_760_000],
    ["v1_pubticker_BTCUSD_gct", 11381.5, 11388.08, 1_565_587_800_000],
  ];
  for (const [file, bid, ask, countedMs] of tickers)
    recorded(`${file} is ${bid} / ${ask}, and stale a day after its volume was counted${where}`, () => {
      const atMs = countedMs + 30_000;
      expect(read(file, SPOT, atMs)).toMatchObject({
        quote: { kind: "spot", value: { bid, ask, timeMs: atMs, timeSource: "receipt", base: "BTC", quote: "USD" } },
      });
      expect(read(file, SPOT, countedMs + 86_400_001)).toMatchObject({ kind: "gap", reason: "stale" });
      expect(read(file, { ...SPOT, base: "ETH" }, atMs)).toMatchObject({ kind: "gap", reason: "bad-shape" });
    });

  recorded(`v1_book_btcusd is a book of fifty levels a side, which end before 1 %${where}`, () => {
    const outcome = read("v1_book_btcusd", DEPTH, 1_565_588_060_000);
    if (outcome.kind === "gap" || outcome.quote.kind !== "depth") expect.fail("no depth");
    const { bid, ask, down, up } = outcome.quote.value;
    expect([bid, ask, down.isWhole, up.isWhole]).toEqual([11382.49, 11385.22, false, false]);
    expect(down.notional).toBeCloseTo(1741984.973478339, 4);
    expect(up.notional).toBeCloseTo(2257902.094234796, 4);
  });

  const refused: readonly (readonly [string, PolledSubscription, string])[] = [
    ["v1_pubticker_unknown_symbol_error", SPOT, "delisted"],
    ["v1_pubticker_unknown_symbol_error", DEPTH, "delisted"],
    ["error_ccxt", SPOT, "venue-error"],
    ["v2_ticker_BTCUSD_gct", SPOT, "bad-shape"],
    ["v1_symbols_details_btcusd", SPOT, "bad-shape"],
    ["v1_book_btcusd", SPOT, "bad-shape"],
    ["v1_pubticker_BTCUSD_gct", DEPTH, "bad-shape"],
  ];
  for (const [file, subscription, reason] of refused)
    recorded(`${file} as ${subscription.kind} is ${reason}${where}`, () => {
      expect(read(file, subscription, 1_565_588_060_000)).toMatchObject({ kind: "gap", reason });
    });
});

describe("streams", () => {
  recorded(
    `ws_mixed: a whole book of ZECLTC, asks alone of ETHBTC, trades, and another interface's books${where}`,
    () => {
      const subscriptions = [
        { ...SPOT, base: "ZEC", quote: "LTC" },
        { ...SPOT, base: "ETH", quote: "BTC" },
      ];
      const session = geminiLevelTwo.session(subscriptions, PRODUCTION_ONLY);
      session.opened(0);
      const steps = loadLines("gemini/ws_mixed.jsonl").map((line) => session.take(line, 1_580_919_901_500));
      for (const step of steps) expectLawfulStep(step, subscriptions);
      expect(steps.map(({ updates, refused }) => updates[0] ?? refused)).toMatchObject([
        // Bid 0.688, ask 15: two-sided in form only.
        { kind: "gap", source: "gemini:ZEC-LTC", gap: { reason: "out-of-range" } },
        null,
        { kind: "gap", source: "gemini:ETH-BTC", gap: { reason: "empty-book" } },
        null,
        { kind: "gap", reason: "bad-shape" },
        { kind: "gap", reason: "bad-shape" },
        { kind: "gap", reason: "bad-shape" },
        { kind: "gap", reason: "bad-shape" },
      ]);
      for (const i of [1, 3]) expect(steps[i]).toEqual({ send: [], updates: [], refused: null, close: null });
    },
  );
});
