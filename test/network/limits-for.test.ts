import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limitsFor } from "../../src/network/limits-for.ts";
import { IGNORED_PART } from "../../src/network/peer-policy.ts";

const committees = fc.record({
  members: fc.integer({ min: 4, max: 100 }),
  slotMs: fc.integer({ min: 250, max: 60_000 }),
  feeds: fc.integer({ min: 1, max: 1_000 }),
});

describe("the limits of a committee", () => {
  test("let an honest member say all of its slots, three of them at once", () => {
    fc.assert(
      fc.property(committees, ({ members, slotMs, feeds }) => {
        const limits = limitsFor({ members, slotMs, feeds });
        const f = Math.floor((members - 1) / 3);
        const observationBytes = 500 + 40 * feeds;
        const perSlot = {
          gossip: members + 2,
          direct: 2 * (f + 2) + 2,
          bytes: (members + 2 * (f + 2) + 6) * (observationBytes + 100),
        };
        expect(limits.gossipFramesPerSec).toBeGreaterThan((perSlot.gossip * 1_000) / slotMs);
        expect(limits.gossipFramesPerSec * limits.burstSec).toBeGreaterThan(3 * perSlot.gossip);
        expect(limits.directFramesPerSec).toBeGreaterThan((perSlot.direct * 1_000) / slotMs);
        expect(limits.directFramesPerSec * limits.burstSec).toBeGreaterThan(3 * perSlot.direct);
        // An OBSERVE and a SHARE in each of f + 2 sessions, all of them too late, for ever.
        expect(IGNORED_PART * limits.directFramesPerSec).toBeGreaterThanOrEqual(((f + 3) * 1_000) / slotMs);
        expect(limits.bytesPerSec).toBeGreaterThan((perSlot.bytes * 1_000) / slotMs);
        expect(limits.wireFramesPerSec).toBeGreaterThan(limits.gossipFramesPerSec + limits.directFramesPerSec);
        expect(limits.frameBytesMax).toBeGreaterThan(3 * observationBytes);
      }),
    );
  });

  test("grow with members, feeds and shorter slots, and never fall", () => {
    fc.assert(
      fc.property(committees, committees, (a, b) => {
        const low = limitsFor({
          members: Math.min(a.members, b.members),
          slotMs: Math.max(a.slotMs, b.slotMs),
          feeds: Math.min(a.feeds, b.feeds),
        });
        const high = limitsFor({
          members: Math.max(a.members, b.members),
          slotMs: Math.min(a.slotMs, b.slotMs),
          feeds: Math.max(a.feeds, b.feeds),
        });
        for (const key of Object.keys(low) as (keyof typeof low)[]) {
          expect(high[key], key).toBeGreaterThanOrEqual(low[key]);
        }
      }),
    );
  });

  test("of four members are a tenth of what the largest committee needs", () => {
    const small = limitsFor({ members: 4, slotMs: 1_000, feeds: 26 });
    const large = limitsFor({ members: 31, slotMs: 250, feeds: 100 });
    expect(small.gossipFramesPerSec).toBeLessThan(large.gossipFramesPerSec / 8);
    expect(small.bytesPerSec).toBeLessThan(500_000);
    expect(small.wireFramesPerSec).toBeLessThan(large.wireFramesPerSec / 4);
  });
});
