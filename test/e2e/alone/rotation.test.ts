/** A member leaves and another joins while rounds go on: nobody's addresses change, and no round has two keys. */
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StatusReply } from "../../../src/api/replies.ts";
import type { Devnet } from "../../../src/devnet/devnet.ts";
import { PENDING_FILE } from "../../../src/devnet/node-process.ts";
import { feedsFolder } from "../../../src/devnet/paths.ts";
import { fetchJson } from "../../../src/devnet/wait.ts";
import { HubDoor } from "../hub-support.ts";
import { completedAt, landedOn, longestGap, rotate, type Spare, startSpare, tenor } from "../rotation-support.ts";
import { awaitRound, currentSlot, eventually, logOf, startDevnet } from "../support.ts";

/** As docs/operations.md has it. */
const ROTATE =
  "npx tenor hub rotate --rpc http://127.0.0.1:8545 --from config/network.yaml --network config/next.yaml --node http://member1:8080";
/** Two blocks are final here after two seconds, and nobody waits for five minutes. */
const SOON = ["--lead-ms", "9000", "--timeout-ms", "60000"];
const LEAVING = 2;
const GAP_MAX_SLOTS = 2;
/** Looked at on both sides of the first round of the next configuration. */
const WATCHED_ROUNDS = 8;

let devnet: Devnet;
let spare: Spare | null = null;
let hub: HubDoor;
let feedsDir: string;

/** Prices that are due in every round, so that the chain shows each gap. */
function everyRoundFeeds(): readonly string[] {
  return ["BTC-USD.spot-index", "ETH-USD.spot-index"].map((name) => {
    const shipped = JSON.parse(readFileSync(join(feedsFolder, `${name}.json`), "utf8")) as object;
    const path = join(feedsDir, `${name}.json`);
    writeFileSync(path, JSON.stringify({ ...shipped, heartbeatMs: 2_000, heartbeatMarginMs: 1_000 }));
    return path;
  });
}

async function status(apiUrl: string): Promise<StatusReply> {
  return await eventually("a status", 10_000, async () => await fetchJson<StatusReply>(`${apiUrl}/v1/status`));
}

beforeAll(async () => {
  feedsDir = mkdtempSync(join(tmpdir(), "tenor-rotation-"));
  devnet = await startDevnet({ feeds: everyRoundFeeds() });
  hub = new HubDoor({ url: devnet.rpcUrl, address: devnet.hub, feeds: 2 });
  await awaitRound(devnet, 1, 3, 30_000);
}, 120_000);

afterAll(async () => {
  await spare?.child.stop(6_000);
  hub.close();
  await devnet.stop();
  rmSync(feedsDir, { recursive: true, force: true });
}, 30_000);

