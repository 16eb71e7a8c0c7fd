// What several scripts need: where forge is, and one digest of files.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The one from npm, else the one on PATH. @returns {string} */
export function forgeOf(root) {
  const packaged = join(root, "node_modules/@foundry-rs/forge-linux-amd64/bin/forge");
  return existsSync(packaged) ? packaged : "forge";
}

function filesOf(path) {
  if (/\.\w+$/.test(path) || !existsSync(path)) return [path];
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/**
 * Names and contents of files and folders; one that is absent counts as empty.
 * @param {string} root
 * @param {readonly string[]} paths under the root
 */
export function digestOfFiles(root, paths) {
  const hash = createHash("sha256");
  for (const file of paths.flatMap((path) => filesOf(join(root, path)).sort())) {
    const isThere = existsSync(file);
    hash.update(`\0${file.slice(root.length)}\0`).update(isThere ? readFileSync(file) : "");
  }
  return hash.digest("hex");
}
