/** SHARE: one share per PROPOSE I accepted and am named in, counted only under the PROPOSE it names. */
import type { Hex } from "../base/bytes.ts";
import type { SignedReport } from "../report/report.ts";
import type { Effect, Note, OracleEvent, RefusalReason, Step } from "./events.ts";
import { sessionsMax } from "./limits.ts";
import type { Share } from "./messages.ts";
import { hold, sayReport, sayReportInTurn } from "./phase-report.ts";
import { withoutCulprits } from "./phase-session.ts";
import { pairName } from "./sessions.ts";
import type { AcceptedProposal, OracleConfig, OracleState, RoundState, ShareBox } from "./state.ts";
import { mapWith, openRound, setWith, withRound } from "./state.ts";
import { noticeShare } from "./witness.ts";

type OracleStep = Step<OracleState>;

/** A pair that an earlier session was asked for is gone: the vault would refuse, this node does not even ask. [R19] */
function isPairLeft(round: RoundState, proposal: AcceptedProposal, selfId: number): boolean {
  const name = pairName(proposal.message, selfId);
  return !round.accepted.some(
    ({ hash, message }) =>
      hash !== proposal.hash &&
      !round.unsignable.has(hash) &&
      message.signers.includes(selfId) &&
      pairName(message, selfId) === name,
  );
}

/** Signs when named, and adds up whatever shares came before the PROPOSE did. */
export function afterAccept(state: OracleState, roundNumber: number, proposal: AcceptedProposal): OracleStep {
  const round = state.rounds.get(roundNumber);
  if (round === undefined) return { state, effects: [] };
  const effects: Effect[] = [];
  const { selfId } = state.config;
  // [R30] Only in a round this life has reserved, and only with an OBSERVE of this life in the list.
  const mayShare = round.active && round.ownHash !== null && roundNumber <= state.reservedRound && state.disk === "ok";
  if (mayShare && proposal.message.signers.includes(selfId) && isPairLeft(round, proposal, selfId)) {
    const { hash: proposalHash, digest, commitments } = proposal;
    const { attempt } = proposal.message;
    // Whoever has used pair 2 brings another one along, for a session that may follow. [R43]
    const drawNext = attempt > 0;
    effects.push({ kind: "sign-share", round: roundNumber, attempt, proposalHash, digest, commitments, drawNext });
  }
  const ready = tryAggregate(state, round, proposal.hash);
  return { state: ready.state, effects: [...effects, ...ready.effects] };
}

export function onShareMade(state: OracleState, event: Extract<OracleEvent, { kind: "share-made" }>): OracleStep {
  const { round, proposalHash, digest, z, next } = event;
  // Between the order and the share this life may have been told to be silent. [R57]
  if (state.rounds.get(round)?.active !== true) return { state, effects: [] };
  const message: Share = { type: "share", round, sender: state.config.selfId, proposalHash, digest, z, next };
  return { state, effects: [{ kind: "broadcast", message }] };
}

function refuse(state: OracleState, message: Share, why: RefusalReason): OracleStep {
  const note: Note = { kind: "refused", what: "share", from: message.sender, round: message.round, why };
  return { state, effects: [{ kind: "note", note }] };
}

/** Counted by sender, so that nobody can take the room of others. */
function earlySharesOf(round: RoundState, sender: number): number {
  const accepted = new Set(round.accepted.map(({ hash }) => hash));
  let count = 0;
  for (const [hash, box] of round.shares) if (box.has(sender) && !accepted.has(hash)) count += 1;
  return count;
}

function isKnown(round: RoundState, proposalHash: Hex): boolean {
  const isIt = ({ hash }: { readonly hash: Hex }): boolean => hash === proposalHash;
  return round.accepted.some(isIt) || round.pending.some(isIt) || [...round.proposals.values()].some(isIt);
}

/** Signed under a PROPOSE that this node was not shown: its signer has it. Each is asked once a round. [R45] */
function ask(
  config: OracleConfig,
  round: RoundState,
  from: number,
  hash: Hex,
): { round: RoundState; effects: Effect[] } {
  if (from === config.selfId || round.asked.has(from) || isKnown(round, hash)) return { round, effects: [] };
  return {
    round: { ...round, asked: setWith(round.asked, from) },
    effects: [{ kind: "fetch-message", round: round.round, hash, from }],
  };
}

/** Shares that came early, under PROPOSEs that are still unknown. */
export function askForUnknown(
  config: OracleConfig,
  before: RoundState,
): { readonly round: RoundState; readonly effects: readonly Effect[] } {
  let round = before;
  const effects: Effect[] = [];
  for (const [hash, box] of before.shares) {
    for (const id of box.keys()) {
      const asked = ask(config, round, id, hash);
      round = asked.round;
      effects.push(...asked.effects);
    }
  }
  return { round, effects };
}

