import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TokenBucket } from "../../src/sources/token-bucket.ts";

describe("the token bucket", () => {
  test("lets the burst go at once, then one request per refill, in order", () => {
    const bucket = new TokenBucket({ burst: 2, perSecond: 4 });
    expect([0, 0, 0, 0].map((at) => bucket.reserveMs(at))).toEqual([0, 0, 250, 500]);
    expect(bucket.reserveMs(500)).toBe(250);
  });

  test("fills up again to the burst and no further", () => {
    const bucket = new TokenBucket({ burst: 2, perSecond: 4 });
    for (let i = 0; i < 2; i++) bucket.reserveMs(0);
    expect([60_000, 60_000, 60_000].map((at) => bucket.reserveMs(at))).toEqual([0, 0, 250]);
  });

  test("never lets more pass in any window than burst plus refill", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 120 }),
        (burst, perSecond, stepsMs) => {
          const bucket = new TokenBucket({ burst, perSecond });
          let atMs = 0;
          const passes = stepsMs.map((stepMs) => {
            atMs += stepMs;
            return atMs + bucket.reserveMs(atMs);
          });
          for (let i = 0; i < passes.length; i++) {
            for (let j = i; j < passes.length; j++) {
              const windowSec = (passes[j]! - passes[i]!) / 1000;
              expect(j - i + 1).toBeLessThanOrEqual(burst + perSecond * windowSec + 1e-6);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test("a request that costs more waits for all of its credits, and what is left can be read", () => {
    const bucket = new TokenBucket({ burst: 10, perSecond: 10 });
    expect([bucket.reserveMs(0, 8), bucket.reserveMs(0, 8)]).toEqual([0, 600]);
    expect(bucket.left(0)).toBe(0);
    expect(bucket.left(1_000)).toBe(4);
    expect(bucket.left(60_000)).toBe(10);
  });

  test("a venue that counts more than we did makes us wait, one that counts less gives nothing", () => {
    const bucket = new TokenBucket({ burst: 10, perSecond: 10 });
    bucket.lower(3, 0);
    expect(bucket.left(0)).toBe(3);
    bucket.lower(8, 0);
    expect(bucket.left(0)).toBe(3);
    expect(bucket.reserveMs(0, 5)).toBe(200);
  });
});
