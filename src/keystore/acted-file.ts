/**
 * That a key has spoken, beside its share: a node that finds this and no reservation has lost its database, and is not new.
 * The file is empty of secrets and belongs to every backup of the keystore.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "../base/bytes.ts";
import type { FileDoors } from "./sealed/files.ts";
import { realFiles, replaceFile } from "./sealed/files.ts";

function pathOf(dir: string, groupKeyX: Hex): string {
  return join(dir, `acted-${groupKeyX.slice(2).toLowerCase()}`);
}

export function hasActed(dir: string, groupKeyX: Hex): boolean {
  return existsSync(pathOf(dir, groupKeyX));
}

/** On disk when it returns. */
export function markActed(dir: string, groupKeyX: Hex, doors: FileDoors = realFiles): void {
  const text = "This key has observed and signed. Keep this file with the share: see docs/operations.md, Backups.\n";
  replaceFile(pathOf(dir, groupKeyX), text, false, doors);
}
