/** What a member can do below the messages: frames, streams, handshakes and libp2p's own services. */
import { once } from "node:events";
import { connect } from "node:net";
import { multiaddr } from "@multiformats/multiaddr";
import { afterEach, describe, expect, test } from "vitest";
import { concatBytes } from "../../src/base/bytes.ts";
import { encodeFrame } from "../../src/network/framing.ts";
import { STRANGERS_PER_SEC, strangersBurst } from "../../src/network/peer-policy.ts";
import { bytesOf, eventually } from "./committee.support.ts";
import { closed, endAll, honestTrafficGoesOn, withMember3 } from "./hostile.support.ts";

afterEach(endAll);

const PING = 2;
const WINDOW_UPDATE = 1;
const DATA = 0;

function yamuxFrame(type: number, flags: number, stream: number, length: number): Uint8Array {
  const frame = new Uint8Array(12);
  const view = new DataView(frame.buffer);
  view.setUint8(1, type);
  view.setUint16(2, flags);
  view.setUint32(4, stream);
  view.setUint32(8, length);
  return frame;
}

const many = (count: number, make: (i: number) => Uint8Array): Uint8Array =>
  concatBytes(...Array.from({ length: count }, (_, i) => make(i)));

describe("below the messages, a member", () => {
  test("with more frames than its rate is cut off, though they carry nothing and belong to no stream", async () => {
    const { one, two, line, wire } = await withMember3({ wireFramesPerSec: 50 });
    wire.send(many(1_000, (i) => yamuxFrame(PING, 1, 0, i)));
    await closed(line);
    expect(one.view(3).offences.flood).toBeGreaterThanOrEqual(800);
    expect(one.view(3).excludedForMs).toBeGreaterThan(0);
    await honestTrafficGoesOn(one, two);
  });

  test("that begins more streams than its rate is cut off before they are negotiated", async () => {
    const { one, two, line, wire } = await withMember3({ streamsPerSec: 10 });
    wire.send(many(500, (i) => yamuxFrame(WINDOW_UPDATE, 1, 1_001 + 2 * i, 0)));
    await closed(line);
    expect(one.view(3).offences.flood).toBeGreaterThanOrEqual(400);
    await honestTrafficGoesOn(one, two);
  });

  test("that promises a frame of 4 GiB is cut off on its header", async () => {
    const { one, two, line, wire } = await withMember3();
    wire.send(yamuxFrame(DATA, 0, 7, 0xffff_ffff));
    await closed(line);
    expect(one.view(3).offences.oversized).toBe(1);
    await honestTrafficGoesOn(one, two);
  });

  test("that sends nonsense where frames belong loses its connection and nothing else happens", async () => {
    const { one, two, line, wire } = await withMember3();
    wire.send(Uint8Array.from({ length: 600 }, (_, i) => (i * 37 + 11) % 256));
    await closed(line);
    await honestTrafficGoesOn(one, two);
  });

  test("that connects again and again is told to wait, then cut off", async () => {
    const { one, two, hostile, line } = await withMember3({ connectionsPerSec: 0.4, scoreRecoveryPerSec: 0 });
    line.abort(new Error("again"));
    for (let i = 0; i < 13; i++) {
      const again = await hostile.dial(multiaddr(one.address)).catch(() => null);
      again?.abort(new Error("and again"));
    }
    await eventually("it is cut off", () => one.view(3).excludedForMs > 0);
    expect(one.network.faults().refused["too-often"]).toBeGreaterThanOrEqual(5);
    await honestTrafficGoesOn(one, two);
  });

  test("that asks who we are without end gets a few answers and loses score", async () => {
    const { one, two, line } = await withMember3({ servicesPerSec: 0.2, scoreRecoveryPerSec: 0 });
    for (let i = 0; i < 30 && line.status === "open"; i++) {
      const stream = await line.newStream("/ipfs/id/1.0.0").catch(() => null);
      await stream?.close({ signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    }
    await closed(line);
    expect(one.view(3).offences.flood).toBeGreaterThanOrEqual(50);
    await honestTrafficGoesOn(one, two);
  });

  test("that begins messages and dribbles them holds no room beyond what it has sent, and disturbs nobody", async () => {
    const { one, two, line } = await withMember3();
    const streams = await Promise.all(
      [
        "/tenor/test/direct/2",
        "/tenor/test/observe/1",
        "/tenor/test/ask/1",
        "/tenor/test/ask/1",
        "/meshsub/1.2.0",
        "/ipfs/ping/1.0.0",
      ].map(async (protocol) => await line.newStream(protocol)),
    );
    for (const stream of streams) stream.send(Uint8Array.of(0, 3, 0, 0));
    for (let i = 0; i < 20; i++) {
      for (const stream of streams) if (stream.status === "open") stream.send(Uint8Array.of(7));
      await honestTrafficGoesOn(one, two);
    }
    expect(one.view(3).offences).toEqual({ rejected: 0, malformed: 0, oversized: 0, flood: 0 });
    expect(one.texts("direct").filter((text) => text !== "so am I")).toEqual([]);
  });
});

describe("strangers", () => {
  test("who stand at the door and say nothing get a burst of it, and members talk on", async () => {
    const { one, two } = await withMember3();
    const port = Number(one.address.split("/")[4]);
    const knocks = 3 * strangersBurst(3);
    const startedAt = performance.now();
    const sockets = Array.from({ length: knocks }, () => connect(port, "127.0.0.1").on("error", () => undefined));
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    const allowed = (): number =>
      strangersBurst(3) + STRANGERS_PER_SEC * Math.ceil((performance.now() - startedAt) / 1_000);
    await eventually("the others are turned away", () => one.network.faults().refused.crowded >= knocks - allowed());
    await honestTrafficGoesOn(one, two);
    for (const socket of sockets) socket.destroy();
  });
});

describe("a message that comes in one write with its flood", () => {
  test("is not heard once its sender is cut off", async () => {
    const { one, two, line } = await withMember3({ directFramesPerSec: 2 });
    const stream = await line.newStream("/tenor/test/direct/2");
    stream.send(many(200, (i) => encodeFrame(bytesOf(`${i}`))));
    await closed(line);
    expect(one.texts("direct").filter((text) => text !== "so am I").length).toBeLessThanOrEqual(8);
    await honestTrafficGoesOn(one, two);
  });
});
