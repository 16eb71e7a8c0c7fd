import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluate } from "../../../src/feeds/evaluate.ts";
import type { Evaluation, Exclusion } from "../../../src/feeds/evaluation.ts";
import type { MarketSnapshot, SpotQuote } from "../../../src/market/quote.ts";
import { recordedFile } from "../../support/recorded-data.ts";
import { definitionOf, feedJson, spotDefinition, withValue } from "../support/definitions.ts";
import { NOW_MS, book, frozen, gap, healthyBooks, index, snapshot, withoutHistory } from "../support/snapshots.ts";

const definition = spotDefinition();
const minutes = recordedFile("quant/market/btc_1m_20230301_20230321_multi.csv");

function spotOf(parts: Partial<MarketSnapshot>): Evaluation {
  return evaluate(definition, snapshot(parts));
}

function valueOf(evaluation: Evaluation): number {
  if (evaluation.kind !== "value") throw new Error(`missing: ${evaluation.reason}: ${evaluation.detail}`);
  return Number(evaluation.value) / 1e8;
}

function reasons(evaluation: Evaluation): Record<string, Exclusion["reason"]> {
  return Object.fromEntries(evaluation.excluded.map(({ source, reason }) => [source, reason]));
}

/** The healthy books with some of them changed: `change` gives undefined to take a book away. */
function books(change: (quote: SpotQuote) => SpotQuote | undefined): SpotQuote[] {
  return healthyBooks().flatMap((quote) => change(quote) ?? []);
}

function scaled(quote: SpotQuote, factor: number): SpotQuote {
  return { ...quote, bid: quote.bid * factor, ask: quote.ask * factor };
}

const isBook = (venue: string) => (quote: SpotQuote) => quote.venue === venue && quote.base === "BTC";
/** Honest prices: 92 500, 92 518.5, 92 472.25 and Binance's 92 601.75 at 0.9990 = 92 509.15 USD. */
const HONEST = [92_472.25, 92_500, 92_509.14825, 92_518.5] as const;

test("four healthy books give the lower middle of the four, exactly rounded, from all four", () => {
  const evaluation = spotOf({ spots: healthyBooks() });
  expect(valueOf(evaluation)).toBeCloseTo(92_500, 8);
  expect(evaluation.kind === "value" && evaluation.sources).toEqual([
    "coinbase:BTC-USD",
    "kraken:BTC-USD",
    "bitstamp:BTC-USD",
    "binance:BTC-USDT",
  ]);
  expect(evaluation.excluded).toEqual([]);
});

test.each(["coinbase", "kraken", "bitstamp", "binance"])(
  "%s at ×1000 on all its books is an outlier and the index goes on",
  (venue) => {
    const evaluation = spotOf({ spots: books((quote) => (quote.venue === venue ? scaled(quote, 1000) : quote)) });
    expect(reasons(evaluation)).toEqual({ [`${venue}:BTC-USD${venue === "binance" ? "T" : ""}`]: "outlier" });
    expect(valueOf(evaluation)).toBeGreaterThanOrEqual(HONEST[0]);
    expect(valueOf(evaluation)).toBeLessThanOrEqual(HONEST[3]);
  },
);

test.each(["coinbase", "kraken", "bitstamp", "binance"])("%s at a thousandth, or at zero, is left out", (venue) => {
  const thousandth = spotOf({ spots: books((quote) => (quote.venue === venue ? scaled(quote, 0.001) : quote)) });
  expect(Object.values(reasons(thousandth))).toEqual(["outlier"]);
  expect(valueOf(thousandth)).toBeGreaterThanOrEqual(HONEST[0]);
  const zero = spotOf({ spots: books((quote) => (quote.venue === venue ? { ...quote, bid: 0, ask: 0 } : quote)) });
  expect(Object.values(reasons(zero))).toEqual(["no-quote"]);
  expect(valueOf(zero)).toBeGreaterThanOrEqual(HONEST[0]);
});

