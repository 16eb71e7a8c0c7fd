/** `tenor evidence`, the built program, over the files of a network whose ceremony was run here. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningApi, startApi } from "../../src/api/server.ts";
import type { NodeView } from "../../src/api/view.ts";
import { toHex } from "../../src/base/bytes.ts";
import { silentLogger } from "../../src/base/ports.ts";
import { encodeEvidence } from "../../src/evidence/codec.ts";
import type { Evidence } from "../../src/evidence/evidence.ts";
import { nameOf } from "../../src/evidence/evidence.ts";
import type { GroupFile } from "../../src/evidence/group-file.ts";
import { ceremonyPartOf, configurationOf } from "../../src/evidence/group-file.ts";
import { evidenceJson } from "../../src/evidence/json-form.ts";
import { setupOf } from "../../src/node/activation.ts";
import { loadNetwork } from "../../src/node/network-file.ts";
import { evidencePiece, evidenceRows } from "../../src/node/view-evidence.ts";
import type { Observe } from "../../src/protocol/messages.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { peerIdOf } from "../../src/threshold/peer-id.ts";
import { makeFixture } from "../api/fixture.ts";
import { inOrder } from "../evidence/support.ts";
import { run, startAll } from "../keystore/committee.ts";
import { identityOf, sealed } from "../node/support/members.ts";
import { root } from "../support/compose-file.ts";
import { expand } from "../support/documented-commands.ts";
import { configOf, incarnationOf, observeOf } from "../support/protocol.ts";
import type { Ended } from "./support.ts";

/** As docs/evidence.md has them. */
const VERIFY = "npx tenor evidence verify evidence.json --network network.yaml --group group.json";
const LIST = "npx tenor evidence list --node http://127.0.0.1:8080";
const GROUP = "npx tenor evidence group --node http://127.0.0.1:8080 --out group.json";

let folder: string;
let store: Store;
let api: RunningApi;
let group: GroupFile;
let evidence: Evidence;

/** Not the synchronous run of other tests: the API lives in this process. */
async function spoken(words: readonly string[]): Promise<Ended> {
  const [program = "", ...rest] = words;
  const child = spawn(program, rest, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  await once(child, "close");
  return { status: child.exitCode, stdout, stderr };
}

async function documented(command: string, swap: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return await spoken(expand(command).map((word) => swap[word] ?? (word.startsWith("http:") ? api.url : word)));
}

const tenor = async (...words: readonly string[]) => await documented(`npx tenor ${words.join(" ")}`);

function write(name: string, value: unknown): void {
  writeFileSync(join(folder, name), value instanceof Uint8Array ? value : JSON.stringify(value));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tenor-evidence-"));
  const members = [1, 2, 3, 4].map((id) => {
    const address = toHex(new Uint8Array(20).fill(id));
    return { id, peerId: peerIdOf(identityOf(id)), observer: address, transmitter: address, addresses: [] };
  });
  write("network.yaml", {
    name: "testnet",
    networkId: toHex(new Uint8Array(32).fill(1)),
    configCount: 1,
    slotMs: 1_000,
    chain: { chainId: 31_337, hub: toHex(new Uint8Array(20).fill(2)) },
    feeds: [join(root, "feeds", "BTC-USD.spot-index.json")],
    members,
  });
  const facts = loadNetwork(join(folder, "network.yaml"));
  const ceremonies = startAll(setupOf(facts)).members;
  run(ceremonies);
  const result = ceremonies.get(1)!.result()!;
  const part = ceremonyPartOf(setupOf(facts), ceremonies.get(1)!.transcript(), result.transcriptHash)!;
  group = { version: 1, firstRound: 1_000, firstRoundTimeMs: 1_700_000_000_000, ceremonies: [part] };
  write("group-of-another-time.json", { ...group, firstRound: 999 });
  const { cfg } = configurationOf(group, { setup: setupOf(facts), slotMs: 1_000, feedCount: 1 })!;
  const config = configOf({ cfg, rules: configOf().rules.slice(0, 1) });
  const said = (over: Partial<Observe>) => observeOf(config, 2, 1_007, over);
  const messages = inOrder(said({}), said({ incarnation: incarnationOf(7) }));
  const envelopes = messages
    .map((message) => sealed(message, 2, cfg))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1))
    .map(({ bytes }) => bytes);
  evidence = { kind: "equivocated-observation", cfg, accused: 2, round: 1_007, envelopes };
  write("evidence.json", evidenceJson(evidence));
  write("evidence.bin", encodeEvidence(evidence));
  write("twice.json", evidenceJson({ ...evidence, envelopes: [envelopes[0]!, envelopes[0]!] }));
  store = openStore({ path: join(folder, "data", "tenor.sqlite") });
  const row = { name: nameOf(evidence), cfg, kind: evidence.kind, accused: 2, round: 1_007 };
  store.evidence.save({ ...row, firstSeenMs: 1_700_000_007_100, bytes: encodeEvidence(evidence) });
  const view: NodeView = {
    ...makeFixture({ nowMs: Date.now() }).view,
    evidence: () => evidenceRows(store.evidence),
    evidencePiece: (name) => evidencePiece(store.evidence, name),
    groupFile: () => group,
  };
  api = await startApi({ port: 0, dashboardDir: null }, { view, metrics: new Metrics(), log: silentLogger });
}, 60_000);

