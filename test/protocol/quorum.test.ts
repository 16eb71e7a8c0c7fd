import { describe, expect, test } from "vitest";
import { reservationRounds, waitsFor } from "../../src/protocol/limits.ts";
import { atLeastOneHonest, byzantineMax, honestMedian, signingThreshold } from "../../src/protocol/quorum.ts";

const sizes = Array.from({ length: 100 }, (_, i) => i + 1);

describe("quorums", () => {
  test.each([
    [4, 1, 3],
    [5, 1, 4],
    [6, 1, 4],
    [7, 2, 5],
    [16, 5, 11],
    [31, 10, 21],
    [100, 33, 67],
  ])("of %i nodes %i may lie and %i sign", (n, f, t) => {
    expect([byzantineMax(n), signingThreshold(n)]).toEqual([f, t]);
  });

  test("for every size: two signer sets share an honest member, and f silent members stop nobody", () => {
    for (const n of sizes) {
      const f = byzantineMax(n);
      const t = signingThreshold(n);
      expect(3 * f, `n = ${n}`).toBeLessThan(n);
      // Two sets of t overlap in at least 2t − n members; more than f of them.
      expect(2 * t - n, `n = ${n}`).toBeGreaterThan(f);
      expect(t, `n = ${n}`).toBeLessThanOrEqual(n - f);
      expect(honestMedian(f), `n = ${n}`).toBeLessThanOrEqual(n - f);
      expect(t, `n = ${n}`).toBeGreaterThanOrEqual(honestMedian(f));
      expect(atLeastOneHonest(f)).toBe(f + 1);
    }
  });

  test("no smaller threshold would do: with one signer less two digests could be signed", () => {
    for (const n of sizes.filter((size) => size >= 4)) {
      expect(2 * (signingThreshold(n) - 1) - n, `n = ${n}`).toBeLessThanOrEqual(byzantineMax(n));
    }
  });
});

describe("limits", () => {
  test("a reservation covers sixteen seconds, at most sixteen rounds, at least one", () => {
    expect([250, 500, 1_000, 2_000, 4_000, 16_000, 60_000].map(reservationRounds)).toEqual([16, 16, 16, 8, 4, 1, 1]);
  });

  test("waits keep their order and leave half a slot for the rescue, at every slot length", () => {
    for (const slotMs of [250, 400, 1_000, 60_000]) {
      const { graceMs, hardStopMs, backupMs, secondSetMs, reportTurnMs } = waitsFor(slotMs);
      expect(graceMs).toBeLessThan(hardStopMs);
      expect(hardStopMs + secondSetMs).toBeLessThan(backupMs);
      expect(backupMs + secondSetMs).toBeLessThan(0.6 * slotMs);
      // The last of 31 speaks while the round is still open.
      expect(backupMs + 32 * reportTurnMs).toBeLessThan(2.5 * slotMs);
    }
    expect(waitsFor(60_000)).toEqual({
      graceMs: 60,
      hardStopMs: 250,
      backupMs: 400,
      secondSetMs: 120,
      reportTurnMs: 60,
    });
  });
});
