/** What may happen to a nonce between its signature and its end, on a real chain. */
import { describe, expect, test } from "vitest";
import { HubClient } from "../../src/chain/hub-client.ts";
import type { Anvil } from "./support/anvil.ts";
import { startAnvil } from "./support/anvil.ts";
import { deployTestHub, publicationOf } from "./support/network.ts";
import type { TestNode, TestNodeOptions } from "./support/node.ts";
import { testNode } from "./support/node.ts";

const GWEI = 1_000_000_000n;

type Scene = { anvil: Anvil; node: TestNode; options: TestNodeOptions; rounds: () => Promise<readonly number[]> };

/** A hub on a chain that makes blocks only when told to. */
async function scene(more: Partial<TestNodeOptions> = {}): Promise<Scene> {
  const anvil = await startAnvil();
  const { hub } = await deployTestHub(anvil.url);
  await anvil.rpc("evm_setAutomine", [false]);
  const options = { url: anvil.url, hub, ...more };
  const node = testNode(options);
  const client = new HubClient({ address: hub }, { rpc: node.rpc });
  return { anvil, node, options, rounds: async () => (await client.answers([0, 1, 2, 3])).map(({ round }) => round) };
}

const mine = async (anvil: Anvil, blocks = 1): Promise<void> => {
  await anvil.rpc("anvil_mine", [`0x${blocks.toString(16)}`]);
};

const used = async (node: TestNode): Promise<number> =>
  await node.rpc.transactionCount(node.account.address, (await node.rpc.head()).number);

const rows = (node: TestNode) =>
  node.store.outbox
    .recentTransactions(31_337, node.account.address, 20)
    .map(({ nonce, attempt, round, status }) => `${nonce}.${attempt} round ${round} ${status}`)
    .toReversed();

describe("a transaction that waits", () => {
  test("because the base fee jumped is replaced under its nonce by the newest report, both fees at least 12.5 % up", async () => {
    const { anvil, node, rounds } = await scene();
    node.transmitter.offer(publicationOf(10, [0]));
    await node.transmitter.tick();
    await anvil.rpc("anvil_setNextBlockBaseFeePerGas", [`0x${(20n * GWEI).toString(16)}`]);
    await mine(anvil);
    node.transmitter.offer(publicationOf(11, [0]));
    await node.transmitter.tick();
    expect(rows(node)).toEqual(["0.0 round 10 broadcast"]);

    node.clock.advance(8_000);
    await node.transmitter.tick();
    expect(rows(node)).toEqual(["0.0 round 10 replaced", "0.1 round 11 broadcast"]);
    const [newer, older] = node.store.outbox.recentTransactions(31_337, node.account.address, 2);
    expect(BigInt(newer!.maxFeeWei) * 1_000n).toBeGreaterThanOrEqual(BigInt(older!.maxFeeWei) * 1_125n);
    expect(BigInt(newer!.tipWei) * 1_000n).toBeGreaterThanOrEqual(BigInt(older!.tipWei) * 1_125n);

    await mine(anvil);
    await node.transmitter.tick();
    expect(await rounds()).toEqual([11, 0, 0, 0]);
    expect(await used(node)).toBe(1);
    expect(node.transmitter.counters()).toMatchObject({ sent: 2, mined: 1, replaced: 1, reverted: 0 });
  });

  test("and pays enough is sent again and not made dearer: that is propagation", async () => {
    const { anvil, node, rounds } = await scene();
    node.transmitter.offer(publicationOf(10, [0]));
    await node.transmitter.tick();
    const [sent] = node.transmitter.recent(1);
    await anvil.rpc("anvil_dropTransaction", [sent!.hash]);
    node.clock.advance(20_000);
    await node.transmitter.tick();
    expect(rows(node)).toEqual(["0.0 round 10 broadcast"]);
    await mine(anvil);
    await node.transmitter.tick();
    expect(await rounds()).toEqual([10, 0, 0, 0]);
    expect(node.transmitter.counters()).toMatchObject({ sent: 1, replaced: 0 });
  });

  test("whose report somebody else landed gives way to an empty transaction instead of reverting", async () => {
    const { anvil, node, options, rounds } = await scene();
    const publication = publicationOf(10, [0]);
    node.transmitter.offer(publication);
    await node.transmitter.tick();
    const [sent] = node.transmitter.recent(1);
    // The mempool loses it for a while, so that the other node's comes first.
    const raw = node.store.outbox.recentTransactions(31_337, node.account.address, 1)[0]!.raw;
    await anvil.rpc("anvil_dropTransaction", [sent!.hash]);
    const other = testNode({ ...options, accountIndex: 2 });
    other.transmitter.offer(publication);
    await other.transmitter.tick();
    await mine(anvil);
    await anvil.rpc("eth_sendRawTransaction", [raw]);

    await node.transmitter.tick();
    expect(rows(node)).toEqual(["0.0 round 10 replaced", "0.1 round -1 broadcast"]);
    await mine(anvil);
    await node.transmitter.tick();
    expect(await used(node)).toBe(1);
    expect(await rounds()).toEqual([10, 0, 0, 0]);
    expect(node.transmitter.recent(2)).toMatchObject([{ status: "mined", gasUsed: 21_000, reverted: false }, {}]);
    expect(node.transmitter.counters().reverted).toBe(0);
  });

  test("is never made dearer than the cap, and lands when the base fee comes down", async () => {
    const fees = { tipWei: GWEI, maxFeeCapWei: 4n * GWEI };
    const { anvil, node, rounds } = await scene({ fees });
    node.transmitter.offer(publicationOf(10, [0]));
    await node.transmitter.tick();
    await anvil.rpc("anvil_setNextBlockBaseFeePerGas", [`0x${(20n * GWEI).toString(16)}`]);
    await mine(anvil);
    node.clock.advance(8_000);
    await node.transmitter.tick();
    expect(rows(node)).toEqual(["0.0 round 10 broadcast"]);
    expect(node.transmitter.counters()).toMatchObject({ feeCapped: 1, replaced: 0 });

    node.transmitter.offer(publicationOf(11, [1]));
    await node.transmitter.tick();
    expect(rows(node)).toHaveLength(1);
    await anvil.rpc("anvil_setNextBlockBaseFeePerGas", ["0x1"]);
    await mine(anvil);
    node.clock.advance(4_000);
    await node.transmitter.tick();
    await mine(anvil);
    await node.transmitter.tick();
    expect(await rounds()).toEqual([10, 11, 0, 0]);
  });

  test("keeps its nonce while the account is out of funds, and the newest report lands once it is filled", async () => {
    const { anvil, node, rounds } = await scene();
    await anvil.rpc("anvil_setBalance", [node.account.address, "0x0"]);
    node.transmitter.offer(publicationOf(10, [0]));
    await node.transmitter.tick();
    expect(node.transmitter.recent(1)).toMatchObject([
      { status: "signed", nonce: 0, error: expect.stringContaining("no-funds") },
    ]);
    node.transmitter.offer(publicationOf(11, [0]));
    await anvil.rpc("anvil_setBalance", [node.account.address, "0xde0b6b3a7640000"]);
    node.clock.advance(8_000);
    await node.transmitter.tick();
    await mine(anvil);
    await node.transmitter.tick();
    expect(await rounds()).toEqual([11, 0, 0, 0]);
    expect(await used(node)).toBe(1);
  });
});

