/** Every recording of OKX: what it parses to, or why it is refused. */
import { expect, test } from "vitest";
import type { GapReason } from "../../../src/market/quote.ts";
import { type MarketQuote, parseBodies } from "../../../src/sources/adapters.ts";
import type { Parsed } from "../../../src/sources/gap.ts";
import { okxStreams } from "../../../src/sources/okx/streams.ts";
import type { StreamStep, StreamUpdate } from "../../../src/sources/stream-adapter.ts";
import type { PolledSubscription } from "../../../src/sources/subscription.ts";
import { filesAbsent, loadFile, loadLines, whereFiles } from "../exchange-files.ts";
import { expectLawful } from "../quote-laws.ts";
import { expectLawfulStep } from "../step-laws.ts";
import { OKX_SUBSCRIPTIONS, okxBody } from "./bodies.ts";

const recorded = test.skipIf(filesAbsent);
const { spot, depth, index, futures, options } = OKX_SUBSCRIPTIONS;

function read(bodies: readonly string[], subscription: PolledSubscription, atMs: number): Parsed<MarketQuote> {
  const outcome = parseBodies(bodies, subscription, atMs, { allowTestnet: false });
  expectLawful(outcome);
  return outcome;
}

/** Plays frames into one connection; a list first, where one is given. */
function play(
  frames: readonly string[],
  subscriptions: readonly PolledSubscription[],
  lists: Readonly<Record<string, readonly string[]>> = {},
): readonly StreamStep[] {
  const session = okxStreams[0]!.session(subscriptions, { allowTestnet: false });
  for (const [source, names] of Object.entries(lists)) session.listed(source, names, 0);
  session.opened(0);
  return frames.map((frame) => {
    const step = session.take(frame, 1_700_000_000_000);
    expectLawfulStep(step);
    return step;
  });
}

const updatesOf = (steps: readonly StreamStep[]): StreamUpdate[] => steps.flatMap(({ updates }) => updates);
const refusedOf = (steps: readonly StreamStep[]) => steps.map(({ refused }) => refused?.reason ?? null);

recorded(`books_2022-06 (R): five books as deep as the levels that were kept, and one too wide${whereFiles}`, () => {
  const read400 = loadLines("okx/books_2022-06.jsonl").map((body) => read([body], depth, 1_654_330_000_000));
  const seen = read400.map((outcome) =>
    outcome.kind === "quote" && outcome.quote.kind === "depth"
      ? [outcome.quote.value.bid, outcome.quote.value.ask, outcome.quote.value.timeMs]
      : outcome,
  );
  expect(seen).toEqual([
    [29692.4, 29692.5, 1_654_328_918_680],
    [29673.5, 29678.9, 1_654_329_601_749],
    [29755.4, 29756.3, 1_654_329_646_278],
    [29671.2, 29671.3, 1_654_329_603_386],
    [29701.6, 29701.7, 1_654_329_607_417],
    { kind: "gap", reason: "out-of-range", detail: "nothing within 1 % of 0.01325" },
  ]);
  expect(read400[0]).toMatchObject({
    quote: {
      value: {
        down: { notional: 29692.4 * 0.43986254 + 29691.2 * 0.33792 + 29690 * 0.39370474, isWhole: false },
        up: { isWhole: false },
      },
    },
  });
});

