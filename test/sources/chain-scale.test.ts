/** Whole chains in the wrong unit: what the bounds of a row can know is refused, row by row, and never believed in part. */
import { beforeAll, describe, expect, test } from "vitest";
import type { OptionQuote } from "../../src/market/quote.ts";
import { OPTION_VENUES, type OptionVenue } from "../../src/market/venue.ts";
import type { MarketSource } from "../../src/replay/options.ts";
import { parseBodies } from "../../src/sources/adapters.ts";
import { PRODUCTION_ONLY } from "../../src/sources/rest-adapter.ts";
import { AT_MS, bodiesOf, openMarketSource } from "./market-samples.ts";
import { expectLawful } from "./quote-laws.ts";
import { expectBounded } from "./scale-laws.ts";

type Members = { readonly premiums: readonly string[]; readonly vols: readonly string[]; readonly forward: string };
const MEMBERS: Readonly<Record<OptionVenue, Members>> = {
  deribit: { premiums: ["bid_price", "ask_price", "mark_price"], vols: ["mark_iv"], forward: "underlying_price" },
  okx: { premiums: ["bidPx", "askPx"], vols: ["markVol"], forward: "fwdPx" },
  bybit: { premiums: ["bid1Price", "ask1Price", "markPrice"], vols: ["markIv"], forward: "underlyingPrice" },
  binance: { premiums: ["bidPrice", "askPrice", "markPrice"], vols: ["markIV"], forward: "indexPrice" },
};

let source: MarketSource;
beforeAll(async () => {
  source = await openMarketSource();
});

/** The chain with those members of every row times a factor. */
function chainOf(
  venue: OptionVenue,
  members: readonly string[],
  factor: number,
  also: (key: string, value: unknown) => unknown = (_key, value) => value,
): readonly OptionQuote[] {
  const { subscription, bodies } = bodiesOf(source, venue).find((sample) => sample.subscription.kind === "options")!;
  const sent = bodies.map((body) =>
    JSON.stringify(JSON.parse(body), (key, value: unknown) => also(key, scaled(key, value))),
  );
  function scaled(key: string, value: unknown): unknown {
    if (!members.includes(key)) return value;
    if (typeof value === "number") return value * factor;
    return typeof value === "string" && value !== "" ? String(Number(value) * factor) : value;
  }
  const outcome = parseBodies(sent, subscription, AT_MS, PRODUCTION_ONLY);
  expectLawful(outcome);
  if (outcome.kind === "gap") return [];
  if (outcome.quote.kind !== "options") expect.fail("no chain");
  for (const row of outcome.quote.value.options) expectBounded(row);
  return outcome.quote.value.options;
}

const boundOf = ({ right, strike, forward }: OptionQuote): number => (right === "call" ? 1 : strike / forward);
/** What a row says it is worth, as far as it says anything. */
const worthOf = (row: OptionQuote): number => Math.max(row.bidCoin ?? 0, row.markCoin ?? 0);

describe.each(OPTION_VENUES)("the whole chain of %s", (venue) => {
  const { premiums, vols, forward } = MEMBERS[venue];

  test("as it is has hundreds of rows, nearly all with a vol", () => {
    const rows = chainOf(venue, [], 1);
    expect(rows.length).toBeGreaterThan(200);
    expect(rows.filter(({ markVol }) => markVol !== null).length).toBeGreaterThan(0.9 * rows.length);
  });

  test("with premiums a thousand times too large keeps only the rows that are then still within their bounds", () => {
    const honest = chainOf(venue, [], 1);
    const kept = new Set(chainOf(venue, premiums, 1000).map(({ instrument }) => instrument));
    const known = honest.filter((row) => worthOf(row) * 1000 > boundOf(row) * 1.01 + 1e-3);
    expect(known.length).toBeGreaterThan(0.5 * honest.length);
    expect(known.filter(({ instrument }) => kept.has(instrument))).toEqual([]);
  });

  test("with bids alone a thousand times too large, where nobody asks, keeps no bid beyond its bound", () => {
    const [bid, ask] = premiums;
    const noAsk = (key: string, value: unknown): unknown => (key === ask ? (venue === "deribit" ? null : "0") : value);
    const rows = chainOf(venue, [bid!], 1000, noAsk);
    expect(rows.every(({ askCoin }) => askCoin === null)).toBe(true);
    expect(rows.filter((row) => (row.bidCoin ?? 0) > boundOf(row) * 1.001 + 1e-4)).toEqual([]);
  });

  test("with premiums in the other money, coin for dollars or dollars for coin, is refused or worthless, never dear", () => {
    const honest = chainOf(venue, [], 1);
    const inCoin = venue === "deribit" || venue === "okx";
    const rows = chainOf(venue, premiums, inCoin ? 95_000 : 1 / 95_000);
    if (inCoin) expect(rows.filter((row) => worthOf(row) > 0)).toEqual([]);
    else for (const row of rows) expect(worthOf(row)).toBeLessThan(1e-4);
    expect(honest.some((row) => worthOf(row) > 0.1)).toBe(true);
  });

  test("with vols in percent for decimal or decimal for percent has no vol at all", () => {
    for (const factor of [100, 1 / 100]) {
      const rows = chainOf(venue, vols, factor);
      expect(rows.length, "the rows stand: their premiums are right").toBeGreaterThan(200);
      expect(rows.filter(({ markVol }) => markVol !== null && (markVol > 3 || markVol < 0.2))).toEqual([]);
      expect(rows.filter(({ markVol }) => markVol !== null).length).toBeLessThan(0.02 * rows.length);
    }
  });

  test("with forwards a million times too large or too small loses every row that is worth something", () => {
    for (const factor of [1e6, 1e-6]) {
      const rows = chainOf(venue, [forward], factor);
      for (const row of rows) expect(worthOf(row)).toBeLessThanOrEqual(boundOf(row) * 1.001 + 1e-4);
    }
    expect(chainOf(venue, [forward], 1e6)).toEqual([]);
  });
});
