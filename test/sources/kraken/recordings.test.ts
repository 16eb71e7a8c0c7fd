import { describe, expect } from "vitest";
import { krakenStreams } from "../../../src/sources/kraken/streams.ts";
import type { DepthSubscription, Subscription } from "../../../src/sources/subscription.ts";
import { SPOT_BTC } from "../bodies.ts";
import { load, loadFrames, openSession, read, recorded, where, wordsOf } from "../recorded.ts";

const SPOT = SPOT_BTC.kraken;
const DEPTH: DepthSubscription = { ...SPOT, kind: "depth" };
const IN_2022 = 1_654_302_625_500;
const IN_2025 = Date.UTC(2025, 10, 11, 0, 17, 10);
const stream = krakenStreams[0]!;

describe("kraken over REST", () => {
  recorded(`Depth_XXBTZUSD_2022-06 (R) is the book 29727.0 / 29727.1 of three levels a side${where}`, () => {
    const body = load("kraken/Depth_XXBTZUSD_2022-06.json");
    const outcome = read(body, DEPTH, IN_2022);
    expect(outcome).toMatchObject({
      quote: {
        kind: "depth",
        value: {
          bid: 29727,
          ask: 29727.1,
          timeMs: IN_2022,
          timeSource: "receipt",
          down: { isWhole: false },
          up: { isWhole: false },
        },
      },
    });
    if (outcome.kind === "gap" || outcome.quote.kind !== "depth") expect.fail("no depth");
    const { down, up } = outcome.quote.value;
    expect(down.notional).toBeCloseTo(29727 * 3.127 + 29725.1 * 0.085 + 29725 * 0.586, 6);
    expect(up.notional).toBeCloseTo(29727.1 * 0.42 + 29728.3 * 5.047 + 29728.7 * 0.474, 6);
    expect(read(body, DEPTH, IN_2022 + 86_400_000)).toMatchObject({ kind: "gap", reason: "stale" });
  });

  recorded(`Ticker_XBTUSD_2026-09-08 (R*) is the book 78493.7 / 78493.8, and no depth${where}`, () => {
    const body = load("kraken/Ticker_XBTUSD_2026-09-08.json");
    const atMs = Date.UTC(2026, 8, 8, 21);
    expect(read(body, SPOT, atMs)).toMatchObject({ quote: { value: { bid: 78493.7, ask: 78493.8, timeMs: atMs } } });
    expect(read(body, DEPTH, atMs)).toMatchObject({ kind: "gap", reason: "bad-shape" });
  });

  const others: readonly (readonly [string, Subscription])[] = [
    ["Depth_XXBTZUSD_2022-06.json", SPOT],
    ["AssetPairs_2025.json", SPOT],
    ["AssetPairs_2025.json", DEPTH],
    ["SystemStatus.json", SPOT],
    ["SystemStatus.json", DEPTH],
    ["Time.json", SPOT],
    ["Time.json", DEPTH],
  ];
  for (const [file, subscription] of others)
    recorded(`${file} is of another endpoint than ${subscription.kind} and refused${where}`, () => {
      expect(read(load(`kraken/${file}`), subscription, IN_2025)).toMatchObject({ kind: "gap", reason: "bad-shape" });
    });

  recorded(`errors_doc (D): each documented error has its reason${where}`, () => {
    const errors: readonly { http?: number; body?: unknown }[] = JSON.parse(load("kraken/errors_doc.json"));
    const bodies = errors.filter(({ http, body }) => http === 200 && body !== undefined);
    expect(bodies.map(({ body }) => read(JSON.stringify(body), SPOT, IN_2025))).toMatchObject(
      ["delisted", "rate-limited", "rate-limited", "rate-limited", "maintenance", "server-error", "halted"].map(
        (reason) => ({ kind: "gap", reason }),
      ),
    );
  });
});

describe("kraken's frames", () => {
  recorded(`ws_v2_ticker_ccxt (N) has no timestamp and is of its receipt${where}`, () => {
    const session = openSession(stream, [SPOT], IN_2025);
    expect(wordsOf(session, loadFrames("kraken/ws_v2_ticker_ccxt.json"), IN_2025)).toEqual(["spot 108359.8/108359.9"]);
  });

  recorded(`ws_v1_ticker_2021-04-17 (R) and ws_v1_systemStatus (N) are of version 1 and refused${where}`, () => {
    const frames = [
      ...loadFrames("kraken/ws_v1_ticker_2021-04-17.jsonl"),
      ...loadFrames("kraken/ws_v1_systemStatus_ccxt.json"),
    ];
    const words = new Set(wordsOf(openSession(stream, [SPOT], IN_2022), frames, IN_2022));
    expect(words).toEqual(new Set(["refused: bad-shape"]));
  });

  const documented: readonly (readonly [string, readonly string[]])[] = [
    ["ws_v2_heartbeat_doc.json", ["nothing"]],
    // Its connection id is above 2^53, and of no interest.
    ["ws_v2_status_doc.json", ["nothing"]],
    ["ws_pong_v2.json", ["nothing"]],
    ["ws_subscribe_response_v2.json", ["nothing"]],
    ["ws_ticker_snapshot_v2.json", ["spot 105944.2/105944.3"]],
    ["ws_book_snapshot_v2.json", ["refused: bad-shape"]],
    ["ws_ohlc_update_v2.json", ["refused: bad-shape"]],
  ];
  for (const [file, words] of documented)
    recorded(`${file} (D) says ${words.join()}${where}`, () => {
      const atMs = Date.UTC(2022, 11, 25, 9, 31);
      expect(wordsOf(openSession(stream, [SPOT], atMs), loadFrames(`kraken/${file}`), atMs)).toEqual(words);
    });

  recorded(`ws_v2_mixed_2026-07 (D): a pair without a book says zero, other channels are refused${where}`, () => {
    const atMs = Date.UTC(2026, 6, 10, 0, 0, 2, 500);
    const session = openSession(stream, [SPOT, { ...SPOT, base: "ANETx" }], atMs);
    expect(wordsOf(session, loadFrames("kraken/ws_v2_mixed_2026-07.jsonl"), atMs)).toEqual([
      ...Array<string>(4).fill("refused: bad-shape"),
      "spot 99.9/100.1",
      "no quote: zero-quote",
    ]);
  });
});
