import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { setTimeout as sleepFor } from "node:timers/promises";
import { OracleError } from "../base/errors.ts";
import type { Child } from "./child.ts";

export type Waiting = {
  readonly timeoutMs: number;
  readonly pollMs: number;
  readonly what: string;
  readonly child: Child;
};

/** Polls until `probe` gives something; fails with the child's own last words when it ends or time runs out. */
export async function waitFor<T>(probe: () => Promise<T | null> | T | null, waiting: Waiting): Promise<T> {
  const endMs = performance.now() + waiting.timeoutMs;
  for (;;) {
    const found = await probe();
    if (found !== null) return found;
    if (waiting.child.exit !== null) throw waiting.child.failure(`ended before ${waiting.what}`);
    if (performance.now() > endMs)
      throw waiting.child.failure(`no ${waiting.what} within ${waiting.timeoutMs / 1_000} s`);
    await sleepFor(waiting.pollMs);
  }
}

/** JSON of a local server; null while nobody answers. */
export async function fetchJson<T>(url: string, timeoutMs = 2_000): Promise<T | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    return response.ok ? ((await response.json()) as T) : null;
  } catch {
    return null;
  }
}

/**
 * Below the ports that Linux and macOS hand out by themselves: one of those would be somebody's outgoing connection by the time
 * that a process which ended wants its port again.
 */
const PORT_MIN = 12_000;
const PORT_MAX = 32_000;
/** Of a machine that has a free one at all, some try finds it. */
const PORT_TRIES = 200;

/** @returns whether the server listens there now; false where somebody else does */
async function listensOn(server: Server, port: number): Promise<boolean> {
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return false;
    throw error;
  }
}

/**
 * Free TCP ports, all different: they are held open together before any is given back.
 * @throws OracleError `no-free-port`
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers: Server[] = [];
  const ports: number[] = [];
  try {
    for (let tries = 0; ports.length < count; tries++) {
      if (tries > PORT_TRIES + count) {
        throw new OracleError(`no free port between ${PORT_MIN} and ${PORT_MAX} in ${tries} tries`, {
          code: "no-free-port",
        });
      }
      const server = createServer();
      const port = randomInt(PORT_MIN, PORT_MAX);
      if (!(await listensOn(server, port))) continue;
      servers.push(server);
      ports.push(port);
    }
    return ports;
  } finally {
    for (const server of servers) server.close();
  }
}
