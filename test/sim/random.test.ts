import { describe, expect, test } from "vitest";
import { hashName, hashUniform, hashWords, seededRng, xoshiro128starstar } from "../../src/sim/random.ts";

describe("seeded dice", () => {
  test("xoshiro128** gives the reference sequence for the state 1, 2, 3, 4", () => {
    const rng = xoshiro128starstar(1, 2, 3, 4);
    const words = Array.from({ length: 8 }, () => rng.nextUint32());
    // First outputs of the authors' C program, also in Rust's rand_xoshiro tests.
    expect(words).toEqual([11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849]);
  });

  test("the same seed tells the same story, another seed another", () => {
    const draw = (seed: number): number[] => {
      const rng = seededRng(seed);
      return Array.from({ length: 20 }, () => rng.next());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(1)).not.toEqual(draw(1 + 0x1_0000_0000));
  });

  test("draws are uniform in [0, 1): sixteen cells within five deviations", () => {
    const rng = seededRng(20_230_311);
    let throws = 0;
    for (const draw of [() => rng.next(), () => hashUniform(3, throws++)]) {
      const cells = Array.from({ length: 16 }, () => 0);
      for (let i = 0; i < 64_000; i++) {
        // Anything outside [0, 1) would land in no cell and leave its count at NaN.
        cells[Math.floor(draw() * 16)]!++;
      }
      expect(cells.length).toBe(16);
      for (const count of cells) expect(Math.abs(count - 4000)).toBeLessThan(5 * Math.sqrt(4000));
    }
  });

  test("every argument of a hash counts, and so does their order", () => {
    expect(
      new Set([hashWords(1, 2), hashWords(2, 1), hashWords(1, 2, 0), hashWords(1), hashWords(1, 2 + 0x1_0000_0000)])
        .size,
    ).toBe(5);
    expect(hashName("kraken:BTC-USD")).not.toBe(hashName("kraken:ETH-USD"));
  });
});
