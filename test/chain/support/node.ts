/** One node's transmitter over a store of its own. */
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Hex } from "../../../src/base/bytes.ts";
import { silentLogger } from "../../../src/base/ports.ts";
import type { QuorumRpc } from "../../../src/chain/rpc.ts";
import { Transmitter } from "../../../src/chain/transmitter.ts";
import type { TransmitterOptions } from "../../../src/chain/transmitter-options.ts";
import type { Store } from "../../../src/store/store.ts";
import { openStore } from "../../../src/store/store.ts";
import { testFolder } from "../../store/support/folder.ts";
import { MovableClock } from "./clock.ts";
import type { Account } from "./network.ts";
import { CFG, CHAIN_ID, account, openRpc } from "./network.ts";

export type TestNode = {
  readonly transmitter: Transmitter;
  readonly store: Store;
  readonly clock: MovableClock;
  readonly rpc: QuorumRpc;
  readonly account: Account;
};

export type TestNodeOptions = Partial<TransmitterOptions> & {
  readonly url: string;
  readonly hub: Hex;
  readonly path?: string;
  readonly accountIndex?: number;
  readonly sharedClock?: MovableClock;
};

export function testNode(options: TestNodeOptions): TestNode {
  const { url, hub, path, accountIndex, sharedClock, ...more } = options;
  const store = openStore({ path: path ?? join(testFolder(), "node.db") });
  onTestFinished(() => store.close());
  const own = account(accountIndex ?? 1);
  const clock = sharedClock ?? new MovableClock();
  const rpc = openRpc(url);
  const transmitter = new Transmitter(
    {
      chainId: CHAIN_ID,
      hub,
      account: own.address,
      selfId: 1,
      members: [1],
      cfg: CFG,
      blockTimeMs: 1_000,
      finalityDepth: 2,
      pollMs: 50,
      ...more,
    },
    { rows: store.outbox, rpc, signDigest: own.sign, clock, log: silentLogger },
  );
  onTestFinished(() => transmitter.stop());
  return { transmitter, store, clock, rpc, account: own };
}
