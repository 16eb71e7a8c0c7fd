/** What a member can do to another one with its identity and a raw host. Each goes on until it is stopped. */
import type { Connection, Stream } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { concatBytes } from "../../src/base/bytes.ts";
import { encodeFrame } from "../../src/network/framing.ts";
import { limitsFor } from "../../src/network/limits-for.ts";
import { encodeRequest } from "../../src/node/requests.ts";
import type { Message } from "../../src/protocol/messages.ts";
import { sealed } from "../node/support/members.ts";
import { hexOf, observeOf, proposeOf, shareOf, signedOf } from "../support/protocol.ts";
import { type Attack, type Attacker, SLOT_MS } from "./attack.support.ts";

const DIRECT = "/tenor/test/direct/2";
const OBSERVES = "/tenor/test/observe/1";
const ASK = "/tenor/test/ask/1";
const MESH = "/meshsub/1.2.0";
const OBSERVE = "tenor/test/observe";
/** Just below what a member may, and for ever. */
const allowed = limitsFor({ members: 4, slotMs: SLOT_MS, feeds: 2 });
const below = (limit: number): number => 0.9 * limit;
const PROTOCOLS = [DIRECT, ASK, MESH, "/ipfs/ping/1.0.0", "/ipfs/id/1.0.0", OBSERVES];
/** Without a pause to wait in, the attacker's own buffers are all that it fills. */
const WRITTEN_AT_ONCE_MAX = 256 * 1024;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Repeats as fast as the event loop allows (0) or `perSec` times a second, whatever fails. */
async function repeat(until: AbortSignal, perSec: number, act: () => unknown): Promise<void> {
  const startedAt = performance.now();
  for (let done = 0; !until.aborted; done++) {
    try {
      await act();
    } catch {
      await pause(20);
    }
    const dueMs = perSec === 0 ? 0 : startedAt + ((done + 1) * 1_000) / perSec - performance.now();
    await pause(Math.max(0, dueMs));
  }
}

async function streamTo(attacker: Attacker, protocol: string): Promise<Stream | null> {
  const line = await attacker.line();
  if (line === null) {
    await pause(50);
    return null;
  }
  return await line.newStream(protocol, { maxOutboundStreams: 100_000, signal: AbortSignal.timeout(2_000) });
}

/** A stream of a protocol, opened again when it is gone. */
function lasting(attacker: Attacker, protocol: string): () => Promise<Stream | null> {
  let stream: Stream | null = null;
  return async () => {
    if (stream?.status !== "open" || stream.writeStatus !== "writable") stream = await streamTo(attacker, protocol);
    return stream;
  };
}

function write(stream: Stream | null, bytes: Uint8Array): void {
  if (stream !== null && stream.writeBufferLength < WRITTEN_AT_ONCE_MAX) stream.send(bytes);
}

function currentRound({ config, firstRoundTimeMs }: Attacker): number {
  return config.firstRound + Math.floor((Date.now() - firstRoundTimeMs) / config.slotMs);
}

function varint(value: number): Uint8Array {
  const out: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...out, rest]);
    out.push((rest % 128) | 128);
  }
}

const field = (tag: number, bytes: Uint8Array): Uint8Array =>
  concatBytes(varint(tag * 8 + 2), varint(bytes.length), bytes);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const rpcFrame = (...parts: Uint8Array[]): Uint8Array => {
  const body = concatBytes(...parts);
  return concatBytes(varint(body.length), body);
};
const published = (topic: string, data: Uint8Array): Uint8Array =>
  field(2, concatBytes(field(2, data), field(4, text(topic))));

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const envelope = (message: Message): Uint8Array => sealed(message, 4).bytes;

let serial = 0;
const everNew = {
  observe: (attacker: Attacker): Message =>
    observeOf(attacker.config, 4, currentRound(attacker), { obsTimeMs: attacker.firstRoundTimeMs + serial++ }),
  share: (attacker: Attacker): Message => {
    const proposal = proposeOf(
      4,
      [1, 2, 3].map((id) => observeOf(attacker.config, id, currentRound(attacker))),
    );
    return { ...shareOf(4, proposal, hexOf("digest")), proposalHash: hexOf(`${serial++}`) };
  },
  propose: (attacker: Attacker): Message => ({
    ...proposeOf(
      4,
      [1, 2, 3].map((id) => observeOf(attacker.config, id, currentRound(attacker))),
    ),
    parent: { round: currentRound(attacker) - 1, digest: hexOf(`${serial++}`) },
  }),
  report: (attacker: Attacker): Message => {
    const round = currentRound(attacker) - (serial++ % 900);
    return { type: "report", round, sender: 4, signed: signedOf(attacker.config, round) };
  },
};

