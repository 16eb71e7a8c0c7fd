/** A devnet for a test: real processes, real ports, ended by their own ids. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleepFor } from "node:timers/promises";
import { Devnet, type DevnetOptions } from "../../src/devnet/devnet.ts";
import { feedsFolder } from "../../src/devnet/paths.ts";
import { fetchJson } from "../../src/devnet/wait.ts";
import type { PeersReply } from "../../src/api/replies.ts";
import type { HealthView, SignedReportView } from "../../src/api/view.ts";

/** Prices and volatilities of both coins: a devnet that is up within seconds, for tests of other things than feeds. */
export const FOUR_FEEDS: readonly string[] = [
  "BTC-USD.spot-index",
  "ETH-USD.spot-index",
  "BTC-USD.iv-atm-30d",
  "ETH-USD.iv-atm-30d",
].map((name) => join(feedsFolder, `${name}.json`));

export async function startDevnet(options: Partial<DevnetOptions> = {}): Promise<Devnet> {
  return await Devnet.start(
    {
      nodes: 4,
      slotMs: 1_000,
      live: false,
      marketArguments: [],
      apiPort: 0,
      logLevel: "debug",
      blockTimeSec: 1,
      settleEveryMs: 60_000,
      ...options,
    },
    { progress: () => undefined },
  );
}

/** Polls until the probe gives something. @param devnet whose story is to be in the error */
export async function eventually<T>(
  what: string,
  timeoutMs: number,
  probe: () => Promise<T | null> | T | null,
  devnet?: Devnet,
): Promise<T> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found !== null) return found;
    if (performance.now() > endMs) {
      const story = devnet === undefined ? "" : `\n${await storyOf(devnet)}`;
      throw new Error(`${what}: not within ${timeoutMs / 1_000} s${story}`);
    }
    await sleepFor(100);
  }
}

const WORDS_MAX = 6;

/** What each node is about, in one line: a machine that nobody can look at again has nothing else to tell. */
async function storyOf(devnet: Devnet): Promise<string> {
  const lines = devnet.nodes.map(async ({ id, apiUrl, child }) => {
    const peers = await fetchJson<PeersReply>(`${apiUrl}/v1/peers`);
    const state = child.exit === null ? await stateOf(apiUrl) : child.failure("is not there").message;
    const heard = peers?.peers.map(
      ({ nodeId, connected, lastRound }) => `${nodeId}${connected ? "" : " (away)"} ${lastRound}`,
    );
    const words = logOf(devnet, id)
      .slice(-400)
      .map(({ msg, why, reason }) => {
        const because = why ?? reason;
        return typeof because === "string" ? `${msg}: ${because}` : msg;
      });
    const last = [...new Set(words.reverse())].slice(0, WORDS_MAX).reverse();
    return `node ${id}: ${state}; rounds heard of ${heard?.join(", ")}; last said: ${last.join(" | ")}`;
  });
  return (await Promise.all(lines)).join("\n");
}

async function stateOf(apiUrl: string): Promise<string> {
  try {
    const response = await fetch(`${apiUrl}/readyz`, { signal: AbortSignal.timeout(2_000) });
    const { ready, reasons } = (await response.json()) as HealthView;
    return ready ? "ready" : `not ready, ${reasons.join(", ")}`;
  } catch {
    return "no answer from its API";
  }
}

export async function latestRound(devnet: Devnet, nodeId: number): Promise<number> {
  const report = await fetchJson<SignedReportView>(`${devnet.nodes[nodeId - 1]!.apiUrl}/v1/reports/latest`);
  return report?.round ?? 0;
}

/** Waits until a node holds a signed report of at least this round. */
export async function awaitRound(devnet: Devnet, nodeId: number, round: number, timeoutMs: number): Promise<number> {
  return await eventually(
    `round ${round} at node ${nodeId}`,
    timeoutMs,
    async () => {
      const latest = await latestRound(devnet, nodeId);
      return latest >= round ? latest : null;
    },
    devnet,
  );
}

export function currentSlot(devnet: Devnet): number {
  return 1 + Math.floor((Date.now() - devnet.firstRoundTimeMs) / devnet.facts.slotMs);
}

export type LogLine = { readonly msg: string; readonly time: string } & Readonly<Record<string, unknown>>;

/** A node's log over all its lives. */
export function logOf(devnet: Devnet, nodeId: number): readonly LogLine[] {
  const text = readFileSync(join(devnet.dir, `node${nodeId}.log`), "utf8");
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as LogLine];
      } catch {
        // The last line of a life that was cut off by kill -9.
        return [];
      }
    });
}

export async function setFault(devnet: Devnet, venue: string, fault: string): Promise<void> {
  const response = await fetch(`${devnet.marketUrl}/control/fault`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ venue, fault }),
  });
  if (!response.ok) throw new Error(`market refused the fault: ${await response.text()}`);
}

export async function clearFaults(devnet: Devnet): Promise<void> {
  const response = await fetch(`${devnet.marketUrl}/control/fault`, { method: "DELETE" });
  if (!response.ok) throw new Error(`market refused to clear faults: ${await response.text()}`);
}
