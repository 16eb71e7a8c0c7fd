/** kill -9 at the three points where a transaction could be lost, doubled or leave a gap. */
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { HubClient } from "../../src/chain/hub-client.ts";
import { Child } from "../store/support/child.ts";
import { testFolder } from "../store/support/folder.ts";
import { startAnvil } from "./support/anvil.ts";
import { CFG, account, deployTestHub, publicationOf } from "./support/network.ts";
import type { TestNode } from "./support/node.ts";
import { testNode } from "./support/node.ts";
import { forward, startRpcServer } from "./support/rpc-server.ts";
import type { ChildScene } from "./support/transmitting-child.ts";

const CHILD = new URL("./support/transmitting-child.ts", import.meta.url);

type CrashPoint = "before-signing" | "signed" | "broadcast";

/** Runs a node until the point, kills it there, and starts another one on its database. */
async function crashAt(
  point: CrashPoint,
): Promise<{ node: TestNode; sentRaw: Hex | undefined; rounds: () => Promise<number> }> {
  const anvil = await startAnvil();
  const { hub } = await deployTestHub(anvil.url);
  let reached: () => void = () => undefined;
  const atThePoint = new Promise<void>((resolve) => (reached = resolve));
  let sentRaw: Hex | undefined;
  const proxy = await startRpcServer(async (call) => {
    const { method, params } = call;
    // The simulation is the last thing asked before a transaction is signed; it is the call with a sender.
    const isSimulation = method === "eth_call" && Object.hasOwn(params[0] as object, "from");
    if (point === "before-signing" && isSimulation) {
      reached();
      return "hang";
    }
    if (method !== "eth_sendRawTransaction") return await forward(anvil.url, call);
    sentRaw = params[0] as Hex;
    if (point === "broadcast") await forward(anvil.url, call);
    reached();
    return "hang";
  });
  const { address, privateKey } = account(1);
  const path = join(testFolder(), "node.db");
  const scene: ChildScene = {
    path,
    url: proxy.url,
    hub,
    account: address,
    privateKey,
    cfg: CFG,
    publication: publicationOf(10, [0, 1]),
  };
  const child = new Child(CHILD, [JSON.stringify(scene)]);
  onTestFinished(() => child.kill());
  expect(await child.line()).toBe("ready");
  await atThePoint;
  await child.kill();
  const node = testNode({ url: anvil.url, hub, path });
  const client = new HubClient({ address: hub }, { rpc: node.rpc });
  return { node, sentRaw, rounds: async () => (await client.answers([0]))[0]!.round };
}

const used = async (node: TestNode): Promise<number> =>
  await node.rpc.transactionCount(node.account.address, (await node.rpc.head()).number);

describe("a node killed with kill -9", () => {
  test("before signing has planned: the next start sends, and no nonce was taken", async () => {
    const { node, rounds } = await crashAt("before-signing");
    expect(node.transmitter.pending()).toBe(1);
    expect(node.transmitter.recent(5)).toEqual([]);
    await node.transmitter.tick();
    await node.transmitter.tick();
    expect(await rounds()).toBe(10);
    expect(await used(node)).toBe(1);
  });

  test("between signing and broadcast sends the identical bytes again, under the same nonce", async () => {
    const { node, sentRaw, rounds } = await crashAt("signed");
    const [left] = node.store.outbox.openTransactions(31_337, node.account.address);
    expect(left).toMatchObject({ nonce: 0, status: "signed", raw: sentRaw, sentAtMs: null });
    expect(await rounds()).toBe(0);
    await node.transmitter.tick();
    await node.transmitter.tick();
    expect(await rounds()).toBe(10);
    expect(await used(node)).toBe(1);
    expect(node.transmitter.recent(5)).toMatchObject([
      { hash: left!.hash, nonce: 0, status: "mined", reverted: false },
    ]);
  });

  test("after broadcast finds its transaction mined, and sends nothing twice", async () => {
    const { node, rounds } = await crashAt("broadcast");
    expect(node.transmitter.recent(5)).toMatchObject([{ nonce: 0, status: "signed" }]);
    expect(await rounds()).toBe(10);
    await node.transmitter.tick();
    expect(node.transmitter.recent(5)).toMatchObject([{ nonce: 0, status: "mined", reverted: false }]);
    expect(node.transmitter.counters()).toMatchObject({ sent: 0, mined: 1 });
    node.transmitter.offer(publicationOf(11, [2]));
    await node.transmitter.tick();
    expect(await used(node)).toBe(2);
  });
});