recorded(`opt-summary_BTC-USD_derived_from_ws (X): a chain of 64 rows, without a book each${whereFiles}`, () => {
  const body = loadFile("okx/opt-summary_BTC-USD_derived_from_ws.json");
  const outcome = read([body, okxBody([])], options, 1_701_388_800_200);
  if (outcome.kind === "gap" || outcome.quote.kind !== "options") return expect.fail(JSON.stringify(outcome));
  const { options: rows, ...chain } = outcome.quote.value;
  expect(chain).toMatchObject({ timeMs: 1_701_388_800_085, timeSource: "venue", quote: "USD", refused: {} });
  expect(rows).toHaveLength(64);
  expect(rows[0]).toEqual({
    instrument: "BTC-USD-231229-40000-P",
    expiryMs: Date.UTC(2023, 11, 29, 8),
    strike: 40_000,
    right: "put",
    bidCoin: null,
    askCoin: null,
    markCoin: null,
    markVol: 0.4686517873,
    forward: 38026.372899316,
  });
  expect(rows.every(({ markVol }) => markVol !== null && markVol > 0.3 && markVol < 1)).toBe(true);
  expect(read([body], options, 1_701_388_800_200)).toMatchObject({ kind: "gap", reason: "bad-shape" });
});

recorded(
  `ws_opt-summary_BTC-USD_2023-12-01 (R*): 64 of the chain, told as far as their books are known${whereFiles}`,
  () => {
    const frame = loadFile("okx/ws_opt-summary_BTC-USD_2023-12-01.json").trim();
    const name = "BTC-USD-231201-44000-P";
    const book = (bidPx: string, askPx: string) =>
      JSON.stringify({
        arg: { channel: "tickers", instId: name },
        data: [{ instId: name, bidPx, askPx, ts: "1701388800000" }],
      });
    const steps = play([frame, book("0.16", "0.18"), frame], [options], { "okx:BTC.options": [name] });
    expect(refusedOf(steps)).toEqual([null, null, null]);
    // Its askVol is "5", the cap: that ask is no price.
    const row = { instrument: name, bidCoin: 0.16, askCoin: null, markVol: 0.6553139462, forward: 37728.5916503342 };
    expect(updatesOf(steps)).toMatchObject([
      { kind: "options", rows: [row], timeMs: 1_701_388_800_000 },
      { kind: "options", rows: [row], timeMs: 1_701_388_800_085 },
    ]);
  },
);

recorded(
  `opt-summary_doc_sample (D) is two rows, and ticker_option_doc_ccxt (N) a book without quotes${whereFiles}`,
  () => {
    const summary = loadFile("okx/opt-summary_doc_sample.json");
    const outcome = read([summary, loadFile("okx/ticker_option_doc_ccxt.json")], options, 1_646_733_632_000);
    expect(outcome).toMatchObject({
      quote: {
        value: {
          timeMs: 1_646_733_631_242,
          options: [
            {
              instrument: "BTC-USD-220309-33000-C",
              markVol: 1.5551965233045728,
              forward: Number("39016.8143629068452065"),
            },
            { instrument: "BTC-USD-220309-33000-P", markVol: 1.5551965233045728 },
          ],
          refused: { "no-summary": 1 },
        },
      },
    });
    const name = "BTC-USD-241227-60000-P";
    const row = { instId: name, fwdPx: "67000", markVol: "0.6", askVol: "0", ts: "1711176035035" };
    expect(
      read([okxBody([row]), loadFile("okx/ticker_option_doc_ccxt.json")], options, 1_711_176_036_000),
    ).toMatchObject({
      quote: { value: { options: [{ instrument: name, bidCoin: null, askCoin: null }] } },
    });
  },
);

recorded(`tickers_doc_ccxt (N) is the book of BCD-BTC${whereFiles}`, () => {
  const body = loadFile("okx/tickers_doc_ccxt.json");
  const outcome = read([body], { ...spot, base: "BCD", quote: "BTC" }, 1_621_441_742_000);
  expect(outcome).toMatchObject({ quote: { value: { bid: 0.0000757, ask: 0.0000777, timeMs: 1_621_441_741_434 } } });
  expect(read([body], spot, 1_621_441_742_000)).toMatchObject({ kind: "gap", reason: "bad-shape" });
});

