import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { processStart, takeLock } from "../../src/store/lock.ts";
import { openStore } from "../../src/store/store.ts";
import { Child } from "./support/child.ts";
import { testFolder } from "./support/folder.ts";

const KEY = `0x${"cd".repeat(32)}`;
const RESERVING = new URL("./support/reserving-child.ts", import.meta.url);

test("a second opener in the same process is refused, and gets in after the first closes", () => {
  const path = join(testFolder(), "node.db");
  const first = openStore({ path });
  expect(() => openStore({ path })).toThrowError(expect.objectContaining({ code: "store-locked" }));
  expect(existsSync(`${path}.lock`)).toBe(true);
  first.close();
  openStore({ path }).close();
});

test("an opener is refused while another process lives, and takes over as soon as it was killed", async () => {
  const path = join(testFolder(), "node.db");
  const child = new Child(RESERVING, [path, KEY]);
  onTestFinished(() => child.kill());
  await child.line();
  const pid = Number(/pid (\d+)/.exec(readFileSync(`${path}.lock`, "utf8"))![1]);
  expect(() => openStore({ path })).toThrowError(
    expect.objectContaining({ message: expect.stringContaining(`process ${pid}`), code: "store-locked" }),
  );
  await child.kill();
  const store = openStore({ path });
  expect(store.tookOver?.pid).toBe(pid);
  store.close();
});

test("where the kernel lock does not reach, the lock file of a living process still refuses", () => {
  const path = join(testFolder(), "node.db");
  writeFileSync(`${path}.lock`, `pid ${process.ppid}\nstarted ${processStart(process.ppid)}\n`);
  expect(() => takeLock(path)).toThrowError(expect.objectContaining({ code: "store-locked" }));
});

test("a lock whose process id was given to a later process is stale", () => {
  const path = join(testFolder(), "node.db");
  writeFileSync(`${path}.lock`, `pid ${process.ppid}\nstarted tick 0\n`);
  const lock = takeLock(path);
  expect(lock.tookOver).toEqual({ pid: process.ppid, startedAt: "tick 0" });
  lock.release();
});

test("a torn lock file does not keep the node out", () => {
  const path = join(testFolder(), "node.db");
  writeFileSync(`${path}.lock`, "pid 12");
  takeLock(path).release();
  expect(existsSync(`${path}.lock`)).toBe(false);
});
