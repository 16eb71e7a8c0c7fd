import { closeSync, existsSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, onTestFinished, test } from "vitest";
import { OracleError } from "../../src/base/errors.ts";
import type { Store } from "../../src/store/store.ts";
import { openStore } from "../../src/store/store.ts";
import { testFolder } from "./support/folder.ts";

const KEY = `0x${"ab".repeat(32)}` as const;

function opened(path: string): Store {
  const store = openStore({ path });
  onTestFinished(() => store.close());
  return store;
}

function refusal(work: () => unknown): OracleError {
  try {
    work();
  } catch (error) {
    if (error instanceof OracleError) return error;
    throw error;
  }
  throw new Error("expected a refusal");
}

describe("opening", () => {
  test("makes the folder, migrates from empty, and the same file opens again", () => {
    const path = join(testFolder(), "deep", "node.db");
    const first = openStore({ path });
    first.reserve(KEY, 16);
    first.close();
    expect(opened(path).reservedUpTo(KEY)).toBe(16);
  });

  test("a closed store leaves no log and no lock behind, and says nothing was taken over", () => {
    const path = join(testFolder(), "node.db");
    const store = openStore({ path });
    store.reserve(KEY, 3);
    store.close();
    store.close();
    expect(existsSync(`${path}.lock`)).toBe(false);
    expect(existsSync(`${path}-wal`)).toBe(false);
    expect(opened(path).tookOver).toBeUndefined();
  });

  test("a migration whose checksum differs is refused", () => {
    const path = migratedFile();
    edit(path, "UPDATE schema_migrations SET checksum = 'x' WHERE version = 2");
    expect(refusal(() => openStore({ path }))).toMatchObject({
      code: "store-altered",
      fields: { version: 2, seen: "x" },
    });
  });

  test("a table altered by hand is refused by name", () => {
    const path = migratedFile();
    edit(path, "ALTER TABLE reservations ADD COLUMN note TEXT");
    expect(refusal(() => openStore({ path }))).toMatchObject({
      code: "store-altered",
      fields: { object: "table reservations" },
    });
  });

  test("a database of a newer program is refused, and its lock is given back", () => {
    const path = migratedFile();
    edit(path, "INSERT INTO schema_migrations (version, name, checksum) VALUES (99, 'later', 'y')");
    expect(refusal(() => openStore({ path }))).toMatchObject({ code: "store-newer", fields: { seen: 99, wanted: 3 } });
    edit(path, "DELETE FROM schema_migrations WHERE version = 99");
    expect(opened(path).reservedUpTo(KEY)).toBe(-1);
  });

  test("a database of another program is refused before anything is written to it", () => {
    const path = join(testFolder(), "other.db");
    edit(path, "CREATE TABLE theirs (id INTEGER)");
    expect(refusal(() => openStore({ path })).code).toBe("store-foreign");
    const db = new Database(path);
    expect(db.prepare("SELECT name FROM sqlite_schema").pluck().all()).toEqual(["theirs"]);
    db.close();
  });

  test("a file that is no database, and one with a damaged page, are both called damaged", () => {
    const noDatabase = join(testFolder(), "node.db");
    writeFileSync(noDatabase, "this is certainly not a database, however long one looks at it");
    expect(refusal(() => openStore({ path: noDatabase })).code).toBe("store-corrupt");

    const path = migratedFile();
    const pageSize = 4096;
    const pages = readFileSync(path).length / pageSize;
    const file = openSync(path, "r+");
    for (let page = 1; page < pages; page++)
      writeSync(file, Buffer.alloc(pageSize, 0xa5), 0, pageSize, page * pageSize);
    closeSync(file);
    const error = refusal(() => openStore({ path }));
    expect(error.code).toBe("store-corrupt");
    expect(error.message).toContain(path);
    expect(error.message).toContain("backup");
  });

  test("a folder that cannot be made is an error that names the path", () => {
    const file = join(testFolder(), "file");
    writeFileSync(file, "");
    const error = refusal(() => openStore({ path: join(file, "node.db") }));
    expect(error).toMatchObject({ code: "store-cannot-open", fields: { path: join(file, "node.db") } });
  });
});

describe("signed reports", () => {
  const digest = (n: number): `0x${string}` => `0x${n.toString(16).padStart(64, "0")}`;

  test("are found by round and by digest, and the latest is the highest round", () => {
    const store = opened(join(testFolder(), "node.db"));
    expect(store.latestReport()).toBeUndefined();
    store.saveReport(8, digest(8), 8_000, Uint8Array.of(8, 8));
    store.saveReport(7, digest(7), 7_000, Uint8Array.of(7));
    expect(store.latestReport()).toEqual({ round: 8, digest: digest(8), timeMs: 8_000, bytes: Uint8Array.of(8, 8) });
    expect(store.reportAt(7)?.bytes).toEqual(Uint8Array.of(7));
    expect(store.reportByDigest(digest(7))?.round).toBe(7);
    expect(store.reportAt(9)).toBeUndefined();
  });

  test("the same report twice is harmless, another digest for the round is refused", () => {
    const store = opened(join(testFolder(), "node.db"));
    store.saveReport(7, digest(7), 7_000, Uint8Array.of(7));
    store.saveReport(7, digest(7), 7_000, Uint8Array.of(7));
    expect(refusal(() => store.saveReport(7, digest(1), 7_000, Uint8Array.of(7)))).toMatchObject({
      code: "report-conflict",
      fields: { round: 7, stored: digest(7), seen: digest(1) },
    });
  });
});

describe("key values", () => {
  test("the last value put under a key is the one got", () => {
    const store = opened(join(testFolder(), "node.db"));
    expect(store.keyValue.get("a")).toBeUndefined();
    store.keyValue.put("a", "1");
    store.keyValue.put("a", "2");
    expect(store.keyValue.get("a")).toBe("2");
  });
});

function migratedFile(): string {
  const path = join(testFolder(), "node.db");
  const store = openStore({ path });
  store.reserve(KEY, 1);
  for (let round = 0; round < 200; round++) {
    store.saveReport(round, `0x${round.toString(16).padStart(64, "0")}`, round, new Uint8Array(200));
  }
  store.close();
  edit(path, "DELETE FROM reservations; DELETE FROM reports WHERE round % 2 = 0");
  return path;
}

function edit(path: string, sql: string): void {
  const db = new Database(path);
  db.exec(sql);
  db.close();
}
