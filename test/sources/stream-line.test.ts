import { EventEmitter, getEventListeners, once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Logger, silentLogger } from "../../src/base/ports.ts";
import { gap } from "../../src/sources/gap.ts";
import { VENUE_LIMITS } from "../../src/sources/limits.ts";
import { SourceState } from "../../src/sources/source-state.ts";
import type { StreamAdapter } from "../../src/sources/stream-adapter.ts";
import { type HeardFrame, StreamLine } from "../../src/sources/stream-line.ts";
import { VenueGate } from "../../src/sources/venue-gate.ts";
import { SPOT_BTC } from "./bodies.ts";
import { type StreamServer, refuseWith, startStreamServer } from "./stream-server.ts";
import { frame, tinyStream } from "./tiny-stream.ts";

const SOURCE = "coinbase:BTC-USD";
const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
const LIMITS = VENUE_LIMITS.coinbase;
/** For tests of what is not the budget. */
const AMPLE = { ...LIMITS, connects: { credits: 1_000, perMs: 1_000, share: 0.5, burst: 500 } };

const quote = (bid: number) => frame({ kind: "spot", source: SOURCE, bid, timeMs: null });

describe("a line of connections", () => {
  let server: StreamServer;
  let stops: { readonly stop: AbortController; readonly done: Promise<void> }[];

  beforeEach(async () => {
    server = await startStreamServer();
    stops = [];
  });

  afterEach(async () => {
    for (const { stop } of stops) stop.abort();
    await Promise.all(stops.map(({ done }) => done));
    await server.close();
  });

  function run(dice = 0, limits = AMPLE, adapter: Partial<StreamAdapter> = {}) {
    const told = new EventEmitter();
    const log: Logger = {
      ...silentLogger,
      info: (message) => told.emit(message),
      warn: (message) => told.emit(message),
      child: () => log,
    };
    const rng = { next: () => dice };
    const gate = new VenueGate("coinbase", { rng }, limits);
    const heard: HeardFrame[] = [];
    const line = new StreamLine(
      {
        adapter: tinyStream(adapter),
        url: `${server.streamOrigin}/tiny`,
        subscriptions: [SPOT_BTC.coinbase],
        rules: { allowTestnet: false },
        messages: limits.messages,
      },
      { clock, log, rng, gate, hearFrame: (one) => heard.push(one) },
    );
    const state = new SourceState(SPOT_BTC.coinbase, clock.nowMs(), { line });
    line.feed(state);
    const stop = new AbortController();
    stops.push({ stop, done: line.run(stop.signal) });
    return { line, state, gate, told, stop, heard };
  }

  test("tells its sources when it ends, keeps what they hold, and makes them live again", async () => {
    const { line, state, told } = run();
    expect(line.statistics()).toMatchObject({ state: "down", openedAtMs: null, reconnects: 0 });
    const first = await server.connected();
    first.send(quote(100));
    await once(told, "source is streamed");
    expect(line.statistics()).toMatchObject({ name: "tiny", state: "live", lastError: null, refusedFrames: 0 });
    expect(line.statistics().framesPerSecond).toBeGreaterThan(0);
    const again = server.connected();
    const ended = once(told, "stream ended");
    first.close(1001);
    await ended;
    expect(state.held).toMatchObject({ value: { bid: 100 } });
    expect(state.gap).toMatchObject({ reason: "disconnected" });
    expect(line.aliveAtMs).toBeNull();
    const live = once(told, "source is streamed");
    (await again).send(quote(101));
    await live;
    expect(state.gap).toBeNull();
    expect(state.held).toMatchObject({ value: { bid: 101 } });
    expect(line.statistics()).toMatchObject({ reconnects: 1, lastError: { reason: "disconnected" } });
  });

  test("a venue that closes at once is asked no more often than its budget allows", async () => {
    server.greet((socket) => socket.close(1000));
    const { told } = run(0, LIMITS);
    const startedMs = performance.now();
    for (let i = 0; i < 5; i++) await once(told, "stream ended");
    const tookMs = performance.now() - startedMs;
    // A burst of four, then four in five seconds.
    expect(tookMs).toBeGreaterThanOrEqual(1_150);
    expect(server.asked.length).toBeLessThanOrEqual(5);
  });

  test("waits twice as long after each failure, up to the dice", async () => {
    server.greet((socket) => socket.close(1000));
    run(0.999);
    for (let i = 0; i < 3; i++) await server.connected();
    const [first, second, third] = server.asked.map(({ atMs }) => atMs);
    expect(second! - first!).toBeGreaterThanOrEqual(490);
    expect(third! - second!).toBeGreaterThanOrEqual(980);
  });

  test("stays away for as long as a session's farewell asks, without pausing the venue", async () => {
    const { gate } = run();
    const socket = await server.connected();
    const again = server.connected();
    socket.send(frame({ kind: "close", gap: gap("maintenance", "x", 400) }));
    const saidMs = performance.now();
    await again;
    expect(performance.now() - saidMs).toBeGreaterThanOrEqual(390);
    expect(gate.pause(clock.monotonicMs())).toBeNull();
  });

  test("a ban at the handshake pauses the venue, over REST too, and the next attempt waits for it", async () => {
    server.refuse(refuseWith(429, { "retry-after": "1" }));
    const { gate, told } = run();
    await once(told, "stream ended");
    expect(gate.pause(clock.monotonicMs())).toMatchObject({ cause: gap("rate-limited", "HTTP 429", 1_000) });
    server.refuse(null);
    await server.connected();
    expect(server.asked[1]!.atMs - server.asked[0]!.atMs).toBeGreaterThanOrEqual(1_000);
  });

  test("a venue that counts by IP and ends a session pauses the venue as well", async () => {
    const { gate, told } = run();
    (await server.connected()).send(frame({ kind: "close", gap: gap("rate-limited", "10028", 600) }));
    await once(told, "stream ended");
    expect(gate.pause(clock.monotonicMs())?.cause.reason).toBe("rate-limited");
  });

  test("what nobody asked for is refused and counted", async () => {
    const { line, told } = run();
    const socket = await server.connected();
    socket.send(frame({ kind: "spot", source: "coinbase:DOGE-USD", bid: 1, timeMs: null }));
    socket.send(quote(100));
    await once(told, "source is streamed");
    expect(line.statistics()).toMatchObject({ refusedFrames: 1, lastError: { reason: "bad-shape" } });
  });

  test("a hundred reconnections leave no timer and no listener behind", async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    server.greet((socket) => socket.close(1000));
    const { stop, told } = run();
    await once(told, "stream ended");
    const before = timers();
    for (let i = 0; i < 100; i++) await once(told, "stream ended");
    expect(server.asked.length).toBeGreaterThanOrEqual(100);
    // Goodbyes of the last connections may still be under way.
    expect(timers()).toBeLessThanOrEqual(before + 3);
    expect(getEventListeners(stop.signal, "abort").length).toBeLessThanOrEqual(2);
  });

  test("stop ends the connection with a goodbye and connects no more", async () => {
    const { stop, heard, line, told } = run();
    const [socket] = await Promise.all([server.connected(), once(told, "stream opened")]);
    const closed = once(socket, "close");
    stop.abort();
    expect((await closed)[0]).toBe(1000);
    expect(line.statistics().state).toBe("down");
    expect(heard.map(({ direction }) => direction)).toEqual(["open", "out", "close"]);
    expect(heard[0]).toMatchObject({ venue: "coinbase", connection: "tiny", text: "/tiny" });
    expect(server.asked).toHaveLength(1);
  });
});
