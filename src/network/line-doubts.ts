/**
 * Whether what this node gossips reaches every member by its own lines. A line that ended is known at once, one that swallows
 * everything by what was not acknowledged on it, and one on which nothing is said by the pings that fail: then it ends.
 */
import type { Clock } from "../base/ports.ts";
import type { Committee, Member } from "./committee.ts";

/** How long one message without an acknowledgement counts where nothing else is said on the line. */
const DOUBT_MS = 5_000;

export type LineDoors = {
  readonly committee: Pick<Committee, "others">;
  /** Is the member known to be there, through whomever? Who is not would not hear what is passed on either. */
  readonly isHeard: (id: number) => boolean;
  readonly clock: Pick<Clock, "monotonicMs">;
};

/** @param missed members that the last publication did not go to, though they are connected */
export function isAnyLineBroken({ clock, committee, isHeard }: LineDoors, missed: ReadonlySet<Member>): boolean {
  const sinceMs = clock.monotonicMs() - DOUBT_MS;
  for (const member of committee.others()) {
    const { connection, overdueAtMs } = member;
    const isDoubted = connection === null || missed.has(member) || (overdueAtMs !== null && overdueAtMs > sinceMs);
    if (isDoubted && isHeard(member.id)) return true;
  }
  return false;
}
