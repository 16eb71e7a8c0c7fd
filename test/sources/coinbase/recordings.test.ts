import { describe, expect } from "vitest";
import { coinbaseStreams } from "../../../src/sources/coinbase/streams.ts";
import type { DepthSubscription, Subscription } from "../../../src/sources/subscription.ts";
import { SPOT_BTC } from "../bodies.ts";
import { load, loadFrames, openSession, read, recorded, where, wordsOf } from "../recorded.ts";

const SPOT = SPOT_BTC.coinbase;
const DEPTH: DepthSubscription = { ...SPOT, kind: "depth" };
const IN_2022 = Date.UTC(2022, 5, 3);
const stream = coinbaseStreams[0]!;

describe("coinbase over REST", () => {
  recorded(`products_book_level2_2022-06 (R) is the book 0.1135 / 0.1137, whole each way${where}`, () => {
    const outcome = read(load("coinbase-exchange/products_book_level2_2022-06.json"), DEPTH, IN_2022);
    expect(outcome).toMatchObject({
      kind: "quote",
      quote: {
        kind: "depth",
        value: { bid: 0.1135, ask: 0.1137, timeMs: IN_2022, timeSource: "receipt" },
      },
    });
    if (outcome.kind === "gap" || outcome.quote.kind !== "depth") expect.fail("no depth");
    const { down, up } = outcome.quote.value;
    // The middle is 0.1136: 1 % of it ends at 0.112464 and 0.114736, beyond the five levels that were kept.
    expect(down.isWhole || up.isWhole).toBe(false);
    const bids = 0.1135 * 35 + 0.1134 * 20606.7 + 0.1133 * 41561.8 + 0.1132 * 51132.8 + 0.1131 * 745;
    const asks = 0.1137 * 10113.4 + 0.1138 * 49781.3 + 0.1139 * 34339.9 + 0.114 * 34409.1 + 0.1141 * 4126.6;
    expect(down.notional).toBeCloseTo(bids, 6);
    expect(up.notional).toBeCloseTo(asks, 6);
  });

  const tickers: readonly (readonly [string, number, number, number])[] = [
    ["products_ticker_ccxt (N)", 0.997094, 0.998, Date.UTC(2020, 0, 28, 2, 13, 34)],
    ["products_ticker_xchange (N)", 637, 637.11, Date.UTC(2015, 3, 8, 20, 49, 7)],
  ];
  for (const [name, bid, ask, atMs] of tickers)
    recorded(`${name} is the book ${bid} / ${ask} in its second, and stale two days later${where}`, () => {
      const body = load(`coinbase-exchange/${name.split(" ")[0]!}.json`);
      expect(read(body, SPOT, atMs)).toMatchObject({ quote: { kind: "spot", value: { bid, ask, timeMs: atMs } } });
      expect(read(body, SPOT, atMs + 2 * 86_400_000)).toMatchObject({ kind: "gap", reason: "stale" });
      expect(read(body, DEPTH, atMs)).toMatchObject({ kind: "gap", reason: "bad-shape" });
    });

  const others: readonly (readonly [string, Subscription])[] = [
    ["products_2021-04-17.json", SPOT],
    ["products_2021-04-17.json", DEPTH],
    ["products_book_level2_2022-06.json", SPOT],
    ["products_stats_ccxt.json", SPOT],
    ["products_stats_ccxt.json", DEPTH],
    ["time_ccxt.json", SPOT],
    ["time_ccxt.json", DEPTH],
  ];
  for (const [file, subscription] of others)
    recorded(`${file} is of another endpoint than ${subscription.kind} and refused${where}`, () => {
      const outcome = read(load(`coinbase-exchange/${file}`), subscription, IN_2022);
      expect(outcome).toMatchObject({ kind: "gap", reason: "bad-shape" });
    });

  recorded(`errors_doc (D) has the reasons rate-limited, delisted and maintenance${where}`, () => {
    const errors: readonly { body?: unknown; text?: string }[] = JSON.parse(load("coinbase-exchange/errors_doc.json"));
    const reasons = errors.slice(0, 2).map(({ body }) => read(JSON.stringify(body), SPOT, IN_2022));
    expect(reasons).toMatchObject([{ reason: "rate-limited" }, { reason: "delisted" }]);
    const session = openSession(stream, [{ ...SPOT, quote: "XXX" }], IN_2022);
    expect(wordsOf(session, [JSON.stringify(errors[3]!.body)], IN_2022)).toEqual(["no quote: not-subscribed"]);
  });
});

describe("coinbase's frames", () => {
  recorded(`ws_ticker_2022-06 (R) is the quote 29940.9 / 29940.91 of its match${where}`, () => {
    const atMs = Date.UTC(2022, 5, 2, 9, 20, 54, 200);
    const frames = loadFrames("coinbase-exchange/ws_ticker_2022-06.jsonl");
    expect(wordsOf(openSession(stream, [SPOT], atMs), frames, atMs)).toEqual(["spot 29940.9/29940.91"]);
    expect(wordsOf(openSession(stream, [SPOT], atMs), frames, atMs + 90_000_000)).toEqual(["no quote: stale"]);
  });

  recorded(`ws_mixed (N): three tickers of three years, each read in its own second, all else refused${where}`, () => {
    const frames = loadFrames("coinbase-exchange/ws_mixed.jsonl");
    const times = [
      ...Array<number>(6).fill(IN_2022),
      ...frames.slice(6).map((frame) => Date.parse(JSON.parse(frame).time) + 50),
    ];
    const session = openSession(stream, [SPOT], IN_2022);
    expect(frames.flatMap((frame, i) => wordsOf(session, [frame], times[i]!))).toEqual([
      ...Array<string>(6).fill("refused: bad-shape"),
      "spot 4094.99/4095",
      "spot 58800/58800.01",
      "spot 17165.15/17167.76",
    ]);
    // In one moment of 2022 the first two are long past.
    const late = openSession(stream, [SPOT], IN_2022);
    expect(wordsOf(late, frames.slice(6), Date.UTC(2022, 11, 1, 0, 0, 1))).toEqual([
      "no quote: stale",
      "no quote: stale",
      "spot 17165.15/17167.76",
    ]);
  });
});
