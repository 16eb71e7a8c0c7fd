/** Bitfinex's recorded answers and messages, each read or refused by name. */
import { describe, expect } from "vitest";
import { parseBodies } from "../../../src/sources/adapters.ts";
import { bitfinexTickerStream } from "../../../src/sources/bitfinex/ticker-stream.ts";
import { PRODUCTION_ONLY } from "../../../src/sources/rest-adapter.ts";
import type { PolledSubscription } from "../../../src/sources/subscription.ts";
import { load, loadLines, recorded, where } from "../binance/recorded.ts";
import { expectLawfulStep } from "../played-session.ts";
import { expectLawful } from "../quote-laws.ts";

const SPOT = { kind: "spot", venue: "bitfinex", base: "BTC", quote: "USD" } as const;
const DEPTH = { ...SPOT, kind: "depth" } as const;
const AT_MS = Date.UTC(2022, 5, 15);

function read(body: string, subscription: PolledSubscription) {
  const outcome = parseBodies([body], subscription, AT_MS, PRODUCTION_ONLY);
  expectLawful(outcome);
  return outcome;
}

describe("REST", () => {
  recorded(`v2_book_2022-06 is a book cut to three rows a side, and one with nothing within 1 %${where}`, () => {
    const [first, second] = loadLines("bitfinex/v2_book_2022-06.jsonl").map((line) => read(line, DEPTH));
    if (first?.kind !== "quote" || first.quote.kind !== "depth") expect.fail("no depth");
    const { bid, ask, down, up } = first.quote.value;
    expect([bid, ask, down.isWhole, up.isWhole]).toEqual([23144, 23325, false, false]);
    expect(down.notional).toBeCloseTo(38030.16691044, 6);
    expect(up.notional).toBeCloseTo(111.48272946, 6);
    expect(second).toMatchObject({ kind: "gap", reason: "out-of-range" });
  });

  recorded(
    `v2_tickers_xchange is another endpoint's list; the row of tBTCUSD in it is a ticker, that of fLEO is not${where}`,
    () => {
      const body = load("bitfinex/v2_tickers_xchange.json");
      for (const subscription of [SPOT, DEPTH]) expect(read(body, subscription)).toMatchObject({ reason: "bad-shape" });
      const [lending, trading] = (JSON.parse(body) as unknown[][]).map((row) => JSON.stringify(row.slice(1)));
      expect(read(trading!, SPOT)).toMatchObject({ quote: { value: { bid: 7381.6, ask: 7381.7 } } });
      expect(read(lending!, SPOT)).toMatchObject({ kind: "gap", reason: "zero-quote" });
    },
  );

  recorded(`v1_pubticker_xchange, the pair list and a book are no ticker${where}`, () => {
    for (const body of [
      load("bitfinex/v1_pubticker_xchange.json"),
      load("bitfinex/conf_pub_list_pair_exchange_2021.json"),
      ...loadLines("bitfinex/v2_book_2022-06.jsonl"),
    ])
      expect(read(body, SPOT)).toMatchObject({ kind: "gap", reason: "bad-shape" });
    expect(read(load("bitfinex/conf_pub_list_pair_exchange_2021.json"), DEPTH)).toMatchObject({ reason: "bad-shape" });
  });
});

describe("streams", () => {
  const USDT = { ...SPOT, quote: "USDT" } as const;

  recorded(`ws_ticker_2022-06: tBTCUST is 29967 / 29976, the perpetual was not asked for${where}`, () => {
    const session = bitfinexTickerStream.session([USDT], PRODUCTION_ONLY);
    session.opened(AT_MS);
    // The recorder put the confirmation's members in the place of the channel's number.
    const steps = loadLines("bitfinex/ws_ticker_2022-06.jsonl").flatMap((line, i) => {
      const [channel, ticker] = JSON.parse(line) as [object, unknown[]];
      return [{ event: "subscribed", chanId: i + 1, ...channel }, [i + 1, ticker]].map((sent) =>
        session.take(JSON.stringify(sent), AT_MS),
      );
    });
    for (const step of steps) expectLawfulStep(step, [USDT]);
    expect(steps[1]).toMatchObject({ updates: [{ source: "bitfinex:BTC-USDT", quote: { bid: 29967, ask: 29976 } }] });
    for (const step of steps.slice(2)) expect(step).toMatchObject({ updates: [], refused: { reason: "bad-shape" } });
  });

  recorded(
    `ws_mixed: books, trades and lending are refused, and two of several connections are told by their numbers${where}`,
    () => {
      const lines = loadLines("bitfinex/ws_mixed.jsonl");
      const unnumbered = bitfinexTickerStream.session([SPOT], PRODUCTION_ONLY);
      const steps = lines.map((line) => unnumbered.take(line, AT_MS));
      for (const step of steps) expectLawfulStep(step, [SPOT]);
      expect(steps.flatMap(({ updates }) => updates)).toEqual([]);
      expect(steps.filter(({ refused }) => refused === null).length).toBe(1);
      // Numbers that run on within one connection, with the venue's time behind them.
      const session = bitfinexTickerStream.session([{ ...SPOT, base: "MATIC", quote: "BTC" }], PRODUCTION_ONLY);
      session.take('{"event":"conf","status":"OK"}', AT_MS);
      session.take('{"event":"subscribed","channel":"ticker","chanId":94952,"symbol":"tMATIC:BTC"}', AT_MS);
      const ticker = lines.find((line) => line.startsWith("[94952,"))!;
      expect(session.take(ticker, AT_MS)).toMatchObject({
        updates: [{ quote: { bid: 2.271e-5, ask: 2.274e-5, timeMs: 1_633_910_436_166, timeSource: "venue" } }],
      });
      expect(session.take(lines[0]!, AT_MS)).toMatchObject({ close: { reason: "sequence-gap" } });
    },
  );
});
