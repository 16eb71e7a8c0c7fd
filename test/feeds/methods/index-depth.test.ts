import fc from "fast-check";
import { expect, test } from "vitest";
import type { BookCost } from "../../../src/feeds/evaluation.ts";
import { cheapestMove } from "../../../src/feeds/methods/index-depth.ts";
import type { BookDepth } from "../../../src/market/quote.ts";
import type { Venue } from "../../../src/market/venue.ts";
import { spotDefinition } from "../support/definitions.ts";
import { NOW_MS, healthyBooks, snapshot } from "../support/snapshots.ts";
import { evaluateFeed } from "./support/context.ts";

function book(downUsd: number | null, upUsd: number | null = downUsd, over: Partial<BookCost> = {}): BookCost {
  return { source: "kraken:BTC-USD", weight: 1, downUsd, upUsd, isWhole: downUsd !== null, ...over };
}

const M = 1e6;

test("half of the weight takes a lower middle down, more than half takes it up, the cheapest first", () => {
  const four = [book(4 * M, 40 * M), book(1 * M, 10 * M), book(3 * M, 30 * M), book(2 * M, 20 * M)];
  expect(cheapestMove(four)).toEqual({ downUsd: 3 * M, upUsd: 60 * M, isLowerBound: false, books: four });
  const three = four.slice(1);
  expect(cheapestMove(three)).toMatchObject({ downUsd: 3 * M, upUsd: 30 * M });
});

test("one deep book of most of the weight may cost less than all the others together", () => {
  const books = [book(5 * M, 5 * M, { weight: 3 }), book(4 * M), book(4 * M)];
  expect(cheapestMove(books)).toMatchObject({ downUsd: 5 * M, upUsd: 5 * M });
});

test("a book of which not all levels were seen makes it a lower bound only where it is one of those moved", () => {
  const partly = { isWhole: false };
  const dear = [book(1 * M), book(1 * M), book(1 * M), book(9 * M, 9 * M, partly)];
  expect(cheapestMove(dear)).toMatchObject({ downUsd: 2 * M, upUsd: 3 * M, isLowerBound: false });
  const cheap = [book(1 * M, 1 * M, partly), book(2 * M), book(2 * M), book(2 * M)];
  expect(cheapestMove(cheap)).toMatchObject({ downUsd: 3 * M, upUsd: 5 * M, isLowerBound: true });
});

test("a book of unknown depth is taken to cost nothing, and half of the weight unknown is nothing known", () => {
  expect(cheapestMove([book(1 * M), book(2 * M), book(3 * M), book(null)])).toMatchObject({
    downUsd: 1 * M,
    upUsd: 3 * M,
    isLowerBound: true,
  });
  expect(cheapestMove([book(1 * M), book(2 * M), book(null), book(null)])).toBeNull();
  expect(cheapestMove([book(1 * M), book(null, null, { weight: 2 })])).toBeNull();
  expect(cheapestMove([])).toBeNull();
});

const usd = fc.integer({ min: 0, max: 1_000_000_000 });
const side = fc.option(usd, { freq: 6, nil: null });
const arbBook = fc
  .record({ down: side, up: usd, weight: fc.integer({ min: 1, max: 100 }), isWhole: fc.boolean() })
  .map(({ down, up, weight, isWhole }) =>
    book(down, down === null ? null : up, { weight, isWhole: down !== null && isWhole }),
  );
const arbBooks = fc.array(arbBook, { minLength: 1, maxLength: 9 });

test("no set of books that weighs enough costs less", () => {
  fc.assert(
    fc.property(arbBooks, (books) => {
      const found = cheapestMove(books);
      fc.pre(found !== null);
      const total = books.reduce((sum, { weight }) => sum + weight, 0);
      const best = { downUsd: Infinity, upUsd: Infinity };
      for (let set = 1; set < 2 ** books.length; set++) {
        const taken = books.filter((_, i) => Math.floor(set / 2 ** i) % 2 === 1);
        const weight = taken.reduce((sum, one) => sum + one.weight, 0);
        const cost = (way: "downUsd" | "upUsd") => taken.reduce((sum, one) => sum + (one[way] ?? 0), 0);
        if (2 * weight >= total) best.downUsd = Math.min(best.downUsd, cost("downUsd"));
        if (2 * weight > total) best.upUsd = Math.min(best.upUsd, cost("upUsd"));
      }
      expect({ downUsd: found.downUsd, upUsd: found.upUsd }).toEqual(best);
    }),
  );
});

test("the order of the books changes nothing", () => {
  const orders = arbBooks.chain((books) =>
    fc.tuple(fc.constant(books), fc.shuffledSubarray(books, { minLength: books.length })),
  );
  fc.assert(
    fc.property(orders, ([books, shuffled]) => {
      const [one, other] = [cheapestMove(books), cheapestMove(shuffled)];
      expect({ ...one, books: [] }).toEqual({ ...other, books: [] });
    }),
  );
});