function yamuxFrame(type: number, flags: number, stream: number, length: number): Uint8Array {
  const frame = new Uint8Array(12);
  const view = new DataView(frame.buffer);
  view.setUint8(1, type);
  view.setUint16(2, flags);
  view.setUint32(4, stream);
  view.setUint32(8, length);
  return frame;
}

/** Raw frames of the multiplexer, a thousand in a write at most. */
function wireFlood(perSec: number, frame: (i: number) => Uint8Array): Attack {
  return async (attacker) => {
    const atOnce = perSec === 0 ? 1_000 : 1;
    let i = 0;
    await repeat(attacker.until, perSec, async () => {
      const wire = await attacker.wire();
      if (wire === null) await pause(50);
      else if (!wire.writableNeedsDrain) wire.send(concatBytes(...Array.from({ length: atOnce }, () => frame(i++))));
    });
  };
}

function directFlood(perSec: number, make: (attacker: Attacker) => Uint8Array, protocol = DIRECT): Attack {
  return async (attacker) => {
    const stream = lasting(attacker, protocol);
    await repeat(attacker.until, perSec, async () => write(await stream(), encodeFrame(make(attacker))));
  };
}

function gossipFlood(perSec: number, make: (attacker: Attacker) => Uint8Array): Attack {
  return async (attacker) => {
    const stream = lasting(attacker, MESH);
    await repeat(attacker.until, perSec, async () => write(await stream(), rpcFrame(make(attacker))));
  };
}

function streamsFlood(perSec: number, protocols: readonly string[], first: (stream: Stream) => void): Attack {
  return async (attacker) => {
    let i = 0;
    const open: Stream[] = [];
    await repeat(attacker.until, perSec, async () => {
      const stream = await streamTo(attacker, protocols[i++ % protocols.length]!);
      if (stream === null) return;
      first(stream);
      open.push(stream);
      if (open.length > 50) open.shift()?.abort(new Error("the next one"));
    });
  };
}

const ids = (count: number): Uint8Array[] => Array.from({ length: count }, () => random(32));
const control = (): Uint8Array =>
  field(
    3,
    concatBytes(
      field(1, concatBytes(field(1, text(OBSERVE)), ...ids(16).map((id) => field(2, id)))),
      field(2, concatBytes(...ids(16).map((id) => field(1, id)))),
      field(3, field(1, text(OBSERVE))),
      field(5, concatBytes(...ids(64).map((id) => field(1, id)))),
    ),
  );

const slowLoris: Attack = async (attacker) => {
  const held = PROTOCOLS.flatMap((protocol) => Array.from({ length: 5 }, () => lasting(attacker, protocol)));
  await Promise.all(
    held.map(async (stream, i) => {
      let isBegun = false;
      await repeat(attacker.until, 1, async () => {
        const one = await stream();
        // 196 608 bytes promised, as a stream of either kind says it.
        const promise = i >= 10 && i < 15 ? varint(196_608) : Uint8Array.of(0, 3, 0, 0);
        write(one, isBegun ? Uint8Array.of(7) : promise);
        isBegun = true;
      });
    }),
  );
};

const reconnecting: Attack = async (attacker) => {
  await repeat(attacker.until, 0, async () => {
    const line: Connection | null = await attacker.line();
    line?.abort(new Error("again"));
  });
};

const strangers: Attack = async (attacker) => {
  const hosts = await Promise.all(Array.from({ length: 4 }, () => attacker.stranger()));
  await Promise.all(
    hosts.map((host) =>
      repeat(attacker.until, 0, () => host.dial(multiaddr(attacker.victim), { signal: AbortSignal.timeout(1_000) })),
    ),
  );
};

const idle: Attack = async (attacker) => {
  await repeat(attacker.until, 1, () => attacker.line());
};

