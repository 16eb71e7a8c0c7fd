/** A Byzantine member: the honest machine with its mouth replaced. Each kind is one row of the specification's fault table. */
import type { Hex } from "../../base/bytes.ts";
import type { Observed } from "../../feeds/observed.ts";
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

/** As far out as an OBSERVE can say. */
function extreme(value: Observed): Observed {
  if (value === null || typeof value === "bigint") return 10n ** 30n;
  if (value.type === "settlement") return { ...value, fixed: 10n ** 30n, coveragePpm: 1_000_000 };
  const slices = value.slices.map((slice) => ({
    ...slice,
    forward: slice.forward * 100n,
    variances: slice.variances.map(() => 8n * 10n ** 18n),
  }));
  return { ...value, slices };
}

/** By turns: another grid, curves that cross and bend, an expiry nobody lists and none that they do. */
function bent(value: Observed, round: number): Observed {
  if (value === null || typeof value === "bigint" || value.type !== "surface") return value;
  const [first] = value.slices;
  if (round % 3 === 0 || first === undefined) return { ...value, gridRound: value.gridRound + 1 };
  if (round % 3 === 1) {
    const slices = value.slices.map((slice) => ({
      ...slice,
      forward: (slice.forward * 1_009n) / 1_000n,
      variances: slice.variances.map((variance, node) => (node % 2 === 0 ? variance * 3n : variance / 3n)),
    }));
    return { ...value, slices };
  }
  return { ...value, slices: [{ ...first, expiryMs: first.expiryMs + 86_400_000 }] };
}

/** By turns: another expiry, a price that still passes as agreeing under a coverage that is a lie, no coverage. */
function forged(value: Observed, round: number): Observed {
  if (value === null || typeof value === "bigint" || value.type !== "settlement") return value;
  if (round % 3 === 0) return { ...value, expiryMs: value.expiryMs + 10_000, coveragePpm: 1_000_000 };
  if (round % 3 === 1) return { ...value, fixed: (value.fixed * 1_008n) / 1_000n, coveragePpm: 1_000_000 };
  return { ...value, coveragePpm: 0 };
}

function observations(message: Observe, kind: LiarKind): Utterance[] {
  const say = (lie: (value: Observed, round: number) => Observed): Utterance[] => [
    { message: { ...message, values: message.values.map((value) => lie(value, message.round)) } },
  ];
  switch (kind) {
    case "extreme-values":
      return say(extreme);
    case "missing-values":
      return say(() => null);
    case "bent-surface":
      return say(bent);
    case "forged-settlement":
      return say(forged);
    default:
      return [{ message }];
  }
}

function twoObservations(message: Observe, others: readonly number[]): Utterance[] {
  const half = Math.ceil(others.length / 2);
  const other = {
    ...message,
    values: message.values.map((value) => (typeof value === "bigint" ? value + value / 500n : value)),
  };
  return [
    { message, to: [message.sender, ...others.slice(0, half)] },
    { message: other, to: others.slice(half) },
  ];
}

function versionName(version: number): Hex {
  return `0x${version.toString(16).padStart(32, "0")}`;
}

/** More versions than anyone keeps, in another order for everybody: whichever the leader names, most others passed it over. */
function manyObservations(message: Observe, others: readonly number[]): Utterance[] {
  const versions = Array.from({ length: others.length + 3 }, (_, i) => ({ ...message, incarnation: versionName(i) }));
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
    return { id, ...observe.commitments[proposal.attempt === 0 ? 0 : 1] };
  });
  const z = shareToken(config.selfId, sessionOf(digest, commitments));
  return { type: "share", round: proposal.round, sender: config.selfId, proposalHash: hash, digest, z, next: null };
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
