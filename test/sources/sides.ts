/** Books that no spot adapter may take for a market. */
import { describe, expect, test } from "vitest";
import type { GapReason } from "../../src/market/quote.ts";
import { parseBodies } from "../../src/sources/adapters.ts";
import type { Subscription } from "../../src/sources/subscription.ts";
import { NOW_MS } from "./bodies.ts";
import { expectLawful } from "./quote-laws.ts";

const PRODUCTION = { allowTestnet: false };

/** Bids and asks that are no market, in the raw JSON a venue with numbers as text would send. */
export function describeSides(
  venue: string,
  subscription: Subscription,
  body: (bid?: string, ask?: string) => string,
): void {
  const cases: readonly (readonly [bid: string | undefined, ask: string | undefined, reason: GapReason])[] = [
    ['"0"', undefined, "zero-quote"],
    ['"0.00000000"', '"0.00000000"', "zero-quote"],
    [undefined, '"0"', "zero-quote"],
    ["null", undefined, "no-quote"],
    [undefined, "null", "no-quote"],
    ['""', undefined, "no-quote"],
    ['"-78490"', undefined, "out-of-range"],
    [undefined, '"-1.0"', "out-of-range"],
    ['"80000"', '"70000"', "crossed-book"],
    ['"7.849e4"', '"78490.0"', "locked-book"],
    ['"0.01"', '"99999"', "out-of-range"],
    ['"78490"', '"78490000"', "out-of-range"],
    ['"1e12"', '"1e12"', "out-of-range"],
    ['"1e400"', undefined, "bad-shape"],
    ['"NaN"', undefined, "bad-shape"],
    ['"Infinity"', undefined, "bad-shape"],
    ['"0x13290"', undefined, "bad-shape"],
    ['" 78490"', undefined, "bad-shape"],
    ['"78,490"', undefined, "bad-shape"],
    ['"1_000"', undefined, "bad-shape"],
    ['".5"', undefined, "bad-shape"],
    ["78490", undefined, "bad-shape"],
    ["true", undefined, "bad-shape"],
    ["[]", undefined, "bad-shape"],
    ["{}", undefined, "bad-shape"],
  ];
  describe(`${venue} sides`, () => {
    test.each(cases)("bid %s, ask %s is refused as %s", (bid, ask, reason) => {
      const outcome = parseBodies([body(bid, ask)], subscription, NOW_MS, PRODUCTION);
      expectLawful(outcome);
      expect(outcome).toMatchObject({ kind: "gap", reason });
    });

    test("exponents are read", () => {
      const outcome = parseBodies([body('"7.849e4"', '"78490.5"')], subscription, NOW_MS, PRODUCTION);
      expect(outcome).toMatchObject({ quote: { value: { bid: 78490, ask: 78490.5 } } });
    });
  });
}
