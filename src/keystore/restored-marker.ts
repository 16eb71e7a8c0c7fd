/**
 * `restored.json` beside the keys: this keystore came out of a backup, so an earlier life of this member may have said more
 * than any file here knows. The start sequence looks for it and asks the peers before it speaks; nothing here is secret.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { FileDoors } from "./sealed/files.ts";
import { replaceFile, syncDirectory } from "./sealed/files.ts";

export const RESTORED_FILE = "restored.json";

export function markRestored(
  dir: string,
  times: { readonly backupMadeAtMs: number; readonly restoredAtMs: number },
  doors: FileDoors,
): void {
  replaceFile(join(dir, RESTORED_FILE), `${JSON.stringify(times)}\n`, false, doors);
}

export function isMarkedRestored(dir: string): boolean {
  return existsSync(join(dir, RESTORED_FILE));
}

/** When the peers have said how far the earlier life went, and that is reserved on disk: not before. */
export function clearRestored(dir: string): void {
  rmSync(join(dir, RESTORED_FILE), { force: true });
  syncDirectory(dir);
}
