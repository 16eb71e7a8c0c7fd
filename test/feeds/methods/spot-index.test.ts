import fc from "fast-check";
import { expect, test } from "vitest";
import type { Evaluation } from "../../../src/feeds/evaluation.ts";
import type { SpotIndexDefinition } from "../../../src/feeds/kinds/spot-index.ts";
import type { MarketSnapshot, SpotQuote } from "../../../src/market/quote.ts";
import { spotDefinition } from "../support/definitions.ts";
import { NOW_MS, book, frozen, gap, healthyBooks, index, snapshot, withoutHistory } from "../support/snapshots.ts";
import { evaluateFeed, numberOf as valueOf, reasonsOf as reasons } from "./support/context.ts";

const definition = spotDefinition();

function spotOf(parts: Partial<MarketSnapshot>): Evaluation {
  return evaluateBy(definition, parts);
}

function evaluateBy(by: SpotIndexDefinition, parts: Partial<MarketSnapshot>): Evaluation {
  return evaluateFeed({ definition: by, spot: null }, snapshot(parts));
}

function withMethod(over: Partial<SpotIndexDefinition["method"]>): SpotIndexDefinition {
  return { ...definition, method: { ...definition.method, ...over } };
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
const MEAN = (HONEST[0] + HONEST[1] + HONEST[2] + HONEST[3]) / 4;

test("four healthy books of equal weight give their mean, from all four", () => {
  const evaluation = spotOf({ spots: healthyBooks() });
  expect(valueOf(evaluation)).toBeCloseTo(MEAN, 7);
  expect(evaluation.kind === "value" && evaluation.sources).toEqual([
    "coinbase:BTC-USD",
    "kraken:BTC-USD",
    "bitstamp:BTC-USD",
    "binance:BTC-USDT",
  ]);
  expect(evaluation.excluded).toEqual([]);
});

test("half the spread of the books that counted stands beside the value, by their weights; an outlier's does not count", () => {
  const wide = (halfBps: Readonly<Record<string, number>>) =>
    healthyBooks().map((book) => {
      const middle = book.bid + 0.5 * (book.ask - book.bid);
      const half = (middle * (halfBps[book.venue] ?? 1)) / 10_000;
      return { ...book, bid: middle - half, ask: middle + half };
    });
  const halfOf = (spots: readonly SpotQuote[]) => {
    const evaluation = spotOf({ spots });
    return evaluation.kind === "value" ? evaluation.halfSpreadBps : null;
  };
  expect(halfOf(wide({}))).toBeCloseTo(1, 6);
  expect(halfOf(wide({ coinbase: 3, kraken: 2 }))).toBeCloseTo((3 + 2 + 1 + 1) / 4, 6);
  const far = wide({ coinbase: 3 }).map((book) =>
    book.venue === "coinbase" && book.base === "BTC" ? { ...book, bid: book.bid * 1.05, ask: book.ask * 1.05 } : book,
  );
  expect(halfOf(far)).toBeCloseTo(1, 6);
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
  expect(valueOf(evaluation)).toBeCloseTo((HONEST[1] + HONEST[2] + HONEST[3]) / 3, 6);
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
  expect(valueOf(evaluation)).toBeCloseTo(MEAN, 7);
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
  const [usdt] = definition.method.conversions;
  const own = withMethod({ conversions: [{ ...usdt!, venues: ["binance", "kraken"] }] });
  const spots = [...healthyBooks().filter(({ base }) => base === "BTC"), book("binance", "USDT-USD", 1)];
  expect(reasons(evaluateBy(own, { spots }))).toEqual({ "binance:BTC-USDT": "no-conversion" });
});

test("converted books never make up the index: more than half of the weight must be in USD", () => {
  const usd = (venue: "coinbase" | "kraken", weight: number) => ({ venue, base: "BTC", quote: "USD", weight });
  const usdt = (venue: "binance" | "bitstamp", weight: number) => ({ venue, base: "BTC", quote: "USDT", weight });
  const spots = [
    ...healthyBooks().filter(({ venue }) => venue !== "bitstamp"),
    book("bitstamp", "BTC-USDT", 92_601.75),
  ];
  const by = (dollars: number) =>
    evaluateBy(
      withMethod({
        markets: [usd("coinbase", dollars), usd("kraken", dollars), usdt("binance", 4), usdt("bitstamp", 4)],
      }),
      { spots },
    );
  expect(by(4)).toMatchObject({ kind: "missing", reason: "too-few-sources" });
  expect(by(4).kind === "missing" && by(4)).toMatchObject({
    detail: expect.stringContaining("8 of 16 parts of the weight are in USD, more than half wanted"),
  });
  expect(by(5).kind).toBe("value");
});

test("sources of fewer owners than the definition wants are missing", () => {
  const by = { ...definition, minOwners: 4 };
  expect(evaluateBy(by, { spots: healthyBooks() }).kind).toBe("value");
  expect(evaluateBy(by, { spots: books((q) => (isBook("kraken")(q) ? undefined : q)) })).toMatchObject({
    kind: "missing",
    reason: "too-few-sources",
  });
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
  const evaluation = evaluateBy(withMethod({ crossCheck: null }), { spots: healthyBooks() });
  expect(evaluation.kind === "value" && evaluation.notes).toEqual([]);
});

test("a value outside the definition's bounds is missing, never clamped (LUNA)", () => {
  const narrow = { ...definition, bounds: { low: "1000", high: "92499.9" } };
  expect(evaluateBy(narrow, { spots: healthyBooks() })).toMatchObject({
    kind: "missing",
    reason: "out-of-range",
    detail: "92499.97456250 is not between 1000 and 92499.9",
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

test("with at most one liar among four, whatever it says, the result lies within the honest prices, a quarter of the cap aside", () => {
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
      expect(value).toBeGreaterThanOrEqual(Math.min(...honest) * (1 - 0.005 / 4) - 1e-6);
      expect(value).toBeLessThanOrEqual(Math.max(...honest) * (1 + 0.005 / 4) + 1e-6);
    }),
    { numRuns: 500 },
  );
});

test("a venue that lies on all its books, its USDT rate included, moves the result by the rates' agreement and the cap at most", () => {
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
      expect(valueOf(evaluation)).toBeGreaterThanOrEqual(Math.min(...honest) * 0.9925);
      expect(valueOf(evaluation)).toBeLessThanOrEqual(Math.max(...honest) * 1.0075);
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
