/** The built program against members' real APIs over hand-made views: ceremonies are followed, and the next file is written. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type RunningApi, startApi } from "../../src/api/server.ts";
import type { CeremonyView, IdentityView } from "../../src/api/view.ts";
import type { Hex } from "../../src/base/bytes.ts";
import { silentLogger } from "../../src/base/ports.ts";
import { OracleError } from "../../src/base/errors.ts";
import { type Seen, watchCeremony } from "../../src/cli/ceremony-watch.ts";
import { checkLeaving, nextMembers } from "../../src/cli/next-members.ts";
import { predecessorAt } from "../../src/cli/predecessor.ts";
import { loadNetwork, type Member } from "../../src/node/network-file.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { peerIdOf } from "../../src/threshold/peer-id.ts";
import { makeFixture } from "../api/fixture.ts";
import { root } from "../support/compose-file.ts";
import { expand } from "../support/documented-commands.ts";
import type { Ended } from "./support.ts";
import { tenor } from "./support.ts";

/** As docs/operations.md has them. */
const CEREMONY = "npx tenor keys ceremony --network config/network.yaml --node http://127.0.0.1:8080";
const REFRESH =
  "npx tenor keys refresh --network config/network.yaml --node http://127.0.0.1:8080 --out config/next.yaml";
const ROTATE =
  "npx tenor keys rotate --network config/network.yaml --node http://127.0.0.1:8080 --remove 2 --add @member5.json --out config/rotated.yaml";

