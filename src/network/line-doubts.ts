/**
 * Whether what this node publishes reaches every member by its own lines. A line that ended is known at once, one that swallows
 * everything by what was not acknowledged on it, and one on which nothing is said by the pings that fail: then it ends.
 */
import type { Clock } from "../base/ports.ts";
import type { Committee, Member } from "./committee.ts";

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
