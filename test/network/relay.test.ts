/** Acknowledgements of direct messages, and the way round a line that is broken. */
import "../../src/network/promise-with-resolvers.ts";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { generateKeyPairFromSeed } from "@libp2p/crypto/keys";
import type { Libp2p, StreamHandler } from "@libp2p/interface";
import { noise } from "@libp2p/noise";
import { tcp } from "@libp2p/tcp";
import { yamux } from "@libp2p/yamux";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";
import { afterEach, describe, expect, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { encodeCount } from "../../src/network/acknowledgements.ts";
import type { PeerLimits } from "../../src/network/peer-policy.ts";
import {
  bytesOf,
  eventually,
  type Identity,
  newIdentity,
  startCommittee,
  startLineOfThree,
  TestNode,
} from "./committee.support.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

const running: { stop(): unknown }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

const about = (name: string, round = 1): { hash: Hex; round: number } => ({ hash: `0x${name}`, round });

/** Member 2 as a raw peer whose direct streams are handled by the test. */
async function withRawMember(
  handler: StreamHandler,
  limits: Partial<PeerLimits> = {},
): Promise<{ one: TestNode; raw: Libp2p }> {
  const identities: Identity[] = [newIdentity(), newIdentity()];
  const one = await TestNode.start({ id: 1, identities, limits });
  const raw = await createLibp2p({
    privateKey: await generateKeyPairFromSeed("Ed25519", identities[1]!.secret.slice(0, 32)),
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
  });
  running.push(one.network, raw);
  await raw.handle("/tenor/test/direct/2", handler);
  await raw.dial(multiaddr(one.address));
  await eventually("the raw member is connected", () => one.view(2).connected);
  return { one, raw };
}

describe("an acknowledgement", () => {
  test("is told once for each message that has a name", async () => {
    const { nodes, stop } = await startCommittee(3);
    running.push({ stop });
    const [one, two] = nodes as [TestNode, TestNode];
    for (const name of ["a", "b", "c"]) one.network.send(2, bytesOf(name), about(name));
    one.network.send(2, bytesOf("nameless"));
    one.network.send(3, bytesOf("a"), about("a"));
    await eventually("all are acknowledged", () => one.acknowledged.length === 4);
    expect(one.acknowledged.toSorted()).toEqual(["2 0xa", "2 0xb", "2 0xc", "3 0xa"]);
    expect(two.texts("direct")).toEqual(["a", "b", "c", "nameless"]);
  });

  test("of what was not sent costs score, as any malformed message", async () => {
    const { one } = await withRawMember(async (stream) => {
      stream.send(encodeCount(1_000));
      for await (const chunk of stream) void chunk;
    });
    await eventually("the lie is booked", () => one.view(2).offences.malformed >= 1);
    expect(one.acknowledged).toEqual([]);
  });
});

describe("a message that nobody acknowledges", () => {
  test("reaches its member through a third one, who hears of it too", async () => {
    const [left, middle, right] = await startLineOfThree(running);
    left.network.send(3, bytesOf("round the broken line"), about("x"));
    await right.until((all) => all.some(({ channel }) => channel === "relay"));
    expect(right.texts("relay")).toEqual(["round the broken line"]);
    expect(middle.texts("relay")).toEqual(["round the broken line"]);
    expect(left.network.faults().relayed).toBe(1);
    // Word of it comes from the member itself or not at all.
    expect(left.acknowledged).toEqual([]);
  });

  test("goes out also when the line is up and only its answers do not come", async () => {
    const { one } = await withRawMember(async (stream) => {
      for await (const chunk of stream) void chunk;
    });
    one.network.send(2, bytesOf("unanswered"), about("y"));
    await eventually("it is relayed", () => one.network.faults().relayed === 1);
  });

  test("goes nowhere when its answer came while this process stood still", async () => {
    const { one } = await withRawMember(async (stream) => {
      for await (const chunk of stream) {
        void chunk;
        stream.send(encodeCount(1));
        // The answer has been written and nobody reads it before the message is overdue.
        setImmediate(() => {
          const untilMs = performance.now() + 400;
          while (performance.now() < untilMs);
        });
      }
    });
    one.network.send(2, bytesOf("answered in time"), about("w"));
    await eventually("it is acknowledged", () => one.acknowledged.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(one.network.faults()).toMatchObject({ relayed: 0, relaySuppressed: 0 });
  });

  test("goes out once, for however many members it was", async () => {
    const identities = Array.from({ length: 7 }, newIdentity);
    const one = await TestNode.start({ id: 1, identities });
    running.push(one.network);
    for (let id = 2; id <= 7; id++) one.network.send(id, bytesOf("to all"), about("z"));
    one.network.send(2, bytesOf("another"), about("another"));
    await eventually("both are relayed", () => one.network.faults().relayed === 2);
  });

  test("goes nowhere when its member has not been heard of, or when it belongs to no round", async () => {
    const identities = [newIdentity(), newIdentity(), newIdentity()];
    const one = await TestNode.start({ id: 1, identities });
    running.push(one.network);
    one.isHeard = (id) => id === 3;
    one.network.send(2, bytesOf("to a dead one"), about("dead"));
    one.network.send(2, bytesOf("of a ceremony"));
    one.network.send(3, bytesOf("to a live one"), about("live"));
    await eventually("only one is relayed", () => one.network.faults().relayed === 1);
    expect(one.network.faults().relaySuppressed).toBe(0);
  });

  test("goes nowhere when too many went before it", async () => {
    const identities = [newIdentity(), newIdentity()];
    const one = await TestNode.start({ id: 1, identities, limits: { relaysPerSec: 1, burstSec: 5 } });
    running.push(one.network);
    for (let i = 0; i < 50; i++) one.network.send(2, bytesOf(`${i}`), about(`${i}`, i));
    await eventually("all are due", () => {
      const { relayed, relaySuppressed } = one.network.faults();
      return relayed + relaySuppressed === 50;
    });
    expect(one.network.faults().relayed).toBeLessThanOrEqual(6);
  });
});

describe("a member that does not read", () => {
  test("makes nobody's memory grow: what does not fit into its queue is dropped, the stalest first", async () => {
    const { one } = await withRawMember((stream) => stream.pause(), { relaysPerSec: 1 });
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    const frames = 400;
    for (let round = 0; round < frames; round++) {
      one.network.send(2, new Uint8Array(100_000), about(`${round}`, round));
      if (round % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    // Some are on their way within the stream's window; of the rest three rounds are worth keeping.
    expect(one.view(2).queueDropped).toBeGreaterThan(frames - 30);
    // A queue and what is not yet overdue, a mebibyte each; what the stream and the socket took.
    await eventually("forty megabytes are not held", () => {
      collectGarbage();
      return process.memoryUsage().arrayBuffers - before < 6_000_000;
    });
    await eventually("what is overdue was looked at", () => one.network.faults().relaySuppressed > 0);
  });
});