test("a frozen book is named as frozen while two other venues move, and counts when the whole market stands still", () => {
  const one = books((quote) => (isBook("kraken")(quote) ? frozen(quote, 45_000) : quote));
  expect(reasons(spotOf({ spots: one }))).toEqual({ "kraken:BTC-USD": "frozen" });
  const all = healthyBooks().map((quote) => frozen(quote, 45_000));
  expect(spotOf({ spots: all }).excluded).toEqual([]);
  const onlyOneMoves = books((quote) => (isBook("kraken")(quote) ? quote : frozen(quote, 45_000)));
  expect(spotOf({ spots: onlyOneMoves }).excluded).toEqual([]);
});

test("a book is not called frozen before its time, nor where the collector does not say since when", () => {
  const early = books((quote) => (isBook("kraken")(quote) ? frozen(quote, 30_000) : quote));
  expect(spotOf({ spots: early }).excluded).toEqual([]);
  const unknown = healthyBooks().map(withoutHistory);
  expect(spotOf({ spots: unknown }).excluded).toEqual([]);
});

test("a venue that returns HTML is left out by the name of its failure, once its last quote is old", () => {
  const gaps = [gap("bitstamp", "bitstamp:BTC-USD")];
  const old = books((quote) => (isBook("bitstamp")(quote) ? { ...quote, timeMs: NOW_MS - 16_000 } : quote));
  const evaluation = spotOf({ spots: old, gaps });
  expect(evaluation.excluded).toEqual([
    {
      source: "bitstamp:BTC-USD",
      reason: "source-gap",
      detail: "not-json: the body starts with <html>; last quote 16000 ms old, at most 15000 allowed",
    },
  ]);
  expect(valueOf(evaluation)).toBeCloseTo(HONEST[2], 6);
  const never = spotOf({ spots: books((quote) => (isBook("bitstamp")(quote) ? undefined : quote)), gaps });
  expect(reasons(never)).toEqual({ "bitstamp:BTC-USD": "source-gap" });
});

test("one venue at ×1000, one frozen and one returning HTML together: the index is missing, not wrong", () => {
  const spots = books((quote) => {
    if (quote.venue === "coinbase") return scaled(quote, 1000);
    if (quote.venue === "kraken") return frozen(quote, 45_000);
    return quote.venue === "bitstamp" ? undefined : quote;
  });
  const evaluation = spotOf({ spots, gaps: [gap("bitstamp", "bitstamp:BTC-USD")] });
  expect(evaluation).toMatchObject({ kind: "missing", reason: "too-few-sources" });
  // And in the first half minute, while the frozen book cannot be told from a quiet one.
  const early = spots.map((quote) => ({ ...quote, unchangedSinceMs: NOW_MS - 5_000 }));
  expect(spotOf({ spots: early })).toMatchObject({ kind: "missing", reason: "too-few-sources" });
});

test("stale and future-dated quotes are left out, to the millisecond", () => {
  const at = (ageMs: number) =>
    spotOf({ spots: books((q) => (isBook("kraken")(q) ? { ...q, timeMs: NOW_MS - ageMs } : q)) });
  expect(at(15_000).excluded).toEqual([]);
  expect(reasons(at(15_001))).toEqual({ "kraken:BTC-USD": "stale" });
  expect(at(-2_000).excluded).toEqual([]);
  expect(reasons(at(-2_001))).toEqual({ "kraken:BTC-USD": "future-dated" });
});

test("crossed, one-sided and very wide books are left out, each by its name", () => {
  const cases = [
    [{ bid: 92_600, ask: 92_500 }, "crossed"],
    [{ bid: 0, ask: 92_500 }, "no-quote"],
    [{ bid: 92_500, ask: Number.NaN }, "no-quote"],
    [{ bid: 92_500, ask: Infinity }, "no-quote"],
    [{ bid: 91_000, ask: 94_000 }, "wide-spread"],
  ] as const;
  for (const [sides, reason] of cases) {
    const evaluation = spotOf({ spots: books((quote) => (isBook("kraken")(quote) ? { ...quote, ...sides } : quote)) });
    expect(reasons(evaluation)).toEqual({ "kraken:BTC-USD": reason });
  }
});

