/** Nodes die by kill -9 and come back: rounds go on, nobody signs twice, and too few never sign. */
import { setTimeout as sleepFor } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Devnet } from "../../../src/devnet/devnet.ts";
import { leadershipOf } from "../../../src/protocol/leader.ts";
import type { StatusReply } from "../../../src/api/replies.ts";
import type { Hex } from "../../../src/base/bytes.ts";
import { fetchJson } from "../../../src/devnet/wait.ts";
import { awaitRound, currentSlot, eventually, latestRound, logOf, startDevnet } from "../support.ts";

let devnet: Devnet;

beforeAll(async () => {
  devnet = await startDevnet();
  await awaitRound(devnet, 1, 3, 30_000);
}, 120_000);

afterAll(async () => {
  await devnet.stop();
}, 30_000);

async function kill(id: number): Promise<void> {
  const { child } = devnet.nodes[id - 1]!;
  child.signal("SIGKILL");
  await child.exited;
}

function completedRounds(nodeId: number): readonly number[] {
  return logOf(devnet, nodeId)
    .filter(({ msg }) => msg === "round complete")
    .map((line) => Number(line["round"]));
}

describe("kill -9", () => {
  test("of one node: rounds go on, and it signs again within 20 slots of its return", {
    timeout: 120_000,
  }, async () => {
    const status = await fetchJson<StatusReply>(`${devnet.nodes[0]!.apiUrl}/v1/status`);
    const cfg = status!.identity.cfg as Hex;
    // In the middle of a round that it leads: the first of those in which it is dead.
    let deadFrom = currentSlot(devnet) + 2;
    while (leadershipOf(cfg, deadFrom, 4).leader !== 4) deadFrom++;
    await sleepFor(devnet.firstRoundTimeMs + (deadFrom - 1) * devnet.facts.slotMs + 8 - Date.now());
    await kill(4);
    await awaitRound(devnet, 1, deadFrom + 12, 30_000);
    const done = new Set(completedRounds(1));
    const skipped = Array.from({ length: 12 }, (_, i) => deadFrom + i).filter((round) => !done.has(round));
    // At most one slot for each time the dead node would have led or stood by.
    const roles = Array.from({ length: 12 }, (_, i) => leadershipOf(cfg, deadFrom + i, 4));
    expect(skipped.length).toBeLessThanOrEqual(roles.filter(({ leader }) => leader === 4).length);

    devnet.restart(4);
    const backFrom = currentSlot(devnet);
    const signedAt = await eventually("a share of node 4's second life", 30_000, () => {
      const lines = logOf(devnet, 4);
      const restart = lines.findLastIndex(({ msg }) => msg === "node is up");
      const used = lines.slice(restart).find(({ msg }) => msg === "nonce used");
      return restart > 0 && used !== undefined ? currentSlot(devnet) : null;
    });
    expect(signedAt - backFrom).toBeLessThanOrEqual(20);
  });

  test("many times over: no nonce commitment ever serves two digests", { timeout: 120_000 }, async () => {
    for (let i = 0; i < 3; i++) {
      await kill(3);
      devnet.restart(3);
      await sleepFor(2_500);
    }
    await awaitRound(devnet, 3, currentSlot(devnet) + 2, 40_000);
    const digestOf = new Map<string, string>();
    let uses = 0;
    for (const { id } of devnet.nodes) {
      for (const line of logOf(devnet, id).filter(({ msg }) => msg === "nonce used")) {
        const commitment = String(line["commitment"]);
        const digest = String(line["digest"]);
        expect(digestOf.get(commitment) ?? digest).toBe(digest);
        digestOf.set(commitment, digest);
        uses += 1;
      }
    }
    expect(uses).toBe(digestOf.size);
    expect(uses).toBeGreaterThan(20);
    const accused = devnet.nodes.flatMap(({ id }) =>
      logOf(devnet, id).filter(({ msg }) => msg.includes("said two things")),
    );
    expect(accused).toEqual([]);
  });

  test("of two nodes: no report appears; with one back they resume by themselves", { timeout: 120_000 }, async () => {
    await kill(3);
    await kill(4);
    await sleepFor(1_500);
    const stood = await latestRound(devnet, 1);
    await sleepFor(6_000);
    expect(await latestRound(devnet, 1)).toBe(stood);
    expect(await latestRound(devnet, 2)).toBe(stood);
    devnet.restart(4);
    const resumed = await awaitRound(devnet, 1, stood + 5, 40_000);
    expect(resumed).toBeGreaterThan(stood);
    devnet.restart(3);
    await awaitRound(devnet, 3, currentSlot(devnet) + 1, 40_000);
  });

  test("leaves nothing: SIGTERM ends every node with 0 within five seconds", { timeout: 60_000 }, async () => {
    const startedMs = performance.now();
    const exits = await Promise.all(devnet.nodes.map(async ({ child }) => await child.stop(10_000)));
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect(exits.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  });
});