describe("nonces", () => {
  test("used by somebody else with the same key are given up after finality, and the report lands under the next", async () => {
    const { anvil, node, options, rounds } = await scene();
    node.transmitter.offer(publicationOf(10, [0]));
    await node.transmitter.tick();
    const [sent] = node.transmitter.recent(1);
    await anvil.rpc("anvil_dropTransaction", [sent!.hash]);
    await anvil.rpc("anvil_impersonateAccount", [node.account.address]);
    await anvil.rpc("eth_sendTransaction", [
      { from: node.account.address, to: options.hub, gas: "0x5208", nonce: "0x0" },
    ]);
    await mine(anvil);
    node.clock.advance(3_500);
    await node.transmitter.tick();
    await mine(anvil, 2);
    await node.transmitter.tick();
    await node.transmitter.tick();
    expect(await rounds()).toEqual([10, 0, 0, 0]);
    expect(rows(node)).toEqual(["0.0 round 10 dropped", expect.stringMatching(/^1\.0 round 10 (mined|final)$/)]);
    expect(node.transmitter.counters()).toMatchObject({ dropped: 1 });
  });

  test("left as a gap by a lost row are filled, so that what waits above them is mined", async () => {
    const { anvil, node, options, rounds } = await scene();
    node.transmitter.offer(publicationOf(10, [0]));
    await node.transmitter.tick();
    node.transmitter.offer(publicationOf(11, [1]));
    await node.transmitter.tick();
    expect(rows(node)).toEqual(["0.0 round 10 broadcast", "1.0 round 11 broadcast"]);
    const [second, first] = node.transmitter.recent(2);
    await anvil.rpc("anvil_dropTransaction", [first!.hash]);
    await anvil.rpc("anvil_dropTransaction", [second!.hash]);
    node.store.outbox.updateTransactions([{ hash: first!.hash, change: { status: "dropped" } }]);
    node.store.outbox.removePublications(31_337, options.hub, [10]);
    const path = node.store.path;
    node.store.close();

    const restarted = testNode({ ...options, path });
    await restarted.transmitter.tick();
    expect(rows(restarted)).toEqual(["0.0 round 10 dropped", "1.0 round 11 broadcast"]);
    restarted.clock.advance(4_000);
    await restarted.transmitter.tick();
    await mine(anvil);
    await restarted.transmitter.tick();
    expect(rows(restarted).slice(1).toSorted()).toEqual(["0.0 round -1 mined", "1.0 round 11 mined"]);
    expect(await rounds()).toEqual([0, 11, 0, 0]);
    expect(restarted.transmitter.open()).toBe(0);
  });

  test("of many reports over many blocks follow one another without gap or double", async () => {
    const { anvil, node } = await scene();
    for (let round = 10; round < 30; round++) {
      node.transmitter.offer(publicationOf(round, [round % 4]));
      await node.transmitter.tick();
      if (round % 3 === 0) await mine(anvil);
    }
    for (let i = 0; i < 4; i++) {
      await mine(anvil);
      await node.transmitter.tick();
    }
    const all = node.store.outbox.recentTransactions(31_337, node.account.address, 100);
    const seen = all.map(({ nonce }) => nonce).toSorted((a, b) => a - b);
    expect(seen).toEqual(seen.map((_, i) => i));
    expect(new Set(all.map(({ round }) => round)).size).toBe(all.length);
    expect(await used(node)).toBe(all.length);
    expect(node.transmitter.counters()).toMatchObject({ reverted: 0, dropped: 0 });
  });
});

