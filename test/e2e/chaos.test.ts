/** Venues misbehave one after the other while four nodes work: a minute of what `npm run chaos` does for ten. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Child } from "../../src/devnet/child.ts";
import { commandLine } from "../../src/devnet/paths.ts";

test("npm run chaos -- --for 60s: each venue ill in its own way, no value outside the honest range, no limit exceeded, all recover", {
  timeout: 420_000,
}, async () => {
  const dir = mkdtempSync(join(tmpdir(), "tenor-chaos-"));
  const logFile = join(dir, "chaos.log");
  const args = [commandLine, "chaos", "--for", "60s"];
  const chaos = new Child({ name: "chaos", command: process.execPath, args, logFile });
  try {
    const { code } = await chaos.exited;
    const said = readFileSync(logFile, "utf8");
    expect(code, said).toBe(0);
    const episodes = said.match(/^ +\d+ s {2}\w+ +\S+ +(node 1 said|no error)/gm) ?? [];
    expect(episodes.length, said).toBe(9);
    expect(said).toMatch(/^ok {3}venues' limits +0 exceeded of [1-9]\d*,/m);
    expect(said).toMatch(/^ok {3}landed values +[1-9]\d*, 0 outside/m);
  } finally {
    await chaos.stop(15_000);
    rmSync(dir, { recursive: true, force: true });
  }
});
