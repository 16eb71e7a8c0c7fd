/**
 * L4: a machine's memory, counted after every event against what the limits allow. Everything is counted by member, so
 * the bound depends on n, f and nothing that a peer can choose.
 */
import {
  EARLY_SHARES_PER_MEMBER_MAX,
  OBSERVATION_VERSIONS_MAX,
  PENDING_PER_PROPOSER_MAX,
  REPORTS_KEPT,
  ROUNDS_KEPT_BELOW,
  ROUNDS_OPEN_ABOVE,
} from "../../protocol/limits.ts";
import type { OracleState, RoundState } from "../../protocol/state.ts";

/** Leader and backup: nobody else's PROPOSE is kept. */
const PROPOSERS = 2;

function roundComplaint(round: RoundState, n: number, f: number): string | null {
  const sessions = PROPOSERS * (f + 2);
  const pendingMax = PROPOSERS * PENDING_PER_PROPOSER_MAX;
  const versionsMax = n * (OBSERVATION_VERSIONS_MAX + pendingMax + sessions);
  let shares = 0;
  for (const box of round.shares.values()) shares += box.size;
  const counts: readonly (readonly [string, number, number])[] = [
    ["observations", round.observations.size, n],
    ["versions of observations", round.versions.size, versionsMax],
    ["waiting PROPOSEs", round.pending.length, pendingMax],
    ["accepted PROPOSEs", round.accepted.length, sessions],
    ["shares", shares, n * (EARLY_SHARES_PER_MEMBER_MAX + sessions)],
    ["names of PROPOSEs with shares", round.shares.size, n * (EARLY_SHARES_PER_MEMBER_MAX + sessions)],
    ["sums under way", round.aggregating.size, sessions],
    ["culprits", round.culprits.size, n],
  ];
  const over = counts.find(([, count, max]) => count > max);
  return over === undefined ? null : `round ${round.round} holds ${over[1]} ${over[0]}, at most ${over[2]} are allowed`;
}

/** A round's memory is immutable: what was counted once needs no second count. */
const counted = new WeakSet<RoundState>();

/** What is larger than it may be, in words; null when nothing is. */
export function boundComplaint({ rounds, reports, heard, config }: OracleState): string | null {
  const { n, f } = config;
  const roundsMax = ROUNDS_KEPT_BELOW + 1 + ROUNDS_OPEN_ABOVE;
  // The slot that begins closes the oldest round: between two of its own wakes a node may hold one more.
  if (rounds.size > roundsMax + 1) return `${rounds.size} rounds are open, at most ${roundsMax + 1} are allowed`;
  if (reports.size > REPORTS_KEPT) return `${reports.size} reports are held, at most ${REPORTS_KEPT} are allowed`;
  if (heard.size > n) return `${heard.size} peers were heard of ${n}`;
  for (const round of rounds.values()) {
    if (counted.has(round)) continue;
    const complaint = roundComplaint(round, n, f);
    if (complaint !== null) return complaint;
    counted.add(round);
  }
  return null;
}
