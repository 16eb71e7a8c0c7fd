/** A feed's next leaf as far as it is agreed on: from its leaf in the parent and what the listed OBSERVEs say of it. */
import { OracleError } from "../base/errors.ts";
import { agreeSettlement } from "../feeds/agree-settlement.ts";
import type { ParentGrid } from "../feeds/agree-surface.ts";
import { agreeSurface } from "../feeds/agree-surface.ts";
import { aggregate } from "../feeds/aggregate.ts";
import type { Observed, SettlementObservation, SurfaceObservation } from "../feeds/observed.ts";
import type { FeedRule, SettlementShape, SurfaceShape } from "../feeds/rule.ts";
import { isOutdated, isSurfaceRound } from "../feeds/surface-schedule.ts";
import type { FeedDetail, SettlementDetail, SurfaceDetail } from "../report/detail.ts";
import type { FeedState } from "../report/report.ts";
import type { Observe } from "./messages.ts";

export type Slot = { readonly round: number; readonly timeMs: number };

/** A slot and the report it builds on; `parentRound` is 0 without one. */
export type ChainedSlot = Slot & { readonly parentRound: number };

/** What the members said of the feed at this position of the rules, those that said nothing left out. */
export function observedAt(observations: readonly Observe[], position: number): Exclude<Observed, null>[] {
  return observations.flatMap(({ values }) => {
    const value = values[position];
    if (value === undefined) throw new OracleError("OBSERVE of another feed set", { code: "feed-count" });
    return value ?? [];
  });
}

/** A value whose type does not fit the feed's shape is missing: the next three say what fits. */
export function numbersOf(observed: readonly Observed[]): bigint[] {
  return observed.filter((value) => typeof value === "bigint");
}

export function surfacesOf(observed: readonly Observed[]): SurfaceObservation[] {
  return observed.flatMap((value) =>
    value !== null && typeof value === "object" && value.type === "surface" ? value : [],
  );
}

export function settlementsOf(observed: readonly Observed[]): SettlementObservation[] {
  return observed.flatMap((value) =>
    value !== null && typeof value === "object" && value.type === "settlement" ? value : [],
  );
}

const EMPTY_SURFACE: SurfaceDetail = { kind: "surface", gridRound: 0, spot: 0n, slices: [], published: [] };

export function surfaceDetail(detail: FeedDetail | null | undefined): SurfaceDetail {
  return detail?.kind === "surface" ? detail : EMPTY_SURFACE;
}

export function settlementDetail(detail: FeedDetail | null | undefined): SettlementDetail | null {
  return detail?.kind === "settlement" ? detail : null;
}

/** The grid that a leaf fixes for the next agreement on its surface. */
export function gridOf(leaf: FeedState | undefined): ParentGrid {
  const { gridRound, slices } = surfaceDetail(leaf?.detail);
  return { gridRound, thetas: new Map(slices.map(({ expiryMs, theta }) => [expiryMs, theta])) };
}

export function neverPublished(rule: FeedRule): FeedState {
  return {
    feedId: rule.feedId,
    definitionDigest: rule.definitionDigest,
    status: "missing",
    value: 0n,
    confidencePpb: 0,
    timeMs: 0,
    pubStatus: "none",
    pubValue: 0n,
    pubConfidencePpb: 0,
    pubRound: 0,
    pubTimeMs: 0,
    detail: null,
  };
}

type Agreed =
  | { readonly status: "ok"; readonly value: bigint; readonly confidencePpb: number }
  | { readonly status: "missing" | "disputed" };

/** While a feed has no agreed value it keeps the last one with its time, under a status that says so. */
function withAgreed(leaf: FeedState, agreed: Agreed, slot: Slot): FeedState {
  if (agreed.status !== "ok") return { ...leaf, status: agreed.status };
  const { value, confidencePpb } = agreed;
  return { ...leaf, status: "ok", value, confidencePpb, timeMs: slot.timeMs };
}

function nextSurface(
  rule: FeedRule,
  shape: SurfaceShape,
  before: FeedState,
  observed: readonly Observed[],
  quorum: number,
  slot: Slot,
  spot: FeedState | null,
): FeedState {
  const detail = surfaceDetail(before.detail);
  const carried: FeedState = { ...before, detail };
  if (!isSurfaceRound(shape, slot.round)) {
    const isSilent = carried.status === "ok" && isOutdated(shape, detail.gridRound, slot.round);
    return isSilent ? { ...carried, status: "missing" } : carried;
  }
  const observations = surfacesOf(observed);
  const agreed = agreeSurface(shape, rule.decimals, gridOf(carried), observations, quorum, slot.timeMs);
  const leaf = withAgreed(carried, agreed, slot);
  if (agreed.status !== "ok") return leaf;
  const spotNow = spot?.status === "ok" && spot.value > 0n ? spot.value : 0n;
  return { ...leaf, detail: { ...detail, gridRound: slot.round, spot: spotNow, slices: agreed.slices } };
}

function nextSettlement(
  rule: FeedRule,
  shape: SettlementShape,
  before: FeedState,
  observed: readonly Observed[],
  quorum: number,
  slot: ChainedSlot,
): FeedState {
  const known = settlementDetail(before.detail);
  const isNextRound = slot.parentRound === slot.round - 1;
  const observations = settlementsOf(observed);
  const { agreed, state } = agreeSettlement(rule, shape, known, isNextRound, observations, quorum, slot.timeMs);
  const leaf = agreed === null ? before : withAgreed(before, agreed, slot);
  const { expiryMs, phase, fixed, variable, coveragePpm } = state;
  const pubExpiryMs = known?.pubExpiryMs ?? 0;
  return { ...leaf, detail: { kind: "settlement", expiryMs, phase, fixed, variable, coveragePpm, pubExpiryMs } };
}

/**
 * @param before   the leaf of the parent, or `neverPublished`
 * @param observed of this feed
 * @param spot     this round's leaf of the spot feed that the surface's book names; null without
 */
export function nextLeaf(
  rule: FeedRule,
  before: FeedState,
  observed: readonly Observed[],
  quorum: number,
  slot: ChainedSlot,
  spot: FeedState | null,
): FeedState {
  // The digest is today's even when the parent was signed under an older definition.
  const carried: FeedState = { ...before, definitionDigest: rule.definitionDigest };
  const { shape } = rule;
  switch (shape.type) {
    case "scalar":
      return { ...withAgreed(carried, aggregate(rule, numbersOf(observed), quorum), slot), detail: null };
    case "surface":
      return nextSurface(rule, shape, carried, observed, quorum, slot, spot);
    case "settlement":
      return nextSettlement(rule, shape, carried, observed, quorum, slot);
  }
}
