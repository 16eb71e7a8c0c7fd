/** `npm run soak -- --minutes 60 --slot-ms 250`, for so short a time that only its figures are looked at and not its verdict. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("a soak tells of every node's heap, memory, files and rounds, and comes to a verdict", () => {
  const script = fileURLToPath(new URL("../../../bench/soak.mjs", import.meta.url));
  const options = ["--minutes", "0.6", "--every", "1", "--slot-ms", "500", "--feeds", "BTC-USD.spot-index"];
  const run = spawnSync(process.execPath, [script, ...options], { encoding: "utf8" });
  expect(run.stderr).toBe("");
  const told = [
    ...run.stdout.matchAll(
      /^node \d: heap (\S+) ± \S+ MB\/h, rss \S+ ± \S+ MB\/h, files [+-]\d+, rounds (\d+) of \d+: (?:ok|GROWS)$/gm,
    ),
  ];
  expect(told.length).toBe(4);
  for (const [, heap, rounds] of told) {
    expect(Number.isFinite(Number(heap))).toBe(true);
    expect(Number(rounds)).toBeGreaterThan(0);
  }
  expect(run.stdout).toMatch(/^(ok|FAIL): at most 5 MB\/h of heap after the warm-up$/m);
  expect([0, 1]).toContain(run.status);
}, 180_000);
