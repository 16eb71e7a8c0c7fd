/**
 * Keccak-256 as WebAssembly, eight times faster than JavaScript: at sixteen members with a hundred feeds a node hashes some
 * two thousand blocks a second, for names of messages and for the tree of a report. Where it does not load, or says anything
 * else than the reference, that does the work.
 */
import { OracleError, reasonOf } from "../base/errors.ts";
import { type Keccak, useKeccak } from "../base/keccak.ts";

/** What is used of the package: one state, all calls synchronous. */
type Hasher = {
  init(): unknown;
  update(bytes: Uint8Array): unknown;
  digest(form: "binary"): Uint8Array<ArrayBuffer>;
};

const HASHER_METHODS = ["init", "update", "digest"] as const satisfies readonly (keyof Hasher)[];

function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  return names.every((name) => typeof Reflect.get(value, name) === "function");
}

function isHasher(value: unknown): value is Hasher {
  return hasMethods(value, HASHER_METHODS);
}

/** @throws Error where the package is not there, or the machine runs no WebAssembly */
async function loadHasher(): Promise<Hasher> {
  // This part of it alone: all of the package would be read for one function of thirty.
  const module: unknown = await import("hash-wasm/dist/keccak.umd.min.js");
  const part: unknown = typeof module === "object" && module !== null ? Reflect.get(module, "default") : undefined;
  if (!hasMethods(part, ["createKeccak"])) throw new OracleError("hash-wasm makes no keccak", { code: "no-keccak" });
  const hasher: unknown = await (part as { createKeccak(bits: number): Promise<unknown> }).createKeccak(256);
  if (isHasher(hasher)) return hasher;
  throw new OracleError(`hash-wasm's keccak lacks one of ${HASHER_METHODS.join(", ")}`, { code: "no-keccak" });
}

function keccakOf(hasher: Hasher): Keccak {
  return (bytes) => {
    hasher.init();
    hasher.update(bytes);
    return hasher.digest("binary");
  };
}

/**
 * From now on this process hashes by WebAssembly.
 * @param load given by tests that take the package away or break it
 * @returns why it does not; null when it does
 */
export async function hashFaster(load: () => Promise<Hasher> = loadHasher): Promise<string | null> {
  try {
    useKeccak(keccakOf(await load()));
    return null;
  } catch (error) {
    useKeccak(null);
    return reasonOf(error);
  }
}
