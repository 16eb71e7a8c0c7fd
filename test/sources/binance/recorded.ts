/** Recorded answers and pushes, where they are: the tests that need them are skipped elsewhere, and say so. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "vitest";

const root = `${process.env.TENOR_DATA ?? fileURLToPath(new URL("../../../../shared/data", import.meta.url))}/exchanges`;
const absent = !existsSync(root);

export const where = absent ? " [skipped: shared data is absent]" : "";
export const recorded = test.skipIf(absent);

export function load(file: string): string {
  return readFileSync(`${root}/${file}`, "utf8");
}

export function loadLines(file: string): readonly string[] {
  return load(file).trim().split("\n");
}
