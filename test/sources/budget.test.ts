import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HISTORY_LIMITS, RATE_LIMITS, TokenBucket, VenueGate } from "../../src/sources/budget.ts";
import { gap } from "../../src/sources/gap.ts";

const noJitter = { rng: { next: () => 0 } };

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

  test("stays below every venue's documented limit", () => {
    const documentedPerSecond = { coinbase: 10, kraken: 1, bitstamp: 10_000 / 600, binance: 50, deribit: 20 };
    for (const [venue, limit] of Object.entries(documentedPerSecond)) {
      const { perSecond } = RATE_LIMITS[venue as keyof typeof RATE_LIMITS];
      expect(perSecond).toBeLessThanOrEqual(limit);
      // Kraken's limit is a rule of thumb; all its history is one page.
      expect(perSecond + HISTORY_LIMITS[venue as keyof typeof RATE_LIMITS].perSecond).toBeLessThanOrEqual(1.05 * limit);
    }
  });
});

describe("the venue gate", () => {
  test("pages of history wait for each other and never for, or before, a tick", () => {
    const gate = new VenueGate("coinbase", noJitter);
    const pages = Array.from({ length: 30 }, () => gate.reserveHistoryMs(0));
    expect(pages.slice(0, 3)).toEqual([0, 500, 1_000]);
    expect(pages.at(-1)).toBe(14_500);
    expect(gate.reserveMs(0)).toBe(0);
  });

  test("a ban holds for exactly the time the venue asked for, for every source", () => {
    const gate = new VenueGate("binance", noJitter);
    gate.noteGap(gap("banned", "HTTP 418", 120_000), 1_000);
    expect(gate.pause(1_000)).toEqual({ leftMs: 120_000, cause: gap("banned", "HTTP 418", 120_000) });
    expect(gate.pause(120_999)?.leftMs).toBe(1);
    expect(gate.pause(121_000)).toBeNull();
  });

  test("jitter only lengthens a pause", () => {
    const gate = new VenueGate("binance", { rng: { next: () => 0.999 } });
    gate.noteGap(gap("rate-limited", "HTTP 429", 7_000), 0);
    expect(gate.pause(0)!.leftMs).toBeGreaterThanOrEqual(7_000);
  });

  test("without Retry-After the pause doubles up to its limit, and an answer starts it anew", () => {
    const gate = new VenueGate("kraken", noJitter);
    let nowMs = 0;
    const refused = (): number => {
      gate.noteGap(gap("rate-limited", "EGeneral:Too many requests"), nowMs);
      const { leftMs } = gate.pause(nowMs)!;
      nowMs += leftMs;
      return leftMs;
    };
    expect([refused(), refused(), refused(), refused(), refused()]).toEqual([5_000, 10_000, 20_000, 30_000, 30_000]);
    gate.noteAnswered();
    expect(refused()).toBe(5_000);
  });

  test("answers to requests sent before the pause do not escalate it, nor does a shorter one cut it", () => {
    const gate = new VenueGate("kraken", noJitter);
    gate.noteGap(gap("rate-limited", "a", 9_000), 0);
    gate.noteGap(gap("rate-limited", "b"), 10);
    gate.noteGap(gap("rate-limited", "c", 1_000), 20);
    expect(gate.pause(20)?.leftMs).toBe(8_980);
  });

  test("a 503 with Retry-After pauses, other failures do not", () => {
    const gate = new VenueGate("kraken", noJitter);
    gate.noteGap(gap("timeout", "x"), 0);
    gate.noteGap(gap("server-error", "HTTP 500"), 0);
    expect(gate.pause(0)).toBeNull();
    gate.noteGap(gap("server-error", "HTTP 503", 30_000), 0);
    expect(gate.pause(0)?.leftMs).toBe(30_000);
  });

  test("a location refusal is not asked again for minutes", () => {
    const gate = new VenueGate("binance", noJitter);
    gate.noteGap(gap("geo-blocked", "HTTP 451"), 0);
    expect(gate.pause(0)?.leftMs).toBe(600_000);
  });
});
