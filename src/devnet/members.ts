/** Keys and files of a devnet's members. The parent hears public keys only; share files are the nodes' own. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import { type Ground, multiaddrOf, type Place } from "./ground.ts";
import { commandLine } from "./paths.ts";

export type MemberPaths = {
  readonly dir: string;
  readonly keys: string;
  readonly passphraseFile: string;
  readonly data: string;
  readonly networkFile: string;
  readonly log: string;
};

export type PublicMember = { readonly peerId: string; readonly observer: Hex; readonly transmitter: Hex };

export function memberPaths(root: string, id: number): MemberPaths {
  const dir = join(root, `node${id}`);
  return {
    dir,
    keys: join(dir, "keys"),
    passphraseFile: join(dir, "passphrase"),
    data: join(dir, "data"),
    networkFile: join(dir, "network.yaml"),
    log: join(root, `node${id}.log`),
  };
}

/** Runs `tenor keys init` as an operator would: the keys are made in a process of their own. */
export async function makeKeys(paths: MemberPaths): Promise<PublicMember> {
  mkdirSync(paths.dir, { recursive: true, mode: 0o700 });
  writeFileSync(paths.passphraseFile, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
  const args = [commandLine, "keys", "init", "--dir", paths.keys, "--passphrase-file", paths.passphraseFile];
  return await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(JSON.parse(output) as PublicMember);
      else reject(new OracleError(`tenor keys init ended with ${code}: ${errors.trim()}`, { code: "child-failed" }));
    });
  });
}

export type NetworkFacts = {
  readonly networkId: Hex;
  readonly slotMs: number;
  readonly chainId: number;
  readonly hub: Hex;
  readonly feeds: readonly string[];
};

export type Layout = { readonly shared: string; readonly ground: Ground; readonly places: readonly Place[] };

/**
 * One file that all share, with everybody's own address, and one for each member with what it dials. They say the same
 * of all that members must agree on: addresses are no part of a configuration.
 */
export function writeNetworkFiles(
  { networkId, slotMs, chainId, hub, feeds }: NetworkFacts,
  paths: readonly MemberPaths[],
  members: readonly PublicMember[],
  { shared, ground, places }: Layout,
): void {
  const fileAs = (from: number | null): string =>
    stringify({
      name: "devnet",
      networkId,
      configCount: 1,
      slotMs,
      chain: { chainId, hub },
      feeds,
      members: members.map((member, i) => {
        const line = from === null || from === i + 1 ? null : ground.line(from, i + 1);
        return { id: i + 1, ...member, addresses: [multiaddrOf(line ?? places[i]!.p2p)] };
      }),
    });
  writeFileSync(shared, fileAs(null));
  paths.forEach((one, i) => writeFileSync(one.networkFile, fileAs(i + 1)));
}
