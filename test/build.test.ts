import { execFile } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const root = new URL("../", import.meta.url).pathname;

test("where nothing has changed nothing is built, however many ask", { timeout: 600_000 }, async () => {
  await run(process.execPath, ["scripts/build.mjs", "--quiet"], { cwd: root });
  const madeMs = statSync(`${root}dist/bin/tenor.js`).mtimeMs;
  const again = await Promise.all(
    [1, 2, 3].map(async () => await run(process.execPath, ["scripts/build.mjs"], { cwd: root })),
  );
  expect(again.map(({ stdout }) => stdout)).toEqual(Array(3).fill("build: nothing has changed\n"));
  expect(statSync(`${root}dist/bin/tenor.js`).mtimeMs).toBe(madeMs);
  expect(existsSync(`${root}.build-lock`)).toBe(false);
});

test("a node's runtime has the same flags however it is started", () => {
  const read = (path: string): string => readFileSync(`${root}${path}`, "utf8");
  const listed = /^const RUNTIME_FLAGS[^=]*= \[([^\]]+)\];$/m.exec(read("src/devnet/node-process.ts"))?.[1];
  const devnet = listed?.match(/--[^"]+/g)?.join(" ");
  expect(devnet).toMatch(/^--max-semi-space-size=\d+ --single-threaded --no-memory-reducer --no-flush-bytecode$/);
  expect(read("src/cli/main.ts").split("\n", 1)).toEqual([`#!/usr/bin/env -S node ${devnet}`]);
  expect(read("Dockerfile")).toContain(`exec node ${devnet} /app/dist/bin/tenor.js`);
});
