import { createServer } from "node:net";
import { expect, test } from "vitest";
import { freePorts } from "../../src/devnet/wait.ts";

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => resolve(true));
  });
  await new Promise((resolve) => server.close(resolve));
  return isFree;
}

test("free ports are different, free, and none that the system hands to outgoing connections", async () => {
  const ports = await freePorts(60);
  expect(new Set(ports).size).toBe(60);
  for (const port of ports) {
    expect(port).toBeGreaterThanOrEqual(12_000);
    expect(port).toBeLessThan(32_768);
    expect(await canListen(port)).toBe(true);
  }
});

test("none is asked for, none is given", async () => {
  expect(await freePorts(0)).toEqual([]);
});
