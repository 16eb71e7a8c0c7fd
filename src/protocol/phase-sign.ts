/** SHARE: one share per PROPOSE I accepted and am named in, counted only under the PROPOSE it names. */
import type { Hex } from "../base/bytes.ts";
import type { SignedReport } from "../report/report.ts";
import type { Effect, Note, OracleEvent, RefusalReason, SignerCommitment, Step } from "./events.ts";
import { EARLY_SHARES_PER_MEMBER_MAX } from "./limits.ts";
import type { Share } from "./messages.ts";
import { hold } from "./phase-report.ts";
import type { AcceptedProposal, OracleState, RoundState, ShareBox } from "./state.ts";
import { mapWith, openRound, withRound } from "./state.ts";

type OracleStep = Step<OracleState>;

function commitmentsOf(round: RoundState, proposal: AcceptedProposal): SignerCommitment[] {
  return proposal.message.signers.flatMap((id) => {
    const listed = proposal.message.observations.find((ref) => ref.id === id);
    const observe = listed === undefined ? undefined : round.versions.get(listed.hash);
    return observe === undefined ? [] : [{ id, ...observe.commitments[proposal.message.attempt === 0 ? 0 : 1] }];
  });
}

/** Signs when named, and adds up whatever shares came before the PROPOSE did. */
export function afterAccept(state: OracleState, roundNumber: number, proposal: AcceptedProposal): OracleStep {
  const round = state.rounds.get(roundNumber);
  if (round === undefined) return { state, effects: [] };
  const effects: Effect[] = [];
  const { selfId } = state.config;
  // [R30] Only in a round this life has reserved, and only with an OBSERVE of this life in the list.
  const mayShare = round.active && round.ownHash !== null && roundNumber <= state.reservedRound && state.disk === "ok";
  if (mayShare && proposal.message.signers.includes(selfId)) {
    effects.push({
      kind: "sign-share",
      round: roundNumber,
      attempt: proposal.message.attempt,
      proposalHash: proposal.hash,
      digest: proposal.digest,
      commitments: commitmentsOf(round, proposal),
      drawNext: false,
    });
  }
  const ready = tryAggregate(state, round, proposal.hash);
  return { state: ready.state, effects: [...effects, ...ready.effects] };
}

export function onShareMade(state: OracleState, event: Extract<OracleEvent, { kind: "share-made" }>): OracleStep {
  const { round, proposalHash, digest, z, next } = event;
  const message: Share = { type: "share", round, sender: state.config.selfId, proposalHash, digest, z, next };
  return { state, effects: [{ kind: "broadcast", message }] };
}

function refuse(state: OracleState, message: Share, why: RefusalReason): OracleStep {
  const note: Note = { kind: "refused", what: "share", from: message.sender, round: message.round, why };
  return { state, effects: [{ kind: "note", note }] };
}

/** Counted by sender, so that nobody can take the room of others. */
function earlySharesOf(round: RoundState, sender: number): number {
  let count = 0;
  for (const [hash, box] of round.shares) {
    if (box.has(sender) && !round.accepted.some((held) => held.hash === hash)) count += 1;
  }
  return count;
}

export function onShare(state: OracleState, message: Share, hash: Hex): OracleStep {
  const round = openRound(state, message.round);
  if (round.complete) return { state, effects: [] };
  const proposal = round.accepted.find((held) => held.hash === message.proposalHash);
  if (proposal !== undefined) {
    if (!proposal.message.signers.includes(message.sender)) return refuse(state, message, "bad-signer-set");
    if (proposal.digest !== message.digest) return refuse(state, message, "digest-differs");
  } else if (earlySharesOf(round, message.sender) >= EARLY_SHARES_PER_MEMBER_MAX) {
    return refuse(state, message, "too-many-pending");
  }
  const box: ShareBox = round.shares.get(message.proposalHash) ?? new Map();
  const earlier = box.get(message.sender);
  if (earlier !== undefined) {
    if (earlier.hash === hash) return { state, effects: [] };
    const note: Note = { kind: "equivocation", what: "share", from: message.sender, round: message.round };
    return { state, effects: [{ kind: "note", note }] };
  }
  const next: RoundState = {
    ...round,
    shares: mapWith(round.shares, message.proposalHash, mapWith(box, message.sender, { hash, message })),
  };
  return tryAggregate(withRound(state, next), next, message.proposalHash);
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
        commitments: commitmentsOf(round, proposal),
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
  const own = proposal.message.sender === state.config.selfId;
  const effects: Effect[] = [{ kind: "publish", signed, own }];
  // One copy by gossip is enough: every node has added the shares itself, relays and late nodes hear the proposer.
  if (own) {
    const { selfId } = state.config;
    effects.push({ kind: "broadcast", message: { type: "report", round: event.round, sender: selfId, signed } });
  }
  return { state: hold(state, signed), effects };
}
