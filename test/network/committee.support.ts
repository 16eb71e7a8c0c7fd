/** Real hosts on 127.0.0.1 for the tests of this room. */
import { generateKeyPairSync } from "node:crypto";
import { performance } from "node:perf_hooks";
import { concatBytes, toHex } from "../../src/base/bytes.ts";
import { type Clock, type Logger, silentLogger } from "../../src/base/ports.ts";
import { peerIdFromPublicKey } from "../../src/network/identity.ts";
import type { Channel, Verdict } from "../../src/network/inbox.ts";
import { Network } from "../../src/network/network.ts";
import type { PeerLimits } from "../../src/network/peer-policy.ts";

export const systemClock: Clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

export type Identity = { readonly secret: Uint8Array; readonly peerId: string };

export function newIdentity(): Identity {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const seed = Buffer.from(privateKey.export({ format: "jwk" }).d ?? "", "base64url");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  return { secret: concatBytes(seed, raw), peerId: peerIdFromPublicKey(toHex(raw)) };
}

export type Received = { readonly channel: Channel; readonly text: string; readonly fromId: number };

type Waiter = { readonly done: (received: readonly Received[]) => boolean; readonly resolve: () => void };

/** One node: what it received, and a way to await what it will receive. */
export class TestNode {
  readonly received: Received[] = [];
  /** Replaced by a test that wants another judge or another answer. */
  judge: (channel: Channel, text: string, fromId: number) => Verdict = () => "accept";
  answer: (text: string, fromId: number) => Promise<string | null> | string | null = () => null;
  onDeliver: (() => void) | null = null;
  isHeard: (id: number) => boolean = () => true;
  /** What members have acknowledged, as "id name". */
  readonly acknowledged: string[] = [];
  #waiters: Waiter[] = [];
  readonly id: number;
  readonly identity: Identity;
  network: Network;

  private constructor(id: number, identity: Identity, network: Network | null) {
    this.id = id;
    this.identity = identity;
    // Set by `start` before anybody can see the node.
    this.network = network as Network;
  }

  static async start(options: {
    id: number;
    identities: readonly Identity[];
    identity?: Identity;
    listen?: string;
    addresses?: ReadonlyMap<number, string>;
    limits?: Partial<PeerLimits>;
    clock?: Clock;
    log?: Logger;
  }): Promise<TestNode> {
    const identity = options.identity ?? options.identities[options.id - 1]!;
    const node = new TestNode(options.id, identity, null);
    const members = options.identities.map(({ peerId }, index) => {
      const address = options.addresses?.get(index + 1);
      return { id: index + 1, peerId, addresses: address === undefined ? [] : [address] };
    });
    node.network = await Network.start(
      {
        selfId: options.id,
        listen: [options.listen ?? "/ip4/127.0.0.1/tcp/0"],
        members,
        topicPrefix: "tenor/test",
        ...(options.limits === undefined ? {} : { limits: options.limits }),
      },
      {
        identity: identity.secret,
        clock: options.clock ?? systemClock,
        log: options.log ?? silentLogger,
        judge: (channel, bytes, fromId) => node.judge(channel, textOf(bytes), fromId),
        deliver: (channel, bytes, fromId) => node.#deliver(channel, textOf(bytes), fromId),
        answer: async (bytes, fromId) => {
          const text = await node.answer(textOf(bytes), fromId);
          return text === null ? null : bytesOf(text);
        },
        acknowledged: (toId, hash) => void node.acknowledged.push(`${toId} ${hash}`),
        isHeard: (id) => node.isHeard(id),
      },
    );
    return node;
  }

  get address(): string {
    return this.network.addresses()[0]!;
  }

  #deliver(channel: Channel, text: string, fromId: number): void {
    this.received.push({ channel, text, fromId });
    this.onDeliver?.();
    for (const waiter of this.#waiters.filter(({ done }) => done(this.received))) {
      this.#waiters = this.#waiters.filter((other) => other !== waiter);
      waiter.resolve();
    }
  }

  /** Resolves as soon as what was received satisfies the condition. */
  until(done: (received: readonly Received[]) => boolean): Promise<void> {
    if (done(this.received)) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ done, resolve }));
  }

  texts(channel: Channel): string[] {
    return this.received.filter((message) => message.channel === channel).map(({ text }) => text);
  }

  view(id: number): ReturnType<Network["peers"]>[number] {
    return this.network.peers().find((peer) => peer.id === id)!;
  }
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** A whole committee with every line up. */
export async function startCommittee(
  count: number,
  limits: Partial<PeerLimits> = {},
): Promise<{ nodes: TestNode[]; identities: Identity[]; stop: () => Promise<void> }> {
  const identities = Array.from({ length: count }, newIdentity);
  const nodes: TestNode[] = [];
  for (let id = 1; id <= count; id++) nodes.push(await TestNode.start({ id, identities, limits }));
  for (const node of nodes) {
    for (const other of nodes) if (other !== node) node.network.setAddresses(other.id, [other.address]);
  }
  await allReady(nodes);
  return {
    nodes,
    identities,
    stop: async () => {
      await Promise.all(nodes.map((node) => node.network.stop()));
    },
  };
}

/** Left - middle - right: the ends have no line to each other. @param running the test stops whatever is in it */
export async function startLineOfThree(
  running: { stop(): unknown }[],
): Promise<readonly [TestNode, TestNode, TestNode]> {
  const identities = [newIdentity(), newIdentity(), newIdentity()];
  const start = async (id: number): Promise<TestNode> => {
    const node = await TestNode.start({ id, identities });
    running.push(node.network);
    return node;
  };
  const [left, middle, right] = [await start(1), await start(2), await start(3)];
  left.network.setAddresses(2, [middle.address]);
  middle.network.setAddresses(3, [right.address]);
  await allReady([left, middle]);
  await allReady([middle, right]);
  return [left, middle, right];
}

export async function allReady(nodes: readonly TestNode[]): Promise<void> {
  await eventually("every line is up", () =>
    nodes.every((node) => nodes.every((other) => other === node || node.network.isReady(other.id))),
  );
}

/** For states without an event: looks again every few milliseconds until the deadline. */
export async function eventually(what: string, holds: () => boolean, timeoutMs = 15_000): Promise<number> {
  const startedAt = performance.now();
  while (!holds()) {
    if (performance.now() - startedAt > timeoutMs) throw new Error(`within ${timeoutMs} ms it did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - startedAt;
}
