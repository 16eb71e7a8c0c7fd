import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coinPremium, coinVega, normalCdf } from "../../../src/sim/market/pricing.ts";

const data = process.env.TENOR_DATA ?? join(import.meta.dirname, "../../../../shared/data");
const reference = join(data, "quant/iv/black76_reference.csv");
const present = existsSync(reference);

describe("the market's own Black-76", () => {
  test("agrees with figures computed at 60 digits", () => {
    expect(100 * coinPremium("call", 100, 100, 0.2, 1)).toBeCloseTo(7.965567455405796, 12);
    expect(60_000 * coinPremium("call", 60_000, 60_000, 0.65, 30 / 365)).toBeCloseTo(4454.109024203807, 9);
    expect(60_000 * coinPremium("call", 60_000, 66_000, 0.55, 7 / 365)).toBeCloseTo(241.670328575039, 9);
    expect(60_000 * coinVega(60_000, 60_000, 0.65, 30 / 365)).toBeCloseTo(6832.668428752462, 8);
  });

  test.skipIf(!present)(`agrees with the 38 reference prices${present ? "" : " (skipped: no shared data)"}`, () => {
    const [header, ...lines] = readFileSync(reference, "utf8").trim().split("\n");
    const columns = header!.split(",");
    expect(lines.length).toBe(38);
    for (const line of lines) {
      const row = Object.fromEntries(line.split(",").map((cell, i) => [columns[i]!, cell]));
      const [forward, strike, years, vol] = [
        Number(row.F),
        Number(row.K),
        Number(row.seconds) / 31_536_000,
        Number(row.sigma),
      ];
      const right = row.cp === "-1" ? "put" : "call";
      // Eight printed decimals of a coin premium are all the market needs; this is a thousand times better.
      expect(
        Math.abs(coinPremium(right, forward, strike, vol, years) - Number(row.price) / forward),
        line,
      ).toBeLessThan(1e-14);
    }
  });

  test("call minus put is one minus strike over forward, for any vol and tenor", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.2, max: 5, noNaN: true }),
        fc.double({ min: 0, max: 4, noNaN: true }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        (ratio, vol, years) => {
          const parity =
            coinPremium("call", 100, 100 * ratio, vol, years) - coinPremium("put", 100, 100 * ratio, vol, years);
          expect(parity).toBeCloseTo(1 - ratio, 12);
        },
      ),
    );
  });

  test("the normal distribution is symmetric, monotone and right at known points", () => {
    expect(normalCdf(0)).toBeCloseTo(0.5, 15);
    expect(normalCdf(1.959963984540054)).toBeCloseTo(0.975, 14);
    expect(Math.abs(normalCdf(-8) - 6.220960574271785e-16)).toBeLessThan(1e-22);
    expect([normalCdf(40), normalCdf(-40)]).toEqual([1, 0]);
    for (let x = -9; x < 9; x += 0.01) {
      expect(normalCdf(x) + normalCdf(-x)).toBeCloseTo(1, 14);
      expect(normalCdf(x + 0.01)).toBeGreaterThanOrEqual(normalCdf(x));
    }
  });
});
