/**
 * Whether what this node publishes reaches every member by its own lines. A line that ended is known at once, one that swallows
 * everything by what was not acknowledged on it, and one on which nothing is said by the pings that fail: then it ends.
 */
import type { Clock } from "../base/ports.ts";
import type { Committee, Member } from "./committee.ts";

/** How long one message without an acknowledgement counts where nothing else is said on the line. */
const DOUBT_MS = 5_000;
/**
 * Of the time that an acknowledgement had: how much more it gets before the line is doubted, and not only its message repeated. Lower:
 * where all members are busy acknowledgements are late, everything is gossiped, and they are busier still. Higher: what
 * is published behind a line that swallows it is late for longer.
 */
const MORE_PATIENCE = 2;

/** When a line is doubted, monotonic ms. */
export type Doubt = { readonly fromMs: number; readonly untilMs: number };

/** @param waitedMs how long the message that is overdue now had waited for its acknowledgement */
export function doubtAfter(before: Doubt | null, waitedMs: number, nowMs: number): Doubt {
  const goesOn = before !== null && nowMs < before.untilMs;
  const fromMs = goesOn ? before.fromMs : nowMs + MORE_PATIENCE * waitedMs;
  return { fromMs, untilMs: Math.max(fromMs, nowMs) + DOUBT_MS };
}

export type LineDoors = {
  readonly committee: Pick<Committee, "others">;
  /** Is the member known to be there, through whomever? Who is not would not hear what is passed on either. */
  readonly isHeard: (id: number) => boolean;
  readonly clock: Pick<Clock, "monotonicMs">;
};

/** @param reaches whether what is published leaves for the member at once, as far as the sender can tell */
export function isAnyLineBroken(
  { clock, committee, isHeard }: LineDoors,
  reaches: (member: Member) => boolean,
): boolean {
  const nowMs = clock.monotonicMs();
  for (const member of committee.others()) {
    const { connection, doubt } = member;
    const isSilent = doubt !== null && doubt.fromMs <= nowMs && nowMs < doubt.untilMs;
    const isDoubted = connection === null || isSilent || !reaches(member);
    if (isDoubted && isHeard(member.id)) return true;
  }
  return false;
}
