/** Equivocation: two statements where an honest member makes one, shown to different halves or to everybody. */
import type { Hex } from "../../base/bytes.ts";
import type { SignerCommitment } from "../../protocol/events.ts";
import { buildReport, digestOf } from "../../protocol/build-report.ts";
import type { Message, Observe, Propose, Share } from "../../protocol/messages.ts";
import { honestMedian } from "../../protocol/quorum.ts";
import { slotTimeMs } from "../../protocol/state.ts";
import type { EQUIVOCATIONS } from "./liar-kinds.ts";
import type { Lie, LiarDoors, Utterance } from "./lie.ts";
import { token32 } from "./tokens.ts";

function halves(ids: readonly number[]): readonly [readonly number[], readonly number[]] {
  const half = Math.ceil(ids.length / 2);
  return [ids.slice(0, half), ids.slice(half)];
}

function moved(message: Observe): Observe {
  return {
    ...message,
    values: message.values.map((value) => (typeof value === "bigint" ? value + value / 500n : value)),
  };
}

function twoObservations(message: Observe, { otherIds }: LiarDoors): readonly Utterance[] {
  const [left, right] = halves(otherIds);
  return [
    { message, to: [message.sender, ...left] },
    { message: moved(message), to: right },
  ];
}

function versionName(version: number): Hex {
  return `0x${version.toString(16).padStart(32, "0")}`;
}

/** More versions than anyone keeps, in another order for everybody: whichever the leader names, most others passed it over. */
function manyObservations(message: Observe, { otherIds }: LiarDoors): readonly Utterance[] {
  const versions = Array.from({ length: otherIds.length + 3 }, (_, i) => ({ ...message, incarnation: versionName(i) }));
  const toOthers = otherIds.flatMap((id, at) =>
    versions.map((_, i) => ({ message: versions[(i + at) % versions.length]!, to: [id] })),
  );
  return [{ message, to: [message.sender] }, ...toOthers];
}

/** The share a liar can always give in a first session: its own nonces are its own to reuse. */
export function ownShare(proposal: Propose, { node, hashOf }: LiarDoors): Share | null {
  const { config, rounds, reports } = node.state;
  const round = rounds.get(proposal.round);
  if (round === undefined || !proposal.signers.includes(config.selfId) || proposal.attempt > 1) return null;
  const listed: Observe[] = [];
  for (const ref of proposal.observations) {
    const held = round.versions.get(ref.hash);
    if (held === undefined) return null;
    listed.push(held);
  }
  const parent = proposal.parent === null ? null : (reports.get(proposal.parent.round) ?? null);
  const slot = { round: proposal.round, timeMs: slotTimeMs(config, proposal.round) };
  const report = buildReport(config.rules, parent?.report ?? null, listed, honestMedian(config.f), slot);
  const digest = digestOf(config.networkId, report);
  const commitments: SignerCommitment[] = proposal.signers.flatMap((id) => {
    const pair = listed.find((held) => held.sender === id)?.commitments[proposal.attempt];
    return pair === undefined ? [] : [{ id, ...pair }];
  });
  const made = node.pairIn(commitments)?.sign(digest, commitments);
  if (made?.ok !== true) return null;
  return {
    type: "share",
    round: proposal.round,
    sender: config.selfId,
    proposalHash: hashOf(proposal),
    digest,
    z: made.z,
    next: null,
  };
}

/** t signers with the liar among them, beginning at another place of the list for each version. */
function groupOf(honest: readonly number[], t: number, selfId: number, version: number): number[] {
  const group = Array.from({ length: t - 1 }, (_, i) => honest[(i + version) % honest.length]!);
  return [...new Set([selfId, ...group])].sort((a, b) => a - b);
}

/** One PROPOSE for each version, each shown to those it asks, with the liar's share beside it. */
function versions(message: Propose, doors: LiarDoors, leaveOut: boolean): readonly Utterance[] {
  const { t, selfId, f } = doors.node.state.config;
  return doors.otherIds.flatMap((left, version) => {
    const observations = message.observations.filter(({ id }) => !leaveOut || id !== left);
    const honest = observations.map(({ id }) => id).filter((id) => id !== selfId);
    const signers = groupOf(honest, t, selfId, version);
    if (observations.length < honestMedian(f) || signers.length !== t) return [];
    const said: Propose = { ...message, observations, signers };
    const to = signers.filter((id) => id !== selfId);
    const share = ownShare(said, doors);
    const messages: readonly Message[] = share === null ? [said] : [said, share];
    return messages.map((one) => ({ message: one, to }));
  });
}

const LATE_FRACTION = 0.3;

export const EQUIVOCATING: Readonly<Record<(typeof EQUIVOCATIONS)[number], Lie>> = {
  "two-observations": { observe: twoObservations },
  "many-observations": { observe: manyObservations },
  "late-second-observation": {
    observe: (message, { node }) => [
      { message },
      { message: moved(message), delayMs: node.state.config.slotMs * LATE_FRACTION },
    ],
  },
  "two-proposals": { propose: (message, doors) => versions(message, doors, true) },
  "two-signer-sets": { propose: (message, doors) => versions(message, doors, false) },
  "two-shares": {
    share: (message, { otherIds }) => {
      const [left, right] = halves(otherIds);
      const other = { ...message, z: token32(`other/${message.round}/${message.proposalHash}`) };
      return [
        { message, to: [message.sender, ...left] },
        { message: other, to: right },
        { message: other, to: left },
        { message, to: right },
      ];
    },
  },
  "share-of-other-digest": {
    share: (message) => [
      { message: { ...message, digest: token32(`other/${message.round}`) } },
      { message },
      { message: { ...message, digest: token32(`third/${message.round}`), proposalHash: token32("elsewhere") } },
    ],
  },
};
