/** The key is made by its members or not at all: a bad share is named by everybody, no dealer exists, and no parent looks. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleepFor } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { concatBytes } from "../../src/base/bytes.ts";
import { Child } from "../../src/devnet/child.ts";
import { commandLine, packageRoot } from "../../src/devnet/paths.ts";
import { setupOf } from "../../src/node/activation.ts";
import { DIRECT_CEREMONY } from "../../src/node/ceremony-driver.ts";
import {
  type CeremonyMessage,
  type CeremonyShape,
  decodeMessage,
  encodePayload,
  payloadHash,
} from "../../src/threshold/ceremony-messages.ts";
import { ceremonyIdOf } from "../../src/threshold/ceremony-setup.ts";
import { Committee, type Member, type SendCeremony } from "./committee-support.ts";
import { eventually } from "./support.ts";

const DEALER = 2;
const VICTIM = 3;
/** Some five times the interval at which members repeat themselves: enough for any result that would still come. */
const SETTLE_MS = 1_500;

describe("a ceremony over real hosts", () => {
  let committee: Committee;

  beforeAll(async () => {
    committee = await Committee.start(4, 1_000);
  }, 60_000);

  afterAll(async () => {
    await committee.stop();
  }, 30_000);

  /** The dealer's own DEAL with one byte of one share changed, properly signed: the same lie to everybody, every time. */
  function withBadShare(shape: CeremonyShape, dealer: Member, send: SendCeremony): SendCeremony {
    let lie: Uint8Array | null = null;
    return (toId, bytes) => {
      const decoded = decodeMessage(shape, bytes.subarray(1));
      const isOwnDeal = decoded.ok && decoded.message.kind === "deal" && decoded.message.sender === DEALER;
      if (bytes[0] !== DIRECT_CEREMONY || !isOwnDeal) return send(toId, bytes);
      lie ??= spoil(shape, dealer, decoded.message);
      send(toId, concatBytes(Uint8Array.of(DIRECT_CEREMONY), lie));
    };
  }

  function spoil(shape: CeremonyShape, dealer: Member, message: CeremonyMessage): Uint8Array {
    if (message.kind !== "deal") throw new Error("only a deal can be spoiled");
    const sealed = new Map(message.sealed);
    sealed.set(
      VICTIM,
      message.sealed.get(VICTIM)!.map((byte, i) => (i === 31 ? byte ^ 1 : byte)),
    );
    const payload = encodePayload(shape, { ...message, sealed });
    return concatBytes(payload, dealer.keystore.signEnvelope(payloadHash(payload)));
  }

  test("in which one member deals one bad share: every honest member names it, and nobody has a key", {
    timeout: 60_000,
  }, async () => {
    const setup = setupOf(committee.facts(1));
    const shape: CeremonyShape = { ceremonyId: ceremonyIdOf(setup), n: setup.members.length, t: setup.t };
    committee.startCeremony(1, (member, send) => (member.id === DEALER ? withBadShare(shape, member, send) : send));
    const honest = committee.members.filter(({ id }) => id !== DEALER);
    const isNamed = ({ driver }: Member): boolean => driver!.status().culprits.length > 0;
    await eventually("all honest members name somebody", 20_000, () => (honest.every(isNamed) ? true : null));
    await sleepFor(SETTLE_MS);
    for (const { driver } of honest) {
      const { phase, culprits, have } = driver!.status();
      expect([phase, culprits]).toEqual(["failed", [{ id: DEALER, why: "bad-share" }]]);
      // Who had all his deals before he heard of the bad one may have certified; a key needs all four.
      expect(have).not.toContain(VICTIM);
    }
    for (const { driver } of committee.members) expect(driver!.result()).toBeNull();
    expect(committee.member(VICTIM).keystore.shares()).toEqual([]);
    committee.stopCeremony();
  });

  test("the same members make a key in the next one, in which all are honest", { timeout: 60_000 }, async () => {
    committee.startCeremony(2);
    await committee.awaitKey();
    const results = committee.members.map(({ driver }) => driver!.result()!);
    expect(new Set(results.map(({ groupKeyX }) => groupKeyX)).size).toBe(1);
    expect(new Set(results.map(({ transcriptHash }) => transcriptHash)).size).toBe(1);
    const { groupKeyX, transcriptHash } = results[0]!;
    for (const { id, keystore } of committee.members) {
      const share = keystore.shares().find((one) => one.transcriptHash === transcriptHash);
      expect([share?.memberId, share?.group.groupKeyX]).toEqual([id, groupKeyX]);
    }
  });
});

