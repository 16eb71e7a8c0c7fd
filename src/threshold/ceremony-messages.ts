/**
 * The ceremony's messages as bytes. Every length follows from the committee's size, so one statement has one encoding.
 *
 *   envelope     type u8 | ceremonyId 32 | sender u8 | body | ed25519 signature 64
 *   1 KEY          key 33 | R 33 | z 32                        encryption key of this ceremony, proof of its secret
 *   2 COMMIT       t × point 33 | R 33 | z 32                  commitments to the polynomial, proof of its constant term;
 *                  in a refresh (t−1) × point: the constant term is zero, so it has no place [R67]
 *   3 DEAL         roundOneHash 32 | commitHash 32 | (n−1) × sealed share 32   receivers ascending, the dealer left out
 *   4 COMPLAINT    dealer u8 | dealHash 32 | shared 33 | c 32 | s 32
 *   5 CERTIFICATE  transcriptHash 32
 *   6 HAVE         receiver u8 | flags u8 | 4n × hash prefix 16 what the sender holds; for traffic only, judged by nobody
 *
 * The signature is over keccak("TENOR/DKG-MESSAGE/1" | everything before it). That hash also names the message: two
 * signatures of one payload are one message.
 */
import type { Hex } from "../base/bytes.ts";
import { asciiBytes, ByteReader, ByteWriter, concatBytes, toHex } from "../base/bytes.ts";
import { unreachable } from "../base/errors.ts";
import { keccak } from "../base/keccak.ts";
import { POINT_BYTES } from "./curve.ts";
import { SEALED_SHARE_BYTES } from "./deal.ts";
import { KNOWLEDGE_PROOF_BYTES, SAME_EXPONENT_PROOF_BYTES } from "./proofs.ts";

export type CeremonyMessage =
  | { readonly kind: "key"; readonly sender: number; readonly key: Uint8Array; readonly proof: Uint8Array }
  | { readonly kind: "commit"; readonly sender: number; readonly points: Uint8Array[]; readonly proof: Uint8Array }
  | {
      readonly kind: "deal";
      readonly sender: number;
      /** All KEYs and COMMITs that the dealer saw. */
      readonly roundOneHash: Hex;
      /** The dealer's own COMMIT: whoever holds another one of his has both halves of a proof. */
      readonly commitHash: Hex;
      readonly sealed: ReadonlyMap<number, Uint8Array>;
    }
  | {
      readonly kind: "complaint";
      readonly sender: number;
      readonly dealer: number;
      readonly dealHash: Hex;
      readonly shared: Uint8Array;
      readonly proof: Uint8Array;
    }
  | { readonly kind: "certificate"; readonly sender: number; readonly transcriptHash: Hex }
  | {
      readonly kind: "have";
      readonly sender: number;
      readonly receiver: number;
      /** The sender is done and knows that the receiver is. */
      readonly knowsYouAreDone: boolean;
      /** The sender has heard that the receiver knows. */
      readonly knowsYouKnow: boolean;
      /** Hash prefixes of KEY 1 … n, COMMIT 1 … n, DEAL 1 … n, CERTIFICATE 1 … n; zeros where nothing is held. */
      readonly held: readonly Hex[];
    };

export type CeremonyMessageKind = CeremonyMessage["kind"];

/** What the lengths depend on. */
export type CeremonyShape = {
  readonly ceremonyId: Hex;
  readonly n: number;
  readonly t: number;
  /** Left out where a new key is made. */
  readonly isRefresh?: boolean;
};

/** Points in a COMMIT: a refresh has none for the constant term. */
function commitPoints({ t, isRefresh }: CeremonyShape): number {
  return isRefresh === true ? t - 1 : t;
}

export const SIGNATURE_BYTES = 64;
export const HASH_PREFIX_BYTES = 16;
const HEADER_BYTES = 34;
const KINDS: readonly CeremonyMessageKind[] = ["key", "commit", "deal", "complaint", "certificate", "have"];

function bodyBytes(kind: CeremonyMessageKind, shape: CeremonyShape): number {
  const { n } = shape;
  switch (kind) {
    case "key":
      return POINT_BYTES + KNOWLEDGE_PROOF_BYTES;
    case "commit":
      return commitPoints(shape) * POINT_BYTES + KNOWLEDGE_PROOF_BYTES;
    case "deal":
      return 64 + (n - 1) * SEALED_SHARE_BYTES;
    case "complaint":
      return 1 + 32 + POINT_BYTES + SAME_EXPONENT_PROOF_BYTES;
    case "certificate":
      return 32;
    case "have":
      return 2 + 4 * n * HASH_PREFIX_BYTES;
    default:
      return unreachable(kind);
  }
}

/** The longest message of a committee: a transport may refuse more. */
export function ceremonyMessageBytesMax(n: number, t: number): number {
  const shape: CeremonyShape = { ceremonyId: "0x", n, t };
  return HEADER_BYTES + SIGNATURE_BYTES + Math.max(...KINDS.map((kind) => bodyBytes(kind, shape)));
}

