import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SettlementAgreement, SettlementState } from "../../src/feeds/agree-settlement.ts";
import { agreeSettlement, isSettled, isSettlementReady } from "../../src/feeds/agree-settlement.ts";
import type { SettlementObservation } from "../../src/feeds/observed.ts";
import { expiryBefore, windowAt } from "../../src/feeds/settlement-schedule.ts";
import { settlementRule, settlementSeen, settlementShape as shape } from "../support/derivatives.ts";
import { T0 } from "../support/protocol.ts";

const QUORUM = 3;
const EXPIRY = T0 + 40_000;
const WITHIN = EXPIRY - 4_000;
const AFTER = EXPIRY + 1_000;
const rule = settlementRule(0);

function agree(
  observations: readonly SettlementObservation[],
  timeMs: number,
  before: SettlementState | null = null,
  isNextRound = true,
): SettlementAgreement {
  return agreeSettlement(rule, shape, before, isNextRound, observations, QUORUM, timeMs);
}

const running = (fixed: bigint, variable: bigint, coveragePpm = 1_000_000): SettlementObservation =>
  settlementSeen(EXPIRY, fixed, { variable, coveragePpm });
const whole = (fixed: bigint, coveragePpm = 1_000_000): SettlementObservation =>
  settlementSeen(EXPIRY, fixed, { coveragePpm });

describe("the schedule", () => {
  test("averages from the window's first instant up to the expiry, and settles until the next window opens", () => {
    const at = (timeMs: number) => windowAt(shape, timeMs);
    expect(at(EXPIRY - 10_001)).toEqual({ expiryMs: EXPIRY - 60_000, phase: "settling" });
    expect(at(EXPIRY - 10_000)).toEqual({ expiryMs: EXPIRY, phase: "averaging" });
    expect(at(EXPIRY - 1)).toEqual({ expiryMs: EXPIRY, phase: "averaging" });
    expect(at(EXPIRY)).toEqual({ expiryMs: EXPIRY, phase: "settling" });
    expect(at(EXPIRY + 49_999)).toEqual({ expiryMs: EXPIRY, phase: "settling" });
    expect(at(EXPIRY + 50_000)).toEqual({ expiryMs: EXPIRY + 60_000, phase: "averaging" });
    expect(expiryBefore(shape, EXPIRY)).toBe(EXPIRY - 60_000);
  });

  test("has one expiry at any time, at most a period away, whatever the offset", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.nat({ max: 1e6 }), (shiftMs, offsetMs) => {
        const { expiryMs, phase } = windowAt({ ...shape, offsetMs }, T0 + shiftMs);
        expect((expiryMs - offsetMs) % shape.periodMs).toBe(0);
        const untilMs = expiryMs - (T0 + shiftMs);
        if (phase === "averaging") expect(untilMs > 0 && untilMs <= shape.windowMs).toBe(true);
        else expect(untilMs <= 0 && untilMs > shape.windowMs - shape.periodMs).toBe(true);
      }),
    );
  });
});

describe("while the window runs", () => {
  test("the value is the middle of fixed and variable together, with the middle of each beside it", () => {
    const { agreed, state } = agree([running(600n, 401n), running(610n, 400n), running(590n, 409n)], WITHIN);
    expect(agreed).toMatchObject({ status: "ok", value: 1_001n });
    expect(state).toEqual({
      expiryMs: EXPIRY,
      phase: "averaging",
      fixed: 600n,
      variable: 401n,
      coveragePpm: 1_000_000,
    });
  });

  test("a node that saw half of it still speaks, and the lower middle of the coverage says what was seen", () => {
    const coverage = [1_000_000, 980_000, 500_000, 990_000].map((ppm) => running(600n, 400n, ppm));
    expect(agree(coverage, WITHIN).state.coveragePpm).toBe(980_000);
    expect(agree(coverage, WITHIN).agreed).toMatchObject({ status: "ok" });
  });

  test("another expiry, too few voices or a wide spread are no value, and the last parts stay", () => {
    const before: SettlementState = { expiryMs: EXPIRY, phase: "averaging", fixed: 5n, variable: 6n, coveragePpm: 7 };
    const elsewhere = { ...running(600n, 400n), expiryMs: EXPIRY + 60_000 };
    const few = agree([running(600n, 400n), running(600n, 400n), elsewhere], WITHIN, before);
    expect(few).toEqual({ agreed: { status: "missing" }, state: before });
    const wide = agree([running(600n, 400n), running(700n, 400n), running(800n, 400n)], WITHIN, before);
    expect(wide).toEqual({ agreed: { status: "disputed" }, state: before });
    // Of another expiry the parts say nothing.
    const older = { ...before, expiryMs: EXPIRY - 60_000, phase: "final" } as const;
    expect(agree([], WITHIN, older).state).toEqual({
      expiryMs: EXPIRY,
      phase: "averaging",
      fixed: 0n,
      variable: 0n,
      coveragePpm: 0,
    });
  });
});