describe("nobody deals and nobody looks", () => {
  test("no file of src names a trusted dealer", () => {
    const files = readdirSync(join(packageRoot, "src"), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(files.length).toBeGreaterThan(200);
    const naming = files.filter(({ parentPath, name }) =>
      /trusted_?-?dealer/i.test(readFileSync(join(parentPath, name), "utf8")),
    );
    expect(naming.map(({ name }) => name)).toEqual([]);
  });

  test("from the devnet's code no import leads into the keystore, but for types", () => {
    const cruise = join(packageRoot, "node_modules", "dependency-cruiser", "bin", "dependency-cruise.mjs");
    const { stdout } = spawnSync(process.execPath, [cruise, "src", "--output-type", "json"], {
      cwd: packageRoot,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    });
    type Edge = { readonly resolved: string; readonly dependencyTypes: readonly string[] };
    const { modules } = JSON.parse(stdout) as { modules: readonly { source: string; dependencies: readonly Edge[] }[] };
    const edges = new Map(modules.map(({ source, dependencies }) => [source, dependencies]));
    const reached = new Map<string, string>();
    const queue = [...edges.keys()].filter((source) => source.startsWith("src/devnet/"));
    expect(queue.length).toBeGreaterThan(5);
    for (const source of queue) reached.set(source, source);
    for (let source = queue.pop(); source !== undefined; source = queue.pop()) {
      for (const { resolved, dependencyTypes } of edges.get(source) ?? []) {
        if (dependencyTypes.includes("type-only") || reached.has(resolved)) continue;
        reached.set(resolved, `${reached.get(source)} → ${resolved}`);
        queue.push(resolved);
      }
    }
    // The walk does leave the room: what it shares with the nodes is the arithmetic of the configuration's hash.
    expect(reached.has("src/node/activation.ts")).toBe(true);
    expect([...reached].filter(([file]) => file.startsWith("src/keystore/")).map(([, path]) => path)).toEqual([]);
  });

  const major = Number(process.versions.node.split(".")[0]);
  // Later ones hand a process's permissions on to its children, and the nodes have to read their own keys.
  const canForbid = major === 20;
  const note = canForbid ? "" : ` [skipped: needs Node 20's permission model, this is Node ${major}]`;

  test.skipIf(!canForbid)(
    `a devnet whose parent may open no file of any node's keys runs all the same${note}`,
    {
      timeout: 120_000,
    },
    async () => {
      const dir = realpathSync(mkdtempSync(join(tmpdir(), "tenor-blind-")));
      const kept = join(dir, "devnet");
      // A permission for a folder that is not there yet would be one for a file.
      mkdirSync(join(kept, "feeds"), { recursive: true });
      const logs = ["chain", "market", "node1", "node2", "node3", "node4"].map((name) => join(kept, `${name}.log`));
      const readable = [join(packageRoot, "*"), join(kept, "feeds", "*"), join(kept, "network.yaml"), ...logs];
      const permissions = [
        "--experimental-permission",
        "--allow-child-process",
        `--allow-fs-write=${kept}`,
        ...readable.map((path) => `--allow-fs-read=${path}`),
      ];
      const args = [...permissions, commandLine, "devnet", "--for", "6s", "--keep", kept];
      const parent = new Child({ name: "devnet", command: process.execPath, args, logFile: join(dir, "parent.log") });
      try {
        await parent.exited;
        const said = readFileSync(join(dir, "parent.log"), "utf8");
        // Whether four slots go well on a busy machine is another test's question: here the nodes have to sign.
        expect(said).toMatch(/signed rounds +[1-9]/);
        expect(said).toContain("group key 0x");
        for (const id of [1, 2, 3, 4]) {
          const keys = join(kept, `node${id}`, "keys");
          const shares = readdirSync(keys).filter((name) => name.startsWith("share-"));
          expect(shares.length).toBe(1);
          // The same permissions do forbid it: what the parent did not do, it could not have done.
          const open = `require("node:fs").readFileSync(${JSON.stringify(join(keys, shares[0]!))})`;
          const tried = spawnSync(process.execPath, [...permissions, "--eval", open], { encoding: "utf8" });
          expect(tried.stderr).toContain("ERR_ACCESS_DENIED");
        }
      } finally {
        await parent.stop(10_000);
        rmSync(dir, { recursive: true, force: true });
      }
    },
  );
});
