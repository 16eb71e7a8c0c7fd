import { EventEmitter, once } from "node:events";
import { type Server, type Socket, createServer } from "node:net";
import { performance } from "node:perf_hooks";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { silentLogger } from "../../src/base/ports.ts";
import { type Gap, gap } from "../../src/sources/gap.ts";
import { VENUE_LIMITS } from "../../src/sources/limits.ts";
import { FRAME_MAX_BYTES, type StreamAdapter, type StreamUpdate } from "../../src/sources/stream-adapter.ts";
import { type ConnectionOptions, StreamConnection } from "../../src/sources/stream-connection.ts";
import { SPOT_BTC } from "./bodies.ts";
import { type StreamServer, refuseWith, startStreamServer } from "./stream-server.ts";
import { frame, tinyStream } from "./tiny-stream.ts";

const SOURCE = "coinbase:BTC-USD";
const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

type Told = {
  readonly connection: StreamConnection;
  readonly updates: StreamUpdate[];
  readonly refused: Gap[];
  readonly heard: string[];
  readonly events: EventEmitter;
};

let server: StreamServer;
let running: StreamConnection[];

beforeEach(async () => {
  server = await startStreamServer();
  running = [];
});

afterEach(async () => {
  for (const connection of running) connection.stop();
  await server.close();
});

function connect(adapter: Partial<StreamAdapter> = {}, options: Partial<ConnectionOptions> = {}): Told {
  const [updates, refused, heard, events]: [StreamUpdate[], Gap[], string[], EventEmitter] = [
    [],
    [],
    [],
    new EventEmitter(),
  ];
  const connection = new StreamConnection(
    {
      url: `${server.streamOrigin}/tiny`,
      adapter: tinyStream(adapter),
      subscriptions: [SPOT_BTC.coinbase],
      rules: { allowTestnet: false },
      messages: VENUE_LIMITS.coinbase.messages,
      handshakeMaxMs: 1_000,
      lifeMs: null,
      ...options,
    },
    {
      clock,
      log: silentLogger,
      listed: new Map([["coinbase:x", ["A", "B"]]]),
      opened: () => events.emit("opened"),
      alive: () => undefined,
      take: (update) => {
        updates.push(update);
        events.emit("update");
      },
      refused: (refusal) => {
        refused.push(refusal);
        events.emit("refused");
      },
      hear: (direction, text) => heard.push(`${direction} ${text}`),
    },
  );
  running.push(connection);
  return { connection, updates, refused, heard, events };
}

const quote = (bid: number) => frame({ kind: "spot", source: SOURCE, bid, timeMs: null });

