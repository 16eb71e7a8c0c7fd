/** Pings between two libp2p nodes over real TCP. */
import "../../src/network/promise-with-resolvers.ts";
import type { Connection, Libp2p, StreamHandler } from "@libp2p/interface";
import { noise } from "@libp2p/noise";
import { ping, PING_PROTOCOL } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { yamux } from "@libp2p/yamux";
import { createLibp2p } from "libp2p";
import { afterEach, describe, expect, test } from "vitest";
import { silentLogger } from "../../src/base/ports.ts";
import { Pulse, type PulseOptions } from "../../src/network/pulse.ts";
import { eventually } from "./committee.support.ts";

const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

const running: { stop(): unknown }[] = [];

afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

async function host(services: Record<string, ReturnType<typeof ping>> = {}): Promise<Libp2p> {
  const node = await createLibp2p({
    addresses: { listen: ["/ip4/127.0.0.1/tcp/0"] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
    services,
  });
  running.push(node);
  return node;
}

/** One end that pings, and another that answers as it is told; without a handler it does not know the protocol. */
async function line(
  options: Partial<PulseOptions>,
  handler: StreamHandler | null,
): Promise<{ connection: Connection; streams: () => number }> {
  const [here, there] = [await host(), await host()];
  let streams = 0;
  if (handler !== null) {
    await there.handle(PING_PROTOCOL, (stream, connection) => {
      streams += 1;
      return handler(stream, connection);
    });
  }
  const connection = await here.dial(there.getMultiaddrs());
  const pulse = new Pulse(
    { intervalMs: 30, timeoutMs: 300, pingsPerStream: 5, ...options },
    { node: here, clock, log: silentLogger },
  );
  pulse.start();
  running.push(pulse);
  return { connection, streams: () => streams };
}

const waitMs = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const echo =
  (heard: () => void): StreamHandler =>
  async (stream) => {
    for await (const chunk of stream) {
      heard();
      stream.send(chunk);
    }
    await stream.close();
  };

describe("a pulse", () => {
  test("tells round trips, many on a stream, and renews it", { timeout: 20_000 }, async () => {
    let pings = 0;
    const { connection, streams } = await line(
      {},
      echo(() => (pings += 1)),
    );
    await eventually("twelve pings", () => pings >= 12);
    expect(connection.rtt).toBeGreaterThan(0);
    expect(connection.rtt).toBeLessThan(300);
    expect(streams()).toBe(Math.ceil(pings / 5));
    expect(connection.streams.length).toBeLessThanOrEqual(2);
  });

  test("begins with four pings in quick succession, and then takes its time", { timeout: 20_000 }, async () => {
    let pings = 0;
    await line(
      { intervalMs: 4_000 },
      echo(() => (pings += 1)),
    );
    const tookMs = await eventually("four pings", () => pings >= 4);
    expect(tookMs).toBeLessThan(3_500);
    await waitMs(1_000);
    expect(pings).toBe(4);
  });

  test("is answered by libp2p's own service, and outlives a stream that this ends", { timeout: 20_000 }, async () => {
    const [here, there] = [await host(), await host({ ping: ping({ timeout: 100 }) })];
    const connection = await here.dial(there.getMultiaddrs());
    const pulse = new Pulse(
      { intervalMs: 30, timeoutMs: 2_000, pingsPerStream: 1_000 },
      { node: here, clock, log: silentLogger },
    );
    pulse.start();
    running.push(pulse);
    for (let i = 0; i < 3; i++) {
      delete connection.rtt;
      await eventually("it is measured", () => connection.rtt !== undefined);
      await waitMs(150);
    }
    expect(connection.status).toBe("open");
  });

  test("ends a connection on which nothing comes back", { timeout: 20_000 }, async () => {
    const { connection } = await line({}, async (stream) => {
      for await (const chunk of stream) void chunk;
    });
    await waitMs(200);
    expect(connection.status).toBe("open");
    await eventually("it is ended", () => connection.status === "aborted");
  });

  test("ends no connection whose other end resets, lies or does not know the protocol", {
    timeout: 20_000,
  }, async () => {
    const reset = await line({}, (stream) => stream.abort(new Error("no")));
    const lie = await line({}, async (stream) => {
      for await (const chunk of stream) stream.send(new Uint8Array(chunk.byteLength));
    });
    const ignorant = await line({}, null);
    await waitMs(1_000);
    for (const { connection } of [reset, lie, ignorant]) {
      expect(connection.status).toBe("open");
      expect(connection.rtt).toBeUndefined();
    }
    await eventually("who lies is asked again and again", () => lie.streams() > 5);
  });

  test("forgives an answer that waited while this process stood still", { timeout: 20_000 }, async () => {
    let stall = true;
    const { connection } = await line(
      { intervalMs: 50, timeoutMs: 200 },
      echo(() => {
        if (!stall) return;
        stall = false;
        // The answer has been written and nobody reads it before the deadline.
        setImmediate(() => {
          const untilMs = performance.now() + 400;
          while (performance.now() < untilMs);
        });
      }),
    );
    await waitMs(1_000);
    expect(stall).toBe(false);
    expect(connection.status).toBe("open");
    await eventually("it goes on", () => connection.rtt !== undefined);
  });
});
