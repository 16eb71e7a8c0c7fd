/** A Byzantine member: the honest machine with its mouth replaced. Each kind is one row of the specification's fault table. */
import type { Hex } from "../../base/bytes.ts";
import { buildReport, digestOf } from "../../protocol/build-report.ts";
import type { SignerCommitment } from "../../protocol/events.ts";
import type { Message, Observe, Propose, Share } from "../../protocol/messages.ts";
import { honestMedian } from "../../protocol/quorum.ts";
import type { OracleState } from "../../protocol/state.ts";
import { slotTimeMs } from "../../protocol/state.ts";
import { keccakHex } from "../../report/hash.ts";
import { asciiBytes } from "../../base/bytes.ts";
import { sessionOf, shareToken } from "./node.ts";
import type { LiarKind } from "./plan.ts";

/** What leaves the liar's mouth, and to whom; `to` undefined is everybody. */
export type Utterance = { readonly message: Message; readonly to?: readonly number[] };

export type LiarDoors = {
  /** The name under which a message will be referred to. */
  hashOf(message: Message): Hex;
  otherIds: readonly number[];
};

function observations(message: Observe, kind: LiarKind): Utterance[] {
  switch (kind) {
    case "extreme-values":
      return [{ message: { ...message, values: message.values.map(() => 10n ** 30n) } }];
    case "missing-values":
      return [{ message: { ...message, values: message.values.map(() => null) } }];
    default:
      return [{ message }];
  }
}

function twoObservations(message: Observe, others: readonly number[]): Utterance[] {
  const half = Math.ceil(others.length / 2);
  const other = { ...message, values: message.values.map((value) => (value === null ? null : value + value / 500n)) };
  return [
    { message, to: [message.sender, ...others.slice(0, half)] },
    { message: other, to: others.slice(half) },
  ];
}

/** More versions than anyone keeps, in another order for everybody: whichever the leader names, most others passed it over. */
function manyObservations(message: Observe, others: readonly number[]): Utterance[] {
  const versions = Array.from({ length: others.length + 3 }, (_, i) => ({ ...message, gridRound: i }));
  const toOthers = others.flatMap((id, at) =>
    versions.map((_, i) => ({ message: versions[(i + at) % versions.length]!, to: [id] })),
  );
  return [{ message, to: [message.sender] }, ...toOthers];
}

/** The share a liar can always give: its own nonces are its own to reuse. */
function ownShare(state: OracleState, proposal: Propose, hash: Hex): Share | null {
  const { config } = state;
  const round = state.rounds.get(proposal.round);
  if (round === undefined || !proposal.signers.includes(config.selfId)) return null;
  const listed: Observe[] = [];
  for (const ref of proposal.observations) {
    const held = round.versions.get(ref.hash);
    if (held === undefined) return null;
    listed.push(held);
  }
  const parent = proposal.parent === null ? null : (state.reports.get(proposal.parent.round) ?? null);
  const slot = { round: proposal.round, timeMs: slotTimeMs(config, proposal.round) };
  const digest = digestOf(
    config.networkId,
    buildReport(config.rules, parent?.report ?? null, listed, honestMedian(config.f), slot),
  );
  const commitments: SignerCommitment[] = proposal.signers.map((id) => {
    const observe = listed.find((held) => held.sender === id)!;
    return { id, ...observe.commitments[proposal.attempt] };
  });
  const z = shareToken(config.selfId, sessionOf(digest, commitments));
  return { type: "share", round: proposal.round, sender: config.selfId, proposalHash: hash, digest, z };
}

/** Two PROPOSEs over different observations for two groups of honest nodes, each with the liar's share beside it. */
function twoProposals(state: OracleState, message: Propose, doors: LiarDoors): Utterance[] {
  const utterances: Utterance[] = [];
  const { t, selfId, f } = state.config;
  for (const [index, left] of doors.otherIds.entries()) {
    const observationsKept = message.observations.filter(({ id }) => id !== left);
    if (observationsKept.length < honestMedian(f)) continue;
    const honest = observationsKept.map(({ id }) => id).filter((id) => id !== selfId);
    // Each group is asked for exactly what completes a signature together with the liar.
    const group = Array.from({ length: t - 1 }, (_, i) => honest[(i + index) % honest.length]!);
    const signers = [selfId, ...group].sort((a, b) => a - b);
    if (new Set(signers).size !== t) continue;
    const version: Propose = { ...message, observations: observationsKept, signers };
    utterances.push({ message: version, to: group });
    const share = ownShare(state, version, doors.hashOf(version));
    if (share !== null) utterances.push({ message: share, to: group });
  }
  return utterances;
}

function proposals(state: OracleState, message: Propose, kind: LiarKind, doors: LiarDoors): Utterance[] {
  switch (kind) {
    case "two-proposals":
      return twoProposals(state, message, doors);
    case "altered-proposal": {
      const [first, ...rest] = message.observations;
      if (first === undefined) return [];
      // A hash nobody has, in place of a member's observation.
      const forged = { id: first.id, hash: keccakHex(asciiBytes(`forged/${message.round}`)) };
      return [{ message: { ...message, observations: [forged, ...rest] } }];
    }
    case "proposal-to-half":
      return [{ message, to: [message.sender, ...doors.otherIds.slice(0, Math.floor(doors.otherIds.length / 2))] }];
    default:
      return [{ message }];
  }
}

export function speakAs(kind: LiarKind, state: OracleState, message: Message, doors: LiarDoors): readonly Utterance[] {
  if (kind === "silent") return [];
  switch (message.type) {
    case "observe":
      if (kind === "two-observations") return twoObservations(message, doors.otherIds);
      return kind === "many-observations" ? manyObservations(message, doors.otherIds) : observations(message, kind);
    case "propose":
      return proposals(state, message, kind, doors);
    case "share":
      if (kind === "silent-signer") return [];
      return [
        { message: kind === "bad-share" ? { ...message, z: keccakHex(asciiBytes(`bad/${message.round}`)) } : message },
      ];
    case "report":
      return [{ message }];
  }
}
