/** Everything that an option chain has been seen to get wrong, through every feed that reads one: missing rather than wrong. */
import { expect, test } from "vitest";
import type { ExclusionReason } from "../../../src/feeds/evaluation.ts";
import type { OptionChain, OptionQuote } from "../../../src/market/quote.ts";
import { NOW_MS, chainOf, expiryInDays, withRows } from "../support/snapshots.ts";
import { evaluateFeed, numberOf, reasonsOf } from "./support/context.ts";
import { SHAPE, chainFeeds, marketOf, nameOf, svichain } from "./support/svi-chain.ts";

const healthy = svichain();
const feeds = chainFeeds();
const ALL = feeds.map(nameOf);
const IV = ["iv-atm-7d", "iv-atm-30d", "iv-atm-90d"];
const PARITY = ["forward-30d", "rate-30d"];
const SMILE = ["skew-25d-30d", "vol-index-30d", "vol-surface"];

type Case = {
  readonly what: string;
  readonly chain: OptionChain;
  /** Among the exclusions of every feed that is missing. */
  readonly reason: ExclusionReason;
  /** Feeds that lose nothing by it. The others must be missing. */
  readonly stand: readonly string[];
};

const rows = (change: (row: OptionQuote, i: number) => Partial<OptionQuote>): OptionChain =>
  withRows(healthy, (row) => ({ ...row, ...change(row, healthy.options.indexOf(row)) }));

const CASES: readonly Case[] = [
  {
    what: "every quote crossed",
    chain: rows((row) => ({ bidCoin: row.markCoin! * 1.01, askCoin: row.markCoin! * 0.99 })),
    reason: "crossed",
    stand: [],
  },
  { what: "an empty chain", chain: { ...healthy, options: [] }, reason: "no-quote", stand: [] },
  { what: "a stale chain", chain: { ...healthy, timeMs: NOW_MS - 60_001 }, reason: "stale", stand: [] },
  { what: "a chain from the future", chain: { ...healthy, timeMs: NOW_MS + 2_001 }, reason: "future-dated", stand: [] },
  {
    what: "nobody bids or asks (null)",
    chain: rows(() => ({ bidCoin: null, askCoin: null })),
    reason: "no-quote",
    stand: [],
  },
  { what: "bids and asks at 0.0", chain: rows(() => ({ bidCoin: 0, askCoin: 0 })), reason: "no-quote", stand: [] },
  {
    what: "bids and asks at the sentinels -1.0 and -0.00000001",
    chain: rows(() => ({ bidCoin: -1, askCoin: -0.00000001 })),
    reason: "no-quote",
    stand: [],
  },
  {
    what: "bids and asks that are no numbers",
    chain: rows(() => ({ bidCoin: Number.NaN, askCoin: Infinity })),
    reason: "no-quote",
    stand: [],
  },
  // A one-sided row has no mid, so there is no parity; its mark is believed while it agrees with the side there is.
  { what: "bids alone", chain: rows(() => ({ askCoin: null })), reason: "no-quote", stand: [...IV, ...SMILE] },
  // A strip of options counts only what somebody bids for.
  {
    what: "asks alone",
    chain: rows(() => ({ bidCoin: null })),
    reason: "no-quote",
    stand: [...IV, "skew-25d-30d", "vol-surface"],
  },
  {
    what: "volatilities in percent",
    chain: rows((row) => ({ markVol: row.markVol! * 100 })),
    reason: "inconsistent",
    // Bids and asks say the same without the venue's volatilities.
    stand: [...PARITY, ...SMILE],
  },
  {
    what: "volatilities at the sentinel -1, or none",
    chain: rows((_, i) => ({ markVol: i % 2 === 0 ? -1 : null })),
    reason: "no-quote",
    stand: [...PARITY, ...SMILE],
  },
  {
    what: "premiums in USD instead of coin",
    chain: rows((row) => ({
      bidCoin: row.bidCoin! * row.forward,
      askCoin: row.askCoin! * row.forward,
      markCoin: row.markCoin! * row.forward,
    })),
    reason: "inconsistent",
    stand: [],
  },
  { what: "forwards of zero", chain: rows(() => ({ forward: 0 })), reason: "inconsistent", stand: [] },
  { what: "negative forwards", chain: rows((row) => ({ forward: -row.forward })), reason: "inconsistent", stand: [] },
  {
    what: "forwards and strikes at ×1000, consistent in themselves",
    chain: rows((row) => ({ forward: row.forward * 1_000, strike: row.strike * 1_000 })),
    reason: "inconsistent",
    stand: [],
  },
  {
    what: "forwards that no parity supports",
    chain: rows((row) => ({ forward: row.forward * 1.01 })),
    reason: "inconsistent",
    stand: [],
  },
  {
    what: "one row in nine with another forward",
    chain: rows((row, i) => (i % 9 === 0 ? { forward: row.forward * 1.02 } : {})),
    reason: "inconsistent",
    stand: ALL,
  },
  { what: "strikes of zero", chain: rows(() => ({ strike: 0 })), reason: "inconsistent", stand: [] },
  {
    what: "two quotes of one option in every expiry",
    chain: {
      ...healthy,
      options: healthy.options.flatMap((row) =>
        row.strike === 93_000 && row.right === "call" ? [row, { ...row, markVol: 0.9 }] : [row],
      ),
    },
    reason: "inconsistent",
    stand: [],
  },
  {
    what: "expiries that are not at 08:00 UTC",
    chain: rows((row) => ({ expiryMs: row.expiryMs + 60_000 })),
    reason: "no-quote",
    stand: [],
  },
];

