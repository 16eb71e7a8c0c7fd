/**
 * One process per database. Two guards: a small file that names the holder, for people and for file systems without
 * working locks, and a kernel lock (an open exclusive SQLite transaction on an empty file) which dies with its process,
 * so that two processes cannot both take over a stale lock, and a holder in another container is seen as well.
 */
import { execFileSync } from "node:child_process";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import Database from "better-sqlite3";
import { OracleError } from "../base/errors.ts";
import { storeFailure } from "./failures.ts";

/** `startedAt` is opaque; it only tells a process from a later one with the same id. */
export type LockHolder = { readonly pid: number; readonly startedAt: string };

export type StoreLock = { readonly holder: LockHolder; readonly tookOver: LockHolder | undefined; release(): void };

/** @throws OracleError `store-locked` when a live process holds the database */
export function takeLock(path: string): StoreLock {
  const lockPath = `${path}.lock`;
  const kernelLock = openKernelLock(path, lockPath);
  try {
    const previous = readHolder(lockPath);
    const holder: LockHolder = { pid: process.pid, startedAt: processStart(process.pid) ?? "unknown" };
    if (previous !== undefined && previous.pid !== process.pid && processStart(previous.pid) === previous.startedAt) {
      throw lockedError(path, lockPath, previous);
    }
    try {
      writeHolder(lockPath, holder);
    } catch (error) {
      throw storeFailure(path, "writing the lock", error);
    }
    return {
      holder,
      tookOver: previous,
      release: () => {
        rmSync(lockPath, { force: true });
        kernelLock.close();
      },
    };
  } catch (error) {
    kernelLock.close();
    throw error;
  }
}

function openKernelLock(path: string, lockPath: string): Database.Database {
  const guardPath = `${path}.guard`;
  let db: Database.Database | undefined;
  try {
    db = new Database(guardPath, { timeout: 0 });
    db.pragma("journal_mode = MEMORY");
    db.exec("BEGIN EXCLUSIVE");
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY")) {
      throw lockedError(path, lockPath, readHolder(lockPath));
    }
    throw storeFailure(guardPath, "taking the lock", error);
  }
}

function lockedError(path: string, lockPath: string, holder: LockHolder | undefined): OracleError {
  const who = holder === undefined ? "another process" : `process ${holder.pid}`;
  return new OracleError(`${path} is in use by ${who} (${lockPath}): stop it first; one process per database`, {
    code: "store-locked",
    path,
    pid: holder?.pid ?? null,
    startedAt: holder?.startedAt ?? null,
  });
}

function readHolder(lockPath: string): LockHolder | undefined {
  let text: string;
  try {
    text = readFileSync(lockPath, "utf8");
  } catch {
    return undefined;
  }
  const match = /^pid (\d+)\nstarted (.+)\n$/.exec(text);
  return match === null ? undefined : { pid: Number(match[1]), startedAt: match[2]! };
}

function writeHolder(lockPath: string, holder: LockHolder): void {
  const temporary = `${lockPath}.${holder.pid}`;
  const file = openSync(temporary, "w");
  try {
    writeSync(file, `pid ${holder.pid}\nstarted ${holder.startedAt}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, lockPath);
}

/** When a process started, in the system's own words; undefined when it does not live (a zombie does not). */
export function processStart(pid: number): string | undefined {
  if (process.platform === "linux") {
    try {
      // Field 2 is the command in brackets and may hold anything; fields are counted from the last bracket.
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" || fields[0] === "X" ? undefined : `tick ${fields[19]}`;
    } catch {
      return undefined;
    }
  }
  try {
    const text = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return text === "" ? undefined : text;
  } catch {
    return undefined;
  }
}
