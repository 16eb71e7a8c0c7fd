import { describe, expect, test } from "vitest";
import type { SettlementState } from "../../src/feeds/agree-settlement.ts";
import type { BookState, HeldSlice } from "../../src/feeds/due.ts";
import { bookDue, forwardRatio, settlementDue } from "../../src/feeds/due.ts";
import { roundSvi } from "../../src/quant/grid-admission.ts";
import { EXPIRIES, settlementShape, smile, SPOT, surfaceShape, UNIT } from "../support/derivatives.ts";
import { T0 } from "../support/protocol.ts";

describe("a settlement", () => {
  const EXPIRY = T0 + 40_000;
  const state = (phase: SettlementState["phase"], expiryMs = EXPIRY): SettlementState => ({
    expiryMs,
    phase,
    fixed: 1n,
    variable: 0n,
    coveragePpm: 1,
  });
  const due = (one: SettlementState, pubExpiryMs: number, isPublished = true) =>
    settlementDue(settlementShape, one, pubExpiryMs, isPublished);

  test("is due once it is final and was not published, and in no other phase", () => {
    expect(due(state("final"), 0, false)).toBe("final");
    expect(due(state("final"), EXPIRY - 60_000)).toBe("final");
    expect(due(state("final"), EXPIRY)).toBeNull();
    for (const phase of ["averaging", "pending", "agreed"] as const) {
      expect(due(state(phase), EXPIRY - 60_000)).toBeNull();
    }
  });

  test("is lost when the next window opens without its price, once, and only where there was one before", () => {
    const next = state("averaging", EXPIRY + 60_000);
    expect(due(next, EXPIRY)).toBeNull();
    expect(due(next, EXPIRY - 60_000)).toBe("lost");
    expect(due(next, EXPIRY - 60_000, false)).toBeNull();
    expect(due(state("pending", EXPIRY + 60_000), EXPIRY - 60_000)).toBeNull();
  });
});

describe("an option book", () => {
  const { book } = surfaceShape;
  if (book === null) throw new Error("the surface under test has a book");
  const held = (expiryMs: number, vol = 0.5): HeldSlice => ({
    expiryMs,
    fitTimeMs: T0,
    forwardRatio: forwardRatio((SPOT * 1_004n) / 1_000n, SPOT),
    params: roundSvi(smile(expiryMs, T0, vol)),
  });
  const same = EXPIRIES.map((expiryMs) => held(expiryMs));
  const none = { spot: false, expiries: [] };
  const due = (over: Partial<BookState>) =>
    bookDue(book, { spot: SPOT, pubSpot: SPOT, slices: same, published: same, already: none, ...over }, T0 + 1_000);

  test("is silent while readers hold what is agreed", () => {
    expect(due({})).toEqual(none);
    expect(forwardRatio(2n * SPOT, SPOT)).toBe(2n * UNIT);
  });

  test("wants the spot when it moved, a slice when its curve did, and everything at first", () => {
    expect(due({ spot: (SPOT * 101n) / 100n })).toEqual({ spot: true, expiries: [] });
    const moved = same.map((slice, i) => (i === 1 ? held(slice.expiryMs, 0.55) : slice));
    expect(due({ slices: moved })).toEqual({ spot: false, expiries: [EXPIRIES[1]] });
    expect(due({ published: [], pubSpot: null })).toEqual({ spot: true, expiries: [...EXPIRIES] });
    expect(due({ published: same.slice(1) })).toEqual({ spot: false, expiries: [EXPIRIES[0]] });
  });

  test("keeps what is due anyway, also where it cannot judge", () => {
    const already = { spot: false, expiries: [EXPIRIES[2]] };
    expect(due({ already }).expiries).toContain(EXPIRIES[2]);
    expect(due({ already, spot: 0n })).toEqual(already);
  });
});
