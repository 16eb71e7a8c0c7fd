/**
 * Last line of defence before a log line is written: nothing named like a secret leaves, and nothing is unbounded.
 * The first line of defence is that only `keystore` ever holds a secret; this one assumes somebody forgets.
 */
import { OracleError } from "../base/errors.ts";

export const SECRET_TEXT = "[secret]";

/** Deep enough for every record we log; deeper is a data structure that was logged by mistake. */
const MAX_DEPTH = 6;
/** Longer lists are cut and their length is told: a log line is read by people and paid for by the byte. */
const MAX_ITEMS = 100;
/** Long enough for a submit payload of ten feeds in hexadecimal; a body of an exchange is cut. */
const MAX_TEXT = 2_000;
/** A digest or a public key fits; a message of the network does not. */
const MAX_BYTES = 64;

/** Parts of a field name, lower case and without separators, that mark a secret wherever they occur. */
const SECRET_PARTS: readonly string[] = [
  "passphrase",
  "password",
  "passwd",
  "secret",
  "privatekey",
  "privkey",
  "signingkey",
  "mnemonic",
  "keyshare",
  "signingshare",
  "sharevalue",
  "accesstoken",
  "apikey",
  "authorization",
];
/** Names that are a secret only when they are the whole name: `nonce` of a transaction or `sharesFrom` are not. */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  "share",
  "shares",
  "seed",
  "hiding",
  "binding",
  "nonces",
  "scalar",
  "entropy",
  "token",
  "cookie",
]);

export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  return SECRET_NAMES.has(plain) || SECRET_PARTS.some((part) => plain.includes(part));
}

function cleanText(text: string): string {
  // An RPC address may carry its credentials: https://user:key@host.
  const open = text.replaceAll(/\/\/[^/\s@]+@/g, `//${SECRET_TEXT}@`);
  return open.length <= MAX_TEXT ? open : `${open.slice(0, MAX_TEXT)}… (${open.length} characters)`;
}

function cleanBytes(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, MAX_BYTES)).toString("hex");
  return bytes.length <= MAX_BYTES ? `0x${head}` : `0x${head}… (${bytes.length} bytes)`;
}

function cleanError(error: Error, depth: number, seen: ReadonlySet<object>): Record<string, unknown> {
  const out: Record<string, unknown> = { name: error.name, message: cleanText(error.message) };
  if (error instanceof OracleError) Object.assign(out, cleanRecord(error.fields, depth + 1, seen));
  if (error.stack !== undefined) out["stack"] = cleanText(error.stack);
  if (error.cause !== undefined) out["cause"] = cleanValue(error.cause, depth + 1, seen);
  return out;
}

function cleanRecord(record: object, depth: number, seen: ReadonlySet<object>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) {
    if (value === undefined) continue;
    out[name] = isSecretName(name) ? SECRET_TEXT : cleanValue(value, depth, seen);
  }
  return out;
}

/** A copy that JSON can hold: bigint as decimal text, bytes as hexadecimal, errors as records, loops named. */
function cleanValue(value: unknown, depth = 0, seen: ReadonlySet<object> = new Set()): unknown {
  switch (typeof value) {
    case "string":
      return cleanText(value);
    case "bigint":
      return value.toString();
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
    case "undefined":
      return value;
    case "function":
      return "[function]";
    case "symbol":
      return value.toString();
    case "object":
      break;
  }
  if (value === null) return null;
  if (seen.has(value)) return "[loop]";
  if (depth >= MAX_DEPTH) return "[too deep]";
  const inside = new Set(seen).add(value);
  if (value instanceof Uint8Array) return cleanBytes(value);
  if (value instanceof Error) return cleanError(value, depth, inside);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[no date]" : value.toISOString();
  if (value instanceof Map) return cleanRecord(Object.fromEntries<unknown>(value), depth + 1, inside);
  if (value instanceof Set) return cleanValue([...value], depth, inside);
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ITEMS).map((item) => cleanValue(item, depth + 1, inside));
    return value.length <= MAX_ITEMS ? items : [...items, `… (${value.length} items)`];
  }
  return cleanRecord(value, depth + 1, inside);
}

/** @param fields one log line's fields, of any shape */
export function cleanFields(fields: object): Record<string, unknown> {
  return cleanRecord(fields, 0, new Set([fields]));
}
