/**
 * scrypt and AES-256-GCM around what a file keeps secret. All files of one keystore share one scrypt salt, so the
 * passphrase is stretched once at start (about 0.1 s); each file then has a key of its own by HKDF with its own salt.
 * The header is readable without a passphrase and authenticated with the secret: a changed header does not open.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import type { Hex } from "../../base/bytes.ts";
import { asciiBytes, concatBytes, equalBytes, fromHex, toHex } from "../../base/bytes.ts";
import type { Json } from "../../base/canonical-json.ts";
import { canonicalJson } from "../../base/canonical-json.ts";
import { OracleError } from "../../base/errors.ts";
import { keepSecret, Secretive, secretOf } from "./secrets.ts";

export type SealedKind = "identity" | "share" | "ceremony" | "backup";

export type KdfParams = {
  readonly name: "scrypt";
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Hex;
  /** Derived from the stretched passphrase: tells a wrong passphrase from a damaged file. */
  readonly check: Hex;
};

export type SealedFile = {
  readonly version: 1;
  readonly kind: SealedKind;
  readonly kdf: KdfParams;
  readonly cipher: { readonly name: "aes-256-gcm"; readonly salt: Hex; readonly nonce: Hex };
  readonly public: { readonly [key: string]: Json };
  /** ciphertext | tag 16 */
  readonly sealed: Hex;
};

/** 32 MiB and about 0.1 s a guess; PROTOCOL §7. Lower would be cheaper to guess, higher slows every start. */
const COST = { N: 32_768, r: 8, p: 1 };
const MEMORY_MAX_BYTES = 64 * 1024 * 1024;
const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const SALT_BYTES = 32;

/** The stretched passphrase of one keystore. Prints as [secret]. */
export class MasterKey extends Secretive {
  readonly kdf: KdfParams;

  constructor(kdf: KdfParams, key: Uint8Array) {
    super();
    this.kdf = kdf;
    keepSecret(this, key);
  }
}

function stretch(passphrase: string | Uint8Array, salt: Uint8Array): Promise<Uint8Array> {
  const bytes = typeof passphrase === "string" ? Buffer.from(passphrase.normalize("NFKC"), "utf8") : passphrase;
  if (bytes.length === 0) throw new OracleError("the keystore's passphrase is empty", { code: "keystore-passphrase" });
  return new Promise((resolve, reject) => {
    scrypt(bytes, salt, 32, { ...COST, maxmem: MEMORY_MAX_BYTES }, (error, key) =>
      error === null ? resolve(new Uint8Array(key)) : reject(error),
    );
  });
}

function subkey(key: Uint8Array, salt: Uint8Array, purpose: string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", key, salt, asciiBytes(`TENOR/KEYSTORE/1/${purpose}`), length));
}

export async function newMasterKey(passphrase: string | Uint8Array): Promise<MasterKey> {
  const salt = new Uint8Array(randomBytes(SALT_BYTES));
  const key = await stretch(passphrase, salt);
  const check = toHex(subkey(key, salt, "check", 16));
  return new MasterKey({ name: "scrypt", ...COST, salt: toHex(salt), check }, key);
}

/** @throws OracleError `keystore-passphrase` when it does not fit the file's check value */
export async function openMasterKey(passphrase: string | Uint8Array, kdf: KdfParams, path: string): Promise<MasterKey> {
  const salt = fromHex(kdf.salt);
  const key = await stretch(passphrase, salt);
  if (!timingSafeEqual(subkey(key, salt, "check", 16), fromHex(kdf.check))) {
    throw new OracleError(`${path}: the passphrase does not open this keystore`, { code: "keystore-passphrase", path });
  }
  return new MasterKey(kdf, key);
}

function associatedData(file: Omit<SealedFile, "sealed">): Uint8Array {
  const { version, kind, kdf, cipher } = file;
  return Buffer.from(canonicalJson({ version, kind, kdf, cipher, public: file.public }), "utf8");
}

export function seal(
  master: MasterKey,
  kind: SealedKind,
  header: SealedFile["public"],
  secret: Uint8Array,
): SealedFile {
  const salt = new Uint8Array(randomBytes(SALT_BYTES));
  const nonce = new Uint8Array(randomBytes(NONCE_BYTES));
  const file = {
    version: 1 as const,
    kind,
    kdf: master.kdf,
    cipher: { name: "aes-256-gcm" as const, salt: toHex(salt), nonce: toHex(nonce) },
    public: header,
  };
  const key = subkey(secretOf(master), salt, kind, 32);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(associatedData(file));
  const sealed = concatBytes(cipher.update(secret), cipher.final(), cipher.getAuthTag());
  key.fill(0);
  return { ...file, sealed: toHex(sealed) };
}

/** @throws OracleError `keystore-corrupt` when a byte of header or secret was changed, or the file is another keystore's */
export function unseal(master: MasterKey, file: SealedFile, path: string): Uint8Array {
  if (!equalBytes(fromHex(file.kdf.salt), fromHex(master.kdf.salt))) {
    throw new OracleError(`${path}: this file was sealed by another keystore`, { code: "keystore-corrupt", path });
  }
  const bytes = fromHex(file.sealed);
  const key = subkey(secretOf(master), fromHex(file.cipher.salt), file.kind, 32);
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, fromHex(file.cipher.nonce), { authTagLength: TAG_BYTES });
    decipher.setAAD(associatedData(file));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    return concatBytes(decipher.update(bytes.subarray(0, bytes.length - TAG_BYTES)), decipher.final());
  } catch (error) {
    throw new OracleError(`${path}: damaged, its seal does not hold`, { code: "keystore-corrupt", path }, error);
  } finally {
    key.fill(0);
  }
}