describe("one connection", () => {
  test("says what REST has listed, subscribes, and reads what comes", async () => {
    server.greet((socket) => socket.once("message", () => socket.send(quote(100))));
    const { updates, heard, events, connection } = connect();
    await once(events, "update");
    expect(updates).toMatchObject([{ kind: "spot", quote: { bid: 100 } }]);
    connection.stop();
    expect(await connection.ended).toEqual(gap("disconnected", "stopped"));
    expect(heard[0]).toBe("open /tiny");
    expect(heard.slice(1, 3)).toEqual(["out listed coinbase:x A B", `out subscribe ${SOURCE}`]);
    expect(heard).toContain(`in ${quote(100)}`);
    expect(heard.at(-1)).toBe("close disconnected: stopped");
  });

  test("a frame at the limit is read, one over it ends the connection", async () => {
    const { events, refused, connection } = connect();
    const socket = await server.connected();
    socket.send("x".repeat(FRAME_MAX_BYTES));
    await once(events, "refused");
    expect(refused).toMatchObject([{ reason: "not-json" }]);
    socket.send("x".repeat(FRAME_MAX_BYTES + 1));
    expect(await connection.ended).toMatchObject({ reason: "too-large" });
  });

  test("compression is not offered, so that nothing small can unfold to something large", async () => {
    let offered: string | undefined;
    server.greet((_socket, request) => {
      offered = request.headers["sec-websocket-extensions"];
    });
    const { connection } = connect();
    await server.connected();
    expect(offered).toBeUndefined();
    connection.stop();
  });

  test("garbage and binary frames are counted, and the next good one is taken", async () => {
    const { events, refused, updates } = connect();
    const socket = await server.connected();
    const garbage = ["", "{", "\u0000\u0001", "[1,2", "null and void"];
    for (const text of garbage) socket.send(text);
    socket.send(Buffer.from([1, 2, 3]), { binary: true });
    socket.send(quote(101));
    await once(events, "update");
    expect(refused.map(({ reason }) => reason)).toEqual([...garbage.map(() => "not-json"), "bad-shape"]);
    expect(updates).toHaveLength(1);
  });

  test("twenty frames in a row that nobody can read end it; one good one among them does not count as garbage", async () => {
    const { connection, events, refused } = connect();
    const socket = await server.connected();
    for (let i = 0; i < 19; i++) socket.send("<html>");
    socket.send(quote(101));
    await once(events, "update");
    for (let i = 0; i < 20; i++) socket.send("<html>");
    expect(await connection.ended).toMatchObject({
      reason: "not-json",
      detail: expect.stringContaining("20 frames in a row"),
    });
    expect(refused).toHaveLength(39);
  });

  test("a handshake that takes too long is given up", async () => {
    server.refuse(() => undefined);
    const startedMs = performance.now();
    const { connection } = connect({}, { handshakeMaxMs: 200 });
    expect(await connection.ended).toMatchObject({ reason: "timeout" });
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });

  test("a host that takes the connection and says nothing at all is given up", async () => {
    const open = new Set<Socket>();
    const mute: Server = createServer((socket) => open.add(socket));
    await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
    const { port } = mute.address() as { port: number };
    const { connection } = connect({}, { url: `ws://127.0.0.1:${port}/`, handshakeMaxMs: 200 });
    expect(await connection.ended).toMatchObject({ reason: "timeout" });
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => mute.close(resolve));
  });

  test("nobody there is unreachable", async () => {
    const { connection } = connect({}, { url: "ws://127.0.0.1:9/" });
    expect(await connection.ended).toMatchObject({ reason: "unreachable" });
  });

  const refusals: readonly (readonly [number, Record<string, string>, Gap])[] = [
    [429, { "retry-after": "7" }, gap("rate-limited", "HTTP 429", 7_000)],
    [418, { "retry-after": "120" }, gap("banned", "HTTP 418", 120_000)],
    [403, {}, gap("banned", "HTTP 403")],
    [451, {}, gap("geo-blocked", "HTTP 451")],
    [503, { "retry-after": "30" }, gap("server-error", "HTTP 503", 30_000)],
    [301, { location: "ws://127.0.0.1:9/" }, gap("venue-error", "HTTP 301")],
    [200, {}, gap("venue-error", "HTTP 200 instead of a WebSocket")],
  ];
  test.each(refusals)("HTTP %i at the handshake is named as over REST", async (status, headers, expected) => {
    server.refuse(refuseWith(status, headers));
    expect(await connect().connection.ended).toEqual(expected);
    expect(server.asked).toHaveLength(1);
  });

  test("a half-open line is found within twice the heartbeat", async () => {
    const { connection, events } = connect({ heartbeatMs: 150 });
    const socket = await server.connected();
    socket.send(quote(100));
    await once(events, "update");
    const lastMs = performance.now();
    expect(await connection.ended).toMatchObject({ reason: "silent" });
    expect(performance.now() - lastMs).toBeGreaterThanOrEqual(250);
    expect(performance.now() - lastMs).toBeLessThan(600);
  });

  test("pongs keep a line alive that says nothing else, and a peer that stops answering them is silent", async () => {
    // A machine that is busy keeps a pong waiting for some tenths of a second.
    const { connection } = connect({ heartbeatMs: 1_000, pingFrameMs: 200 });
    const socket = await server.connected();
    let pings = 0;
    const twelve = new Promise<string>((resolve) => {
      socket.on("ping", () => {
        pings += 1;
        if (pings === 12) resolve("alive for more than twice the heartbeat");
      });
    });
    const ended = connection.ended.then(({ reason }) => reason);
    expect(await Promise.race([twelve, ended])).toBe("alive for more than twice the heartbeat");
    expect(connection.isOpen).toBe(true);
    // The kernel takes what we send; nobody reads it.
    socket.pause();
    expect(await connection.ended).toMatchObject({ reason: "silent" });
  });

  test("the venue's own pings are answered", async () => {
    connect();
    const socket = await server.connected();
    const answered = once(socket, "pong");
    socket.ping("42");
    expect(String((await answered)[0])).toBe("42");
  });

  test("a close of the venue tells its code, and what it says is made harmless", async () => {
    const { connection } = connect();
    (await server.connected()).close(1008, "<b>too many\u001b[31m</b>");
    expect(await connection.ended).toEqual(gap("disconnected", "closed with 1008 ?b?too many?[31m?/b?"));
  });

  test("a session that gives up says why, and one that throws costs only its connection", async () => {
    const first = connect();
    const socket = await server.connected();
    socket.send(frame({ kind: "close", gap: gap("maintenance", "back soon", 5_000) }));
    expect(await first.connection.ended).toEqual(gap("maintenance", "back soon", 5_000));
    const second = connect();
    (await server.connected()).send(frame({ kind: "throw" }));
    expect(await second.connection.ended).toMatchObject({ reason: "bad-shape", detail: "the adapter failed" });
  });

  test("it is replaced before the venue ends it", async () => {
    const { connection, events } = connect({}, { lifeMs: 100 });
    await once(events, "opened");
    expect(await connection.ended).toMatchObject({ detail: "replaced before its end of life" });
  });

  test("frames beyond the venue's pace wait their turn, in order", async () => {
    const send = Array.from({ length: 5 }, (_, i) => `number ${i}`);
    const seen: { readonly text: string; readonly atMs: number }[] = [];
    const all = new Promise<void>((resolve) => {
      server.greet((socket) =>
        socket.on("message", (data: Buffer) => {
          seen.push({ text: data.toString(), atMs: performance.now() });
          if (seen.length === 7) resolve();
        }),
      );
    });
    // Four at once, two of which are the greeting; then four a second.
    connect({}, { messages: { credits: 4, perMs: 1_000, burstMax: 4, share: 1, burst: 4 } });
    (await server.connected()).send(frame({ kind: "ask", send }));
    await all;
    expect(seen.slice(2).map(({ text }) => text)).toEqual(send);
    expect(seen[6]!.atMs - seen[0]!.atMs).toBeGreaterThanOrEqual(700);
  });
});