/** By name; a rate of 0 is as fast as it can. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  "idle: only connected": idle,
  "slow-loris on 30 streams": slowLoris,
  "streams, as many as it can": streamsFlood(0, PROTOCOLS, () => undefined),
  "streams, below the limit": streamsFlood(below(allowed.streamsPerSec), PROTOCOLS, () => undefined),
  "identifications, as many as it can": streamsFlood(0, ["/ipfs/id/1.0.0"], () => undefined),
  "pings on one stream, as fast as it can": async (attacker) => {
    const stream = lasting(attacker, "/ipfs/ping/1.0.0");
    await repeat(attacker.until, 0, async () => write(await stream(), random(32)));
  },
  "questions, as many as it can": streamsFlood(0, [ASK], (stream) =>
    stream.send(encodeFrame(encodeRequest({ kind: "message", hash: hexOf(`${serial++}`) }))),
  ),
  "questions, below the limit": streamsFlood(below(allowed.requestsPerSec), [ASK], (stream) =>
    stream.send(encodeFrame(encodeRequest({ kind: "message", hash: hexOf(`${serial++}`) }))),
  ),
  "random bytes at full rate": directFlood(0, () => random(16 * 1024)),
  "random frames, below the limit": directFlood(below(allowed.directFramesPerSec), () => random(400)),
  "oversized prefixes": async (attacker) => {
    await repeat(attacker.until, 0, async () =>
      write(await streamTo(attacker, DIRECT), Uint8Array.of(255, 255, 255, 255)),
    );
  },
  "one OBSERVE again and again, gossip, below the limit": async (attacker) => {
    const frame = rpcFrame(published(OBSERVE, envelope(everNew.observe(attacker))));
    const stream = lasting(attacker, MESH);
    await repeat(attacker.until, below(allowed.gossipFramesPerSec), async () => write(await stream(), frame));
  },
  "one SHARE again and again, direct, below the limit": async (attacker) => {
    const frame = encodeFrame(envelope(everNew.share(attacker)));
    const stream = lasting(attacker, DIRECT);
    await repeat(attacker.until, below(allowed.directFramesPerSec), async () => write(await stream(), frame));
  },
  "new OBSERVEs, direct, below the limit": directFlood(below(allowed.directFramesPerSec), (attacker) =>
    envelope(everNew.observe(attacker)),
  ),
  "new OBSERVEs, on their own stream, below the limit": directFlood(
    below(allowed.directFramesPerSec),
    (attacker) => envelope(everNew.observe(attacker)),
    OBSERVES,
  ),
  "OBSERVEs on their own stream, as fast as it can": directFlood(
    0,
    (attacker) => envelope(everNew.observe(attacker)),
    OBSERVES,
  ),
  "new OBSERVEs, gossip, below the limit": gossipFlood(below(allowed.gossipFramesPerSec), (attacker) =>
    published(OBSERVE, envelope(everNew.observe(attacker))),
  ),
  "new OBSERVEs, gossip, as fast as it can": gossipFlood(0, (attacker) =>
    published(OBSERVE, envelope(everNew.observe(attacker))),
  ),
  "new SHAREs, direct, below the limit": directFlood(below(allowed.directFramesPerSec), (attacker) =>
    envelope(everNew.share(attacker)),
  ),
  "new PROPOSEs, direct, below the limit": directFlood(below(allowed.directFramesPerSec), (attacker) =>
    envelope(everNew.propose(attacker)),
  ),
  "wrong REPORTs, direct, below the limit": directFlood(below(allowed.directFramesPerSec), (attacker) =>
    envelope(everNew.report(attacker)),
  ),
  "gossip control, as fast as it can": gossipFlood(0, control),
  "gossip control, below the limit": gossipFlood(below(allowed.gossipFramesPerSec), control),
  "multiplexer pings, as fast as it can": wireFlood(0, (i) => yamuxFrame(2, 1, 0, i)),
  "multiplexer pings, below the limit": wireFlood(below(allowed.wireFramesPerSec), (i) => yamuxFrame(2, 1, 0, i)),
  "multiplexer streams begun, as fast as it can": wireFlood(0, (i) => yamuxFrame(1, 1, 2 * i + 100_001, 0)),
  "one-byte frames, below the limit": wireFlood(below(allowed.wireFramesPerSec), () =>
    concatBytes(yamuxFrame(0, 0, 999_999, 1), Uint8Array.of(1)),
  ),
  "a frame of 4 GiB": wireFlood(100, (i) => (i === 0 ? yamuxFrame(0, 0, 999_999, 0xffff_ffff) : random(1_000))),
  "reconnecting, as fast as it can": reconnecting,
  "strangers, as fast as they can": strangers,
};
