/**
 * L4: a machine's memory, counted after every event against what the limits allow. Everything is counted by member, so
 * the bound depends on n, f and nothing that a peer can choose.
 */
import {
  OBSERVATION_VERSIONS_MAX,
  REPORTS_KEPT,
  ROUNDS_KEPT_BELOW,
  ROUNDS_OPEN_ABOVE,
  sessionsMax,
} from "../../protocol/limits.ts";
import type { OracleState, RoundState } from "../../protocol/state.ts";

/** Leader and backup: nobody else's PROPOSE is kept. */
const PROPOSERS = 2;

/** Kinds of accusations, each once for a member and round. */
const FAULTS = 5;

function roundComplaint(round: RoundState, n: number, t: number, f: number): string | null {
  const sessions = PROPOSERS * sessionsMax(f);
  // Each waiting PROPOSE names n OBSERVEs and t shares at most; what it was refused for leaves its names behind.
  const namedMax = 2 * sessions * (n + t);
  const sharesMax = n * (sessionsMax(f) + sessions);
  let shares = 0;
  for (const box of round.shares.values()) shares += box.size;
  let takers = 0;
  for (const ids of round.acknowledged.values()) takers += ids.size;
  const counts: readonly (readonly [string, number, number])[] = [
    ["observations", round.observations.size, n],
    ["versions of observations", round.versions.size, n * OBSERVATION_VERSIONS_MAX + namedMax],
    ["first PROPOSEs", round.proposals.size, sessions],
    ["waiting PROPOSEs", round.pending.length, sessions],
    ["wanted names", round.wanted.size, namedMax],
    ["accepted PROPOSEs", round.accepted.length, sessions],
    ["shares", shares, sharesMax],
    ["names of PROPOSEs with shares", round.shares.size, sharesMax],
    ["shares with fresh pairs", round.sources.size, sharesMax + namedMax],
    ["first shares", round.firstShares.size, n],
    ["members asked", round.asked.size, n],
    ["takers of PROPOSEs", takers, sessions * n],
    ["sessions that lapsed", round.lapsed.size, sessions],
    ["sessions that cannot be signed", round.unsignable.size, sessions],
    ["sums under way", round.aggregating.size, sessions],
    ["culprits", round.culprits.size, n],
    ["accusations", round.accused.size, FAULTS * n],
  ];
  const over = counts.find(([, count, max]) => count > max);
  return over === undefined ? null : `round ${round.round} holds ${over[1]} ${over[0]}, at most ${over[2]} are allowed`;
}

/** A round's memory is immutable: what was counted once needs no second count. */
const counted = new WeakSet<RoundState>();

/** What is larger than it may be, in words; null when nothing is. */
export function boundComplaint({ rounds, reports, heard, delivery, convicted, config }: OracleState): string | null {
  const { n, t, f } = config;
  const roundsMax = ROUNDS_KEPT_BELOW + 1 + ROUNDS_OPEN_ABOVE;
  // The slot that begins closes the oldest round: between two of its own wakes a node may hold one more.
  if (rounds.size > roundsMax + 1) return `${rounds.size} rounds are open, at most ${roundsMax + 1} are allowed`;
  if (reports.size > REPORTS_KEPT) return `${reports.size} reports are held, at most ${REPORTS_KEPT} are allowed`;
  const members = Math.max(heard.size, delivery.size, convicted.size);
  if (members > n) return `${members} members are remembered of ${n}`;
  for (const round of rounds.values()) {
    if (counted.has(round)) continue;
    const complaint = roundComplaint(round, n, t, f);
    if (complaint !== null) return complaint;
    counted.add(round);
  }
  return null;
}