describe("a chain started anew under an old database", () => {
  test("gives out used nonces again, and reports land as if nothing had been before", async () => {
    const first = await scene({ finalityDepth: 0 });
    first.node.transmitter.offer(publicationOf(10, [0]));
    await first.node.transmitter.tick();
    await mine(first.anvil);
    await first.node.transmitter.tick();
    expect(rows(first.node)).toEqual(["0.0 round 10 final"]);
    const path = first.node.store.path;
    first.node.store.close();

    const second = await scene({ finalityDepth: 0, path });
    second.node.transmitter.offer(publicationOf(11, [0]));
    await second.node.transmitter.tick();
    await mine(second.anvil);
    await second.node.transmitter.tick();
    expect(await second.rounds()).toEqual([11, 0, 0, 0]);
    expect(rows(second.node)).toEqual(["0.0 round 10 final", "0.0 round 11 final"]);
  });
});

describe("a reorganisation", () => {
  test("that takes a mined transaction off the chain puts it back to sent, and it is mined again", async () => {
    const { anvil, node, rounds } = await scene({ finalityDepth: 5 });
    const snapshot = await anvil.rpc("evm_snapshot");
    node.transmitter.offer(publicationOf(10, [0]));
    await node.transmitter.tick();
    await mine(anvil);
    await node.transmitter.tick();
    expect(rows(node)).toEqual(["0.0 round 10 mined"]);

    await anvil.rpc("evm_revert", [snapshot]);
    await node.transmitter.tick();
    expect(await rounds()).toEqual([0, 0, 0, 0]);
    expect(rows(node)).toEqual(["0.0 round 10 broadcast"]);
    await mine(anvil);
    await node.transmitter.tick();
    expect(await rounds()).toEqual([10, 0, 0, 0]);
    expect(rows(node)).toEqual(["0.0 round 10 mined"]);
    expect(node.transmitter.counters()).toMatchObject({ reorged: 1, sent: 1 });
    await mine(anvil, 5);
    await node.transmitter.tick();
    expect(rows(node)).toEqual(["0.0 round 10 final"]);
    expect(node.transmitter.pending()).toBe(0);
  });

  test("that takes somebody else's transaction off makes this node send the report it still keeps", async () => {
    const { anvil, node, options, rounds } = await scene({ finalityDepth: 5 });
    const other = testNode({ ...options, accountIndex: 2 });
    const snapshot = await anvil.rpc("evm_snapshot");
    const publication = publicationOf(10, [0]);
    other.transmitter.offer(publication);
    await other.transmitter.tick();
    await mine(anvil);
    node.transmitter.offer(publication);
    await node.transmitter.tick();
    expect(node.transmitter.counters().sent).toBe(0);

    await anvil.rpc("evm_revert", [snapshot]);
    await node.transmitter.tick();
    await mine(anvil);
    expect(await rounds()).toEqual([10, 0, 0, 0]);
    expect(node.transmitter.counters().sent).toBe(1);
  });
});
