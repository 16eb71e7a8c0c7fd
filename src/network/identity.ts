/** ed25519 keys and the libp2p names derived from them. */
import "./promise-with-resolvers.ts";
import { generateKeyPairFromSeed, publicKeyFromRaw } from "@libp2p/crypto/keys";
import type { Ed25519PrivateKey } from "@libp2p/interface";
import { peerIdFromPublicKey as nameOfPublicKey } from "@libp2p/peer-id";
import { equalBytes, fromHex, type Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";

const PUBLIC_KEY_BYTES = 32;
const IDENTITY_BYTES = 64;

/**
 * The libp2p peer id (base58, "12D3KooW…") of an ed25519 public key.
 * @throws OracleError `bad-identity` unless the key is 32 bytes
 */
export function peerIdFromPublicKey(ed25519PublicKey: Hex): string {
  const raw = fromHex(ed25519PublicKey);
  if (raw.length !== PUBLIC_KEY_BYTES) {
    throw new OracleError(`an ed25519 public key has ${PUBLIC_KEY_BYTES} bytes, saw ${raw.length}`, {
      code: "bad-identity",
      seenBytes: raw.length,
    });
  }
  return nameOfPublicKey(publicKeyFromRaw(raw)).toString();
}

/**
 * @param identity seed (32 bytes) followed by the public key (32 bytes)
 * @throws OracleError `bad-identity` when the length is wrong or the public half does not belong to the seed
 */
export async function privateKeyFromIdentity(identity: Uint8Array): Promise<Ed25519PrivateKey> {
  if (identity.length !== IDENTITY_BYTES) {
    throw new OracleError(`an identity is ${IDENTITY_BYTES} bytes, seed then public key, saw ${identity.length}`, {
      code: "bad-identity",
      seenBytes: identity.length,
    });
  }
  const key = await generateKeyPairFromSeed("Ed25519", identity.slice(0, PUBLIC_KEY_BYTES));
  if (!equalBytes(key.publicKey.raw, identity.subarray(PUBLIC_KEY_BYTES))) {
    throw new OracleError("the identity's public half does not belong to its seed", { code: "bad-identity" });
  }
  return key;
}