/** Everything but the signature. A message that does not fit the shape is a bug and throws. */
export function encodePayload(shape: CeremonyShape, message: CeremonyMessage): Uint8Array {
  const writer = new ByteWriter()
    .uint(KINDS.indexOf(message.kind) + 1, 1)
    .hex(shape.ceremonyId, 32)
    .uint(message.sender, 1);
  switch (message.kind) {
    case "key":
      writer.raw(message.key).raw(message.proof);
      break;
    case "commit":
      writer.raw(concatBytes(...message.points)).raw(message.proof);
      break;
    case "deal":
      writer.hex(message.roundOneHash, 32).hex(message.commitHash, 32);
      for (const receiver of receiversOf(shape, message.sender))
        writer.raw(message.sealed.get(receiver) ?? new Uint8Array(0));
      break;
    case "complaint":
      writer.uint(message.dealer, 1).hex(message.dealHash, 32).raw(message.shared).raw(message.proof);
      break;
    case "certificate":
      writer.hex(message.transcriptHash, 32);
      break;
    case "have":
      writer.uint(message.receiver, 1).uint((message.knowsYouAreDone ? 1 : 0) + (message.knowsYouKnow ? 2 : 0), 1);
      for (const prefix of message.held) writer.hex(prefix, HASH_PREFIX_BYTES);
      break;
    default:
      unreachable(message);
  }
  return new ByteWriter().raw(writer.done(), HEADER_BYTES + bodyBytes(message.kind, shape)).done();
}

/** The 32 bytes that a member's identity signs, and the message's name. */
export function payloadHash(payload: Uint8Array): Uint8Array {
  return keccak(concatBytes(asciiBytes("TENOR/DKG-MESSAGE/1"), payload));
}

export type DecodedMessage =
  | {
      readonly ok: true;
      readonly message: CeremonyMessage;
      readonly hash: Uint8Array;
      readonly signature: Uint8Array;
    }
  | { readonly ok: false; readonly why: "malformed" | "other-ceremony" | "not-a-member" };

/** Bytes from anybody. Never throws; the signature is not checked here. */
export function decodeMessage(shape: CeremonyShape, bytes: Uint8Array): DecodedMessage {
  const kind = KINDS[(bytes[0] ?? 0) - 1];
  if (kind === undefined || bytes.length !== HEADER_BYTES + bodyBytes(kind, shape) + SIGNATURE_BYTES) {
    return { ok: false, why: "malformed" };
  }
  const reader = new ByteReader(bytes.subarray(1));
  if (reader.hex(32) !== shape.ceremonyId) return { ok: false, why: "other-ceremony" };
  const sender = reader.uint(1);
  if (sender < 1 || sender > shape.n) return { ok: false, why: "not-a-member" };
  const message = decodeBody(shape, kind, sender, reader);
  if (message === null) return { ok: false, why: "malformed" };
  const payload = bytes.subarray(0, bytes.length - SIGNATURE_BYTES);
  return { ok: true, message, hash: payloadHash(payload), signature: bytes.slice(payload.length) };
}

/** The reader holds at least the body: its length was checked. */
function decodeBody(
  shape: CeremonyShape,
  kind: CeremonyMessageKind,
  sender: number,
  reader: ByteReader,
): CeremonyMessage | null {
  const isOther = (id: number): boolean => id >= 1 && id <= shape.n && id !== sender;
  switch (kind) {
    case "key":
      return { kind, sender, key: reader.raw(POINT_BYTES), proof: reader.raw(KNOWLEDGE_PROOF_BYTES) };
    case "commit": {
      const points = Array.from({ length: commitPoints(shape) }, () => reader.raw(POINT_BYTES));
      return { kind, sender, points, proof: reader.raw(KNOWLEDGE_PROOF_BYTES) };
    }
    case "deal": {
      const roundOneHash = reader.hex(32);
      const commitHash = reader.hex(32);
      const sealed = new Map(receiversOf(shape, sender).map((id) => [id, reader.raw(SEALED_SHARE_BYTES)]));
      return { kind, sender, roundOneHash, commitHash, sealed };
    }
    case "complaint": {
      const dealer = reader.uint(1);
      if (!isOther(dealer)) return null;
      const dealHash = reader.hex(32);
      return {
        kind,
        sender,
        dealer,
        dealHash,
        shared: reader.raw(POINT_BYTES),
        proof: reader.raw(SAME_EXPONENT_PROOF_BYTES),
      };
    }
    case "certificate":
      return { kind, sender, transcriptHash: reader.hex(32) };
    case "have": {
      const receiver = reader.uint(1);
      const flags = reader.uint(1);
      if (!isOther(receiver) || flags > 3) return null;
      const held = Array.from({ length: 4 * shape.n }, () => reader.hex(HASH_PREFIX_BYTES));
      return { kind, sender, receiver, knowsYouAreDone: flags % 2 === 1, knowsYouKnow: flags >= 2, held };
    }
    default:
      return unreachable(kind);
  }
}

/** Everybody but the dealer, ascending: the order of the shares in a DEAL. */
export function receiversOf(shape: CeremonyShape, dealer: number): number[] {
  return Array.from({ length: shape.n }, (_, i) => i + 1).filter((id) => id !== dealer);
}

/** First bytes of a message's name, as HAVE lists them. */
export function hashPrefix(hash: Uint8Array): Hex {
  return toHex(hash.subarray(0, HASH_PREFIX_BYTES));
}
