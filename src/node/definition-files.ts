/** Which files of a folder are feed definitions, and in which order they become a hub's list. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Prices first, then by name: the order is the hub's index for ever, and the page's. */
export function definitionsIn(folder: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json") && name !== "feed.schema.json");
  const rank = (name: string): number => (name.includes(".spot-index.") ? 0 : 1);
  return names.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)).map((name) => join(folder, name));
}

/** Folders replaced by the definitions in them; what is no folder stays as it is, there or not. */
export function definitionFiles(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => {
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    return isFolder ? definitionsIn(path) : [path];
  });
}
