import "../../src/network/promise-with-resolvers.ts";
import { connect } from "node:net";
import { noise } from "@libp2p/noise";
import { tcp } from "@libp2p/tcp";
import { yamux } from "@libp2p/yamux";
import { createLibp2p } from "libp2p";
import { expect, onTestFinished, test } from "vitest";
import { withFrontDoor } from "../../src/network/front-door.ts";
import { REFUSED_SOCKETS_HELD_MAX, strangersBurst } from "../../src/network/peer-policy.ts";
import { newIdentity, TestNode } from "./committee.support.ts";

/** Connects, waits for the other end to hang up, and says what it sent. */
async function knock(port: number): Promise<number> {
  const socket = connect(port, "127.0.0.1");
  let bytes = 0;
  socket.on("data", (data) => (bytes += data.length));
  socket.on("error", () => undefined);
  await new Promise((closed) => socket.once("close", closed));
  return bytes;
}

test("libp2p hears of the sockets that may knock, and of no other; their address is spelled as in a multiaddr", async () => {
  const heard: string[] = [];
  const asked: string[] = [];
  const isOpen = [true, false, false, true];
  const host = await createLibp2p({
    addresses: { listen: ["/ip4/127.0.0.1/tcp/0"] },
    transports: [withFrontDoor(tcp(), (address) => asked.push(address) > 0 && isOpen[asked.length - 1]!)],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: {
      denyInboundConnection: ({ remoteAddr }) => heard.push(remoteAddr.getComponents()[0]!.value!) > 0,
    },
  });
  onTestFinished(() => void host.stop());
  const port = Number(/tcp\/(\d+)/.exec(String(host.getMultiaddrs()[0]))![1]);
  for (const _ of isOpen) expect(await knock(port)).toBe(0);
  expect(asked).toEqual(Array.from(isOpen, () => "127.0.0.1"));
  expect(heard).toEqual(["127.0.0.1", "127.0.0.1"]);
});

test("who is turned away waits for it, some at a time, and no stop waits for them", async () => {
  const node = await TestNode.start({ id: 1, identities: [newIdentity(), newIdentity()] });
  const port = Number(/tcp\/(\d+)/.exec(node.address)![1]);
  const count = strangersBurst(2) + REFUSED_SOCKETS_HELD_MAX + 100;
  let closed = 0;
  const knocks = Array.from({ length: count }, async () => {
    await knock(port);
    closed++;
  });
  const refused = (): number => node.network.faults().refused.crowded;
  await expect.poll(refused, { timeout: 10_000 }).toBeGreaterThanOrEqual(count - strangersBurst(2));
  // Those beyond what is kept are gone, those that are kept and those in their handshake are not.
  await expect.poll(() => closed, { timeout: 900, interval: 10 }).toBeGreaterThanOrEqual(90);
  expect(closed).toBeLessThanOrEqual(count - REFUSED_SOCKETS_HELD_MAX);
  await node.network.stop();
  await Promise.all(knocks);
});

test("beyond its burst an address is turned away at the door, which is counted", async () => {
  const node = await TestNode.start({ id: 1, identities: [newIdentity(), newIdentity()] });
  onTestFinished(() => node.network.stop());
  const port = Number(/tcp\/(\d+)/.exec(node.address)![1]);
  const sockets = Array.from({ length: strangersBurst(2) + 200 }, () => knock(port));
  await expect.poll(() => node.network.faults().refused.crowded, { timeout: 10_000 }).toBeGreaterThanOrEqual(190);
  await node.network.stop();
  await Promise.all(sockets);
});
