/**
 * What a report publishes: a pure function of the parent's published state and this round's agreed leaves. First every
 * feed by its own rule, then the option books in the order of their feeds: a book may add its spot and slices.
 */
import type { HeldSlice } from "../feeds/due.ts";
import { bookDue, forwardRatio, settlementDue } from "../feeds/due.ts";
import type { BookRule, FeedRule } from "../feeds/rule.ts";
import { dueReason } from "../feeds/trigger.ts";
import type { PublishedSlice, SurfaceDetail } from "../report/detail.ts";
import { SLICES_MAX } from "../report/detail.ts";
import type { FeedState, FeedStatus } from "../report/report.ts";
import type { Slot } from "./next-leaf.ts";
import { settlementDetail, surfaceDetail } from "./next-leaf.ts";

/** Under which status a feed is published in this round; null: it is not. */
type DueStatus = Exclude<FeedStatus, "none"> | null;

function agreedStatus({ status }: FeedState): Exclude<FeedStatus, "none"> {
  return status === "none" ? "missing" : status;
}

function dueByItself(rule: FeedRule, leaf: FeedState, slot: Slot): DueStatus {
  if (rule.shape.type === "settlement") {
    const detail = settlementDetail(leaf.detail);
    if (detail === null) return null;
    const due = settlementDue(rule.shape, detail, detail.pubExpiryMs, leaf.pubStatus === "ok");
    return due === null ? null : due === "final" ? "ok" : "missing";
  }
  const published = { status: leaf.pubStatus, value: leaf.pubValue, timeMs: leaf.pubTimeMs };
  const candidate = { status: agreedStatus(leaf), value: leaf.value, timeMs: leaf.timeMs };
  return dueReason(rule, published, candidate, slot.timeMs) === null ? null : candidate.status;
}

/** The agreed slices as readers would hold them; none without the spot they were agreed beside. */
function asHeld({ spot, slices }: SurfaceDetail, fitTimeMs: number): HeldSlice[] {
  if (spot <= 0n) return [];
  return slices.map(({ expiryMs, forward, params }) => ({
    expiryMs,
    fitTimeMs,
    forwardRatio: forwardRatio(forward, spot),
    params,
  }));
}

/**
 * What readers hold after this round. An expiry that has come is forgotten; one that is no longer agreed on stays until
 * then, but the agreed ones have the room first.
 */
function heldAfter(
  before: readonly PublishedSlice[],
  current: readonly HeldSlice[],
  due: readonly number[],
  slot: Slot,
): PublishedSlice[] {
  const fresh = current
    .filter(({ expiryMs }) => due.includes(expiryMs))
    .map((slice) => ({ ...slice, round: slot.round }));
  const rest = before.filter(({ expiryMs }) => !due.includes(expiryMs));
  const held = [...fresh, ...rest].filter(({ expiryMs }) => expiryMs > slot.timeMs);
  const isAgreed = ({ expiryMs }: PublishedSlice): boolean => current.some((slice) => slice.expiryMs === expiryMs);
  return held
    .sort((a, b) => Number(isAgreed(b)) - Number(isAgreed(a)) || a.expiryMs - b.expiryMs)
    .slice(0, SLICES_MAX)
    .sort((a, b) => a.expiryMs - b.expiryMs);
}

/** The surface with a book after this round, and whether its spot and the surface are due by it. */
function judge(
  book: BookRule,
  leaf: FeedState,
  isDue: boolean,
  spot: FeedState | undefined,
  isSpotDue: boolean,
  slot: Slot,
): { readonly leaf: FeedState; readonly spot: boolean; readonly surface: boolean } {
  const detail = surfaceDetail(leaf.detail);
  const current = leaf.status === "ok" ? asHeld(detail, leaf.timeMs) : [];
  const already = { spot: isSpotDue, expiries: isDue ? current.map(({ expiryMs }) => expiryMs) : [] };
  const canJudge = current.length > 0 && spot?.status === "ok" && spot.value > 0n;
  const due = canJudge
    ? bookDue(
        book,
        {
          spot: spot.value,
          pubSpot: spot.pubTimeMs === 0 || spot.pubValue <= 0n ? null : spot.pubValue,
          slices: current,
          published: detail.published,
          already,
        },
        slot.timeMs,
      )
    : already;
  // In most rounds nothing is due and nothing has expired: the very same detail keeps its hash.
  const isHeldAsBefore = due.expiries.length === 0 && detail.published.every(({ expiryMs }) => expiryMs > slot.timeMs);
  if (isHeldAsBefore) return { leaf, spot: due.spot, surface: false };
  const published = heldAfter(detail.published, current, due.expiries, slot);
  return { leaf: { ...leaf, detail: { ...detail, published } }, spot: due.spot, surface: due.expiries.length > 0 };
}

/**
 * @param leaves this round's leaves in the order of the rules, their published parts still the parent's
 * @returns the leaves with what readers hold of their slices, and under which status each is published
 */
export function dueSet(
  rules: readonly FeedRule[],
  leaves: readonly FeedState[],
  slot: Slot,
): { readonly leaves: readonly FeedState[]; readonly due: readonly DueStatus[] } {
  const after = [...leaves];
  const due = rules.map((rule, position) => dueByItself(rule, leaves[position]!, slot));
  for (const [position, { shape }] of rules.entries()) {
    if (shape.type !== "surface" || shape.book === null) continue;
    const { spotPosition } = shape.book;
    const spot = rules[spotPosition]?.shape.type === "scalar" ? after[spotPosition] : undefined;
    const isSpotDue = due[spotPosition] === "ok";
    const judged = judge(shape.book, after[position]!, due[position] === "ok", spot, isSpotDue, slot);
    after[position] = judged.leaf;
    if (judged.surface) due[position] = "ok";
    if (judged.spot && spot?.status === "ok") due[spotPosition] = "ok";
  }
  return { leaves: after, due };
}
