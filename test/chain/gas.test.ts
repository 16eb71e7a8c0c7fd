import { expect, test } from "vitest";
import { DEFAULT_GAS, submitGasLimit } from "../../src/chain/fees.ts";
import { startAnvil } from "./support/anvil.ts";
import { deployTestHub, publicationOf } from "./support/network.ts";
import { testNode } from "./support/node.ts";

test("the gas table covers a feed's dearest update, its first, with its margin to spare and not with twice the gas", async () => {
  const anvil = await startAnvil();
  const { hub } = await deployTestHub(anvil.url);
  const node = testNode({ url: anvil.url, hub });
  const used: number[] = [];
  for (const [i, feeds] of [[0], [1, 2, 3], [0, 1, 2, 3], [0, 1, 2, 3], [0]].entries()) {
    node.transmitter.offer(publicationOf(10 + i, feeds));
    await node.transmitter.tick();
    await node.transmitter.tick();
    const [row] = node.transmitter.recent(1);
    expect(row).toMatchObject({ round: 10 + i, reverted: false, gasUsed: expect.any(Number) });
    used.push(row!.gasUsed!);
    const limit = submitGasLimit(DEFAULT_GAS, feeds.length);
    expect(row!.gasUsed! * (1 + DEFAULT_GAS.marginPercent / 200)).toBeLessThan(limit);
    expect(row!.gasUsed! * 2).toBeGreaterThan(limit);
  }
});
