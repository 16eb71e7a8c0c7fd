/** A member leaves a devnet and a spare joins it: files, processes and commands as operators have them. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { StatusReply } from "../../src/api/replies.ts";
import { openUnlocked } from "../../src/chain/unlocked.ts";
import { SubmissionReader } from "../../src/chain/submissions.ts";
import type { Child } from "../../src/devnet/child.ts";
import type { Devnet } from "../../src/devnet/devnet.ts";
import { makeKeys, memberPaths } from "../../src/devnet/members.ts";
import { PENDING_FILE, spawnNode } from "../../src/devnet/node-process.ts";
import { commandLine } from "../../src/devnet/paths.ts";
import { fetchJson, freePorts, waitFor } from "../../src/devnet/wait.ts";
import { logOf } from "./support.ts";

export type Spare = { readonly number: number; readonly apiUrl: string; readonly child: Child };

/** Writes the file of the next configuration, where everybody but member `leaving` stays, and starts the spare on it. */
export async function startSpare(devnet: Devnet, leaving: number): Promise<Spare> {
  const number = devnet.nodes.length + 1;
  const paths = memberPaths(devnet.dir, number);
  const keys = await makeKeys(paths);
  const owner = await openUnlocked(devnet.rpcUrl);
  await owner.fund([keys.transmitter], "10");
  owner.close();
  const [p2p = 0, api = 0] = await freePorts(2);
  const listen = `/ip4/127.0.0.1/tcp/${p2p}`;
  const member = JSON.stringify({ id: leaving, ...keys, addresses: [listen] });
  const networkFile = join(devnet.dir, PENDING_FILE);
  const active = ["--network", join(devnet.dir, "network.yaml"), "--node", devnet.nodes[0]!.apiUrl];
  const change = ["--add", member, "--remove", String(leaving)];
  const written = await tenor("keys", "rotate", ...active, ...change, "--out", networkFile);
  if (written.code !== 0) throw new Error(written.errors);
  const child = spawnNode({
    id: number,
    paths: { ...paths, networkFile },
    place: { p2p: { host: "127.0.0.1", port: p2p }, api: { host: "127.0.0.1", port: api } },
    at: (command, args) => ({ command, args }),
    setup: {},
    rpcUrl: devnet.rpcUrl,
    marketUrl: devnet.marketUrl,
    blockTimeMs: 1_000,
    watch: [],
    logLevel: "debug",
  });
  const apiUrl = `http://127.0.0.1:${api}`;
  const waiting = { timeoutMs: 60_000, pollMs: 100, what: "answer from its API", child };
  await waitFor(async () => await fetchJson<StatusReply>(`${apiUrl}/v1/status`), waiting);
  return { number, apiUrl, child };
}

export type Ran = { readonly code: number | null; readonly output: string; readonly errors: string };

export async function tenor(...args: readonly string[]): Promise<Ran> {
  return await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [commandLine, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output, errors }));
  });
}

/** The documented command with these values in the place of its own. */
export async function rotate(
  devnet: Devnet,
  command: string,
  { from, next, nodes }: { readonly from: string; readonly next: string; readonly nodes: readonly string[] },
  ...more: readonly string[]
): Promise<Ran> {
  const given: Readonly<Record<string, string>> = {
    "--rpc": devnet.rpcUrl,
    "--from": join(devnet.dir, from),
    "--network": join(devnet.dir, next),
    "--node": nodes[0]!,
  };
  const words = command.split(" ").slice(2);
  const args = words.map((word, i) => given[words[i - 1] ?? ""] ?? word);
  return await tenor(...args, ...nodes.slice(1).flatMap((url) => ["--node", url]), ...more);
}

/** Rounds that a node saw completed, ascending, each once. */
export function completedAt(devnet: Devnet, number: number): readonly number[] {
  const rounds = logOf(devnet, number).flatMap(({ msg, ...line }) =>
    msg === "round complete" ? [Number(line["round"])] : [],
  );
  return [...new Set(rounds)].sort((a, b) => a - b);
}

export type Landed = { readonly round: number; readonly keyTag: string; readonly from: string };

/** What landed on the hub, by round. The key's tag is in each payload behind version and network. */
export async function landedOn(
  devnet: Devnet,
  inputOf: (hash: `0x${string}`) => Promise<string>,
): Promise<readonly Landed[]> {
  const reader = new SubmissionReader({ url: devnet.rpcUrl, hub: devnet.hub, fromBlock: 0 });
  try {
    const landed: Landed[] = [];
    for (const { hash, from, report } of await reader.next()) {
      if (report === null) continue;
      // The bare payload: version 1, network tag 4, key tag 4.
      const at = 2 + 2 * (1 + 4);
      landed.push({ round: report.round, keyTag: (await inputOf(hash)).slice(at, at + 8), from });
    }
    return landed.sort((a, b) => a.round - b.round);
  } finally {
    reader.close();
  }
}

/** The longest run of rounds that is missing between the first and the last of these. */
export function longestGap(rounds: readonly number[]): number {
  return Math.max(0, ...rounds.slice(1).map((round, i) => round - rounds[i]! - 1));
}
