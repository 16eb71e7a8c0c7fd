// What the boundary to peers costs: nanoseconds for garbage at each decoder, and, with --minutes N, what two hosts keep of
// connections that break and questions that are answered (run node with --expose-gc for the heap after collection).
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer, connect } from "node:net";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import v8 from "node:v8";
import vm from "node:vm";
import { concatBytes, toHex } from "../dist/base/bytes.js";
import { silentLogger } from "../dist/base/ports.js";
import { CountReader } from "../dist/network/acknowledgements.js";
import { FrameReader, VarintFrameCounter } from "../dist/network/framing.js";
import { peerIdFromPublicKey } from "../dist/network/identity.js";
import { Network } from "../dist/network/network.js";
import { YamuxCounter } from "../dist/network/yamux-count.js";
import { splitEnvelope } from "../dist/node/envelope.js";
import { decodeRequest } from "../dist/node/requests.js";
import { decodeHeader, decodeMessage } from "../dist/protocol/encoding.js";

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "0" }, questions: { type: "string", default: "20000" } },
});
const minutes = Number(values.minutes);

const tries = (decode) => (bytes) => {
  try {
    decode(bytes);
  } catch {
    // What the inbox makes of it is a verdict.
  }
};

const decoders = {
  "direct frames": (bytes) => new FrameReader(262_144).push(bytes),
  "gossip frames": (bytes) => new VarintFrameCounter(266_240).push(bytes),
  "multiplexer frames": (bytes) => new YamuxCounter(524_288).push(bytes),
  acknowledgements: (bytes) => new CountReader().push(bytes, 0xffff_ffff),
  questions: (bytes) => decodeRequest(bytes),
  "envelope, header": tries((bytes) => decodeHeader(splitEnvelope(bytes).encoded)),
  "envelope, message": tries((bytes) => decodeMessage(splitEnvelope(bytes).encoded)),
};

console.log("nanoseconds for random bytes, by length");
console.log(["decoder".padEnd(20), "64", "400", "4 000", "40 000"].map((cell) => cell.padStart(9)).join(" "));
for (const [name, decode] of Object.entries(decoders)) {
  const cells = [64, 400, 4_000, 40_000].map((length) => {
    const inputs = Array.from({ length: 64 }, (_, i) => {
      const bytes = new Uint8Array(randomBytes(length));
      // Half of them look right at first.
      if (i % 2 === 0) bytes[0] = 1 + (i % 4);
      return bytes;
    });
    const count = Math.max(200, Math.floor(4_000_000 / length));
    for (let i = 0; i < count; i++) decode(inputs[i % inputs.length]);
    const startedAt = performance.now();
    for (let i = 0; i < count; i++) decode(inputs[i % inputs.length]);
    return Math.round(((performance.now() - startedAt) * 1e6) / count);
  });
  console.log([name.padEnd(20), ...cells].map((cell) => String(cell).padStart(9)).join(" "));
}

if (minutes > 0) await churn();

async function churn() {
  v8.setFlagsFromString("--expose-gc");
  const collect = vm.runInNewContext("gc");
  const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
  const identities = [1, 2].map(() => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const raw = Buffer.from(publicKey.export({ format: "jwk" }).x, "base64url");
    const seed = Buffer.from(privateKey.export({ format: "jwk" }).d, "base64url");
    return { secret: concatBytes(seed, raw), peerId: peerIdFromPublicKey(toHex(raw)) };
  });
  const limits = { requestsPerSec: 1_000, streamsPerSec: 2_000, wireFramesPerSec: 50_000, connectionsPerSec: 100 };
  const [one, two] = await Promise.all(
    [1, 2].map((selfId) =>
      Network.start(
        {
          selfId,
          listen: ["/ip4/127.0.0.1/tcp/0"],
          members: identities.map(({ peerId }, i) => ({ id: i + 1, peerId, addresses: [] })),
          topicPrefix: "tenor/churn",
          limits,
        },
        {
          identity: identities[selfId - 1].secret,
          clock,
          log: silentLogger,
          judge: () => "accept",
          deliver: () => undefined,
          answer: (bytes) => bytes,
        },
      ),
    ),
  );
  const port = Number(two.addresses()[0].split("/")[4]);
  const sockets = new Set();
  const proxy = createServer((inner) => {
    const outer = connect(port, "127.0.0.1");
    sockets.add(inner);
    for (const [from, to] of [
      [inner, outer],
      [outer, inner],
    ]) {
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  one.setAddresses(2, [`/ip4/127.0.0.1/tcp/${proxy.address().port}`]);
  const startedAt = performance.now();
  const endsAt = startedAt + minutes * 60_000;
  const questionsMax = Number(values.questions);
  const samples = [];
  let [questions, answers, cuts, nextCutAt, nextSampleAt] = [0, 0, 0, startedAt + 500, startedAt + 10_000];
  const question = new Uint8Array(200);
  console.log("\n   s   cuts  answers  heap MB  buffers MB  handles");
  while (performance.now() < endsAt) {
    const now = performance.now();
    if (one.peers()[0].connected && questions < questionsMax) {
      const batch = await Promise.all(Array.from({ length: 8 }, () => one.request(2, question, 2_000)));
      questions += batch.length;
      answers += batch.filter((answer) => answer !== null).length;
      one.send(2, question, { hash: `0x${questions}`, round: questions });
      one.publish("observe", new Uint8Array(randomBytes(300)));
    } else await new Promise((resolve) => setTimeout(resolve, 20));
    if (now > nextCutAt) {
      nextCutAt = now + 700;
      cuts++;
      for (const socket of sockets) socket.destroy();
    }
    if (now > nextSampleAt) {
      nextSampleAt = now + 10_000;
      collect();
      await new Promise((resolve) => setTimeout(resolve, 50));
      collect();
      const { used_heap_size: heap, external_memory: external } = v8.getHeapStatistics();
      const second = (now - startedAt) / 1_000;
      samples.push({ second, heap: heap / 1e6 });
      const handles = process.getActiveResourcesInfo().length;
      console.log(
        `${second.toFixed(0).padStart(4)} ${String(cuts).padStart(6)} ${String(answers).padStart(8)} ${(heap / 1e6).toFixed(2).padStart(8)} ${(external / 1e6).toFixed(2).padStart(11)} ${String(handles).padStart(8)}`,
      );
    }
  }
  const late = samples.slice(Math.floor(samples.length / 4));
  const mean = (of) => late.reduce((sum, one) => sum + of(one), 0) / late.length;
  const [x, y] = [mean(({ second }) => second), mean(({ heap }) => heap)];
  const slope =
    late.reduce((sum, { second, heap }) => sum + (second - x) * (heap - y), 0) /
    late.reduce((sum, { second }) => sum + (second - x) ** 2, 0);
  console.log(
    `slope of the last three quarters: ${(slope * 3_600).toFixed(2)} MB/h, ${((slope * 1e6 * (endsAt - startedAt)) / 1_000 / Math.max(1, cuts)).toFixed(0)} bytes a connection`,
  );
  for (const node of [one, two]) {
    const [{ offences, excludedForMs }] = node.peers();
    console.log(JSON.stringify({ offences, excludedForMs, ...node.faults() }));
  }
  await Promise.all([one.stop(), two.stop()]);
  proxy.close();
}
