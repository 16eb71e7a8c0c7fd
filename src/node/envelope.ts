/** Envelopes: a message's bytes and its sender's ed25519 signature, checked with node:crypto (ten times faster than JavaScript). */
import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { Hex } from "../base/bytes.ts";
import { concatBytes, fromHex } from "../base/bytes.ts";
import { decodeHeader, decodeMessage, encodeMessage, messageHash, SIGNATURE_BYTES } from "../protocol/encoding.ts";
import { OracleError } from "../base/errors.ts";
import type { Message } from "../protocol/messages.ts";
import type { SignedReport } from "../report/report.ts";

/** DER prefix of an ed25519 SubjectPublicKeyInfo (RFC 8410), before the 32 raw bytes. */
const SPKI_PREFIX = fromHex("0x302a300506032b6570032100");

export function verifyingKey(identityPublicKey: Hex): KeyObject {
  const der = Buffer.from(concatBytes(SPKI_PREFIX, fromHex(identityPublicKey)));
  return createPublicKey({ key: der, format: "der", type: "spki" });
}

export type Envelope = { readonly bytes: Uint8Array; readonly hash: Hex };

/** @param sign ed25519 over the hash; the key stays in the keystore */
export function sealEnvelope(cfg: Hex, message: Message, sign: (bytes: Uint8Array) => Uint8Array): Envelope {
  const encoded = encodeMessage(cfg, message);
  const hash = messageHash(encoded);
  return { bytes: concatBytes(encoded, sign(fromHex(hash))), hash };
}

export function splitEnvelope(bytes: Uint8Array): { encoded: Uint8Array; signature: Uint8Array } | null {
  if (bytes.length <= SIGNATURE_BYTES) return null;
  const at = bytes.length - SIGNATURE_BYTES;
  return { encoded: bytes.subarray(0, at), signature: bytes.subarray(at) };
}

export function signatureFits(key: KeyObject, hash: Hex, signature: Uint8Array): boolean {
  return verify(null, fromHex(hash), key, signature);
}

/** The configuration that an envelope names; null when it is no envelope. */
export function cfgOfEnvelope(bytes: Uint8Array): Hex | null {
  const parts = splitEnvelope(bytes);
  return parts === null ? null : orNull(() => decodeHeader(parts.encoded).cfg);
}

/** What a REPORT carries, which its group signature vouches for; null when it is none. Its sender is not asked for. */
export function reportOfEnvelope(bytes: Uint8Array): SignedReport | null {
  const parts = splitEnvelope(bytes);
  const message = parts === null ? null : orNull(() => decodeMessage(parts.encoded));
  return message?.type === "report" ? message.signed : null;
}

function orNull<T>(decode: () => T): T | null {
  try {
    return decode();
  } catch (error) {
    if (error instanceof OracleError) return null;
    throw error;
  }
}