describe("after the expiry", () => {
  test("the price is agreed once a quorum that saw enough of the window agrees", () => {
    const { agreed, state } = agree([whole(1_000n), whole(1_001n), whole(1_002n), whole(1_003n, 500_000)], AFTER);
    expect(agreed).toMatchObject({ status: "ok", value: 1_001n });
    expect(state).toMatchObject({ phase: "agreed", fixed: 1_001n, variable: 0n, coveragePpm: 1_000_000 });
  });

  test("it stays open while fewer saw enough, or while someone still adds spot to it", () => {
    const half = agree([whole(1_000n), whole(1_000n), whole(1_000n, 949_999)], AFTER);
    expect(half).toMatchObject({ agreed: { status: "missing" }, state: { phase: "pending" } });
    const open = agree([whole(1_000n), whole(1_000n), running(999n, 1n)], AFTER);
    expect(open).toMatchObject({ agreed: { status: "missing" }, state: { phase: "pending" } });
    const apart = agree([whole(1_000n), whole(1_011n), whole(1_022n)], AFTER);
    expect(apart).toMatchObject({ agreed: { status: "disputed" }, state: { phase: "pending" } });
    expect(agree([whole(1_000n), whole(1_000n), whole(1_000n, 950_000)], AFTER).state.phase).toBe("agreed");
  });

  test("an agreed price is carried, and final in the round that follows it; nobody's word changes it any more", () => {
    const { state } = agree([whole(1_000n), whole(1_000n), whole(1_000n)], AFTER);
    const others = [whole(2_000n), whole(2_000n), whole(2_000n)];
    expect(agree(others, AFTER + 2_000, state, false)).toEqual({ agreed: null, state });
    const final = agree(others, AFTER + 1_000, state, true);
    expect(final).toEqual({ agreed: null, state: { ...state, phase: "final" } });
    expect(agree([], EXPIRY + 49_999, final.state, false)).toEqual(final);
    expect([isSettled(state, EXPIRY), isSettled(final.state, EXPIRY)]).toEqual([true, true]);
    expect([isSettled(state, EXPIRY + 60_000), isSettled(null, EXPIRY)]).toEqual([false, false]);
  });

  test("a network that stood still over the expiry settles late, and the next window leaves it behind", () => {
    const before: SettlementState = { expiryMs: EXPIRY, phase: "averaging", fixed: 5n, variable: 6n, coveragePpm: 7 };
    const late = agree([whole(1_000n), whole(1_000n), whole(1_000n)], EXPIRY + 49_000, before);
    expect(late).toMatchObject({ agreed: { value: 1_000n }, state: { phase: "agreed", expiryMs: EXPIRY } });
    expect(agree([whole(1_000n), whole(1_000n), whole(1_000n)], EXPIRY + 50_000, before)).toMatchObject({
      agreed: { status: "missing" },
      state: { expiryMs: EXPIRY + 60_000, phase: "averaging" },
    });
  });

  test("a leader waits for as many as would agree", () => {
    const ready = (observations: readonly SettlementObservation[]) =>
      isSettlementReady(rule, shape, observations, QUORUM, AFTER);
    expect(ready([whole(1_000n), whole(1_000n)])).toBe(false);
    expect(ready([whole(1_000n), whole(1_000n), whole(1_000n, 1)])).toBe(false);
    expect(ready([whole(1_000n), whole(1_000n), whole(1_000n)])).toBe(true);
  });
});

test("with at most f liars an agreed price lies among the honest ones, and its coverage too", () => {
  const price = fc.bigInt({ min: 990_000n, max: 1_010_000n });
  const ppm = fc.integer({ min: 950_000, max: 1_000_000 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(price, ppm), { minLength: 3, maxLength: 3 }),
      fc.bigInt({ min: 0n, max: 1n << 125n }),
      fc.nat({ max: 1_000_000 }),
      fc.nat({ max: 3 }),
      (honest, lie, forgedPpm, at) => {
        const voices = honest.map(([fixed, coveragePpm]) => whole(fixed, coveragePpm));
        const { agreed, state } = agree([...voices.slice(0, at), whole(lie, forgedPpm), ...voices.slice(at)], AFTER);
        if (agreed?.status !== "ok") return;
        const prices = honest.map(([fixed]) => fixed).sort((a, b) => (a < b ? -1 : 1));
        const seen = honest.map(([, coverage]) => coverage).sort((a, b) => a - b);
        expect(agreed.value >= prices[0]! && agreed.value <= prices[2]!).toBe(true);
        expect(state.coveragePpm >= seen[0]! && state.coveragePpm <= seen[2]!).toBe(true);
      },
    ),
  );
});