recorded(`index-tickers_BTC-USDT_2025-05-11 (N) is another index than BTC-USD, and refused${whereFiles}`, () => {
  const body = loadFile("okx/index-tickers_BTC-USDT_2025-05-11.json");
  expect(read([body], index, 1_746_942_708_000)).toMatchObject({ kind: "gap", reason: "bad-shape" });
  expect(read([body.replace('"BTC-USDT"', '"BTC-USD"')], index, 1_746_942_708_000)).toMatchObject({
    quote: { value: { price: 103_895, timeMs: 1_746_942_707_815 } },
  });
});

recorded(
  `mark-price_BTC-USDT-SWAP_2025-04-14 (N) is the mark of a linear swap, no row of an inverse board${whereFiles}`,
  () => {
    const mark = loadFile("okx/mark-price_BTC-USDT-SWAP_2025-04-14.json");
    const swap = okxBody([{ instId: "BTC-USDT-SWAP", bidPx: "84660", askPx: "84660.1", ts: "1744590349506" }]);
    const none = okxBody([]);
    expect(read([swap, none, mark, none, none], futures, 1_744_590_350_000)).toMatchObject({ reason: "no-quote" });
    const inverse = (body: string) => body.replaceAll("BTC-USDT-SWAP", "BTC-USD-SWAP");
    expect(read([inverse(swap), none, inverse(mark), none, none], futures, 1_744_590_350_000)).toMatchObject({
      quote: { value: { futures: [{ mark: 84660.1, bid: 84660, ask: 84660.1, currentFunding: null }] } },
    });
  },
);

recorded(`ws_tickers_2022-06 (R): five kinds of contract, each to its own source and no other${whereFiles}`, () => {
  const frames = loadLines("okx/ws_tickers_2022-06.jsonl");
  const call = "BTC-USD-220624-50000-C";
  const lists = { "okx:BTC.options": [call], "okx:BTC.futures": ["BTC-USD-SWAP", "BTC-USD-220624"] };
  const mark = (instId: string) =>
    JSON.stringify({
      arg: { channel: "mark-price", instId },
      data: [{ instId, markPx: "29880.1", ts: "1654166100000" }],
    });
  const summary = JSON.stringify({
    arg: { channel: "opt-summary", instFamily: "BTC-USD" },
    data: [{ instId: call, fwdPx: "29890.5", markVol: "0.8", askVol: "0.9", ts: "1654166283000" }],
  });
  const steps = play([mark("BTC-USD-220624"), summary, ...frames], [spot, futures, options], lists);
  // The linear contracts were not asked for.
  expect(refusedOf(steps)).toEqual([null, null, null, null, "bad-shape", null, "bad-shape", null]);
  expect(updatesOf(steps)).toMatchObject([
    { kind: "spot", quote: { bid: 29934, ask: 29934.1, timeMs: 1_654_166_073_135 } },
    { kind: "futures", rows: [{ instrument: "BTC-USD-220624", bid: 29882, ask: 29885.7, mark: 29880.1 }] },
    { kind: "options", rows: [{ instrument: call, bidCoin: null, askCoin: 0.0015, forward: 29890.5 }] },
  ]);
});

recorded(
  `ws_tickers_BTC_2022-05-13 (R): confirmations of what was asked, then 20 spot quotes in order${whereFiles}`,
  () => {
    const steps = play(loadLines("okx/ws_tickers_BTC_2022-05-13.jsonl"), [spot]);
    const updates = updatesOf(steps);
    expect(updates[0]).toMatchObject({
      kind: "spot",
      quote: { bid: 30228.6, ask: 30228.7, timeMs: 1_652_459_224_956 },
    });
    const timesMs = updates.map((update) => (update.kind === "spot" ? update.quote.timeMs : 0));
    expect(timesMs).toEqual([...timesMs].sort((a, b) => a - b));
    expect(updates).toHaveLength(20);
    // Trades, books, UNI-USD-SWAP and a future were subscribed to by its recorder, and not by this session.
    expect(refusedOf(steps).filter((reason) => reason === null)).toHaveLength(23);
  },
);

