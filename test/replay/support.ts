/** A market over real HTTP with a clock that the test turns, and the shared recordings where they are present. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { MarketOptions } from "../../src/replay/options.ts";
import { type RunningMarket, startMarket } from "../../src/replay/server.ts";

export const DATA = process.env.TENOR_DATA ?? join(import.meta.dirname, "../../../shared/data");
export const START_MS = Date.UTC(2026, 10, 23, 7, 58, 0);

export function present(...paths: readonly string[]): boolean {
  return paths.every((path) => existsSync(join(DATA, path)));
}

export const skipNote = (isPresent: boolean): string => (isPresent ? "" : " (skipped: shared data absent)");

export function sharedJson(path: string): unknown {
  return JSON.parse(readFileSync(join(DATA, path), "utf8"));
}

export type TestMarket = RunningMarket & { readonly clock: { nowMs: number } };

export async function openMarket(options: MarketOptions = {}): Promise<TestMarket> {
  const clock = { nowMs: options.startMs ?? START_MS };
  const market = await startMarket({
    seed: 9,
    startMs: clock.nowMs,
    latency: false,
    // The turned clock makes every second one moment.
    enforce: false,
    nowMs: () => clock.nowMs,
    ...options,
  });
  onTestFinished(() => market.stop());
  return { ...market, clock };
}

export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), "tenor-replay-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export async function getText(
  market: RunningMarket,
  path: string,
): Promise<{ status: number; type: string; text: string }> {
  const response = await fetch(market.url + path);
  return { status: response.status, type: response.headers.get("content-type") ?? "", text: await response.text() };
}

/** JSON of a body that the test knows the shape of. */
export async function getJson<Body>(market: RunningMarket, path: string): Promise<Body> {
  return JSON.parse((await getText(market, path)).text) as Body;
}

export async function postFault(market: RunningMarket, order: unknown): Promise<number> {
  const response = await fetch(`${market.url}/control/fault`, { method: "POST", body: JSON.stringify(order) });
  await response.arrayBuffer();
  return response.status;
}

/** Every key path of a JSON value, array positions folded. */
export function keyPaths(value: unknown, prefix = ""): ReadonlySet<string> {
  const paths = new Set<string>();
  if (Array.isArray(value)) {
    for (const item of value) for (const path of keyPaths(item, `${prefix}[]`)) paths.add(path);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      paths.add(`${prefix}.${key}`);
      for (const path of keyPaths(member, `${prefix}.${key}`)) paths.add(path);
    }
  }
  return paths;
}
