/** A sealed file's text to its parts. Strict: what is not exactly as written by `seal` is damaged. */
import type { Json } from "../../base/canonical-json.ts";
import type { Hex } from "../../base/bytes.ts";
import { OracleError } from "../../base/errors.ts";
import type { SealedFile, SealedKind } from "./cipher.ts";

type Fields = { readonly [key: string]: unknown };

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isHex(value: unknown, length?: number): value is Hex {
  return (
    typeof value === "string" &&
    /^0x(?:[0-9a-f]{2})+$/.test(value) &&
    (length === undefined || value.length === 2 + 2 * length)
  );
}

function isJson(value: unknown): value is Json {
  // The value came out of JSON.parse.
  return value !== undefined;
}

function isJsonObject(value: unknown): value is { readonly [key: string]: Json } {
  return isFields(value) && Object.values(value).every(isJson);
}

/** Null for anything but a JSON object. */
export function parseJsonObject(text: string): { readonly [key: string]: Json } | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** @throws OracleError `keystore-corrupt`, saying which part is wrong */
export function parseSealed(text: string, kind: SealedKind, path: string): SealedFile {
  const refuse = (where: string, wanted: string): never => {
    throw new OracleError(`${path}: ${where} is damaged, ${wanted} wanted`, { code: "keystore-corrupt", path, where });
  };
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return refuse("the file", "JSON");
  }
  if (!isFields(file)) return refuse("the file", "a JSON object");
  if (file.version !== 1) return refuse("version", "1");
  if (file.kind !== kind) return refuse("kind", kind);
  const { kdf, cipher } = file;
  if (!isFields(kdf) || kdf.name !== "scrypt") return refuse("kdf", "scrypt");
  // Fixed costs: a header that asks for gigabytes is not obeyed.
  if (kdf.N !== 32_768 || kdf.r !== 8 || kdf.p !== 1) return refuse("kdf", "N = 32768, r = 8, p = 1");
  if (!isHex(kdf.salt, 32) || !isHex(kdf.check, 16)) return refuse("kdf", "a salt of 32 and a check of 16 bytes");
  if (!isFields(cipher) || cipher.name !== "aes-256-gcm" || !isHex(cipher.salt, 32) || !isHex(cipher.nonce, 12)) {
    return refuse("cipher", "aes-256-gcm with a salt of 32 and a nonce of 12 bytes");
  }
  if (!isJsonObject(file.public)) return refuse("public", "an object");
  if (!isHex(file.sealed) || file.sealed.length < 2 + 2 * 16) return refuse("sealed", "ciphertext and tag");
  return {
    version: 1,
    kind,
    kdf: { name: "scrypt", N: kdf.N, r: kdf.r, p: kdf.p, salt: kdf.salt, check: kdf.check },
    cipher: { name: "aes-256-gcm", salt: cipher.salt, nonce: cipher.nonce },
    public: file.public,
    sealed: file.sealed,
  };
}