const folder = mkdtempSync(join(tmpdir(), "tenor-next-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...names: readonly string[]): string => join(folder, ...names);

const hex = (byte: number, length: number): Hex => `0x${byte.toString(16).padStart(2, "0").repeat(length)}`;
const NETWORK_ID = hex(1, 32);
const CFG = hex(0xcf, 32);
const RESULT = { groupKeyX: hex(0x90, 32), transcriptHash: hex(0x91, 32) };

function member(id: number): object {
  const keys = { peerId: peerIdOf(hex(id, 32)), observer: hex(0x10 + id, 20), transmitter: hex(0x20 + id, 20) };
  return { id, ...keys, addresses: [`/dns4/node${id}/tcp/4001`] };
}

function createNetwork(name: string, n: number): void {
  const { stderr } = tenor(
    "network",
    "create",
    "--name",
    "testnet",
    "--network-id",
    NETWORK_ID,
    "--hub",
    hex(2, 20),
    "--chain-id",
    "31337",
    "--slot-ms",
    "1000",
    "--feeds",
    join(root, "feeds/BTC-USD.spot-index.json"),
    ...Array.from({ length: n }, (_, i) => `--member=${JSON.stringify(member(i + 1))}`),
    "--out",
    at("config", name),
  );
  expect(stderr).toBe("");
}

beforeAll(() => {
  mkdirSync(at("config"));
  createNetwork("network.yaml", 4);
  createNetwork("seven.yaml", 7);
  writeFileSync(at("member5.json"), JSON.stringify(member(5)));
});

let apis: RunningApi[] = [];
afterEach(async () => {
  for (const api of apis) await api.stop();
  apis = [];
});

const COMPLETE: CeremonyView = { configCount: 1, phase: "complete", have: [1, 2, 3, 4], culprits: [], result: RESULT };

/** A member's API that tells what `ceremony` says at the time. */
async function serve(id: number, ceremony: () => CeremonyView, told: Partial<IdentityView> = {}): Promise<string> {
  const { view } = makeFixture({ nowMs: Date.now() });
  const identity: IdentityView = { ...view.identity(), nodeId: id, networkId: NETWORK_ID, cfg: CFG, ...told };
  const api = await startApi(
    { port: 0, dashboardDir: null },
    { view: { ...view, identity: () => identity, ceremony }, metrics: new Metrics(), log: silentLogger },
  );
  apis.push(api);
  return api.url;
}

/** Not the synchronous run of other tests: the API lives in this process. */
async function run(command: string, url: string, ...more: readonly string[]): Promise<Ended> {
  const [program = "", ...words] = expand(command).map((word) => (word.startsWith("http:") ? url : word));
  const child = spawn(program, [...words, ...more], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  await once(child, "close");
  return { status: child.exitCode, stdout, stderr };
}

async function codeOf(work: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    return error instanceof OracleError ? `${error.code}: ${error.message}` : String(error);
  }
  return "no error";
}

const never = new AbortController().signal;

describe("tenor keys ceremony", () => {
  /** The same watch without a process around it. */
  async function watch(nodes: readonly string[], forMs = 60_000): Promise<{ said: Seen[]; ended: string }> {
    const said: Seen[] = [];
    const facts = loadNetwork(at("config/network.yaml"));
    const options = { facts, nodes, endMs: performance.now() + forMs };
    const ended = await codeOf(watchCeremony(options, { stop: never, say: (seen) => said.push(seen) }));
    return { said, ended };
  }

  test("tells each phase and who is missing once, and ends with 0 when the members asked have one key", async () => {
    const phases: CeremonyView[] = [
      { configCount: 1, phase: "waiting", have: [1, 3, 4], culprits: [] },
      { configCount: 1, phase: "waiting", have: [1, 3, 4], culprits: [] },
      { configCount: 1, phase: "confirming", have: [1, 2, 3], culprits: [] },
      COMPLETE,
    ];
    let asked = 0;
    // A status carries the ceremony too: two questions a look.
    const first = await serve(1, () => phases[Math.min(Math.floor(asked++ / 2), 3)]!, { cfg: null });
    const second = await serve(2, () => COMPLETE, { cfg: null });
    const { status, stdout, stderr } = await run(CEREMONY, first, "--node", second);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const lines = stdout.trim().split("\n");
    expect(lines.filter((line) => line === "member 1: waiting; nothing yet of 2")).toHaveLength(1);
    expect(lines).toContain("member 2: complete");
    expect(JSON.parse(lines.at(-1)!)).toEqual({ ...RESULT, vouchedForBy: [1, 2] });
  });

  test("names who is proven at fault, with what they did, and ends with 1", async () => {
    const faults = [{ id: 3, why: "bad-share" }];
    const ceremony: CeremonyView = { configCount: 1, phase: "failed", have: [], culprits: [3], faults };
    const { status, stdout, stderr } = await run(CEREMONY, await serve(1, () => ceremony));
    expect(status).toBe(1);
    expect(stdout).toBe("member 1: failed; member 3 is proven at fault: bad-share\n");
    expect(stderr).toContain("3 (bad-share)");
    expect(stderr).toContain("higher configCount");
  });

  test("accuses nobody who is only silent: it ends when the time is over, naming who is missing", async () => {
    const ceremony: CeremonyView = { configCount: 1, phase: "confirming", have: [1, 3, 4], culprits: [] };
    const { ended } = await watch([await serve(1, () => ceremony)], 10);
    expect(ended).toMatch(
      /^ceremony-late: .*not complete in time; member 1: confirming; nothing yet of 2; silence proves nothing/,
    );
  });

  test("fails when members have different keys, and when one is of another network", async () => {
    const other = { ...RESULT, transcriptHash: hex(0x99, 32) };
    const first = await serve(1, () => COMPLETE);
    const split = await serve(2, () => ({ ...COMPLETE, result: other }));
    expect((await watch([first, split])).ended).toMatch(/^ceremony-split/);
    const foreign = await serve(2, () => COMPLETE, { networkId: hex(9, 32) });
    expect((await watch([foreign])).ended).toMatch(/^other-network/);
  });

  test("waits for a node that is at another configuration or does not answer, and takes it for no failure", async () => {
    const first = await serve(1, () => ({ ...COMPLETE, configCount: 7 }));
    const { said, ended } = await watch([first, "http://127.0.0.1:9"], 10);
    expect(ended).toMatch(/^ceremony-late/);
    expect(said[0]).toMatchObject({ member: 1, phase: "at configuration 7, wanted 1", result: null });
    expect(said[1]).toMatchObject({ member: null, result: null });
  });
});

describe("the file of the next configuration", () => {
  const previous = { configCount: 1, cfg: CFG, ...RESULT };

  test("refresh keeps members and key, and names whose shares are made anew", async () => {
    const { status, stdout, stderr } = await run(REFRESH, await serve(1, () => COMPLETE));
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      file: "config/next.yaml",
      configCount: 2,
      kind: "refresh",
      members: 4,
      faultyMax: 1,
      signers: 3,
    });
    const [old, next] = ["network.yaml", "next.yaml"].map((name) => loadNetwork(at("config", name)));
    expect(next).toMatchObject({ configCount: 2, kind: "refresh", previous, members: old!.members });
    for (const key of ["name", "networkId", "hub", "chainId", "slotMs", "feedSetRoot", "paramsHash"] as const) {
      expect(next![key]).toEqual(old![key]);
    }
  });

  test("rotate lets a member leave and another one take its id, in a ceremony for a new key", async () => {
    const { status, stdout, stderr } = await run(ROTATE, await serve(1, () => COMPLETE));
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ configCount: 2, kind: "ceremony", leaves: [2], joins: [2], moves: [] });
    const next = loadNetwork(at("config/rotated.yaml"));
    expect(next).toMatchObject({ kind: "ceremony", previous });
    expect(next.members).toEqual([1, 5, 3, 4].map((id, i) => ({ ...member(id), id: i + 1 })));
  });

  const membersOf = (n: number): readonly Member[] =>
    loadNetwork(at("config", n === 7 ? "seven.yaml" : "network.yaml")).members;

  test("who stays keeps the id, newcomers take the free ones, and with fewer members the highest ids move down", () => {
    const idsOf = (old: number, add: readonly number[], remove: readonly number[]) =>
      nextMembers(membersOf(old), add.map(member), remove).map((one) => JSON.parse(JSON.stringify(one)) as Member);
    const shown = (members: readonly Member[]) =>
      members.map(({ id, observer }) => `${id}:${Number(observer.slice(0, 4)) - 0x10}`);
    expect(shown(idsOf(4, [5, 6, 7], []))).toEqual(["1:1", "2:2", "3:3", "4:4", "5:5", "6:6", "7:7"]);
    expect(shown(idsOf(4, [5], [1]))).toEqual(["1:5", "2:2", "3:3", "4:4"]);
    expect(shown(idsOf(7, [], [2, 4]))).toEqual(["1:1", "2:6", "3:3", "4:7", "5:5"]);
    expect(shown(idsOf(7, [8], [7, 1]))).toEqual(["1:8", "2:2", "3:3", "4:4", "5:5", "6:6"]);
    // A new key among the same members: after a theft, say.
    expect(shown(idsOf(4, [], []))).toEqual(["1:1", "2:2", "3:3", "4:4"]);
  });

  test("at most f members leave at once, each a member, and who joins is a member's entry", async () => {
    const facts = loadNetwork(at("config/network.yaml"));
    expect(await codeOf(() => checkLeaving(facts, [2]))).toBe("no error");
    expect(await codeOf(() => checkLeaving(facts, [2, 3]))).toContain("at most f = 1 may");
    expect(await codeOf(() => checkLeaving(facts, [5]))).toContain("wanted ids of members");
    expect(await codeOf(() => checkLeaving(facts, [2, 2]))).toContain("wanted ids of members");
    expect(await codeOf(() => nextMembers(facts.members, ["member"], []))).toContain("a member is a JSON object");
  });

  test("nothing is followed that is not active, is not alike at all nodes asked, or has a successor pending", async () => {
    const facts = loadNetwork(at("config/network.yaml"));
    const asked = async (...nodes: readonly string[]) => await codeOf(predecessorAt(nodes, facts, never));
    const good = await serve(1, () => COMPLETE);
    expect(await asked(good, await serve(2, () => COMPLETE))).toBe("no error");
    expect(await asked(await serve(2, () => COMPLETE, { cfg: null }))).toMatch(
      /^not-active: .*no active configuration/,
    );
    expect(await asked(await serve(3, () => ({ ...COMPLETE, configCount: 2 })))).toMatch(
      /^not-active: .*pending there\?/,
    );
    expect(await asked(good, await serve(4, () => COMPLETE, { cfg: hex(0xcc, 32) }))).toMatch(/^nodes-disagree/);
    expect(await asked(await serve(4, () => COMPLETE, { networkId: hex(9, 32) }))).toMatch(/^other-network/);
    expect(await asked("http://127.0.0.1:9")).toMatch(/^unreachable/);
  });

  test("a file that a node would refuse does not stay, and none is overwritten", async () => {
    const url = await serve(1, () => COMPLETE);
    const out = at("config/refused.yaml");
    const command = "npx tenor keys rotate --network config/network.yaml --node http://x --out config/refused.yaml";
    const twice = await run(command, url, `--add=${JSON.stringify(member(1))}`);
    expect([twice.status, twice.stdout]).toEqual([2, ""]);
    expect(twice.stderr).toContain("twice");
    expect(existsSync(out)).toBe(false);
    writeFileSync(out, "mine");
    expect((await run(command, url)).stderr).toContain("never overwritten");
    expect(readFileSync(out, "utf8")).toBe("mine");
  });
});
