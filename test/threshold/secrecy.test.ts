import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

function sources(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? sources(join(dir, entry.name)) : [join(dir, entry.name)],
  );
}

test("no source deals a key in one place or puts one together again", () => {
  const files = sources(join(import.meta.dirname, "../../src")).filter((path) => path.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(30);
  const words = ["trusted" + "Dealer", "combine" + "Secret"];
  for (const path of files) {
    const text = readFileSync(path, "utf8");
    for (const word of words) expect(text.includes(word), `${path} says ${word}`).toBe(false);
  }
});
