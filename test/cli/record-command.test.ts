/** `tenor record`, the built program, of one venue of a real market: as docs/market-data.md has it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openRecording } from "../../src/replay/recorded.ts";
import { startMarket } from "../../src/replay/server.ts";
import { expand } from "../support/documented-commands.ts";

const DOCUMENTED = "npx tenor record recordings/okx --venues okx --market http://127.0.0.1:8180 --for 6s";

test("the documented command records every source of the venue, answers and frames", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "tenor-record-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const market = await startMarket({ seed: 21, latency: false });
  onTestFinished(() => market.stop());
  const dir = join(folder, "okx");
  const [program = "", ...words] = expand(DOCUMENTED).map((word) =>
    word.startsWith("http:") ? market.url : word.startsWith("recordings/") ? dir : word,
  );
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  await once(child, "close");
  expect(child.exitCode, stderr).toBe(0);
  expect(stdout).toMatch(/^ {2}okx {2}\d+ replies, [1-9]\d* frames, /m);
  const { manifest } = await openRecording(dir);
  expect(Object.keys(manifest.sources)).toContain("okx:ETH.options");
  // Depths are asked for every half minute: six seconds may see none.
  const soon = Object.entries(manifest.sources).filter(([source]) => !source.endsWith(".depth"));
  for (const [source, count] of soon) expect(count, source).toBeGreaterThan(0);
});