const clean = new Map(feeds.map((feed) => [nameOf(feed), numberOf(evaluateFeed(feed, marketOf(healthy)))]));

for (const { what, chain, reason, stand } of CASES) {
  test.each(feeds.map((feed) => [nameOf(feed), feed] as const))(`%s: ${what}`, (name, feed) => {
    const evaluation = evaluateFeed(feed, marketOf(chain));
    const seen = Object.values(reasonsOf(evaluation));
    if (stand.includes(name)) {
      const tolerance = name.startsWith("forward") ? 20 : 0.01;
      expect(Math.abs(numberOf(evaluation) - clean.get(name)!)).toBeLessThan(tolerance);
    } else {
      expect(evaluation).toMatchObject({ kind: "missing" });
      expect(seen).toContain(reason);
    }
  });
}

test("refused rows are counted, with one of them as an example", () => {
  const torn = rows((row, i) => (i % 9 === 0 ? { forward: row.forward * 1.02 } : {}));
  for (const feed of feeds) {
    const line = evaluateFeed(feed, marketOf(torn)).excluded.find(
      ({ source }) => source === "deribit:BTC.options.rows",
    );
    expect(line).toMatchObject({ reason: "inconsistent" });
    expect(line!.detail).toMatch(/^\d+ rows of \d+ expiries, such as: forward [\d.]+, its expiry has [\d.]+$/);
  }
});

test("an expiry less than an hour away is not read, whatever it says", () => {
  const nearly = Date.UTC(2026, 0, 16, 7, 1);
  const at = (timeMs: number): OptionChain => ({ ...chainOf({ ...SHAPE, atMs: timeMs }), receivedAtMs: timeMs });
  const mad = withRows(at(nearly), (row) =>
    row.expiryMs === expiryInDays(3) ? { ...row, forward: 1, markVol: 40, bidCoin: 0.9, askCoin: 0.95 } : row,
  );
  const spots = marketOf(mad).spots.map((quote) => ({ ...quote, timeMs: nearly }));
  const market = (chain: OptionChain) => marketOf(chain, { takenAtMs: nearly + 1_000, spots });
  for (const feed of feeds) {
    expect(evaluateFeed(feed, market(mad))).toEqual(evaluateFeed(feed, market(at(nearly))));
  }
});

test("one bad expiry beside good ones is left out by name, and a surface goes on without it", () => {
  const chain = rows((row) => (row.expiryMs === expiryInDays(45) ? { bidCoin: null, askCoin: null } : {}));
  const surface = feeds.find((feed) => nameOf(feed) === "vol-surface")!;
  const evaluation = evaluateFeed(surface, marketOf(chain));
  expect(numberOf(evaluation)).toBeCloseTo(clean.get("vol-surface")!, 2);
  expect(reasonsOf(evaluation)).toMatchObject({
    "deribit:BTC-27FEB26": "no-quote",
    "deribit:BTC.options.rows": "no-quote",
  });
});
