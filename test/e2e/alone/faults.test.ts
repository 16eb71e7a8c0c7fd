/** Venues fail, lie and send rubbish: each alone costs nothing, enough of them make the feed missing, never wrong. */
import { setTimeout as sleepFor } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { FeedsReply } from "../../../src/api/replies.ts";
import type { FeedView } from "../../../src/api/view.ts";
import type { Devnet } from "../../../src/devnet/devnet.ts";
import { fetchJson } from "../../../src/devnet/wait.ts";
import { awaitRound, clearFaults, eventually, setFault, startDevnet } from "../support.ts";

const SPOT = "BTC-USD.spot-index";
const MINUTE_MS = 60_000;
/** How long each venue misbehaves: long enough for every age limit to pass; TENOR_FULL=1 makes it the whole minute. */
const FAULT_MS = process.env["TENOR_FULL"] === "1" ? MINUTE_MS : 20_000;
/** The definition takes a quote this old, and a second on its way: so long the last word of a silent venue counts. */
const HELD_MS = 16_000;
let devnet: Devnet;

beforeAll(async () => {
  devnet = await startDevnet({ logLevel: "info" });
  await awaitRound(devnet, 1, 5, 30_000);
}, 120_000);

// A test that failed leaves no fault to the next one.
afterEach(async () => await clearFaults(devnet));

afterAll(async () => {
  await devnet.stop();
}, 30_000);

async function feed(name: string): Promise<FeedView> {
  const reply = await fetchJson<FeedsReply>(`${devnet.nodes[0]!.apiUrl}/v1/feeds`);
  const found = reply?.feeds.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no ${name} in the API's answer`);
  return found;
}

async function bounds(name: string, atMs: number): Promise<{ low: number; high: number }> {
  const found = await fetchJson<{ low: number; high: number }>(
    `${devnet.marketUrl}/truth?feed=${name}&atMs=${atMs}&windowMs=${HELD_MS}`,
  );
  if (found === null) throw new Error("the market does not tell the truth");
  return found;
}

/** Looks twice a second: the agreed value is always one that an honest venue may have quoted. */
async function watchHonest(forMs: number): Promise<{ seen: number; missing: number }> {
  let seen = 0;
  let missing = 0;
  for (const endMs = Date.now() + forMs; Date.now() < endMs; await sleepFor(500)) {
    const view = await feed(SPOT);
    if (view.status !== "ok" || view.value === null || view.timeMs === null) {
      missing += 1;
      continue;
    }
    const { low, high } = await bounds(SPOT, view.timeMs);
    const value = Number(view.value.text);
    expect(value, `${value} against ${low} … ${high}`).toBeGreaterThanOrEqual(low);
    expect(value).toBeLessThanOrEqual(high);
    seen += 1;
  }
  return { seen, missing };
}

async function exclusions(): Promise<readonly string[]> {
  const view = await feed(SPOT);
  return view.own?.excluded.map(({ source, reason }) => `${source} ${reason}`) ?? [];
}

describe(`for ${FAULT_MS / 1_000} s each`, () => {
  for (const [venue, fault, reason] of [
    ["coinbase", "x1000", "outlier"],
    ["bitstamp", "frozen", "stale|frozen"],
    ["kraken", "html", "stale|source-gap"],
  ] as const) {
    test(`${venue} with ${fault}: spot keeps publishing in the honest range, and the page says why it is left out`, {
      timeout: 2 * MINUTE_MS,
    }, async () => {
      await setFault(devnet, venue, fault);
      const { seen, missing } = await watchHonest(FAULT_MS);
      expect(seen).toBeGreaterThan(FAULT_MS / 1_000);
      expect(missing).toBe(0);
      const wanted = new RegExp(`^${venue}:BTC-USD (${reason})$`);
      await eventually(`${venue} excluded`, 15_000, async () =>
        (await exclusions()).some((text) => wanted.test(text)) ? true : null,
      );
      const metrics = await (await fetch(`${devnet.nodes[0]!.apiUrl}/metrics`)).text();
      expect(metrics).toMatch(
        new RegExp(`tenor_excluded_sources\\{feed="${SPOT}",source="${venue}:BTC-USD",reason="(${reason})"\\} 1`),
      );
    });
  }

  test("every dollar book together: spot is missing, not wrong, and the chain says so; afterwards it recovers", {
    timeout: 3 * MINUTE_MS,
  }, async () => {
    await eventually("all venues back", 60_000, async () => ((await exclusions()).length === 0 ? true : null));
    const before = await feed(SPOT);
    await setFault(devnet, "coinbase", "x1000");
    await setFault(devnet, "bitstamp", "frozen");
    // Without these nobody knows what a USDT is worth either, and so the other three books are lost with them.
    for (const venue of ["kraken", "gemini", "bitfinex"]) await setFault(devnet, venue, "html");
    const lost = await eventually("spot missing", MINUTE_MS, async () => {
      const view = await feed(SPOT);
      return view.status === "missing" && view.own?.kind === "missing" ? view : null;
    });
    expect(lost.own?.kind === "missing" ? lost.own.reason : "").toBe("too-few-sources");
    await eventually("the chain says missing", MINUTE_MS, async () =>
      (await feed(SPOT)).onChain?.status === "missing" ? true : null,
    );
    const onChain = (await feed(SPOT)).onChain;
    // The stored value stays what it was; only its status moved.
    expect(Number(onChain?.value.text)).toBeGreaterThan(Number(before.value?.text) * 0.9);
    expect(Number(onChain?.value.text)).toBeLessThan(Number(before.value?.text) * 1.1);
    await clearFaults(devnet);
    await eventually("spot back on chain", 2 * MINUTE_MS, async () =>
      (await feed(SPOT)).onChain?.status === "ok" ? true : null,
    );
  });
});
