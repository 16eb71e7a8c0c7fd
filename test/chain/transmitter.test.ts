import { describe, expect, test } from "vitest";
import { HubClient } from "../../src/chain/hub-client.ts";
import { explainRevert } from "../../src/chain/revert.ts";
import { stageOf } from "../../src/chain/stages.ts";
import type { Anvil } from "./support/anvil.ts";
import { startAnvil } from "./support/anvil.ts";
import { MovableClock } from "./support/clock.ts";
import { CFG, CHAIN_ID, deployTestHub, publicationOf } from "./support/network.ts";
import { forward, startRpcServer } from "./support/rpc-server.ts";
import type { TestNode, TestNodeOptions } from "./support/node.ts";
import { testNode } from "./support/node.ts";

type Scene = { anvil: Anvil; node: TestNode; options: TestNodeOptions; rounds: () => Promise<readonly number[]> };

async function scene(more: Partial<TestNodeOptions> = {}): Promise<Scene> {
  const anvil = await startAnvil();
  const { hub } = await deployTestHub(anvil.url);
  const options = { url: anvil.url, hub, ...more };
  const node = testNode(options);
  const client = new HubClient({ address: hub }, { rpc: node.rpc });
  return { anvil, node, options, rounds: async () => (await client.answers([0, 1, 2, 3])).map(({ round }) => round) };
}

const nonces = async (node: TestNode): Promise<number> =>
  await node.rpc.transactionCount(node.account.address, (await node.rpc.head()).number);

describe("the usual case", () => {
  test("an offered report lands, is seen as mined, and is final after two more blocks", async () => {
    const { anvil, node, rounds } = await scene();
    node.transmitter.offer(publicationOf(10, [0, 2]));
    await node.transmitter.tick();
    await node.transmitter.tick();
    expect(await rounds()).toEqual([10, 0, 10, 0]);
    expect(node.transmitter.recent(5)).toMatchObject([
      { round: 10, feeds: [0, 2], status: "mined", reverted: false, stage: 0, nonce: 0, error: null },
    ]);
    expect(node.transmitter.pending()).toBe(1);
    await anvil.rpc("anvil_mine", ["0x2"]);
    await node.transmitter.tick();
    expect(node.transmitter.recent(5)).toMatchObject([{ status: "final", gasUsed: expect.any(Number) }]);
    expect(node.transmitter.pending()).toBe(0);
    expect(node.transmitter.counters()).toMatchObject({ sent: 1, mined: 1, reverted: 0, replaced: 0, skipped: {} });
  });

  test("started, it needs no ticks from outside: offers wake it, and draining waits until all is mined", async () => {
    const { node, rounds } = await scene();
    node.transmitter.start();
    node.transmitter.offer(publicationOf(10, [0]));
    await expect.poll(rounds).toEqual([10, 0, 0, 0]);
    node.transmitter.offer(publicationOf(11, [1]));
    await expect.poll(rounds).toEqual([10, 11, 0, 0]);
    expect(await node.transmitter.drain(5_000)).toBe(true);
    node.transmitter.offer(publicationOf(12, [0]));
    expect(node.transmitter.open()).toBe(0);
    expect(await rounds()).toEqual([10, 11, 0, 0]);
  });

  test("draining gives up in time when the chain makes no block, and leaves the rest in the outbox", async () => {
    const { anvil, node, rounds } = await scene();
    await anvil.rpc("evm_setAutomine", [false]);
    node.transmitter.offer(publicationOf(10, [0]));
    await node.transmitter.tick();
    expect(await node.transmitter.drain(150)).toBe(false);
    expect(node.transmitter.open()).toBe(1);
    expect(node.transmitter.oldestOpenMs()).toBeLessThanOrEqual(Date.now());
    await anvil.rpc("anvil_mine", ["0x1"]);
    expect(await node.transmitter.drain(5_000)).toBe(true);
    expect(await rounds()).toEqual([10, 0, 0, 0]);
  });

  test("ticking with nothing to do asks the chain nothing, and an offer without pushes is nothing", async () => {
    const { node } = await scene({ url: "http://127.0.0.1:1" });
    node.transmitter.offer({ ...publicationOf(10, [0]), pushes: [] });
    await node.transmitter.tick();
    node.transmitter.offer(publicationOf(10, [0]));
    await expect(node.transmitter.tick()).rejects.toMatchObject({ code: "rpc-quorum-lost" });
    expect(node.transmitter.counters().failedTicks).toBe(1);
    expect(node.transmitter.recent(1)).toEqual([]);
  });
});