test("two sources are missing, never a mean of two (the sKRW incident of 2019)", () => {
  const two = spotOf({ spots: books((q) => (isBook("bitstamp")(q) || isBook("binance")(q) ? undefined : q)) });
  expect(two).toMatchObject({ kind: "missing", reason: "too-few-sources" });
  expect(two.kind === "missing" && two.detail).toBe("2 of at least 3 sources: coinbase:BTC-USD, kraken:BTC-USD");
  const oneWild = spotOf({
    spots: books((q) =>
      isBook("bitstamp")(q) || isBook("binance")(q) ? undefined : isBook("kraken")(q) ? scaled(q, 1000) : q,
    ),
  });
  expect(oneWild).toMatchObject({ kind: "missing", reason: "too-few-sources" });
  expect(spotOf({})).toMatchObject({ kind: "missing", detail: "0 of at least 3 sources: none" });
});

test("three sources of which one is far away are two sources: missing", () => {
  const spots = books((q) => (isBook("binance")(q) ? undefined : isBook("kraken")(q) ? scaled(q, 1.05) : q));
  const evaluation = spotOf({ spots });
  expect(evaluation).toMatchObject({ kind: "missing", reason: "too-few-sources" });
  expect(reasons(evaluation)).toMatchObject({ "kraken:BTC-USD": "outlier" });
});

test("two colluding venues of four cannot publish their price", () => {
  const spots = books((q) => (isBook("coinbase")(q) || isBook("kraken")(q) ? scaled(q, 0.9) : q));
  expect(spotOf({ spots })).toMatchObject({ kind: "missing", reason: "too-few-sources" });
});

test("a USDT book follows USDT down: at 0.95 USD it still counts, converted", () => {
  const spots = books((quote) => {
    if (quote.base === "USDT") return scaled(quote, 0.95);
    return isBook("binance")(quote) ? scaled(quote, 1 / 0.95) : quote;
  });
  const evaluation = spotOf({ spots });
  expect(evaluation.excluded).toEqual([]);
  expect(valueOf(evaluation)).toBeCloseTo(92_500, 8);
});

test("a USDT book without a believable rate is left out: none, stale, two that disagree, absurd", () => {
  const rates = (change: (quote: SpotQuote) => SpotQuote | undefined) =>
    spotOf({ spots: books((quote) => (quote.base === "USDT" ? change(quote) : quote)) });
  const leftOut = { "binance:BTC-USDT": "no-conversion" };
  expect(reasons(rates(() => undefined))).toEqual(leftOut);
  expect(reasons(rates((q) => ({ ...q, timeMs: NOW_MS - 60_001 })))).toEqual(leftOut);
  expect(reasons(rates((q) => (q.venue === "kraken" ? scaled(q, 1.004) : q)))).toEqual(leftOut);
  expect(reasons(rates((q) => scaled(q, 0.3)))).toEqual(leftOut);
  // One absurd rate leaves the other, and one rate alone is enough: the outlier cut still watches the result.
  expect(rates((q) => (q.venue === "kraken" ? scaled(q, 1000) : q)).excluded).toEqual([]);
  expect(rates((q) => (q.venue === "kraken" ? undefined : q)).excluded).toEqual([]);
});

test("a book is never converted by its own venue", () => {
  const own = definitionOf(
    withValue(feedJson("BTC-USD.spot-index"), ["method", "conversions", 0, "venues"], ["binance", "kraken"]),
  );
  const spots = [...healthyBooks().filter(({ base }) => base === "BTC"), book("binance", "USDT-USD", 1)];
  expect(reasons(evaluate(own, snapshot({ spots })))).toEqual({ "binance:BTC-USDT": "no-conversion" });
});

test("converted books never make up the index: more than half of what is left must be in USD", () => {
  let json: unknown = feedJson("BTC-USD.spot-index");
  const usdt = (venue: string) => ({ venue, base: "BTC", quote: "USDT" });
  const usd = (venue: string) => ({ venue, base: "BTC", quote: "USD" });
  const markets = [usd("coinbase"), usd("kraken"), usd("bitstamp"), usdt("binance"), usdt("coinbase")];
  json = withValue(json, ["method", "markets"], markets);
  const spots = [
    ...books((q) => (isBook("kraken")(q) || isBook("bitstamp")(q) ? undefined : q)),
    book("coinbase", "BTC-USDT", 92_601.75),
  ];
  const evaluation = evaluate(definitionOf(json), snapshot({ spots }));
  expect(evaluation).toMatchObject({ kind: "missing", detail: "1 of 3 sources are in USD, more than half wanted" });
});

