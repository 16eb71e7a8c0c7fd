/** Every kind of feed in a running devnet: signed, landed, repriced against the market, and settled at an expiry. */
import { setTimeout as sleepFor } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FeedsReply, SourcesReply, SurfaceReply, VenuesReply } from "../../src/api/replies.ts";
import type { SurfaceView } from "../../src/api/derivatives-view.ts";
import type { FeedView, SignedReportView } from "../../src/api/view.ts";
import type { Devnet } from "../../src/devnet/devnet.ts";
import { fetchJson } from "../../src/devnet/wait.ts";
import { VENUES } from "../../src/market/venue.ts";
import { totalVariance } from "../../src/quant/svi.ts";
import { eventually, startDevnet } from "./support.ts";

const SETTLE_MS = 60_000;
const WINDOW_MS = SETTLE_MS / 2;
/** `maxHoldMs` of the shipped settlement feeds. */
const HOLD_MS = 5_000;
const SETTLEMENT = "BTC-USD.settlement";
const DOWN = 4;

let devnet: Devnet;

beforeAll(async () => {
  devnet = await startDevnet({ settleEveryMs: SETTLE_MS });
}, 120_000);

afterAll(async () => await devnet.stop(), 30_000);

async function feedsOf(nodeId: number): Promise<readonly FeedView[]> {
  return (await fetchJson<FeedsReply>(`${devnet.nodes[nodeId - 1]!.apiUrl}/v1/feeds`))?.feeds ?? [];
}

/** undefined: a node that was started a moment ago lists no feeds yet. */
async function settlementIfListed(nodeId: number): Promise<FeedView | undefined> {
  return (await feedsOf(nodeId)).find(({ name }) => name === SETTLEMENT);
}

async function settlementOf(nodeId: number): Promise<FeedView> {
  const row = await settlementIfListed(nodeId);
  if (row === undefined) throw new Error(`node ${nodeId} lists no ${SETTLEMENT}`);
  return row;
}

test("all ten kinds are in the signed reports, and every one that is a number lands on the chain", {
  timeout: 120_000,
}, async () => {
  const kinds = new Set(devnet.facts.definitions.map(({ kind }) => kind));
  expect(kinds.size).toBe(10);
  const landed = await eventually("an answer of every feed but the settlements on chain", 90_000, async () => {
    const feeds = (await feedsOf(1)).filter(({ kind }) => kind !== "settlement");
    const missing = feeds.filter(({ status, onChain }) => status !== "ok" || onChain?.status !== "ok");
    return feeds.length > 0 && missing.length === 0 ? feeds : null;
  });
  expect(landed).toHaveLength(24);
  const report = await fetchJson<SignedReportView>(`${devnet.nodes[0]!.apiUrl}/v1/reports/latest`);
  expect(report!.leaves).toHaveLength(26);
  const details = report!.leaves.flatMap(({ detail }) => detail?.kind ?? []);
  expect(details.sort()).toEqual(["settlement", "settlement", "surface", "surface"]);
});

test("all nine venues are heard over their streams by every node", { timeout: 60_000 }, async () => {
  for (const { id, apiUrl } of devnet.nodes) {
    const venues = await eventually(`nine venues at node ${id}`, 45_000, async () => {
      const all = (await fetchJson<VenuesReply>(`${apiUrl}/v1/venues`))?.venues ?? [];
      const live = all.filter(
        ({ state, connections }) => state === "ok" && connections.every((one) => one.state === "live"),
      );
      return live.length === VENUES.length ? live : null;
    });
    expect(venues.map(({ venue }) => venue).sort()).toEqual([...VENUES].sort());
    const { sources } = (await fetchJson<SourcesReply>(`${apiUrl}/v1/sources`))!;
    const polled = sources.filter(({ via }) => via !== "stream").map(({ source }) => source);
    // Depth is streamed where a book is; bars are not streamed at all.
    expect(polled.filter((source) => !/\.(depth|candles)$/.test(source))).toEqual([]);
  }
});

type OptionRow = {
  readonly instrument_name: string;
  readonly mark_iv: number;
  readonly bid_price: number | null;
  readonly ask_price: number | null;
};

