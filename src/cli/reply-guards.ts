/** A node's answers are read member by member: it may be another version, or no node at all. */
import { OracleError } from "../base/errors.ts";

export type Members = Readonly<Record<string, unknown>>;

/** Longer than any name or detail of a node. */
const TEXT_MAX_CHARS = 200;

export function refuse(what: string, seen: unknown): never {
  const shown = JSON.stringify(seen)?.slice(0, 60) ?? "nothing";
  throw new OracleError(`the answer is not of a node of this version: ${what}, saw ${shown}`, { code: "not-a-node" });
}

export function members(value: unknown, what: string): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : refuse(`expected ${what} to be an object`, value);
}

export function list<T>(value: unknown, what: string, read: (item: Members) => T): readonly T[] {
  return Array.isArray(value)
    ? value.map((item) => read(members(item, `an item of ${what}`)))
    : refuse(`expected ${what} to be a list`, value);
}

/** Without what could steer a terminal. */
export function text(value: unknown, what: string): string {
  return typeof value === "string"
    ? value.slice(0, TEXT_MAX_CHARS).replace(/[^\x20-\x7e]/g, "?")
    : refuse(`expected ${what} to be text`, value);
}

export function number(value: unknown, what: string): number {
  return typeof value === "number" && Number.isFinite(value) ? value : refuse(`expected ${what} to be a number`, value);
}

export function word<T extends string>(value: unknown, words: readonly T[], what: string): T {
  return words.find((one) => one === value) ?? refuse(`expected ${what} to be one of ${words.join(", ")}`, value);
}

export function orNull<T>(value: unknown, read: (value: unknown) => T): T | null {
  return value === null || value === undefined ? null : read(value);
}
