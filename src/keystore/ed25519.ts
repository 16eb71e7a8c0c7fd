/** ed25519 through node:crypto, which is an order of magnitude faster than JavaScript. */
import type { KeyObject } from "node:crypto";
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import type { Hex } from "../base/bytes.ts";
import { concatBytes, fromHex, toHex } from "../base/bytes.ts";

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
// RFC 8410: the fixed DER around a raw seed and around a raw public key.
const PRIVATE_PREFIX = fromHex("0x302e020100300506032b657004220420");
const PUBLIC_PREFIX = fromHex("0x302a300506032b6570032100");

/** Parsed keys, as parsing costs as much as verifying. A committee is far smaller; a flood of keys only starts it anew. */
const PARSED_KEYS_MAX = 256;
const parsedKeys = new Map<Hex, KeyObject>();

/** @param seed 32 bytes */
export function privateKeyOf(seed: Uint8Array): KeyObject {
  const der = Buffer.from(concatBytes(PRIVATE_PREFIX, seed));
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  der.fill(0);
  return key;
}

/** Raw public key, 32 bytes. */
export function publicKeyOf(key: KeyObject): Uint8Array {
  return new Uint8Array(createPublicKey(key).export({ format: "der", type: "spki" })).slice(PUBLIC_PREFIX.length);
}

export function signEd25519(key: KeyObject, message: Uint8Array): Uint8Array {
  return new Uint8Array(sign(null, message, key));
}

function parsed(publicKey: Hex): KeyObject {
  const known = parsedKeys.get(publicKey);
  if (known !== undefined) return known;
  const der = Buffer.from(concatBytes(PUBLIC_PREFIX, fromHex(publicKey)));
  const key = createPublicKey({ key: der, format: "der", type: "spki" });
  if (parsedKeys.size >= PARSED_KEYS_MAX) parsedKeys.clear();
  parsedKeys.set(toHex(fromHex(publicKey)), key);
  return key;
}

/** False for anything that is no valid signature, malformed keys included; never throws. @param publicKey raw, 32 bytes */
export function verifyEd25519(publicKey: Hex, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 2 + 2 * KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  try {
    return verify(null, message, parsed(publicKey), signature);
  } catch {
    return false;
  }
}
