/** Real timers and a real socket: what is due waits for what has come. */
import { createServer, connect, type Socket } from "node:net";
import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import { Timers } from "../../src/node/timers.ts";

const running: { destroy(): void }[] = [];

afterEach(() => {
  for (const one of running.splice(0)) one.destroy();
});

async function pair(): Promise<[Socket, Socket]> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const left = connect(address.port, "127.0.0.1");
  const [right] = (await once(server, "connection")) as [Socket];
  server.close();
  running.push(left, right);
  return [left, right];
}

const waitMs = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("timers", () => {
  test("come after what arrived while this process stood still", async () => {
    const [left, right] = await pair();
    const story: string[] = [];
    const timers = new Timers();
    right.on("data", () => story.push("data"));
    timers.after(20, () => story.push("due"));
    setImmediate(() => {
      left.write("x");
      const untilMs = performance.now() + 100;
      while (performance.now() < untilMs);
    });
    await waitMs(300);
    expect(story).toEqual(["data", "due"]);
  });

  test("end with their owner, also those that are due and wait", async () => {
    const story: string[] = [];
    const timers = new Timers();
    timers.after(1, () => story.push("due"));
    timers.after(50, () => story.push("later"));
    // Both are due when the process runs again.
    setTimeout(() => timers.stop(), 2);
    const untilMs = performance.now() + 10;
    while (performance.now() < untilMs);
    await waitMs(100);
    expect(story).toEqual([]);
  });
});