afterAll(async () => {
  await api.stop();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("tenor evidence", { timeout: 60_000 }, () => {
  test("group writes the file that verify wants, and never overwrites it", async () => {
    const { status, stdout } = await documented(GROUP);
    expect({ status, said: JSON.parse(stdout) }).toEqual({
      status: 0,
      said: { file: "group.json", members: 4, firstRound: 1_000 },
    });
    expect(JSON.parse(readFileSync(join(folder, "group.json"), "utf8"))).toEqual(group);
    const again = await documented(GROUP);
    expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining("never overwritten") as string });
  });

  test("verify tells who is convicted of what by which messages, in both forms, and ends with 0", async () => {
    for (const file of ["evidence.json", "evidence.bin"]) {
      const { status, stdout, stderr } = await documented(VERIFY, { "evidence.json": file });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      const lines = stdout.trimEnd().split("\n");
      expect(lines[0]).toBe(`equivocated-observation, ${nameOf(evidence)}`);
      expect(lines[1]).toBe(`accused: member 2 of testnet, ${peerIdOf(identityOf(2))}`);
      expect(lines.filter((line) => line.includes("OBSERVE of member 2 in round 1007"))).toHaveLength(2);
      expect(lines.filter((line) => line.endsWith("signature good"))).toHaveLength(2);
      expect(lines.at(-1)).toMatch(/^convicts member 2: it made two observations in one round under two incarnations/);
    }
  });

  test("verify ends with 1 when nobody is convicted, and says why", async () => {
    const twice = await documented(VERIFY, { "evidence.json": "twice.json" });
    expect(twice.status).toBe(1);
    expect(twice.stdout).toContain("convicts nobody: it shows one statement twice");
    const other = await documented(VERIFY, { "group.json": "group-of-another-time.json" });
    expect(other.status).toBe(1);
    expect(other.stdout).toContain("convicts nobody: it belongs to another configuration");
    const { status, stdout } = await spoken([...expand(VERIFY), "--json"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ name: nameOf(evidence), convicts: true, fault: "two-incarnations" });
  });

  test("verify ends with 2 when a file is missing or is not what it should be", async () => {
    write("noise.bin", Uint8Array.of(1, 2, 3));
    write("group-damaged.json", { ...group, ceremonies: [] });
    for (const swap of [
      { "evidence.json": "gone.json" },
      { "evidence.json": "noise.bin" },
      { "evidence.json": "network.yaml" },
      { "group.json": "evidence.json" },
      { "group.json": "group-damaged.json" },
      { "network.yaml": "group.json" },
    ]) {
      const { status, stdout, stderr } = await documented(VERIFY, swap);
      expect({ status, stdout }, JSON.stringify(swap)).toEqual({ status: 2, stdout: "" });
      expect(stderr).not.toContain("    at ");
    }
  });

  test("list and export read a running node or its data folder", async () => {
    const line = `2023-11-14T22:13:27.100Z  member 2  round 1007  equivocated-observation  ${nameOf(evidence)}\n`;
    expect(await documented(LIST)).toEqual({ status: 0, stdout: line, stderr: "" });
    expect(await tenor("evidence", "list", "--data", "data")).toEqual({ status: 0, stdout: line, stderr: "" });
    const where = [
      ["--node", api.url, "--out", "from-node.json"],
      ["--data", "data", "--out", "from-data.bin", "--binary"],
    ];
    for (const words of where) expect((await tenor("evidence", "export", nameOf(evidence), ...words)).status).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, "from-node.json"), "utf8"))).toEqual(evidenceJson(evidence));
    expect(new Uint8Array(readFileSync(join(folder, "from-data.bin")))).toEqual(encodeEvidence(evidence));
    const unknown = await tenor("evidence", "export", `0x${"00".repeat(32)}`, "--data", "data", "--out", "none.json");
    expect(unknown.status).toBe(2);
    expect(existsSync(join(folder, "none.json"))).toBe(false);
    expect((await tenor("evidence", "list")).status).toBe(2);
    expect((await tenor("evidence", "list", "--data", "nowhere")).status).toBe(2);
  });
});