/** What a share shows of its sender, whether or not it still counts: two digests, and another PROPOSE than mine. */
function notice(
  config: OracleConfig,
  round: RoundState,
  message: Share,
  hash: Hex,
): { round: RoundState; effects: Effect[] } {
  const noticed = noticeShare(config, round, message, hash);
  // Before this node has a PROPOSE of the round, a share is early rather than foreign.
  if (noticed.round.proposals.size === 0 && !noticed.round.complete)
    return { ...noticed, effects: [...noticed.effects] };
  const asked = ask(config, noticed.round, message.sender, message.proposalHash);
  return { round: asked.round, effects: [...noticed.effects, ...asked.effects] };
}

/** A fresh pair is kept where a PROPOSE that waits names it, and else with a share that is kept. */
function withSource(round: RoundState, message: Share, hash: Hex): RoundState {
  return message.next === null ? round : { ...round, sources: mapWith(round.sources, hash, message) };
}

export function onShare(before: OracleState, message: Share, hash: Hex): OracleStep {
  const noticed = notice(before.config, openRound(before, message.round), message, hash);
  const isWanted = noticed.round.wanted.has(hash);
  const round = isWanted ? withSource(noticed.round, message, hash) : noticed.round;
  const counted = count(withRound(before, round), round, message, hash);
  return { state: counted.state, effects: [...noticed.effects, ...counted.effects] };
}

function count(state: OracleState, round: RoundState, message: Share, hash: Hex): OracleStep {
  const nothing: OracleStep = { state, effects: [] };
  if (round.complete) return nothing;
  const { sender, proposalHash } = message;
  const proposal = round.accepted.find((held) => held.hash === proposalHash);
  if (proposal !== undefined) {
    if (!proposal.message.signers.includes(sender)) return refuse(state, message, "bad-signer-set");
    if (proposal.digest !== message.digest) {
      // Everybody computes the same digest from what the PROPOSE names: its signer is no help in this round.
      const without = withRound(state, withoutCulprits(round, state.config.selfId, [sender]));
      return refuse(without, message, "digest-differs");
    }
  } else if (earlySharesOf(round, sender) >= sessionsMax(state.config.f)) {
    return refuse(state, message, "too-many-pending");
  }
  const box: ShareBox = round.shares.get(proposalHash) ?? new Map();
  const earlier = box.get(sender);
  if (earlier !== undefined) {
    if (earlier.hash === hash) return nothing;
    const note: Note = { kind: "equivocation", what: "share", from: sender, round: message.round };
    return { state, effects: [{ kind: "note", note }] };
  }
  const shares = mapWith(round.shares, proposalHash, mapWith(box, sender, { hash, message }));
  const next = withSource({ ...round, shares }, message, hash);
  return tryAggregate(withRound(state, next), next, proposalHash);
}

function tryAggregate(state: OracleState, round: RoundState, proposalHash: Hex): OracleStep {
  const proposal = round.accepted.find((held) => held.hash === proposalHash);
  if (proposal === undefined || round.complete || round.aggregating.has(proposalHash)) return { state, effects: [] };
  const box = round.shares.get(proposalHash);
  const shares = new Map<number, Hex>();
  for (const id of proposal.message.signers) {
    const share = box?.get(id)?.message;
    if (share !== undefined && share.digest === proposal.digest) shares.set(id, share.z);
  }
  if (shares.size < state.config.t) return { state, effects: [] };
  const next = withRound(state, { ...round, aggregating: new Set(round.aggregating).add(proposalHash) });
  return {
    state: next,
    effects: [
      {
        kind: "aggregate",
        round: round.round,
        proposalHash,
        digest: proposal.digest,
        commitments: proposal.commitments,
        shares,
      },
    ],
  };
}

export function onAggregated(state: OracleState, event: Extract<OracleEvent, { kind: "aggregated" }>): OracleStep {
  const round = state.rounds.get(event.round);
  const proposal = round?.accepted.find((held) => held.hash === event.proposalHash);
  if (round === undefined || proposal === undefined || round.complete) return { state, effects: [] };
  const signed: SignedReport = { report: proposal.report, digest: proposal.digest, signature: event.signature };
  const { selfId } = state.config;
  const own = proposal.message.sender === selfId;
  const effects: Effect[] = [{ kind: "publish", signed, own }];
  // One copy by gossip is enough: every node has added the shares itself, relays and late nodes hear the proposer, and
  // somebody else in its place once the backup's time has come: so late few may have the shares. [R49]
  const next = hold(state, signed);
  if (!own && !round.backupOpen) return { state: next, effects };
  const said = own ? sayReport(next, event.round) : sayReportInTurn(next, event.round, true);
  return { state: said.state, effects: [...effects, ...said.effects] };
}
