/** Due by more than a number: a settlement that was fixed, and option books whose stale prices would be wrong. [R39] */
import { UNIT_1E18 } from "../quant/surface-grid.ts";
import { judgeBook, type BookRule as JudgesRule } from "../quant/book-judge.ts";
import type { SurfaceSliceAgreed } from "./agree-surface.ts";
import type { SettlementState } from "./agree-settlement.ts";
import type { BookRule, SettlementShape } from "./rule.ts";
import { expiryBefore } from "./settlement-schedule.ts";

/**
 * A settlement is due once, when its price is fixed; and once as lost, when the next window opens and the last expiry has
 * no price. Never by deviation or heartbeat: while the window runs its number is an estimate, and afterwards it stands.
 * @param pubExpiryMs the expiry whose price was last published, 0 when none was
 * @param isPublished whether what was last published was a price
 */
export function settlementDue(
  shape: SettlementShape,
  { expiryMs, phase }: SettlementState,
  pubExpiryMs: number,
  isPublished: boolean,
): "final" | "lost" | null {
  if (phase === "final") return pubExpiryMs === expiryMs ? null : "final";
  return phase === "averaging" && isPublished && pubExpiryMs < expiryBefore(shape, expiryMs) ? "lost" : null;
}

/** What readers hold of one expiry; units of report/detail.ts. */
export type HeldSlice = {
  readonly expiryMs: number;
  readonly fitTimeMs: number;
  readonly forwardRatio: bigint;
  readonly params: SurfaceSliceAgreed["params"];
};

export type BookState = {
  /** The spot index of this round, and the published one; null while it was never published. 8 decimals. */
  readonly spot: bigint;
  readonly pubSpot: bigint | null;
  /** The agreed slices as a reader would hold them, and those that readers do hold. */
  readonly slices: readonly HeldSlice[];
  readonly published: readonly HeldSlice[];
  /** Due in this round by the feeds' own rules. */
  readonly already: { readonly spot: boolean; readonly expiries: readonly number[] };
};

export type BookDue = { readonly spot: boolean; readonly expiries: readonly number[] };

/** F/S in 1e-18: the form in which a forward is held, so that it moves with the spot. @param spot > 0 */
export function forwardRatio(forward: bigint, spot: bigint): bigint {
  return (forward * UNIT_1E18) / spot;
}

const bookSlice = ({ expiryMs, fitTimeMs, forwardRatio: ratio, params }: HeldSlice) => ({
  expiryMs,
  fitTimeMs,
  forwardRatio: ratio,
  svi: params,
});

/** A book's rule in the judge's own words. */
export function judgesRule(rule: BookRule): JudgesRule {
  const { lambda, rest, spotTolerance, premiumTolerance, floor, gas, settlementWindowMs } = rule;
  return {
    lambda,
    rest,
    spotTolerance,
    premiumTolerance,
    toleranceFloor: floor,
    spotGas: gas.spot,
    sliceGas: gas.slice,
    settlementWindowMs,
  };
}

/**
 * What is due by the book, with what was due anyway. What the book cannot judge is due by the feeds' own rules alone.
 * @param timeMs T_r
 */
export function bookDue(rule: BookRule, state: BookState, timeMs: number): BookDue {
  const judged = judgeBook({
    published: { spot: state.pubSpot, slices: state.published.map(bookSlice) },
    candidate: { spot: state.spot, slices: state.slices.map(bookSlice) },
    reportTimeMs: timeMs,
    rule: judgesRule(rule),
    already: state.already,
  });
  return judged.verdict === "judged" && judged.reason !== null ? judged.due : state.already;
}