test("a deeper book, or one that becomes known, never lowers it", () => {
  fc.assert(
    fc.property(arbBooks, fc.nat(8), usd, usd, (books, position, moreDown, moreUp) => {
      const before = cheapestMove(books);
      fc.pre(before !== null);
      const after = cheapestMove(
        books.map((one, i) =>
          i === position ? { ...one, downUsd: (one.downUsd ?? 0) + moreDown, upUsd: (one.upUsd ?? 0) + moreUp } : one,
        ),
      );
      expect(after!.downUsd).toBeGreaterThanOrEqual(before.downUsd);
      expect(after!.upUsd).toBeGreaterThanOrEqual(before.upUsd);
    }),
  );
});

test("one more book that is as deep as all the others together never lowers it", () => {
  fc.assert(
    fc.property(arbBooks, fc.integer({ min: 1, max: 100 }), (books, weight) => {
      const before = cheapestMove(books);
      fc.pre(before !== null);
      const sum = (way: "downUsd" | "upUsd") => books.reduce((total, one) => total + (one[way] ?? 0), 0);
      const after = cheapestMove([...books, book(sum("downUsd"), sum("upUsd"), { weight })]);
      expect(after!.downUsd).toBeGreaterThanOrEqual(before.downUsd);
      expect(after!.upUsd).toBeGreaterThanOrEqual(before.upUsd);
    }),
  );
});

test("one more thin book lowers it: an index is not safer for every market that it reads", () => {
  const deep = [book(10 * M), book(10 * M), book(10 * M), book(10 * M)];
  expect(cheapestMove(deep)).toMatchObject({ upUsd: 30 * M });
  expect(cheapestMove([...deep, book(0.1 * M)])).toMatchObject({ upUsd: 20.1 * M });
});

function depth(venue: Venue, quote: string, notional: number, over: Partial<BookDepth> = {}): BookDepth {
  return {
    venue,
    base: "BTC",
    quote,
    timeMs: NOW_MS - 20_000,
    timeSource: "receipt",
    receivedAtMs: NOW_MS - 20_000,
    bid: 92_000,
    ask: 92_001,
    down: { notional, isWhole: true },
    up: { notional, isWhole: true },
    ...over,
  };
}

const DEPTHS = [
  depth("coinbase", "USD", 8 * M),
  depth("kraken", "USD", 3 * M),
  depth("bitstamp", "USD", 1 * M),
  depth("binance", "USDT", 20 * M),
];

function look(depths: readonly BookDepth[], spots = healthyBooks()) {
  return evaluateFeed({ definition: spotDefinition(), spot: null }, snapshot({ spots, depths }));
}

test("a spot index tells what its books cost, in dollars, and its value is the same without", () => {
  const evaluation = look(DEPTHS);
  expect(evaluation).toMatchObject({ kind: "value", depth: { downUsd: 4 * M, upUsd: 12 * M, isLowerBound: false } });
  const costs = evaluation.kind === "value" ? evaluation.depth!.books : [];
  // 20 million USDT at 0.9990.
  expect(costs.find(({ source }) => source === "binance:BTC-USDT")!.downUsd).toBeCloseTo(19.98 * M, -4);
  const without = look([]);
  expect(without).toMatchObject({ kind: "value", depth: null });
  expect(without.kind === "value" && without.value).toBe(evaluation.kind === "value" && evaluation.value);
});

test("a depth that is too old, dated ahead or no number is unknown", () => {
  for (const over of [
    { timeMs: NOW_MS - 120_001 },
    { timeMs: NOW_MS + 2_001 },
    { up: { notional: Number.NaN, isWhole: true } },
    { down: { notional: -1, isWhole: true } },
  ]) {
    const depths = DEPTHS.map((one) => (one.venue === "coinbase" ? { ...one, ...over } : one));
    const evaluation = look(depths);
    expect(evaluation).toMatchObject({ depth: { downUsd: 1 * M, upUsd: 4 * M, isLowerBound: true } });
  }
});

test("of two depths of a market the newer one speaks, in whichever order", () => {
  const newer = depth("kraken", "USD", 5 * M, { timeMs: NOW_MS - 1_000 });
  for (const depths of [
    [...DEPTHS, newer],
    [newer, ...DEPTHS],
  ]) {
    expect(look(depths)).toMatchObject({ depth: { downUsd: 6 * M } });
  }
});

test("a book that does not count for the value does not count here", () => {
  const spots = healthyBooks().filter(({ venue, base }) => venue !== "bitstamp" || base !== "BTC");
  expect(look(DEPTHS, spots)).toMatchObject({ depth: { downUsd: 11 * M, upUsd: 11 * M } });
});
