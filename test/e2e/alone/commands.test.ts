/** The commands of the README that run for a while, as somebody at a terminal runs them. */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleepFor } from "node:timers/promises";
import { expect, test } from "vitest";
import { root } from "../../support/compose-file.ts";
import { expand } from "../../support/documented-commands.ts";

type Run = { readonly child: ChildProcess; readonly ended: Promise<number | null>; output: string };

/** Every process that descends from this run carries this in its environment. */
function start(command: string, mark: string): Run {
  const [program = "", ...words] = expand(command);
  const child = spawn(program, words, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TENOR_TEST_MARK: mark },
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  const run: Run = { child, ended, output: "" };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      run.output += chunk.toString();
    });
  }
  return run;
}

function descendants(mark: string): readonly string[] {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/environ`, "utf8").includes(`TENOR_TEST_MARK=${mark}\0`);
    } catch {
      return false;
    }
  });
}

test("npm start: shows an address, and Ctrl-C leaves nothing running", { timeout: 120_000 }, async () => {
  const mark = `start-${process.pid}`;
  const run = start("npm start", mark);
  try {
    for (const endMs = Date.now() + 90_000; !/signed rounds/.test(run.output); await sleepFor(200)) {
      if (Date.now() > endMs || run.child.exitCode !== null) throw new Error(`no table:\n${run.output}`);
    }
    const address = /open (http:\/\/\S+) in a browser/.exec(run.output)?.[1];
    expect((await fetch(`${address}/`)).headers.get("content-type")).toContain("text/html");
    // The devnet, the chain, the market and four nodes.
    expect(descendants(mark)).toHaveLength(7);
    run.child.kill("SIGINT");
    expect(await run.ended, run.output).toBe(0);
    expect(descendants(mark)).toEqual([]);
  } finally {
    run.child.kill("SIGTERM");
    await run.ended;
  }
});

test("npm start -- --nodes 5 --slot 2000 --for 30s: ends by itself with a summary", { timeout: 150_000 }, async () => {
  const mark = `bounded-${process.pid}`;
  const run = start("npm start -- --nodes 5 --slot 2000 --for 30s", mark);
  try {
    expect(await run.ended, run.output).toBe(0);
    expect(run.output).toMatch(/^summary$/m);
    expect(run.output).not.toMatch(/^FAIL/m);
    expect(descendants(mark)).toEqual([]);
  } finally {
    run.child.kill("SIGTERM");
    await run.ended;
  }
});
