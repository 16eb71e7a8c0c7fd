/** Bent lines do what they say, and nothing more: bytes stay whole and in order through all of it. */
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Wires } from "../../src/devnet/wires/wires.ts";

const HOST = "127.0.0.1";

/** Where "node 2" listens: what it heard, and the sockets it holds. */
class End {
  readonly sockets: Socket[] = [];
  heard = "";
  readonly server: Server = createServer((socket) => {
    this.sockets.push(socket);
    socket.on("data", (bytes: Buffer) => {
      this.heard += bytes.toString();
      this.#tell();
    });
    socket.on("error", () => undefined);
    this.#tell();
  });
  #waiting: (() => void)[] = [];

  async open(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, HOST, resolve));
    const address = this.server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Resolves as soon as the condition holds, looked at with every piece that arrives. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #tell(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

let ends: End[];
let wires: Wires;

beforeEach(async () => {
  ends = [new End(), new End(), new End()];
  const ports = await Promise.all(ends.map(async (end) => await end.open()));
  wires = await Wires.open(
    HOST,
    ports.map((port) => ({ host: HOST, port })),
  );
});

afterEach(async () => {
  await wires.close();
  for (const { server, sockets } of ends) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

/** Node 1 dials node 2 as its network file tells it to. */
async function dial(): Promise<Socket> {
  const socket = connect(wires.address(1, 2));
  socket.on("error", () => undefined);
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  return socket;
}

function ended(socket: Socket): Promise<void> {
  socket.resume();
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

describe("a line", () => {
  test("that is straight carries both ways and counts what it carried, each way by itself", async () => {
    const socket = await dial();
    socket.write("hello");
    await ends[1]!.until(() => ends[1]!.heard === "hello");
    const answer = new Promise<string>((resolve) => socket.once("data", (bytes: Buffer) => resolve(bytes.toString())));
    ends[1]!.sockets[0]!.write("you too");
    expect(await answer).toBe("you too");
    expect([wires.bytes(1, 2), wires.bytes(2, 1), wires.bytesTotal()]).toEqual([5, 7, 12]);
    socket.destroy();
  });

  test("with a delay holds every piece that long one way, and with jitter keeps their order", async () => {
    const socket = await dial();
    wires.bend(1, 2, { delayMs: 40, jitterMs: 15 });
    const startedMs = performance.now();
    const text = Array.from({ length: 30 }, (_, i) => `${i} `);
    for (const piece of text) {
      socket.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await ends[1]!.until(() => ends[1]!.heard.length === text.join("").length);
    expect(ends[1]!.heard).toBe(text.join(""));
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(39);
    socket.destroy();
  });

  test("that is throttled takes as long as its rate says", async () => {
    const socket = await dial();
    wires.bend(1, 2, { bytesPerSec: 100_000 });
    const startedMs = performance.now();
    socket.write("x".repeat(20_000));
    await ends[1]!.until(() => ends[1]!.heard.length === 20_000);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(195);
    socket.destroy();
  });

  test("that is stalled one way is open the other, and loses nothing when it goes on", async () => {
    const socket = await dial();
    socket.write("a");
    await ends[1]!.until(() => ends[1]!.heard === "a");
    wires.bend(1, 2, { stalled: true });
    socket.write("b");
    const answer = new Promise<string>((resolve) => socket.once("data", (bytes: Buffer) => resolve(bytes.toString())));
    ends[1]!.sockets[0]!.write("still heard");
    expect(await answer).toBe("still heard");
    expect(ends[1]!.heard).toBe("a");
    socket.write("c");
    wires.bend(1, 2, { stalled: false });
    await ends[1]!.until(() => ends[1]!.heard === "abc");
    socket.destroy();
  });

  test("that is cut ends on both sides and takes nobody until it is mended; others are not touched", async () => {
    const other = connect(wires.address(3, 2));
    const socket = await dial();
    await ends[1]!.until(() => ends[1]!.sockets.length === 2);
    const gone = ended(socket);
    wires.cut(2, 1);
    await gone;
    await ended(await dial());
    other.write("3");
    await ends[1]!.until(() => ends[1]!.heard === "3");
    wires.mend(1, 2);
    const again = await dial();
    again.write("1");
    await ends[1]!.until(() => ends[1]!.heard === "31");
    again.destroy();
    other.destroy();
  });

  test("between two groups is stalled when they are parted, and lines inside a group are not", async () => {
    const outside = connect(wires.address(3, 2));
    const inside = await dial();
    await ends[1]!.until(() => ends[1]!.sockets.length === 2);
    wires.part([1, 2]);
    outside.write("3");
    inside.write("1");
    await ends[1]!.until(() => ends[1]!.heard === "1");
    wires.heal();
    await ends[1]!.until(() => ends[1]!.heard === "13");
    inside.destroy();
    outside.destroy();
  });
});