describe("a rotation under load", () => {
  let firstRound = 0;

  test("is refused when more than f members change at once, with the reason", { timeout: 60_000 }, async () => {
    const file = join(devnet.dir, "two-new.yaml");
    const text = readFileSync(join(devnet.dir, "network.yaml"), "utf8").replace("configCount: 1", "configCount: 2");
    const members = devnet.facts.members.map(({ peerId }) => peerId);
    // Two members under each other's identity would still be the same two: these are two nobody knows.
    const strangers = [
      "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp",
      "12D3KooWHdiAxVd8uMQR1hGWXccidmfCwLqcMpGwR6QcTP6QRMuD",
    ];
    writeFileSync(file, text.replace(members[2]!, strangers[0]!).replace(members[3]!, strangers[1]!));
    const node = devnet.nodes[0]!.apiUrl;
    const { code, errors } = await rotate(devnet, ROTATE, {
      from: "network.yaml",
      next: "two-new.yaml",
      nodes: [node],
    });
    expect(code).not.toBe(0);
    expect(errors).toContain("2 of 4 members leave at once, at most 1 may");
  });

  test("goes on without a gap over two slots, at the nodes and on chain", { timeout: 180_000 }, async () => {
    spare = await startSpare(devnet, LEAVING);
    const stay = devnet.nodes.filter(({ id }) => id !== LEAVING).map(({ apiUrl }) => apiUrl);
    const given = { from: "network.yaml", next: PENDING_FILE, nodes: [...stay, spare.apiUrl] };
    const ran = await rotate(devnet, ROTATE, given, ...SOON);
    expect(ran).toMatchObject({ code: 0, errors: "" });
    firstRound = (JSON.parse(ran.output) as { firstRound: number }).firstRound;
    const lastRound = firstRound + WATCHED_ROUNDS;
    await awaitRound(devnet, 1, lastRound, 60_000);
    const inOffice = await eventually("what was signed last lands", 20_000, async () => {
      const landed = await landedOn(devnet, async (hash) => await hub.inputOf(hash));
      return landed.some(({ round }) => round >= lastRound) ? landed : null;
    });

    const watched = (round: number): boolean => round >= firstRound - WATCHED_ROUNDS && round <= lastRound;
    const gaps = [1, 3, 4].map((id) => longestGap(completedAt(devnet, id).filter(watched)));
    const landed = inOffice.filter(({ round }) => watched(round));
    const onChain = longestGap(landed.map(({ round }) => round));
    process.stdout.write(
      `rotation at round ${firstRound}: longest gap ${Math.max(...gaps)} slots at the nodes, ${onChain} on chain, ` +
        `${landed.filter(({ round }) => round < firstRound).length} + ${landed.filter(({ round }) => round >= firstRound).length} publications landed\n`,
    );
    expect(Math.max(...gaps)).toBeLessThanOrEqual(GAP_MAX_SLOTS);
    expect(onChain).toBeLessThanOrEqual(GAP_MAX_SLOTS);

    // Old and new never mix: one key below the first round, another from it on.
    const before = new Set(inOffice.filter(({ round }) => round < firstRound).map(({ keyTag }) => keyTag));
    const after = new Set(inOffice.filter(({ round }) => round >= firstRound).map(({ keyTag }) => keyTag));
    expect([before.size, after.size]).toEqual([1, 1]);
    expect(before).not.toEqual(after);
    expect(landed.filter(({ round }) => round < firstRound).length).toBeGreaterThan(2);
    expect(landed.filter(({ round }) => round >= firstRound).length).toBeGreaterThan(2);
  });

  test("makes the spare a member that signs, under the id of the one that left", { timeout: 60_000 }, async () => {
    const { identity } = await status(spare!.apiUrl);
    expect([identity.nodeId, identity.n]).toEqual([LEAVING, 4]);
    expect(identity.cfg).toBe((await status(devnet.nodes[0]!.apiUrl)).identity.cfg);
    await eventually("a share of the spare", 20_000, () =>
      logOf(devnet, spare!.number).some(({ msg }) => msg === "nonce used") ? true : null,
    );
    expect(Math.min(...completedAt(devnet, spare!.number))).toBeGreaterThanOrEqual(firstRound - 1);
  });

  test("leaves the hub, its readers and their answers where they were", { timeout: 60_000 }, async () => {
    const { number } = await hub.head();
    for (const { address } of devnet.readers) {
      const answer = await hub.readThrough(address, number);
      if (!Array.isArray(answer)) throw new Error(`a reader refuses: ${JSON.stringify(answer)}`);
      expect(answer[1]).toBeGreaterThan(0n);
    }
    const answers = await hub.answers(number);
    expect(Math.min(...answers.map(({ round }) => round))).toBeGreaterThanOrEqual(firstRound);
    expect((await status(devnet.nodes[0]!.apiUrl)).identity.hub).toBe(devnet.hub);
  });

  test("ends the share of the member that left: it says so, signs nothing, and completes nothing", {
    timeout: 60_000,
  }, async () => {
    const { health } = await status(devnet.nodes[LEAVING - 1]!.apiUrl);
    expect(health).toMatchObject({ live: true, ready: false });
    expect(health.reasons.join()).toContain(`ended before round ${firstRound}`);
    const said = logOf(devnet, LEAVING).filter(({ msg }) => msg === "this node signs nothing");
    expect(said.length).toBeGreaterThanOrEqual(1);
    const stood = logOf(devnet, LEAVING).filter(({ msg }) => msg === "nonce used").length;
    await awaitRound(devnet, 1, currentSlot(devnet) + 2, 20_000);
    expect(logOf(devnet, LEAVING).filter(({ msg }) => msg === "nonce used").length).toBe(stood);
    expect(Math.max(...completedAt(devnet, LEAVING))).toBeLessThan(firstRound);
    const failed = [1, 3, 4, spare!.number].flatMap((id) =>
      logOf(devnet, id).filter(
        ({ msg }) => msg.includes("said two things") || msg === "two signed reports for one round",
      ),
    );
    expect(failed).toEqual([]);
  });

  test("then refreshes: the same key in new shares, from a round on, and no slot is lost for it", {
    timeout: 120_000,
  }, async () => {
    // What an operator does when a first round has come: the pending file moves over the one in force.
    renameSync(join(devnet.dir, PENDING_FILE), join(devnet.dir, "in-force.yaml"));
    const members = [...[1, 3, 4].map((id) => devnet.nodes[id - 1]!.apiUrl), spare!.apiUrl];
    const active = ["--network", join(devnet.dir, "in-force.yaml"), "--node", members[0]!];
    const written = await tenor("keys", "refresh", ...active, "--out", join(devnet.dir, PENDING_FILE));
    expect(written).toMatchObject({ code: 0, errors: "" });
    const given = { from: "in-force.yaml", next: PENDING_FILE, nodes: members };
    const ran = await rotate(devnet, ROTATE, given, ...SOON);
    expect(ran).toMatchObject({ code: 0, errors: "" });
    const refreshed = JSON.parse(ran.output) as { firstRound: number; groupKeyX: string; cfg: string };
    const lastRound = refreshed.firstRound + WATCHED_ROUNDS;
    await awaitRound(devnet, 1, lastRound, 60_000);
    const { identity } = await status(members[3]!);
    expect(identity.cfg).toBe(refreshed.cfg);
    const watched = (round: number): boolean => round > refreshed.firstRound - WATCHED_ROUNDS && round <= lastRound;
    const gap = Math.max(...[1, 3, 4].map((id) => longestGap(completedAt(devnet, id).filter(watched))));
    process.stdout.write(`refresh at round ${refreshed.firstRound}: longest gap ${gap} slots at the nodes\n`);
    expect(gap).toBeLessThanOrEqual(GAP_MAX_SLOTS);
    const landed = await landedOn(devnet, async (hash) => await hub.inputOf(hash));
    const tags = new Set(landed.filter(({ round }) => round >= firstRound).map(({ keyTag }) => keyTag));
    expect([...tags]).toEqual([refreshed.groupKeyX.slice(-8)]);
    // With the new configuration on chain for good, the shares that it replaced are destroyed.
    await eventually("the replaced shares are gone", 20_000, () =>
      [1, 3, 4].every(
        (id) => logOf(devnet, id).filter(({ msg }) => msg === "the replaced share is destroyed").length === 2,
      )
        ? true
        : null,
    );
  });
});
