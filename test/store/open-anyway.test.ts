/** Disks that fail, files that are damaged: a node comes up all the same, and what was reserved is never forgotten unnoticed. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { openStoreAnyway, type OpenedStore } from "../../src/store/open-anyway.ts";
import { memoryStore, openStore } from "../../src/store/store.ts";
import { testFolder } from "./support/folder.ts";

const KEY = `0x${"ab".repeat(32)}` as const;
const CFG = `0x${"cd".repeat(32)}` as const;

function opened(path: string): OpenedStore {
  const found = openStoreAnyway({ path });
  onTestFinished(() => found.store.close());
  return found;
}

/** A database with a reservation and some reports; closed, so that all of it lies in one file. */
function used(): string {
  const path = join(testFolder(), "tenor.sqlite");
  const store = openStore({ path });
  store.reserve(KEY, 160);
  for (let round = 1; round <= 40; round++) {
    const digest = `0x${round.toString(16).padStart(64, "0")}` as const;
    store.saveReport(round, digest, round, new Uint8Array(5_000).fill(round));
  }
  store.close();
  return path;
}

function overwrite(path: string, at: number, length: number): void {
  const file = openSync(path, "r+");
  writeSync(file, new Uint8Array(length).fill(0xa5), 0, length, at);
  closeSync(file);
}

describe("a damaged database", () => {
  test.each<readonly [string, (path: string) => void]>([
    ["whose first page is nonsense", (path) => overwrite(path, 0, 4_096)],
    ["whose pages in the middle are nonsense", (path) => overwrite(path, 4_096 * 3, 4_096 * 8)],
    ["that was cut in half", (path) => truncateSync(path, Math.floor(statSync(path).size / 2 / 512) * 512)],
    [
      "that is no database",
      (path) => writeFileSync(path, "nothing of the kind, but long enough to be read as a page".repeat(40)),
    ],
  ])("%s is set aside, whole, and a new one is begun", (_what, damage) => {
    const path = used();
    damage(path);
    const bytes = statSync(path).size;
    const { store, trouble, setAside } = opened(path);
    expect(trouble).toBeNull();
    expect(setAside).toBe(`${path}.damaged-1`);
    expect(statSync(setAside!).size).toBe(bytes);
    // It knows nothing: the marker beside the share says that this is a loss, and recovery asks.
    expect(store.reservedUpTo(KEY)).toBe(-1);
    store.reserve(KEY, 500);
    expect(store.reservedUpTo(KEY)).toBe(500);
  });

  test("is never overwritten by the next one that is damaged", () => {
    const path = used();
    overwrite(path, 0, 4_096);
    openStoreAnyway({ path }).store.close();
    overwrite(path, 0, 4_096);
    expect(opened(path).setAside).toBe(`${path}.damaged-2`);
    expect(existsSync(`${path}.damaged-1`)).toBe(true);
  });

  test("whose log was torn keeps every commit before the tear, and never one after a hole", () => {
    const folder = testFolder();
    const path = join(folder, "tenor.sqlite");
    const store = openStore({ path });
    for (let upTo = 16; upTo <= 320; upTo += 16) store.reserve(KEY, upTo);
    // As a power cut would leave it: the log is not yet in the file.
    const copies = join(folder, "copies");
    mkdirSync(copies);
    const wal = `${path}-wal`;
    const whole = statSync(wal).size;
    const seen: number[] = [];
    for (let cut = 0; cut <= 10; cut++) {
      const copy = join(copies, `${cut}.sqlite`);
      copyFileSync(path, copy);
      copyFileSync(wal, `${copy}-wal`);
      truncateSync(`${copy}-wal`, Math.floor((whole * cut) / 10));
      const torn = openStoreAnyway({ path: copy });
      seen.push(torn.store.reservedUpTo(KEY));
      torn.store.close();
    }
    store.close();
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(320);
    expect(seen[0]).toBeLessThan(320);
  });
});

describe("what an operator did", () => {
  test("is refused as before: a database in use, one of another program, a newer or an altered one", () => {
    const path = used();
    const holder = openStore({ path });
    expect(() => openStoreAnyway({ path })).toThrowError(expect.objectContaining({ code: "store-locked" }));
    holder.close();
    expect(readdirSync(join(path, "..")).filter((name) => name.includes("damaged"))).toEqual([]);
  });
});

describe("a folder that takes no file", () => {
  test("gives a store in memory that says why, reserves nothing and keeps the rest for this life", () => {
    const path = join(testFolder(), "file");
    writeFileSync(path, "");
    const { store, trouble } = opened(join(path, "below", "tenor.sqlite"));
    expect(trouble).toMatch(/cannot make the folder/);
    expect(store.isVolatile).toBe(true);
    expect(() => store.reserve(KEY, 16)).toThrowError(expect.objectContaining({ code: "store-volatile" }));
    store.saveReport(7, KEY, 7, new Uint8Array(3));
    expect(store.latestReport()?.round).toBe(7);
  });
});

const isolated = spawnSync("unshare", ["-m", "true"]).status === 0;

test.skipIf(!isolated)(
  "a full disk and a read-only one: every refusal has its name, and what was reserved before is there when the disk is well",
  { timeout: 60_000 },
  () => {
    const folder = testFolder();
    const loader = new URL("./support/typescript.mjs", import.meta.url).href;
    const child = fileURLToPath(new URL("./support/tight-disk-child.ts", import.meta.url));
    // A mount namespace of its own: the mount is seen by nobody else and goes with the process.
    const script = 'mount -t tmpfs -o size=1m tmpfs "$1" && exec "$2" --import "$3" "$4" "$1"';
    const output = execFileSync("unshare", ["-m", "sh", "-c", script, "sh", folder, process.execPath, loader, child], {
      encoding: "utf8",
    });
    const [full, again, readOnly, cured] = output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(full).toMatchObject({ step: "full", code: "store-full", faults: ["store-full"] });
    expect(full!["held"]).toBe(full!["reserved"]);
    expect(full!["reports"]).toBeGreaterThan(5);
    expect(again!["trouble"]).toBeTruthy();
    expect(readOnly).toMatchObject({ step: "read-only", isVolatile: true, refusal: "store-volatile" });
    expect(readOnly!["trouble"]).toMatch(/cannot be written|cannot be opened/);
    expect(cured).toMatchObject({ step: "cured", trouble: null, held: full!["reserved"] });
  },
);

describe("newest envelopes", () => {
  test("come back after a restart, the newest of each member, by configuration", () => {
    const path = join(testFolder(), "tenor.sqlite");
    const bytes = (value: number): Uint8Array => new Uint8Array([value]);
    const first = openStore({ path });
    first.saveEnvelopes(CFG, [
      { member: 2, round: 10, bytes: bytes(10) },
      { member: 3, round: 5, bytes: bytes(5) },
    ]);
    first.saveEnvelopes(CFG, [
      { member: 2, round: 9, bytes: bytes(9) },
      { member: 3, round: 6, bytes: bytes(6) },
    ]);
    first.close();
    const { store } = opened(path);
    expect(store.envelopes(CFG).map((held) => held[0])).toEqual([10, 6]);
    expect(store.envelopes(KEY)).toEqual([]);
    expect(memoryStore().envelopes(CFG)).toEqual([]);
  });
});
