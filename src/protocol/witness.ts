/**
 * What this node notices of others' faults. Each is accused once for each member, kind and round, with the names of the
 * messages that prove it; who is at fault follows from signed messages only, never from what this node lacks. [R46]
 */
import type { Hex } from "../base/bytes.ts";
import type { Accusation, ProvableReason } from "./accusation.ts";
import type { Effect, Step } from "./events.ts";
import { sessionsMax } from "./limits.ts";
import type { Message, Observe, Propose, Share } from "./messages.ts";
import { leadershipOf } from "./leader.ts";
import { OBSERVATION_TIME_TOLERANCE_MS } from "./limits.ts";
import { isSameMaterial } from "./sessions.ts";
import type { OracleConfig, OracleState, PendingProposal, RoundState } from "./state.ts";
import { mapWith, openRound, setWith, slotTimeMs, withRound } from "./state.ts";

type Noticed = { readonly round: RoundState; readonly effects: readonly Effect[] };

/** Nobody testifies against itself: what speaks with this node's key is another process of its operator. */
export function accuse(config: OracleConfig, round: RoundState, accusation: Accusation): Noticed {
  const name = `${accusation.kind}/${accusation.accused}`;
  if (accusation.accused === config.selfId || round.accused.has(name)) return { round, effects: [] };
  return {
    round: { ...round, accused: setWith(round.accused, name) },
    effects: [{ kind: "accuse", accusation }],
  };
}

/** Valid for everybody or for nobody: nothing here looks at the local clock. [R8] */
export function observeFault(config: OracleConfig, message: Observe): "wrong-feed-count" | "obs-time-off-slot" | null {
  if (message.values.length !== config.rules.length) return "wrong-feed-count";
  const offsetMs = Math.abs(message.obsTimeMs - slotTimeMs(config, message.round));
  return offsetMs > OBSERVATION_TIME_TOLERANCE_MS ? "obs-time-off-slot" : null;
}

/** Two PROPOSEs of one proposer in one round: of one attempt, or over other material. [R44] */
export function noticeProposal(config: OracleConfig, round: RoundState, message: Propose, hash: Hex): Noticed {
  const { leader, backup } = leadershipOf(config.cfg, message.round, config.n);
  const { sender, attempt } = message;
  if ((sender !== leader && sender !== backup) || attempt >= sessionsMax(config.f)) return { round, effects: [] };
  const name = `${sender}/${attempt}`;
  const earlier = round.proposals.get(name);
  if (earlier?.hash === hash) return { round, effects: [] };
  const known =
    earlier === undefined ? { ...round, proposals: mapWith(round.proposals, name, { hash, message }) } : round;
  const other =
    earlier ??
    [...round.proposals.values()].find(
      (held) => held.message.sender === sender && !isSameMaterial(held.message, message),
    );
  if (other === undefined) return { round: known, effects: [] };
  const messages = [other.hash, hash] as const;
  const noticed = accuse(config, known, {
    kind: "equivocated-proposal",
    accused: sender,
    round: round.round,
    messages,
  });
  const note = { kind: "equivocation", what: "propose", from: sender, round: round.round } as const;
  return { round: noticed.round, effects: [{ kind: "note", note }, ...noticed.effects] };
}

/** Two SHAREs of one member in one round for two digests. [R47] */
export function noticeShare(config: OracleConfig, round: RoundState, message: Share, hash: Hex): Noticed {
  const { sender } = message;
  const first = round.firstShares.get(sender);
  if (first === undefined) {
    return { round: { ...round, firstShares: mapWith(round.firstShares, sender, { hash, message }) }, effects: [] };
  }
  if (first.message.digest === message.digest) return { round, effects: [] };
  const messages = [first.hash, hash] as const;
  const noticed = accuse(config, round, { kind: "double-sign", accused: sender, round: round.round, messages });
  const note = { kind: "equivocation", what: "share", from: sender, round: round.round } as const;
  return { round: noticed.round, effects: [{ kind: "note", note }, ...noticed.effects] };
}

/** What a message shows of a PROPOSE that names it: null when it is what the PROPOSE says it is. */
function namedFault(config: OracleConfig, proposal: Propose, message: Message, hash: Hex): ProvableReason | null {
  const { round } = proposal;
  for (const { id } of proposal.observations.filter((ref) => ref.hash === hash)) {
    if (message.type !== "observe" || message.round !== round || message.sender !== id) return "bad-observation-list";
    const fault = observeFault(config, message);
    if (fault !== null) return fault;
  }
  for (const { id } of proposal.sources.filter((ref) => ref.hash === hash)) {
    const isSource = message.type === "share" && message.round === round && message.sender === id;
    if (!isSource || message.next === null) return "bad-sources";
  }
  return null;
}

export function accuseProposal(
  config: OracleConfig,
  round: RoundState,
  { hash, message }: PendingProposal,
  why: ProvableReason,
  observations: readonly Hex[],
): Noticed {
  const { sender: accused } = message;
  const said = { kind: "bad-proposal", accused, round: round.round, proposal: hash, observations, why } as const;
  return accuse(config, round, said);
}

/** A message that a waiting PROPOSE named and that cannot be what it is named for ends that PROPOSE. [R48] */
export function noticeNamed(state: OracleState, message: Message, hash: Hex): Step<OracleState> {
  let result: Step<OracleState> = { state, effects: [] };
  for (const { round: number, wanted } of state.rounds.values()) {
    if (!wanted.has(hash)) continue;
    let round = openRound(result.state, number);
    const effects: Effect[] = [...result.effects];
    for (const held of round.pending) {
      const why = namedFault(state.config, held.message, message, hash);
      if (why === null) continue;
      const noticed = accuseProposal(state.config, round, held, why, [hash]);
      round = { ...noticed.round, pending: noticed.round.pending.filter((other) => other !== held) };
      const note = { kind: "refused", what: "propose", from: held.message.sender, round: number, why } as const;
      effects.push({ kind: "note", note }, ...noticed.effects);
    }
    result = { state: withRound(result.state, round), effects };
  }
  return result;
}
