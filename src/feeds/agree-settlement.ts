/**
 * From signed averages to one settlement price: an estimate while the window runs, then fixed once and never again. No
 * instant matters: whichever round first has enough nodes that saw enough of the window agrees on the price.
 *
 * A report may be completed where only one node sees it, and the others go on without it. So a price is `agreed` first and
 * carried along by every report built on that one, and `final` only in a report that follows an agreed one in the very
 * next round: its t signers hold the agreed one, never build behind it again, and any later t signers include one of them. [R38]
 */
import { aggregate, upperMedian } from "./aggregate.ts";
import type { SettlementObservation } from "./observed.ts";
import type { FeedRule, SettlementShape } from "./rule.ts";
import { windowAt } from "./settlement-schedule.ts";

/** The last settlement that the parent knows, and its feed's agreed number. Units of report/detail.ts. */
export type SettlementState = {
  readonly expiryMs: number;
  readonly phase: "averaging" | "pending" | "agreed" | "final";
  readonly fixed: bigint;
  readonly variable: bigint;
  readonly coveragePpm: number;
};

export type SettlementAgreement = {
  /** null: the price was agreed on in an earlier report and stands as it is. */
  readonly agreed:
    | { readonly status: "ok"; readonly value: bigint; readonly confidencePpb: number }
    | { readonly status: "missing" | "disputed" }
    | null;
  readonly state: SettlementState;
};

/** sorted[⌊(m−1)/2⌋]: between two honest values like the upper one, and never the more flattering. */
function lowerMiddle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}

/** What counts in this phase: the expiry in question, and after it the whole average of nodes that saw enough of it. */
function counted(
  shape: SettlementShape,
  timeMs: number,
  observations: readonly SettlementObservation[],
): readonly SettlementObservation[] {
  const { expiryMs, phase } = windowAt(shape, timeMs);
  const named = observations.filter((one) => one.expiryMs === expiryMs);
  if (phase === "averaging") return named;
  return named.filter(({ variable, coveragePpm }) => variable === 0n && coveragePpm >= shape.minCoveragePpm);
}

/** Whether these observations would be agreed on: what a leader waits for. */
export function isSettlementReady(
  rule: FeedRule,
  shape: SettlementShape,
  observations: readonly SettlementObservation[],
  quorum: number,
  timeMs: number,
): boolean {
  const values = counted(shape, timeMs, observations).map(({ fixed, variable }) => fixed + variable);
  return aggregate(rule, values, quorum).status === "ok";
}

/** Whether a parent's settlement already has the price of this expiry. */
export function isSettled(state: SettlementState | null, expiryMs: number): boolean {
  return state !== null && state.expiryMs === expiryMs && (state.phase === "agreed" || state.phase === "final");
}

/**
 * @param before       null when the parent knows no settlement
 * @param isNextRound  the parent is the report of the round before
 * @param observations of one settlement feed
 * @param quorum       2f+1
 * @param timeMs       T_r
 */
export function agreeSettlement(
  rule: FeedRule,
  shape: SettlementShape,
  before: SettlementState | null,
  isNextRound: boolean,
  observations: readonly SettlementObservation[],
  quorum: number,
  timeMs: number,
): SettlementAgreement {
  const { expiryMs, phase } = windowAt(shape, timeMs);
  const same = before !== null && before.expiryMs === expiryMs ? before : null;
  if (same !== null && isSettled(same, expiryMs)) {
    return { agreed: null, state: isNextRound ? { ...same, phase: "final" } : same };
  }
  const voices = counted(shape, timeMs, observations);
  const sums = voices.map(({ fixed, variable }) => fixed + variable);
  const result = aggregate(rule, sums, quorum);
  if (result.status !== "ok") {
    const { fixed, variable, coveragePpm } = same ?? { fixed: 0n, variable: 0n, coveragePpm: 0 };
    return {
      agreed: { status: result.status },
      state: { expiryMs, phase: phase === "averaging" ? phase : "pending", fixed, variable, coveragePpm },
    };
  }
  return {
    agreed: result,
    state: {
      expiryMs,
      phase: phase === "averaging" ? phase : "agreed",
      fixed: upperMedian(voices.map(({ fixed }) => fixed)) ?? 0n,
      variable: upperMedian(voices.map(({ variable }) => variable)) ?? 0n,
      coveragePpm: lowerMiddle(voices.map(({ coveragePpm }) => coveragePpm)),
    },
  };
}
