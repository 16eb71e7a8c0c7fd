/** Nodes 1 and 2 are honest; member 3 is raw libp2p and does what a test wants. */
import "../../src/network/promise-with-resolvers.ts";
import { generateKeyPairFromSeed } from "@libp2p/crypto/keys";
import type { Connection, Libp2p, MessageStream } from "@libp2p/interface";
import { noise } from "@libp2p/noise";
import { tcp } from "@libp2p/tcp";
import { yamux } from "@libp2p/yamux";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";
import type { PeerLimits } from "../../src/network/peer-policy.ts";
import { allReady, bytesOf, eventually, type Identity, newIdentity, TestNode } from "./committee.support.ts";

const running: { stop(): unknown }[] = [];

export async function endAll(): Promise<void> {
  await Promise.all(running.splice(0).map((one) => one.stop()));
}

/** @param onWire is given what lies under the multiplexer of each connection, to write to it what no multiplexer would */
export async function rawPeer(
  identity: Identity,
  onWire: (wire: MessageStream) => void = () => undefined,
): Promise<Libp2p> {
  const multiplexer = yamux({ enableKeepAlive: false });
  const node = await createLibp2p({
    privateKey: await generateKeyPairFromSeed("Ed25519", identity.secret.slice(0, 32)),
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [
      () => {
        const inner = multiplexer();
        return {
          protocol: inner.protocol,
          createStreamMuxer: (wire) => {
            onWire(wire);
            return inner.createStreamMuxer(wire);
          },
        };
      },
    ],
    connectionMonitor: { enabled: false },
    connectionManager: { reconnectRetries: 0 },
  });
  running.push(node);
  return node;
}

/** Nodes 1 and 2 are honest and connected; member 3 exists only as a raw peer with a connection to node 1. */
export async function withMember3(limits: Partial<PeerLimits> = {}): Promise<{
  one: TestNode;
  two: TestNode;
  hostile: Libp2p;
  line: Connection;
  wire: MessageStream;
}> {
  const identities = [newIdentity(), newIdentity(), newIdentity()];
  const one = await TestNode.start({ id: 1, identities, limits });
  const two = await TestNode.start({ id: 2, identities, limits });
  running.push(one.network, two.network);
  one.network.setAddresses(2, [two.address]);
  await allReady([one, two]);
  let wire: MessageStream | null = null;
  const hostile = await rawPeer(identities[2]!, (made) => void (wire ??= made));
  const line = await hostile.dial(multiaddr(one.address));
  await eventually("member 3 is connected", () => one.view(3).connected);
  return { one, two, hostile, line, wire: wire! };
}

export async function honestTrafficGoesOn(one: TestNode, two: TestNode): Promise<void> {
  one.network.publish("observe", bytesOf("still here"));
  two.network.send(1, bytesOf("so am I"));
  await Promise.all([
    two.until((all) => all.some(({ text }) => text === "still here")),
    one.until((all) => all.some(({ text }) => text === "so am I")),
  ]);
}

export function closed(line: Connection): Promise<void> {
  if (line.status !== "open") return Promise.resolve();
  return new Promise((resolve) => line.addEventListener("close", () => resolve(), { once: true }));
}
