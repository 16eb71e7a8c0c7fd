/** Where things of this package lie, from src/ under a test runner and from dist/ alike. */
import { existsSync } from "node:fs";
import { arch, platform } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OracleError } from "../base/errors.ts";
import { definitionsIn } from "../node/definition-files.ts";

export const packageRoot = fileURLToPath(new URL("../../", import.meta.url));
export const commandLine = join(packageRoot, "dist", "bin", "tenor.js");
/** The same program as the modules that the bundle is made of. */
export const unbundledCommandLine = join(packageRoot, "dist", "cli", "main.js");
export const devnetNodeConfig = join(packageRoot, "config", "node.devnet.yaml");
export const feedsFolder = join(packageRoot, "feeds");

/** The binary itself: a SIGKILL to npm's wrapper would leave it alive. Elsewhere than Linux x64 the one on PATH. */
export function anvilBinary(): string {
  const bundled = join(packageRoot, "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil");
  return platform() === "linux" && arch() === "x64" && existsSync(bundled) ? bundled : "anvil";
}

export function requireBuilt(): void {
  if (existsSync(commandLine)) return;
  throw new OracleError(`${commandLine} is missing: run npm run build first`, { code: "not-built" });
}

/** The definitions that come with Tenor, prices first: the order is the hub's index for ever, and the page's. */
export function shippedFeeds(): readonly string[] {
  return definitionsIn(feedsFolder);
}
