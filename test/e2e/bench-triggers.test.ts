/** The trigger benchmark as `npm run bench -- triggers` starts it, on three days of one seed. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("the quick trigger benchmark compares the three rules at two budgets and every claim of it holds", () => {
  const script = fileURLToPath(new URL("../../bench/main.mjs", import.meta.url));
  const run = spawnSync(process.execPath, [script, "triggers", "--quick"], { encoding: "utf8" });
  expect(run.stderr).toBe("");
  const lines = run.stdout.split("\n");
  const rulesOf = (budget: string): (string | undefined)[] =>
    lines.map((line) => new RegExp(`^seed 1 +${budget} +(untuned|percent|closed form|book) `).exec(line)?.[1]);
  expect(rulesOf("1x").filter((rule) => rule !== undefined)).toEqual(["untuned", "percent", "closed form", "book"]);
  expect(rulesOf("4x").filter((rule) => rule !== undefined)).toEqual(["percent", "closed form", "book"]);
  const claims = lines.filter((line) => /^(PASS|FAIL) /.test(line));
  expect(claims.length).toBe(4);
  expect(claims.filter((line) => line.startsWith("FAIL"))).toEqual([]);
  expect(run.status).toBe(0);
}, 120_000);
