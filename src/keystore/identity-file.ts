/** The three long-lived keys of a node as one file, `keystore.json`: secret part = ed25519 seed 32 | observer 32 | transmitter 32. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { Hex } from "../base/bytes.ts";
import { concatBytes, toHex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import { addressOf, parseHex, Point } from "../threshold/curve.ts";
import { privateKeyOf, publicKeyOf } from "./ed25519.ts";
import type { KdfParams, MasterKey } from "./sealed/cipher.ts";
import { openMasterKey, seal, unseal } from "./sealed/cipher.ts";
import type { FileDoors } from "./sealed/files.ts";
import { assertPrivate, readPrivate, replaceFile } from "./sealed/files.ts";
import { parseSealed } from "./sealed/parse.ts";

export type PublicIdentity = {
  /** Raw ed25519 key, 32 bytes; the peer id follows from it. */
  readonly identityPublicKey: Hex;
  /** EVM address of the observer key. */
  readonly observer: Hex;
  /** EVM address of the transmitter key. */
  readonly transmitter: Hex;
};

export type IdentitySecrets = {
  readonly identitySeed: Uint8Array;
  readonly observerKey: Uint8Array;
  readonly transmitterKey: Uint8Array;
};

const KEY_BYTES = 32;
export const IDENTITY_BYTES = 3 * KEY_BYTES;

export function identityPath(dir: string): string {
  return join(dir, "keystore.json");
}

function evmAddress(secretKey: Uint8Array): Hex {
  return toHex(addressOf(Point.fromBytes(secp256k1.getPublicKey(secretKey, true))));
}

export function publicIdentityOf(secrets: IdentitySecrets): PublicIdentity {
  return {
    identityPublicKey: toHex(publicKeyOf(privateKeyOf(secrets.identitySeed))),
    observer: evmAddress(secrets.observerKey),
    transmitter: evmAddress(secrets.transmitterKey),
  };
}

/** seed 32 | observer 32 | transmitter 32, a copy for the caller to zero. */
export function identityBytes({ identitySeed, observerKey, transmitterKey }: IdentitySecrets): Uint8Array {
  return concatBytes(identitySeed, observerKey, transmitterKey);
}

/** @param bytes as `identityBytes` gives them */
export function identitySecretsOf(bytes: Uint8Array): IdentitySecrets {
  const part = (i: number): Uint8Array => bytes.slice(i * KEY_BYTES, (i + 1) * KEY_BYTES);
  return { identitySeed: part(0), observerKey: part(1), transmitterKey: part(2) };
}

/** @param isRestored out of a backup: the header says so for ever, because an earlier life may have spoken */
export function writeIdentity(
  dir: string,
  secrets: IdentitySecrets,
  master: MasterKey,
  doors: FileDoors,
  isRestored = false,
): void {
  const bytes = identityBytes(secrets);
  const file = seal(master, "identity", { ...publicIdentityOf(secrets), ...(isRestored ? { isRestored } : {}) }, bytes);
  bytes.fill(0);
  replaceFile(identityPath(dir), `${JSON.stringify(file, null, 2)}\n`, false, doors);
}

function readText(dir: string): string {
  const path = identityPath(dir);
  if (existsSync(dir)) assertPrivate(dir);
  const text = readPrivate(path);
  if (text !== null) return text;
  throw new OracleError(`${path}: there is no keystore here`, { code: "keystore-missing", path });
}

/** Stretches the passphrase and opens the file. @throws OracleError `keystore-…` */
export async function openIdentity(
  dir: string,
  passphrase: string | Uint8Array,
): Promise<{ readonly secrets: IdentitySecrets; readonly master: MasterKey; readonly isRestored: boolean }> {
  const path = identityPath(dir);
  const file = parseSealed(readText(dir), "identity", path);
  const kdf: KdfParams = file.kdf;
  const master = await openMasterKey(passphrase, kdf, path);
  const bytes = unseal(master, file, path);
  const secrets = identitySecretsOf(bytes);
  const length = bytes.length;
  bytes.fill(0);
  if (length !== IDENTITY_BYTES) {
    throw new OracleError(`${path}: ${length} secret bytes, ${IDENTITY_BYTES} wanted`, {
      code: "keystore-corrupt",
      path,
    });
  }
  return { secrets, master, isRestored: file.public.isRestored === true };
}

/** Who a node is, read without its passphrase: from the header, which `openIdentity` authenticates. */
export function readPublicIdentity(dir: string): PublicIdentity {
  const path = identityPath(dir);
  const { identityPublicKey, observer, transmitter } = parseSealed(readText(dir), "identity", path).public;
  const isHex = (value: unknown, length: number): value is Hex => parseHex(value, length) !== null;
  if (!isHex(identityPublicKey, 32) || !isHex(observer, 20) || !isHex(transmitter, 20)) {
    throw new OracleError(`${path}: the header names no identity`, { code: "keystore-corrupt", path });
  }
  return { identityPublicKey, observer, transmitter };
}
