/**
 * Mistakes planted from outside the machine: in what it is configured with, in what it is told, and in what it remembers.
 * A search that does not find them proves nothing.
 */
import type { OracleEvent } from "../../protocol/events.ts";
import { leadershipOf } from "../../protocol/leader.ts";
import type { OracleState } from "../../protocol/state.ts";

export type Bug =
  | "low-threshold"
  | "nonce-reused"
  | "missing-reservation"
  | "share-under-another-proposal"
  | "second-proposal"
  | "backup-early";

export const BUGS: readonly Bug[] = [
  "low-threshold",
  "nonce-reused",
  "missing-reservation",
  "share-under-another-proposal",
  "second-proposal",
  "backup-early",
];

/** What a machine with the bug would have been told in place of an event. */
export function nextEvents(bug: Bug | null, state: OracleState, event: OracleEvent): readonly OracleEvent[] {
  if (bug === "backup-early" && event.kind === "slot-started") {
    return [event, { kind: "timer-fired", timer: "backup", round: event.round }];
  }
  if (bug === "share-under-another-proposal" && event.kind === "message-received" && event.message.type === "share") {
    const { message } = event;
    const accepted = state.rounds.get(message.round)?.accepted ?? [];
    const isKnown = accepted.some(({ hash }) => hash === message.proposalHash);
    const other = accepted.find(
      (held) => held.digest === message.digest && held.message.signers.includes(message.sender),
    );
    if (!isKnown && other !== undefined) return [{ ...event, message: { ...message, proposalHash: other.hash } }];
  }
  return [event];
}

/** What a machine with the bug would have forgotten by then. */
export function forgetful(bug: Bug | null, state: OracleState, event: OracleEvent): OracleState {
  if (bug !== "second-proposal" || event.kind !== "message-received" || event.message.type !== "propose") return state;
  const { message, hash } = event;
  const round = state.rounds.get(message.round);
  const { leader } = leadershipOf(state.config.cfg, message.round, state.config.n);
  if (round === undefined || message.sender !== leader || round.accepted.some((held) => held.hash === hash))
    return state;
  const forgotten = { ...round, accepted: [], proposals: new Map(), complete: false };
  return { ...state, rounds: new Map(state.rounds).set(message.round, forgotten) };
}
