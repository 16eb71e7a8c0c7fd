/** Files that hold secrets: owner-only, replaced whole or not at all, and on disk before anything relies on them. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { OracleError } from "../../base/errors.ts";

/** The one step that makes a new file the file; tests let it fail as a crash would. */
export type FileDoors = { readonly rename: (from: string, to: string) => void };
export const realFiles: FileDoors = { rename: renameSync };

/** The last generation but one stays beside the file under this name. */
export function previousOf(path: string): string {
  return `${path}.previous`;
}

/** Every name under which a text of this path may lie, after a crash of `replaceFile` too. */
export function generationsOf(path: string): readonly string[] {
  return [path, previousOf(path), `${path}.tmp`, `${path}.link`];
}

export function syncDirectory(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export function makeDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** @throws OracleError `keystore-permissions` when group or others have any right */
export function assertPrivate(path: string): void {
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) === 0) return;
  const seen = mode.toString(8);
  throw new OracleError(`${path}: open to others (mode ${seen}); run chmod go-rwx ${path}`, {
    code: "keystore-permissions",
    path,
    seen,
  });
}

/**
 * tmp, fsync, rename, fsync of the directory. At every instant the path holds the old text or the new one.
 * @param keepPrevious the old text stays as `<path>.previous`
 */
export function replaceFile(path: string, text: string, keepPrevious: boolean, doors: FileDoors): void {
  const temporary = `${path}.tmp`;
  const descriptor = openSync(temporary, "w", 0o600);
  try {
    const bytes = Buffer.from(text, "utf8");
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  if (keepPrevious && existsSync(path)) {
    const link = `${path}.link`;
    rmSync(link, { force: true });
    linkSync(path, link);
    doors.rename(link, previousOf(path));
  }
  doors.rename(temporary, path);
  syncDirectory(dirname(path));
}

/** Null when there is no such file. @throws OracleError `keystore-permissions` */
export function readPrivate(path: string): string | null {
  if (!existsSync(path)) return null;
  assertPrivate(path);
  return readFileSync(path, "utf8");
}

/** Overwrites before unlinking: little on a journaling disk, much on a plain one. */
export function eraseFile(path: string): void {
  if (!existsSync(path)) return;
  const descriptor = openSync(path, "r+");
  try {
    writeSync(descriptor, new Uint8Array(statSync(path).size), 0);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  rmSync(path);
  syncDirectory(dirname(path));
}