/** Deribit's names: BTC-27DEC24-60000-C. */
async function marketVols(base: string): Promise<ReadonlyMap<string, number>> {
  const path = `deribit/api/v2/public/get_book_summary_by_currency?currency=${base}&kind=option`;
  const reply = await fetchJson<{ readonly result: readonly OptionRow[] }>(`${devnet.marketUrl}/${path}`);
  const quoted = reply!.result.filter(({ bid_price, ask_price }) => bid_price !== null && ask_price !== null);
  return new Map(quoted.map(({ instrument_name, mark_iv }) => [instrument_name, mark_iv / 100]));
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

function instrumentDay(expiryMs: number): string {
  const day = new Date(expiryMs);
  return `${day.getUTCDate()}${MONTHS[day.getUTCMonth()]}${String(day.getUTCFullYear()).slice(2)}`;
}

type Repriced = { readonly name: string; readonly offVol: number; readonly statedVol: number };

/** Each quoted out-of-the-money option within two standard deviations, priced off the signed slice. */
function reprice(base: string, surface: SurfaceView, vols: ReadonlyMap<string, number>): readonly Repriced[] {
  return surface.slices.flatMap(({ expiryMs, years, forward, params, theta, ...slice }) => {
    const prefix = `${base}-${instrumentDay(expiryMs)}-`;
    return [...vols].flatMap(([name, vol]) => {
      if (!name.startsWith(prefix)) return [];
      const [strike, right] = name.slice(prefix.length).split("-");
      const k = Math.log(Number(strike) / forward);
      if ((right === "C") !== k >= 0 || Math.abs(k) > 2 * Math.sqrt(theta)) return [];
      const isCentral = Math.abs(k) <= Math.sqrt(theta);
      const statedVol = (isCentral ? slice.centreErrorVolBps : slice.wingErrorVolBps) / 10_000;
      return { name, offVol: Math.sqrt(totalVariance(params, k) / years) - vol, statedVol };
    });
  });
}

test("the signed surface reprices the market's options within the fit's stated error", {
  timeout: 60_000,
}, async () => {
  for (const base of ["BTC", "ETH"]) {
    const url = `${devnet.nodes[1]!.apiUrl}/v1/feeds/${base}-USD.vol-surface/surface`;
    const before = (await fetchJson<SurfaceReply>(url))!.surface.gridRound;
    const surface = await eventually(`a fresh surface of ${base}`, 30_000, async () => {
      const { surface: now } = (await fetchJson<SurfaceReply>(url))!;
      return now.gridRound > before && now.status === "ok" ? now : null;
    });
    const rows = reprice(base, surface, await marketVols(base));
    expect(surface.slices.length).toBeGreaterThanOrEqual(7);
    expect(rows.length).toBeGreaterThan(60);
    // The market's rows carry half a digit of rounding and a noise of their own, and it moves for the seconds in between.
    const slack = 0.01;
    const wrong = rows.filter(({ offVol, statedVol }) => Math.abs(offVol) > statedVol + slack);
    expect(wrong, JSON.stringify(wrong.slice(0, 5))).toEqual([]);
    const rmse = Math.sqrt(rows.reduce((sum, { offVol }) => sum + offVol * offVol, 0) / rows.length);
    expect(rmse).toBeLessThan(0.005);
  }
});

test("a settlement is fixed at its expiry, and a node that was down for half the window says so", {
  timeout: 200_000,
}, async () => {
  const nowMs = Date.now();
  // A window that nobody has missed the beginning of.
  const opensMs = Math.ceil((nowMs + 1_000 + WINDOW_MS) / SETTLE_MS) * SETTLE_MS - WINDOW_MS;
  const expiryMs = opensMs + WINDOW_MS;
  await sleepFor(opensMs + 2_000 - Date.now());
  const running = await settlementOf(1);
  expect(running.settlement).toMatchObject({ agreed: { expiryMs, phase: "averaging" } });

  const { child } = devnet.nodes[DOWN - 1]!;
  child.signal("SIGKILL");
  await child.exited;
  const killedMs = Date.now();
  await sleepFor(opensMs + WINDOW_MS / 2 - Date.now());
  const restartedMs = Date.now();
  devnet.restart(DOWN);
  // When it has surely looked at the spot index again: how long a start takes is the machine's business, not this test's.
  const resumed = eventually("node 4 samples again, or the window is over", 60_000, async () => {
    const own = (await settlementIfListed(DOWN))?.settlement?.own;
    const hasSampled = own?.expiryMs === expiryMs && own.coveredMs > killedMs - opensMs + HOLD_MS;
    return hasSampled || Date.now() >= expiryMs ? Date.now() : null;
  });

  const fixed = await eventually("the fixed price at every running node and on chain", 60_000, async () => {
    const rows = await Promise.all([1, 2, 3].map(settlementOf));
    const isFixed = rows.every(({ settlement, onChain, published }) => {
      const agreed = settlement?.agreed;
      return agreed?.expiryMs === expiryMs && agreed.phase === "final" && onChain?.round === published?.round;
    });
    return isFixed ? rows : null;
  });
  const values = new Set(fixed.map(({ value }) => value!.text));
  expect(values.size).toBe(1);
  expect(fixed[0]!.onChain!.value.text).toBe([...values][0]);
  expect(fixed[0]!.settlement!.agreed).toMatchObject({ variable: { raw: "0" } });
  expect(fixed[0]!.settlement!.agreed!.coveragePpm).toBeGreaterThanOrEqual(950_000);

  const truths = await Promise.all(
    Array.from({ length: WINDOW_MS / 1_000 }, async (_, i) => {
      const url = `${devnet.marketUrl}/truth?feed=BTC-USD.spot-index&atMs=${opensMs + 1_000 * i}`;
      return (await fetchJson<{ readonly value: number }>(url))!.value;
    }),
  );
  const mean = truths.reduce((sum, one) => sum + one, 0) / truths.length;
  // Quotes are some seconds old, so the nodes' window lies a little earlier than the truth's.
  expect(Math.abs(Number([...values][0]) / mean - 1)).toBeLessThan(5e-4);

  const late = await eventually("node 4's own word on the window", 30_000, async () => {
    const settlement = (await settlementIfListed(DOWN))?.settlement;
    return settlement?.own?.expiryMs === expiryMs && Date.now() > expiryMs ? settlement : null;
  });
  // A price holds for `maxHoldMs` after its sample: that much of the gap is covered by the last one before it.
  const { coveredMs } = late.own!;
  expect(coveredMs).toBeGreaterThan(0);
  expect(coveredMs).toBeLessThanOrEqual(WINDOW_MS - (restartedMs - killedMs) + HOLD_MS);
  expect(coveredMs).toBeGreaterThanOrEqual(expiryMs - (await resumed) - HOLD_MS);
  // Written once: the price stands until the next window opens, whatever spot does.
  expect((await settlementOf(DOWN)).value).toEqual(fixed[0]!.value);
});
