import { createServer } from "node:net";
import { setTimeout as sleepFor } from "node:timers/promises";
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

/** Free TCP ports, all different: they are held open together before any is given back. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  try {
    return await Promise.all(
      servers.map(
        async (server) =>
          await new Promise<number>((resolve, reject) => {
            server.once("error", reject);
            server.listen(0, "127.0.0.1", () => {
              const address = server.address();
              resolve(typeof address === "object" && address !== null ? address.port : 0);
            });
          }),
      ),
    );
  } finally {
    for (const server of servers) server.close();
  }
}
