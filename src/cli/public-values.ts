/** Option texts of the commands that make keys, files and contracts, as values. */
import { InvalidArgumentError } from "commander";
import type { Hex } from "../base/bytes.ts";

/** @returns a parser of 0x and exactly that many bytes */
export function hexBytes(bytes: number): (text: string) => Hex {
  return (text) => {
    if (new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`).test(text)) return text as Hex;
    throw new InvalidArgumentError(`saw ${JSON.stringify(text)}, wanted 0x and ${2 * bytes} hexadecimal digits.`);
  };
}

export function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/+$/, "");
  throw new InvalidArgumentError(`saw ${JSON.stringify(text)}, wanted an http or https address.`);
}

/** `a,b,c`, no empty parts. */
export function commaList(text: string): readonly string[] {
  const parts = text.split(",");
  if (parts.every((part) => part !== "")) return parts;
  throw new InvalidArgumentError(`saw ${JSON.stringify(text)}, wanted names with commas between them.`);
}

/** Repeats of an option gather in a list: `--node A --node B`. */
export function repeated<T>(
  parse: (text: string) => T,
): (text: string, earlier: readonly T[] | undefined) => readonly T[] {
  return (text, earlier) => [...(earlier ?? []), parse(text)];
}
