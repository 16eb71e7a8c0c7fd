import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { leadershipOf } from "../../src/protocol/leader.ts";
import { hexOf } from "../support/protocol.ts";

const cfg = hexOf("cfg");
const ids = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

function leadersOf(name: string, from: number, count: number, n: number): number[] {
  return Array.from({ length: count }, (_, i) => leadershipOf(hexOf(name), from + i, n).leader);
}

describe("leadership", () => {
  test("gives every member exactly one slot of each span of n rounds, as leader and as backup", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat({ max: 1_000_000 }), (n, span) => {
        const roles = Array.from({ length: n }, (_, i) => leadershipOf(cfg, span * n + i, n));
        expect(roles.map(({ leader }) => leader).sort((a, b) => a - b)).toEqual(ids(n));
        expect(roles.map(({ backup }) => backup).sort((a, b) => a - b)).toEqual(ids(n));
        if (n > 1) for (const { leader, backup } of roles) expect(backup).not.toBe(leader);
      }),
    );
  });

  test("is the same at everybody who asks", () => {
    expect(leadersOf("cfg", 1_000, 40, 7)).toEqual(leadersOf("cfg", 1_000, 40, 7));
  });

  test("differs between configurations and between spans", () => {
    expect(leadersOf("cfg", 7_000, 28, 7)).not.toEqual(leadersOf("another", 7_000, 28, 7));
    const spans = new Set(ids(20).map((span) => leadersOf("cfg", span * 7, 7, 7).join()));
    expect(spans.size).toBeGreaterThan(15);
  });

  test("is no one's for long: over 4 000 spans each member stands at each position about equally often", () => {
    const n = 4;
    const counts = new Map<string, number>();
    for (let span = 0; span < 4_000; span++) {
      for (let at = 0; at < n; at++) {
        const key = `${at}/${leadershipOf(cfg, span * n + at, n).leader}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
    // Binomial with mean 1 000 and deviation 27: within five of them.
    expect(counts.size).toBe(n * n);
    for (const [key, count] of counts) expect(Math.abs(count - 1_000), key).toBeLessThan(137);
  });
});