test("within one block the hub and the account are asked once, and again for a feed that was offered since", async () => {
  const anvil = await startAnvil();
  const { hub } = await deployTestHub(anvil.url);
  const server = await startRpcServer(async (call) => await forward(anvil.url, call));
  const node = testNode({ url: server.url, hub });
  node.transmitter.offer(publicationOf(10, [0]));
  await node.transmitter.tick();
  await node.transmitter.tick();
  const asked = async (): Promise<readonly string[]> => {
    server.calls.length = 0;
    await node.transmitter.tick();
    return server.calls.map(({ method }) => method).toSorted();
  };
  expect(await asked()).toEqual(["eth_getBlockByNumber"]);
  await anvil.rpc("evm_setAutomine", [false]);
  node.transmitter.offer(publicationOf(11, [2]));
  expect(await asked()).toEqual(expect.arrayContaining(["eth_call", "eth_sendRawTransaction"]));
  expect(await asked()).toEqual(["eth_getBlockByNumber"]);
  await anvil.rpc("anvil_mine", ["0x1"]);
  expect(await asked()).toEqual(expect.arrayContaining(["eth_call", "eth_getTransactionCount"]));
  expect(node.transmitter.recent(5)).toMatchObject([{ round: 11, status: "mined" }, { round: 10 }]);
});

describe("what a chain missed", () => {
  test("an older report is sent before a newer one for other feeds, each under its own nonce", async () => {
    const { node, rounds } = await scene();
    node.transmitter.offer(publicationOf(12, [1]));
    node.transmitter.offer(publicationOf(10, [0, 1]));
    await node.transmitter.tick();
    expect(await rounds()).toEqual([10, 12, 0, 0]);
    expect(node.transmitter.recent(5).map(({ round, nonce }) => [round, nonce])).toEqual([
      [12, 1],
      [10, 0],
    ]);
    await node.transmitter.tick();
    expect(node.transmitter.counters()).toMatchObject({ sent: 2, mined: 2, reverted: 0 });
  });

  test("a report of which every feed has a newer one is dropped and never sent", async () => {
    const { node, rounds } = await scene();
    for (const publication of [publicationOf(10, [0, 1]), publicationOf(11, [0]), publicationOf(12, [1])]) {
      node.transmitter.offer(publication);
    }
    expect(node.transmitter.pending()).toBe(2);
    await node.transmitter.tick();
    expect(await rounds()).toEqual([11, 12, 0, 0]);
    expect(node.transmitter.recent(5).map(({ round }) => round)).toEqual([12, 11]);
  });

  test("what somebody else landed is not sent, and a replay is explained as stale", async () => {
    const { anvil, node, options, rounds } = await scene();
    const other = testNode({ ...options, accountIndex: 2 });
    const publication = publicationOf(10, [0]);
    other.transmitter.offer(publication);
    await other.transmitter.tick();
    // The chain takes a transaction before it has made the block of it.
    await expect.poll(rounds, { timeout: 10_000, interval: 20 }).toEqual([10, 0, 0, 0]);
    node.transmitter.offer(publication);
    await node.transmitter.tick();
    expect(node.transmitter.recent(1)).toEqual([]);
    await anvil.rpc("anvil_mine", ["0x2"]);
    await node.transmitter.tick();
    expect(node.transmitter.pending()).toBe(0);

    const hub = new HubClient({ address: options.hub }, { rpc: node.rpc });
    const data = hub.submitData(publication.payload);
    const replay: unknown = await node.rpc
      .call({ to: options.hub, data }, (await node.rpc.head()).number)
      .catch((error: unknown) => error);
    expect(explainRevert(replay)).toMatchObject({ name: "StaleReport", fields: { given: "10", stored: "10" } });
  });
});