recorded(
  `ws_bbo-tbt_funding-rate_2022 (R): funding without a time or a next period is no rate; bbo-tbt is refused${whereFiles}`,
  () => {
    const swap = { instId: "BTC-USD-SWAP", bidPx: "43000", askPx: "43001", markPx: "43000.5", ts: "1646300000000" };
    const of = (channel: string) => JSON.stringify({ arg: { channel, instId: swap.instId }, data: [swap] });
    const frames = loadLines("okx/ws_bbo-tbt_funding-rate_2022.jsonl");
    const steps = play([of("tickers"), of("mark-price"), ...frames], [futures]);
    expect(updatesOf(steps)).toMatchObject([
      {
        kind: "futures",
        timeMs: null,
        rows: [{ instrument: "BTC-USD-SWAP", mark: 43000.5, funding8h: null, currentFunding: null }],
      },
    ]);
    expect(refusedOf(steps).slice(3)).toEqual(Array(frames.length - 1).fill("bad-shape"));
  },
);

recorded(`ws_options_v3_2020 (N) is of a retired protocol: every frame is refused${whereFiles}`, () => {
  const frames = loadLines("okx/ws_options_v3_2020.jsonl");
  const steps = play(frames, [spot, index, futures, options]);
  expect(refusedOf(steps)).toEqual(frames.map(() => "bad-shape"));
  expect(updatesOf(steps)).toEqual([]);
});

recorded(`ws_push_doc_samples (D): pushes of other channels are refused, and its error too${whereFiles}`, () => {
  const frames = loadLines("okx/ws_push_doc_samples.jsonl");
  const steps = play(frames, [spot, index, futures, options]);
  expect(refusedOf(steps)).toEqual(frames.map((frame) => (frame.includes('"error"') ? "venue-error" : "bad-shape")));
  expect(updatesOf(steps)).toEqual([]);
});

recorded(`errors_doc (D): each of its bodies is the reason it names${whereFiles}`, () => {
  type Documented = { readonly ws?: boolean; readonly body: { readonly code: string } };
  const documented: Documented[] = JSON.parse(loadFile("okx/errors_doc.json"));
  const seen: [string, GapReason | null][] = documented.map(({ ws, body }) => {
    const text = JSON.stringify(body);
    if (ws === true) {
      const [step] = play([text], [spot]);
      return [body.code, (step!.close ?? step!.refused)?.reason ?? null];
    }
    const outcome = read([text], spot, 1_700_000_000_000);
    return [body.code, outcome.kind === "gap" ? outcome.reason : null];
  });
  expect(seen).toEqual([
    ["50011", "rate-limited"],
    ["51001", "delisted"],
    ["50001", "server-error"],
    ["50013", "server-error"],
    ["50026", "server-error"],
    ["60012", "venue-error"],
    ["60014", "rate-limited"],
    ["64008", "disconnected"],
  ]);
});

// Answers of endpoints that no adapter asks. Taken by mistake they must be refused, not half read.
test
  .skipIf(filesAbsent)
  .each([
    "candles_ccxt.json",
    "status_ccxt.json",
    "instruments_FUTURES_2022-05-13.json",
    "instruments_OPTION_2024-12.json",
    "instruments_OPTION_BTC-USD_2022-05-13.json",
  ])(`%s is of another endpoint and refused by all${whereFiles}`, (file) => {
  const body = loadFile(`okx/${file}`);
  for (const subscription of [spot, depth, index]) {
    expect(read([body], subscription, 1_700_000_000_000)).toMatchObject({ kind: "gap", reason: "bad-shape" });
  }
  expect(read([body, body], options, 1_700_000_000_000)).toMatchObject({ kind: "gap", reason: "bad-shape" });
  expect(read([body, body, body, body, body], futures, 1_700_000_000_000)).toMatchObject({ reason: "bad-shape" });
});