test("Deribit's index never stops the feed and never moves it: far away, dead or absent it is a note", () => {
  const spots = healthyBooks();
  const near = spotOf({ spots, indices: [index(92_600)] });
  expect(near.kind === "value" && near.notes).toEqual([]);
  const far = spotOf({ spots, indices: [index(92_500_000)] });
  expect(valueOf(far)).toBe(valueOf(near));
  expect(far.kind === "value" && far.notes.map(({ kind }) => kind)).toEqual(["cross-check-apart"]);
  for (const indices of [[], [index(92_600, { timeMs: NOW_MS - 20_000 })]]) {
    const absent = spotOf({ spots, indices });
    expect(valueOf(absent)).toBe(valueOf(near));
    expect(absent.kind === "value" && absent.notes.map(({ kind }) => kind)).toEqual(["cross-check-absent"]);
  }
});

test("without a cross-check in the definition there is nothing to note", () => {
  const none = definitionOf(withValue(feedJson("BTC-USD.spot-index"), ["method", "crossCheck"], null));
  const evaluation = evaluate(none, snapshot({ spots: healthyBooks() }));
  expect(evaluation.kind === "value" && evaluation.notes).toEqual([]);
});

test("a value outside the definition's bounds is missing, never clamped (LUNA)", () => {
  const narrow = definitionOf(withValue(feedJson("BTC-USD.spot-index"), ["bounds", "high"], "92499.99"));
  expect(evaluate(narrow, snapshot({ spots: healthyBooks() }))).toMatchObject({
    kind: "missing",
    reason: "out-of-range",
    detail: "92500.00000000 is not between 1000 and 92499.99",
  });
});

test("the newest of several quotes of one book speaks", () => {
  const spots = [...healthyBooks(), book("coinbase", "BTC-USD", 50_000, { timeMs: NOW_MS - 9_000 })];
  expect(spotOf({ spots }).excluded).toEqual([]);
  expect(spotOf({ spots: spots.toReversed() })).toEqual(spotOf({ spots }));
});

const noise = fc.double({ min: -0.005, max: 0.005, noNaN: true });
const honestPrices = fc.tuple(noise, noise, noise, noise).map((all) => all.map((x) => 92_500 * (1 + x)));
const VENUES = [
  ["coinbase", "BTC-USD"],
  ["kraken", "BTC-USD"],
  ["bitstamp", "BTC-USD"],
  ["binance", "BTC-USDT"],
] as const;

test("with at most one liar among four, whatever it says, the result lies between two honest prices", () => {
  const lie = fc.oneof(
    fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
    fc.double({ min: 90_000, max: 95_000, noNaN: true }),
  );
  fc.assert(
    fc.property(honestPrices, fc.nat(3), lie, (prices, liar, told) => {
      const spots = VENUES.map(([venue, pair], i) => book(venue, pair, i === liar ? told : prices[i]!));
      spots.push(book("kraken", "USDT-USD", 1), book("coinbase", "USDT-USD", 1));
      const honest = prices.filter((_, i) => i !== liar);
      const value = valueOf(spotOf({ spots }));
      expect(value).toBeGreaterThanOrEqual(Math.min(...honest) - 1e-6);
      expect(value).toBeLessThanOrEqual(Math.max(...honest) + 1e-6);
    }),
    { numRuns: 500 },
  );
});

test("a venue that lies on all its books, its USDT rate included, moves the result by at most the rates' agreement", () => {
  const lie = fc.double({ min: 0.5, max: 2, noNaN: true });
  fc.assert(
    fc.property(honestPrices, fc.nat(3), lie, lie, (prices, liar, told, rate) => {
      const spots = VENUES.map(([venue, pair], i) => book(venue, pair, prices[i]! * (i === liar ? told : 1)));
      for (const venue of ["kraken", "coinbase"] as const) {
        spots.push(book(venue, "USDT-USD", VENUES[liar]![0] === venue ? rate : 1));
      }
      const evaluation = spotOf({ spots });
      if (evaluation.kind === "missing") return;
      const honest = prices.filter((_, i) => i !== liar);
      expect(valueOf(evaluation)).toBeGreaterThanOrEqual(Math.min(...honest) * 0.9975);
      expect(valueOf(evaluation)).toBeLessThanOrEqual(Math.max(...honest) * 1.0025);
    }),
    { numRuns: 500 },
  );
});

