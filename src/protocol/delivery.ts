/**
 * Who delivers its shares: counted over the last rounds, from what this node has seen itself. It orders a proposer's own
 * choice of signers and excludes nobody, and nothing that others must agree on rests on it. [R41]
 */
import { leadershipOf } from "./leader.ts";
import { DELIVERY_ROUNDS } from "./limits.ts";
import { pairName } from "./sessions.ts";
import type { Delivery, OracleState, RoundState } from "./state.ts";

const WINDOW = (1n << BigInt(DELIVERY_ROUNDS)) - 1n;

type Outcome = "delivered" | "missed";

/** @param held what was counted before, if anything */
export function countTurn(held: Delivery | undefined, round: number, outcome: Outcome): Delivery {
  const before = held ?? { round, delivered: 0n, missed: 0n };
  const newest = Math.max(before.round, round);
  const shift = BigInt(newest - before.round);
  const bit = (1n << BigInt(newest - round)) & WINDOW;
  const delivered = (before.delivered << shift) & WINDOW;
  const missed = (before.missed << shift) & WINDOW;
  return outcome === "delivered"
    ? { round: newest, delivered: delivered | bit, missed }
    : { round: newest, delivered, missed: missed | bit };
}

/**
 * A member that said a good share of the round has delivered. One whose share was wrong has missed its turn; so has one
 * that took a PROPOSE of mine and was silent until its wait was over: before it took it, the silence may be the
 * proposer's doing.
 */
function outcomeOf(round: RoundState, selfId: number, id: number): Outcome | null {
  if (round.culprits.has(id)) return "missed";
  let outcome: Outcome | null = null;
  for (const { hash, message, digest } of round.accepted) {
    if (!message.signers.includes(id)) continue;
    const share = round.shares.get(hash)?.get(id);
    if (share?.message.digest === digest) return "delivered";
    const isOver = !round.complete || round.lapsed.has(hash);
    const wasTaken = message.sender === selfId && round.acknowledged.get(hash)?.has(id) === true;
    // A pair that served another session of the round cannot serve this one too.
    const isFree = !round.accepted.some(
      (other) =>
        other.message.signers.includes(id) &&
        pairName(other.message, id) === pairName(message, id) &&
        round.shares.get(other.hash)?.has(id) === true,
    );
    if (isOver && wasTaken && isFree && !round.unsignable.has(hash)) outcome = "missed";
  }
  return outcome;
}

/** Counts the turns of a round that is complete now, or closed without a report. Once for each round. */
export function countRound(
  delivery: OracleState["delivery"],
  round: RoundState,
  selfId: number,
): OracleState["delivery"] {
  const named = new Set([...round.culprits, ...round.accepted.flatMap(({ message }) => message.signers)]);
  const next = new Map(delivery);
  for (const id of named) {
    const outcome = id === selfId ? null : outcomeOf(round, selfId, id);
    if (outcome !== null) next.set(id, countTurn(next.get(id), round.round, outcome));
  }
  return next;
}

function ones(bits: bigint): number {
  let count = 0;
  for (let rest = bits; rest !== 0n; rest &= rest - 1n) count += 1;
  return count;
}

type Score = { readonly missed: number; readonly turns: number; readonly missedLast: boolean };

/** @param round the round for which signers are chosen */
export function scoreOf(delivery: Delivery | undefined, round: number): Score {
  if (delivery === undefined) return { missed: 0, turns: 0, missedLast: false };
  const age = Math.max(0, round - delivery.round);
  const window = age >= DELIVERY_ROUNDS ? 0n : WINDOW >> BigInt(age);
  const missed = delivery.missed & window;
  const turns = (delivery.delivered & window) | missed;
  return { missed: ones(missed), turns: ones(turns), missedLast: (turns & -turns & missed) !== 0n };
}

/** Below zero: `a` is the better signer. The share of turns missed decides among those who did, or did not, deliver last. */
function compareScores(a: Score, b: Score): number {
  if (a.missedLast !== b.missedLast) return a.missedLast ? 1 : -1;
  return a.missed * Math.max(1, b.turns) - b.missed * Math.max(1, a.turns);
}

/** The leader of a round that is open here and in which no PROPOSE of it was accepted; null when there is none such. */
function silentLeaderOf(state: OracleState, round: number): number | null {
  const { leader } = leadershipOf(state.config.cfg, round, state.config.n);
  const accepted = state.rounds.get(round)?.accepted ?? null;
  return accepted === null || accepted.some(({ message }) => message.sender === leader) ? null : leader;
}

/**
 * Best first: this node itself, then by score, then by turns that rotate with the round; then a leader that left the round to
 * its backup, who would likely not sign either; convicted members come last, and so are named only where t others are
 * missing. This node is first because a set without its proposer shows it nothing of commitments with which nobody can
 * sign. [R41]
 */
export function rankSigners(state: OracleState, ids: readonly number[], round: number): number[] {
  const { selfId } = state.config;
  const silentLeader = silentLeaderOf(state, round);
  const tierOf = (id: number): number => {
    if (id === selfId) return 0;
    if (state.convicted.has(id)) return 3;
    return id === silentLeader ? 2 : 1;
  };
  const start = ids.length === 0 ? 0 : round % ids.length;
  const scored = [...ids.slice(start), ...ids.slice(0, start)].map((id) => ({
    id,
    tier: tierOf(id),
    score: scoreOf(state.delivery.get(id), round),
  }));
  scored.sort((a, b) => a.tier - b.tier || compareScores(a.score, b.score));
  return scored.map(({ id }) => id);
}
