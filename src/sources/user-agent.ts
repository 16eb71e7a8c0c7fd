/** `tenor/<version>`: venues ask for a name, and an operator's complaint should find the release. */
import { readFileSync } from "node:fs";
import { z } from "zod";

/** package.json lies two levels above this file both in src/sources and in dist/sources. */
export function userAgent(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return `tenor/${z.looseObject({ version: z.string() }).parse(JSON.parse(text)).version}`;
}