describe("a report that would revert", () => {
  test("is not sent, is counted by the contract's reason, and uses no nonce", async () => {
    const { node } = await scene();
    const good = publicationOf(10, [0]);
    const at = 2 + 2 * 115;
    const digit = good.payload[at] === "f" ? "0" : "f";
    const payload = `${good.payload.slice(0, at)}${digit}${good.payload.slice(at + 1)}` as `0x${string}`;
    node.transmitter.offer({ ...good, payload });
    await node.transmitter.tick();
    await node.transmitter.tick();
    expect(node.transmitter.counters()).toMatchObject({ sent: 0, skipped: { BadSignature: 1 } });
    expect(await nonces(node)).toBe(0);
    node.clock.advance(3_500);
    await node.transmitter.tick();
    expect(node.transmitter.counters().skipped).toEqual({ BadSignature: 2 });
  });

  test("mined all the same, it is explained, counted, and not tried again at the pace of blocks", async () => {
    const { anvil, node, options, rounds } = await scene();
    const other = testNode({ ...options, accountIndex: 2 });
    await anvil.rpc("evm_setAutomine", [false]);
    const publication = publicationOf(10, [0]);
    for (const each of [other, node]) {
      each.transmitter.offer(publication);
      await each.transmitter.tick();
    }
    await anvil.rpc("anvil_mine", ["0x1"]);
    await other.transmitter.tick();
    await node.transmitter.tick();
    const all = [...other.transmitter.recent(5), ...node.transmitter.recent(5)];
    expect(all.filter(({ reverted }) => reverted)).toMatchObject([{ error: expect.stringContaining("StaleReport") }]);
    expect(other.transmitter.counters().reverted + node.transmitter.counters().reverted).toBe(1);
    expect(await rounds()).toEqual([10, 0, 0, 0]);
    await node.transmitter.tick();
    await other.transmitter.tick();
    expect(other.transmitter.counters().sent + node.transmitter.counters().sent).toBe(2);
  });
});

describe("stages", () => {
  test("only the node whose stage it is sends; when it does not, the next one does, one stage later", async () => {
    const anvil = await startAnvil();
    const { hub } = await deployTestHub(anvil.url);
    const members = [1, 2, 3, 4];
    const clock = new MovableClock();
    const nodes = members.map((selfId) =>
      testNode({ url: anvil.url, hub, selfId, members, accountIndex: selfId, sharedClock: clock }),
    );
    const inOrder = nodes.toSorted(
      (a, b) => position(nodes.indexOf(a) + 1, members, 10) - position(nodes.indexOf(b) + 1, members, 10),
    );
    const publication = publicationOf(10, [0]);
    const [first, second, ...rest] = inOrder;
    for (const node of [second!, ...rest]) {
      node.transmitter.offer(publication);
      await node.transmitter.tick();
      expect(node.transmitter.counters().sent).toBe(0);
    }
    clock.advance(3_000);
    for (const node of [...rest, second!, first!]) await node.transmitter.tick();
    expect(inOrder.map((node) => node.transmitter.counters().sent)).toEqual([0, 1, 0, 0]);
    expect(second!.transmitter.recent(1)).toMatchObject([{ round: 10, stage: 1 }]);
  });
});

function position(selfId: number, members: readonly number[], round: number): number {
  return stageOf(selfId, members, CFG, CHAIN_ID, round);
}
