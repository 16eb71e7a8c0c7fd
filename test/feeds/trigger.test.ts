import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CandidateState, PublishedState } from "../../src/feeds/trigger.ts";
import { dueReason } from "../../src/feeds/trigger.ts";
import { feedRule } from "../support/protocol.ts";

const T0 = 1_700_000_000_000;
const rule = feedRule(0, {
  deviation: { type: "relative", bps: 10 },
  heartbeatMs: 60_000,
  heartbeatMarginMs: 5_000,
  statusGraceMs: 2_000,
});
const published: PublishedState = { status: "ok", value: 1_000_000n, timeMs: T0 };
const never: PublishedState = { status: "none", value: 0n, timeMs: 0 };
const agreed = (value: bigint, timeMs = T0): CandidateState => ({ status: "ok", value, timeMs });

describe("what is due", () => {
  test("a feed that was never published, as soon as it is agreed and not before", () => {
    expect(dueReason(rule, never, agreed(5n), T0)).toBe("first");
    expect(dueReason(rule, never, { status: "missing", value: 0n, timeMs: 0 }, T0)).toBeNull();
    expect(dueReason(rule, never, { status: "disputed", value: 0n, timeMs: 0 }, T0 + 10 ** 9)).toBeNull();
  });

  test("a deviation of exactly the rule is not due, one unit more is, on both sides", () => {
    const at = (value: bigint) => dueReason(rule, published, agreed(value, T0 + 1_000), T0 + 1_000);
    expect([at(1_001_000n), at(1_001_001n), at(999_000n), at(998_999n), at(1_000_000n)]).toEqual([
      null,
      "deviation",
      null,
      "deviation",
      null,
    ]);
  });

  test("an absolute deviation counts in units, not in parts", () => {
    const vol = feedRule(0, { deviation: { type: "absolute", amount: 500_000n } });
    const was: PublishedState = { status: "ok", value: 47_000_000n, timeMs: T0 };
    expect(dueReason(vol, was, agreed(47_500_000n), T0)).toBeNull();
    expect(dueReason(vol, was, agreed(47_500_001n), T0)).toBe("deviation");
  });

  test("the heartbeat is due its margin early, to the millisecond", () => {
    const at = (ageMs: number) => dueReason(rule, published, agreed(1_000_000n, T0 + ageMs), T0 + ageMs);
    expect([at(54_999), at(55_000), at(60_000)]).toEqual([null, "heartbeat", "heartbeat"]);
  });

  test("a feed without an agreed value is lost only after the grace, counted from its last agreed value", () => {
    const lost: CandidateState = { status: "missing", value: 1_000_000n, timeMs: T0 + 500 };
    expect(dueReason(rule, published, lost, T0 + 2_500)).toBeNull();
    expect(dueReason(rule, published, lost, T0 + 2_501)).toBe("lost");
    expect(dueReason(rule, published, { ...lost, status: "disputed" }, T0 + 2_501)).toBe("lost");
  });

  test("a lost feed is said once, and comes back at its first agreed value, however near", () => {
    const said: PublishedState = { ...published, status: "missing" };
    expect(dueReason(rule, said, { status: "missing", value: 1_000_000n, timeMs: T0 }, T0 + 10 ** 9)).toBeNull();
    expect(dueReason(rule, said, { status: "disputed", value: 1_000_000n, timeMs: T0 }, T0 + 10 ** 9)).toBeNull();
    expect(dueReason(rule, said, agreed(1_000_000n, T0 + 3_000), T0 + 3_000)).toBe("recovered");
  });

  test("an agreed value is due exactly when it is new, far, old or back: a second statement of the rule", () => {
    const status = fc.constantFrom("none", "ok", "missing", "disputed");
    fc.assert(
      fc.property(
        status,
        fc.bigInt({ min: 998_000n, max: 1_002_000n }),
        fc.nat({ max: 70_000 }),
        (was, value, ageMs) => {
          const before: PublishedState = was === "none" ? never : { ...published, status: was };
          const isDue = dueReason(rule, before, agreed(value, T0 + ageMs), T0 + ageMs) !== null;
          const isFar = value > 1_001_000n || value < 999_000n;
          expect(isDue).toBe(was !== "ok" || isFar || ageMs >= 55_000);
        },
      ),
    );
  });
});
