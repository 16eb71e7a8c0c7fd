/** A node's transmitter as a process of its own, to be killed. Prints `ready`, takes one offer, then ticks by itself. */
import { silentLogger } from "../../../src/base/ports.ts";
import type { Publication } from "../../../src/chain/outbox-rows.ts";
import { QuorumRpc } from "../../../src/chain/rpc.ts";
import { Transmitter } from "../../../src/chain/transmitter.ts";
import { openStore } from "../../../src/store/store.ts";

/** @property privateKey of a test chain's published account */
export type ChildScene = {
  readonly path: string;
  readonly url: string;
  readonly hub: `0x${string}`;
  readonly account: `0x${string}`;
  readonly privateKey: string;
  readonly cfg: `0x${string}`;
  readonly publication: Publication;
};

const scene = JSON.parse(process.argv[2]!) as ChildScene;
const { SigningKey } = await import("ethers");
const key = new SigningKey(scene.privateKey);
const store = openStore({ path: scene.path });
const rpc = new QuorumRpc(
  { rpcs: [{ name: "proxy", url: scene.url }], quorum: 1, chainId: 31_337, finalityDepth: 2, timeoutMs: 30_000 },
  { log: silentLogger },
);
const transmitter = new Transmitter(
  {
    chainId: 31_337,
    hub: scene.hub,
    account: scene.account,
    selfId: 1,
    members: [1],
    cfg: scene.cfg,
    blockTimeMs: 1_000,
    finalityDepth: 2,
  },
  {
    rows: store.outbox,
    rpc,
    signDigest: (digest) => {
      const { r, s, yParity } = key.sign(digest);
      return { r: r as `0x${string}`, s: s as `0x${string}`, yParity };
    },
    clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    log: silentLogger,
  },
);
transmitter.offer(scene.publication);
transmitter.start();
process.stdout.write("ready\n");
