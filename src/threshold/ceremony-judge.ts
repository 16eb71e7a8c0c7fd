/** What everybody can decide alike from the ceremony's public messages. */
import type { Hex } from "../base/bytes.ts";
import { ByteWriter, toHex } from "../base/bytes.ts";
import type { CeremonyMessage, CeremonyShape } from "./ceremony-messages.ts";
import type { CurvePoint } from "./curve.ts";
import { keccak } from "../base/keccak.ts";
import { parsePoint, parseScalar, Point } from "./curve.ts";
import { applyDealPad } from "./deal.ts";
import { dealerProofIsGood, keyProofIsGood, sharedPointProofIsGood } from "./proofs.ts";
import { shareMatches } from "./vss.ts";

type MessageOf<K extends CeremonyMessage["kind"]> = Extract<CeremonyMessage, { kind: K }>;

/** The announced key, or null when it is no point or its proof fails. */
export function readKey(shape: CeremonyShape, message: MessageOf<"key">): CurvePoint | null {
  const key = parsePoint(message.key);
  return key !== null && keyProofIsGood(shape.ceremonyId, message.sender, key, message.proof) ? key : null;
}

/**
 * The t commitments, or null when one is no point (the identity is none) or the proof of knowledge fails. In a refresh the
 * first is the identity because it is not in the message: nobody can commit to another constant term than zero.
 */
export function readCommitments(shape: CeremonyShape, message: MessageOf<"commit">): readonly CurvePoint[] | null {
  const points: CurvePoint[] = [];
  for (const bytes of message.points) {
    const point = parsePoint(bytes);
    if (point === null) return null;
    points.push(point);
  }
  if (!dealerProofIsGood(shape.ceremonyId, message.sender, points[0]!, message.proof)) return null;
  return shape.isRefresh === true ? [Point.ZERO, ...points] : points;
}

/** The names of one member's messages. */
export type RoundOneNames = { readonly key: Hex; readonly commit: Hex };

/** What a dealer saw when it dealt. @param names by member id ascending */
export function roundOneHashOf(ceremonyId: Hex, names: readonly RoundOneNames[]): Hex {
  const writer = new ByteWriter().ascii("TENOR/DKG/ROUND-ONE/1").hex(ceremonyId, 32);
  for (const { key, commit } of names) writer.hex(key, 32).hex(commit, 32);
  return toHex(keccak(writer.done()));
}

/** What everybody certifies: every KEY, COMMIT and DEAL by name. @param names by member id ascending */
export function transcriptHashOf(ceremonyId: Hex, names: readonly (RoundOneNames & { readonly deal: Hex })[]): Hex {
  const writer = new ByteWriter().ascii("TENOR/DKG/TRANSCRIPT/1").hex(ceremonyId, 32);
  for (const { key, commit, deal } of names) writer.hex(key, 32).hex(commit, 32).hex(deal, 32);
  return toHex(keccak(writer.done()));
}

/**
 * The share inside a sealed deal, or null when it is not what the dealer committed to.
 * @param shared the Diffie–Hellman point of dealer and receiver
 */
export function openDeal(
  shape: CeremonyShape,
  deal: MessageOf<"deal">,
  receiver: number,
  shared: CurvePoint,
  commitments: readonly CurvePoint[],
): bigint | null {
  const sealed = deal.sealed.get(receiver);
  if (sealed === undefined) return null;
  const share = parseScalar(applyDealPad(shape.ceremonyId, deal.sender, receiver, shared, sealed));
  return share !== null && shareMatches(commitments, receiver, share) ? share : null;
}

export type ComplaintCase = {
  readonly complaint: MessageOf<"complaint">;
  /** The deal that the complaint names, dealt under the same KEYs and COMMITs as below. */
  readonly deal: MessageOf<"deal">;
  readonly accuserKey: CurvePoint;
  readonly dealerKey: CurvePoint;
  readonly dealerCommitments: readonly CurvePoint[];
};

/**
 * Whose fault it is. The caller must have made sure that judge, accuser and dealer speak of the same KEYs and COMMITs (the
 * deal names them): otherwise an equivocator could have an honest member judged by a key or a polynomial it never used.
 */
export function judgeComplaint(shape: CeremonyShape, given: ComplaintCase): "dealer" | "accuser" {
  const { complaint, deal, accuserKey, dealerKey, dealerCommitments } = given;
  const shared = parsePoint(complaint.shared);
  if (shared === null) return "accuser";
  const statement = {
    ceremonyId: shape.ceremonyId,
    accuser: complaint.sender,
    dealer: complaint.dealer,
    accuserKey,
    dealerKey,
    shared,
  };
  if (!sharedPointProofIsGood(statement, complaint.proof)) return "accuser";
  return openDeal(shape, deal, complaint.sender, shared, dealerCommitments) === null ? "dealer" : "accuser";
}
