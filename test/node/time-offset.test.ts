import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PeerOffsets } from "../../src/node/time-offset.ts";

function offsets(f: number, ...samples: readonly (readonly [peer: number, round: number, offsetMs: number])[]) {
  const held = new PeerOffsets({ f, ageMaxMs: 60_000 });
  for (const [peer, round, delayMs] of samples) {
    // Five alike: fewer do not count.
    for (const i of [0, 1, 2, 3, 4]) held.heard(peer, 5 * round + i, { delayMs, rttMs: 0 }, 0);
  }
  return held;
}

describe("the offset from peers' clocks", () => {
  test("is the median over peers of each one's least delayed message", () => {
    const held = offsets(1, [2, 1, 900], [2, 2, 10], [2, 3, 400], [3, 1, 20], [4, 1, 3_000]);
    expect(held.offsetMs(0)).toBe(20);
  });

  test("takes the least delay and half of the least round trip apart: a ping that waited makes nothing seem early", () => {
    const held = new PeerOffsets({ f: 0, ageMaxMs: 60_000 });
    for (const [round, delayMs, rttMs] of [
      [1, 52, 40],
      [2, 30, 900],
      [3, 400, 44],
      [4, 90, 44],
      [5, 90, 44],
    ] as const) {
      held.heard(2, round, { delayMs, rttMs }, 0);
    }
    expect(held.offsetMs(0)).toBe(10);
  });

  test("remembers the least round trip for a minute, longer than what was said: one ping that waited is not the way", () => {
    const held = new PeerOffsets({ f: 0, ageMaxMs: 10_000 });
    held.heard(2, 0, { delayMs: 20, rttMs: 40 }, 0);
    for (const round of [1, 2, 3, 4, 5]) held.heard(2, round, { delayMs: 20, rttMs: 600 }, 20_000 + round);
    expect(held.offsetMs(20_005)).toBe(0);
    for (const round of [6, 7, 8, 9, 10]) held.heard(2, round, { delayMs: 20, rttMs: 600 }, 61_000);
    expect(held.offsetMs(61_000)).toBe(-280);
  });

  test("counts a peer that was heard in five rounds, not in four", () => {
    const held = new PeerOffsets({ f: 0, ageMaxMs: 60_000 });
    for (const round of [1, 2, 3, 4]) held.heard(2, round, { delayMs: 5, rttMs: 0 }, 0);
    expect(held.offsetMs(0)).toBeNull();
    held.heard(2, 5, { delayMs: 5, rttMs: 0 }, 0);
    expect(held.offsetMs(0)).toBe(5);
  });

  test("counts no peer whose way here was never measured", () => {
    const held = new PeerOffsets({ f: 0, ageMaxMs: 60_000 });
    for (const round of [1, 2, 3, 4, 5]) held.heard(2, round, { delayMs: 150, rttMs: null }, 0);
    expect(held.offsetMs(0)).toBeNull();
    held.heard(2, 6, { delayMs: 150, rttMs: 300 }, 0);
    expect(held.offsetMs(0)).toBe(0);
  });

  test("is unknown with fewer than f+1 peers, and with peers that were heard too long ago", () => {
    expect(offsets(1, [2, 1, 10]).offsetMs(0)).toBeNull();
    expect(offsets(1, [2, 1, 10], [3, 1, 10], [4, 1, 10]).offsetMs(60_001)).toBeNull();
  });

  test("with fewer than 2f+1 peers is no more than f+1 of them agree on", () => {
    expect(offsets(1, [2, 1, 5_000], [3, 1, 3]).offsetMs(0)).toBe(3);
    expect(offsets(1, [2, 1, -5_000], [3, 1, 3]).offsetMs(0)).toBe(0);
    expect(offsets(1, [2, 1, -5_000], [3, 1, -4_000]).offsetMs(0)).toBe(-4_000);
  });

  test("counts a round of a peer once and in order: old words sent again say nothing", () => {
    const held = offsets(1, [2, 5, 10], [3, 5, 10], [4, 5, 10]);
    const old = { delayMs: -90_000, rttMs: 0 };
    for (const peer of [2, 3, 4]) for (const round of [1, 25, 29]) held.heard(peer, round, old, 0);
    expect(held.offsetMs(0)).toBe(10);
  });

  test("moves with the clock when that is set, at once", () => {
    const held = offsets(1, [2, 1, 10], [3, 1, 20], [4, 1, 30]);
    held.stepped(3_000);
    expect(held.offsetMs(0)).toBe(3_020);
    held.stepped(-3_000);
    expect(held.offsetMs(0)).toBe(20);
  });

  test("lies within what honest peers say, whatever f liars send and however many are away", () => {
    const number = fc.integer({ min: -5_000, max: 5_000 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(number, { minLength: 1, maxLength: 8 }),
        fc.array(fc.integer({ min: -9_000_000, max: 9_000_000 }), { minLength: 4, maxLength: 4 }),
        (f, honest, lies) => {
          const said = [...honest.slice(0, 2 * f), ...lies.slice(0, f)];
          const held = offsets(f, ...said.map((offsetMs, i) => [i + 2, 1, offsetMs] as const));
          const seen = held.offsetMs(0);
          if (seen === null) return;
          const known = honest.slice(0, 2 * f);
          expect(seen).toBeGreaterThanOrEqual(Math.min(0, ...known));
          expect(seen).toBeLessThanOrEqual(Math.max(0, ...known));
        },
      ),
    );
  });
});
