/** The bench of simulated committees as `npm run bench -- simulated` starts it, on three rounds of four members. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadCurve } from "../../src/keystore/native-curve.ts";

type Row = { name: string; cpuMs: number; parts: string[]; completed: number; messages: number };

function bench(...words: readonly string[]) {
  const script = fileURLToPath(new URL("../../bench/main.mjs", import.meta.url));
  return spawnSync(process.execPath, [script, "simulated", ...words], { encoding: "utf8" });
}

test("says what a member works in a round, with every curve that is here, among honest members and with bad signers", async () => {
  const run = bench("--nodes", "4", "--slots", "3", "--passes", "1", "--json");
  expect(run.stderr).toBe("");
  const rows = run.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
  const { why, curve } = await loadCurve();
  const curves = why === null ? ["noble", curve.name] : ["noble"];
  const wanted = curves.flatMap((name) => [`n=4, nobody lies, ${name}`, `n=4, 1 bad signers, ${name}`]);
  expect(rows.map(({ name }) => name)).toEqual(wanted);
  for (const { name, cpuMs, parts, completed, messages } of rows) {
    expect(completed, name).toBe(3);
    // Four OBSERVEs, a PROPOSE and three SHAREs of a round, to three others each; a REPORT and a further share at most.
    expect(messages, name).toBeGreaterThanOrEqual(24);
    expect(messages, name).toBeLessThanOrEqual(60);
    const spentMs = parts.map((part) => Number(part.split(" ")[1]));
    expect(Math.abs(spentMs.reduce((a, b) => a + b) - cpuMs), name).toBeLessThan(0.1);
    for (const ms of spentMs) expect(ms, name).toBeGreaterThan(0);
  }
}, 120_000);

test("refuses a committee that no simulation holds, with what is allowed", () => {
  const run = bench("--nodes", "32");
  expect([run.status, run.stderr.trim()]).toEqual([2, "--nodes takes whole numbers from 4 to 31, with commas"]);
});
