/**
 * A committee of four with a real group key, real envelopes and real nonces, of which a test lets one lie. What it signs is
 * what a member would put on the wire; what an accuser does with it is the test's.
 */
import type { Hex } from "../../src/base/bytes.ts";
import { toHex } from "../../src/base/bytes.ts";
import type { Evidence, EvidenceKind } from "../../src/evidence/evidence.ts";
import type { JudgeDoors, PublicConfiguration } from "../../src/evidence/public-configuration.ts";
import { verifyEvidence } from "../../src/evidence/verify.ts";
import { judgeDoorsOf } from "../../src/node/evidence-of.ts";
import type { Message, NoncePair, Observe, Propose, Share } from "../../src/protocol/messages.ts";
import { Point, pointHex, Scalar, scalarBytes } from "../../src/threshold/curve.ts";
import { peerIdOf } from "../../src/threshold/peer-id.ts";
import type { NonceCommitment } from "../../src/threshold/signing.ts";
import { nobleCurve } from "../../src/threshold/signing-curve.ts";
import { identityOf, sealed } from "../node/support/members.ts";
import { configOf, FIRST, hashOf, hexOf, observeOf, proposeOf, roundLedBy, T0 } from "../support/protocol.ts";
import { dealKey, type DealtKey } from "../threshold/dealt.ts";

export const config = configOf();
export const IDS = [1, 2, 3, 4] as const;

let dealt: DealtKey | undefined;
export function groupKey(): DealtKey {
  dealt ??= dealKey(4, 3);
  return dealt;
}

export const judge: JudgeDoors = judgeDoorsOf(
  IDS.map((id) => ({ id, peerId: peerIdOf(identityOf(id)) })),
  nobleCurve,
);

export function publicConfiguration(over: Partial<PublicConfiguration> = {}): PublicConfiguration {
  const { cfg, n, f, t, slotMs, rules } = config;
  const { group } = groupKey();
  return { cfg, n, f, t, feedCount: rules.length, firstRound: FIRST, firstRoundTimeMs: T0, slotMs, group, ...over };
}

export function envelope(message: Message, signer = message.sender): Uint8Array {
  return sealed(message, signer, config.cfg).bytes;
}

type Secrets = { readonly hiding: bigint; readonly binding: bigint };

/** The secrets behind every pair that a test has published, by its hiding commitment. */
const secrets = new Map<Hex, Secrets>();

export function drawPair(label: string): NoncePair {
  const scalar = (part: string): bigint => Scalar.create(BigInt(hexOf(`${label}/${part}`)));
  const nonce = { hiding: scalar("d"), binding: scalar("e") };
  const point = (secret: bigint): Hex => pointHex(Point.BASE.multiply(secret));
  const pair = { hiding: point(nonce.hiding), binding: point(nonce.binding) };
  secrets.set(pair.hiding, nonce);
  return pair;
}

export function observe(sender: number, round: number, over: Partial<Observe> = {}, version = 0): Observe {
  const pair = (which: number): NoncePair => drawPair(`${sender}/${round}/${version}/${which}`);
  return observeOf(config, sender, round, { commitments: [pair(0), pair(1)], ...over });
}

/** All four observe; member 1 leads and names 1, 2 and 3. */
export function scene(over: Partial<Propose> = {}): {
  readonly round: number;
  readonly observes: readonly Observe[];
  readonly proposal: Propose;
  readonly digest: Hex;
} {
  const round = roundLedBy(config, 1);
  const observes = IDS.map((id) => observe(id, round));
  return { round, observes, proposal: proposeOf(1, observes, over), digest: hexOf("digest") };
}

/** What the PROPOSE's signers commit to, read from what holds it. */
export function commitmentsOf(
  proposal: Propose,
  observes: readonly Observe[],
  shares: readonly Share[] = [],
): NonceCommitment[] {
  return proposal.signers.map((id) => {
    const source = proposal.sources.find((ref) => ref.id === id);
    const next = shares.find((share) => hashOf(share) === source?.hash)?.next;
    const listed = observes.find((one) => one.sender === id)!;
    return { id, ...(next ?? listed.commitments[proposal.attempt === 0 ? 0 : 1]) };
  });
}

/** The share that an honest member makes under this list. */
export function goodShare(
  sender: number,
  proposal: Propose,
  digest: Hex,
  commitments: readonly NonceCommitment[],
  over: Partial<Share> = {},
): Share {
  const opened = nobleCurve.openAttempt(groupKey().group, digest, commitments);
  if (!opened.ok) throw new Error(opened.why);
  const nonce = secrets.get(commitments.find(({ id }) => id === sender)!.hiding)!;
  const share = BigInt(toHex(groupKey().shares.get(sender)!));
  const z = toHex(scalarBytes(opened.attempt.makeShare(sender, { ...nonce, share })));
  return {
    type: "share",
    round: proposal.round,
    sender,
    proposalHash: hashOf(proposal),
    digest,
    z,
    next: null,
    ...over,
  };
}

export function evidence(
  kind: EvidenceKind,
  accused: number,
  messages: readonly Message[],
  over: Partial<Evidence> = {},
): Evidence {
  const { round } = messages[0]!;
  return { kind, cfg: config.cfg, accused, round, envelopes: messages.map((message) => envelope(message)), ...over };
}

/** As evidence wants two statements: ascending by name. */
export function inOrder<M extends Message>(first: M, second: M): readonly [M, M] {
  return hashOf(first) < hashOf(second) ? [first, second] : [second, first];
}

/** The fault, or why nobody is convicted. */
export function verdictOn(piece: Evidence, configuration = publicConfiguration()): string {
  const verdict = verifyEvidence(piece, configuration, judge);
  return verdict.convicts ? `convicts: ${verdict.fault}` : verdict.why;
}

/** One convicting piece of each kind. */
export function oneOfEach(): Readonly<Record<EvidenceKind, Evidence>> {
  const { round, observes, proposal, digest } = scene();
  const honest = goodShare(2, proposal, digest, commitmentsOf(proposal, observes));
  return {
    "equivocated-observation": evidence("equivocated-observation", 2, inOrder(observes[1]!, observe(2, round, {}, 1))),
    "equivocated-proposal": evidence("equivocated-proposal", 1, inOrder(proposal, { ...proposal, signers: [1, 2, 4] })),
    "double-sign": evidence("double-sign", 2, inOrder(honest, { ...honest, digest: hexOf("other digest") })),
    "bad-share": evidence("bad-share", 2, [{ ...honest, z: hexOf("bad") }, proposal, ...observes.slice(0, 3)]),
    "bad-proposal": evidence("bad-proposal", 1, [{ ...proposal, signers: [1, 2] }]),
  };
}
