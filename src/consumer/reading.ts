/** Reads a node's JSON member by member. A node may be another version, a liar or no node at all. */
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";

export type Members = Readonly<Record<string, unknown>>;

const SHOWN_CHARS = 60;

/** @throws OracleError `bad-reply` */
export function refuse(path: string, wanted: string, seen: unknown): never {
  const shown = JSON.stringify(seen)?.slice(0, SHOWN_CHARS) ?? "nothing";
  throw new OracleError(`${path}: expected ${wanted}, saw ${shown}`, { code: "bad-reply", path, wanted, seen: shown });
}

export function members(value: unknown, path: string): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : refuse(path, "an object", value);
}

export function list<T>(
  value: unknown,
  path: string,
  max: number,
  read: (item: unknown, path: string) => T,
): readonly T[] {
  if (!Array.isArray(value)) return refuse(path, "a list", value);
  if (value.length > max) return refuse(path, `at most ${max} items`, value.length);
  return value.map((item, i) => read(item, `${path}[${i}]`));
}

/** A whole number of 0 … max. */
export function whole(value: unknown, path: string, max: number): number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max
    ? value
    : refuse(path, `a whole number from 0 to ${max}`, value);
}

/** Decimal text of an integer that fits so many bytes. */
export function integer(value: unknown, path: string, bytes: number, isSigned: boolean): bigint {
  if (typeof value !== "string" || !/^(?:0|-?[1-9]\d{0,39})$/.test(value))
    return refuse(path, "an integer as text", value);
  const given = BigInt(value);
  const bits = 8 * bytes;
  const fits = isSigned ? BigInt.asIntN(bits, given) === given : BigInt.asUintN(bits, given) === given;
  return fits ? given : refuse(path, `an integer that fits ${bytes} bytes`, value);
}

/** Lower or upper case; given back in lower case. */
export function hex(value: unknown, path: string, bytes: number): Hex {
  return typeof value === "string" && value.length === 2 + 2 * bytes && /^0x[0-9a-fA-F]*$/.test(value)
    ? (value.toLowerCase() as Hex)
    : refuse(path, `0x and ${2 * bytes} hexadecimal digits`, value);
}

export function oneOf<T extends string>(value: unknown, path: string, words: readonly T[]): T {
  return words.find((word) => word === value) ?? refuse(path, `one of ${words.join(", ")}`, value);
}