test("the order in which quotes arrive changes nothing", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(healthyBooks(), { minLength: 3 }), (spots) => {
      const sorted = healthyBooks().filter((quote) =>
        spots.some((other) => JSON.stringify(other) === JSON.stringify(quote)),
      );
      expect(spotOf({ spots })).toEqual(spotOf({ spots: sorted }));
    }),
  );
});

test("11 March 2023, 07:48 UTC: USDC books at 0.876 USD, where the naive median of four is 6.9 % off", () => {
  const truth = 20_111.69;
  let json: unknown = feedJson("BTC-USD.spot-index");
  // The four series of the incident as four books, two of them in USDC with an independent rate.
  const markets = [
    { venue: "coinbase", base: "BTC", quote: "USD" },
    { venue: "bitstamp", base: "BTC", quote: "USD" },
    { venue: "binance", base: "BTC", quote: "USD" },
    { venue: "kraken", base: "BTC", quote: "USDC" },
    { venue: "binance", base: "BTC", quote: "USDC" },
  ];
  const usdc = {
    quote: "USDC",
    venues: ["coinbase", "bitstamp"],
    low: "0.5",
    high: "1.5",
    agreementBps: 25,
    maxQuoteAgeMs: 60_000,
  };
  json = withValue(withValue(json, ["method", "markets"], markets), ["method", "conversions"], [usdc]);
  const withUsdc = definitionOf(json);
  const dollars = [
    book("coinbase", "BTC-USD", truth),
    book("bitstamp", "BTC-USD", truth),
    book("binance", "BTC-USD", truth),
  ];
  const coins = [book("kraken", "BTC-USDC", 22_903.77), book("binance", "BTC-USDC", 22_891.45)];
  const naive = [truth, 19_980.96, 22_891.45, 22_903.77].sort((a, b) => a - b);
  expect(((naive[1]! + naive[2]!) / 2 / truth - 1) * 100).toBeCloseTo(6.91, 2);

  const dropped = evaluate(withUsdc, snapshot({ spots: [...dollars, ...coins] }));
  expect(Object.values(reasons(dropped))).toEqual(["no-conversion", "no-conversion"]);
  expect(Math.abs(valueOf(dropped) / truth - 1)).toBeLessThan(0.002);
  // A rate that still says one dollar makes outliers of them, not a price.
  const parity = [book("coinbase", "USDC-USD", 1), book("bitstamp", "USDC-USD", 1)];
  const cut = evaluate(withUsdc, snapshot({ spots: [...dollars, ...coins, ...parity] }));
  expect(Object.values(reasons(cut))).toEqual(["outlier", "outlier"]);
  expect(valueOf(cut)).toBeCloseTo(truth, 6);
  const real = [book("coinbase", "USDC-USD", 0.8783), book("bitstamp", "USDC-USD", 0.8786)];
  const converted = evaluate(withUsdc, snapshot({ spots: [...dollars, ...coins, ...real] }));
  expect(converted.excluded).toEqual([]);
  expect(Math.abs(valueOf(converted) / truth - 1)).toBeLessThan(0.002);
});

test.skipIf(!minutes.present)(
  `every minute of March 2023 is within 0.5 % of the USD books, converted or left out ${minutes.note}`,
  () => {
    const rows = minutes.rows();
    let checked = 0;
    for (const row of rows) {
      const price = Number(row["usd_close"]);
      const inTether = Number(row["usdt_close"]);
      if (!(price > 0 && inTether > 0)) continue;
      // The worst case for a conversion: a rate that stays at one dollar through the whole month.
      const spots = [
        book("coinbase", "BTC-USD", price),
        book("kraken", "BTC-USD", price * 1.0001),
        book("bitstamp", "BTC-USD", price * 0.9999),
        book("binance", "BTC-USDT", inTether),
        book("kraken", "USDT-USD", 1),
        book("coinbase", "USDT-USD", 1),
      ];
      checked++;
      const value = valueOf(spotOf({ spots }));
      if (Math.abs(value / price - 1) > 0.005) expect.fail(`${JSON.stringify(row)}: ${value}`);
    }
    expect(checked).toBeGreaterThan(25_000);
  },
);
