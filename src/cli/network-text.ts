/** A network file as text, and members as operators hand them to each other. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import { loadNetwork, type NetworkFacts, type Predecessor } from "../node/network-file.ts";

type NetworkText = {
  readonly name: string;
  readonly networkId: Hex;
  readonly configCount: number;
  readonly slotMs: number;
  readonly chainId: number;
  readonly hub: Hex;
  /** Paths from where the command runs. */
  readonly feeds: readonly string[];
  readonly members: readonly unknown[];
  /** How the members come to shares and what they follow; left out by a first configuration. */
  readonly follows?: { readonly kind: NetworkFacts["kind"]; readonly previous: Predecessor };
};

/** What `tenor keys init --member` printed: as JSON, or @ and a file that holds it. The schema judges it later. */
export function memberEntry(text: string): unknown {
  try {
    return JSON.parse(text.startsWith("@") ? readFileSync(text.slice(1), "utf8") : text) as unknown;
  } catch {
    throw new InvalidArgumentError(`saw ${JSON.stringify(text)}, wanted a member as JSON, or @ and a file with it.`);
  }
}

/** JSON is YAML: one line an entry, so that two members compare their files by eye. */
function textOf(out: string, given: NetworkText): string {
  const { name, networkId, configCount, slotMs, chainId, hub, feeds, members, follows } = given;
  const list = (entries: readonly unknown[]): string =>
    entries.map((entry) => `  - ${JSON.stringify(entry)}\n`).join("");
  const below = dirname(resolve(out));
  return [
    "# Public facts of a network; every member holds the same file.\n",
    `name: ${JSON.stringify(name)}\n`,
    `networkId: ${JSON.stringify(networkId)}\n`,
    `configCount: ${configCount}\n`,
    ...(follows === undefined ? [] : [`kind: ${follows.kind}\n`, `previous: ${JSON.stringify(follows.previous)}\n`]),
    `slotMs: ${slotMs}\n`,
    `chain: ${JSON.stringify({ chainId, hub })}\n`,
    "# In the order of the hub's list; paths are relative to this file.\n",
    `feeds:\n${list(feeds.map((path) => relative(below, resolve(path))))}`,
    `members:\n${list(members)}`,
  ].join("");
}

/**
 * Writes a new file, never over one. The reader that every node uses is the judge; a file it refuses does not stay.
 * @throws OracleError `bad-argument` when the path is taken; ConfigError as a node would throw it
 */
export function writeNetworkFile(out: string, given: NetworkText): NetworkFacts {
  if (existsSync(out))
    throw new OracleError(`${out} is there already, and is never overwritten`, { code: "bad-argument", path: out });
  writeFileSync(out, textOf(out, given), { flag: "wx" });
  try {
    return loadNetwork(out);
  } catch (error) {
    rmSync(out, { force: true });
    throw error;
  }
}
