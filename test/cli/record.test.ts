import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { record } from "../../src/cli/record.ts";
import { accessOf, venuesOfMarket, wantedSources } from "../../src/cli/record-sources.ts";
import type { RecordedReply } from "../../src/market/recording.ts";
import { openRecording } from "../../src/replay/recorded.ts";
import { startMarket } from "../../src/replay/server.ts";
import { CANDLE_ADAPTERS, fetchCandles, fetchQuote } from "../../src/sources/adapters.ts";
import { HttpGet } from "../../src/sources/http.ts";
import { recordedSnapshots } from "../../src/sources/recorded-snapshots.ts";
import { type Subscription, sourceName } from "../../src/sources/subscription.ts";

const CANDLES = {
  kind: "candles",
  venue: "bitstamp",
  base: "SOL",
  quote: "USD",
  intervalMs: 300_000,
  days: 3,
} as const;
const SUBSCRIPTIONS: readonly Subscription[] = [
  { kind: "spot", venue: "coinbase", base: "BTC", quote: "USD" },
  { kind: "spot", venue: "kraken", base: "SOL", quote: "USD" },
  { kind: "spot", venue: "binance", base: "SOL", quote: "USDT" },
  { kind: "index", venue: "deribit", base: "BTC", quote: "USD" },
  { kind: "futures", venue: "deribit", base: "BTC", quote: "USD" },
  { kind: "options", venue: "deribit", base: "BTC", quote: "USD" },
  CANDLES,
];
const SPOTS = SUBSCRIPTIONS.slice(0, 3);

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "tenor-record-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return join(dir, "recording");
}

async function realMarket(): Promise<string> {
  const market = await startMarket({ seed: 21, latency: false });
  onTestFinished(() => market.stop());
  return market.url;
}

describe("a recording of a market", () => {
  test("replayed, gives every reply at its moment and the same quotes to the same adapters", async () => {
    const dir = folder();
    const venues = venuesOfMarket(await realMarket());
    const options = { dir, subscriptions: SUBSCRIPTIONS, venues, forMs: 6_500, maxBytes: 1e8 };
    const told: number[] = [];
    const manifest = await record(options, new AbortController().signal, ({ replies: count }) => told.push(count));
    expect(told.length).toBeGreaterThan(3);
    for (const [source, count] of Object.entries(manifest.sources)) expect(count, source).toBeGreaterThan(0);

    const recording = await openRecording(dir);
    const replies: RecordedReply[] = [];
    for await (const reply of recording.replies()) replies.push(reply);
    expect(replies.length).toBe(Object.values(manifest.sources).reduce((sum, count) => sum + count, 0));

    const clock = { nowMs: 0, startMs: Date.UTC(2030, 0, 1) };
    const again = await startMarket({
      recording: dir,
      latency: false,
      startMs: clock.startMs,
      nowMs: () => Math.max(clock.nowMs, clock.startMs),
    });
    onTestFinished(() => again.stop());
    const moveTo = (tapeMs: number): void => {
      clock.nowMs = clock.startMs + (tapeMs - manifest.startMs);
    };
    for (const reply of replies) {
      if (reply.source.endsWith(".candles")) continue;
      moveTo(reply.receivedMs);
      // Two replies of one path in one millisecond: the later stands.
      const path = `${reply.venue}${reply.venue === "deribit" ? "/api/v2" : ""}${reply.path}`;
      const response = await fetch(`${again.url}/${path}`);
      const same = replies.filter(
        ({ path: other, receivedMs }) => other === reply.path && receivedMs === reply.receivedMs,
      );
      expect(same.map(({ body }) => body)).toContain(await response.text());
      expect(response.status).toBe(reply.status);
    }

    const snapshots = [];
    for await (const one of recordedSnapshots(recording.replies(), { subscriptions: SUBSCRIPTIONS, stepMs: 500 }))
      snapshots.push(one);
    expect(snapshots.length).toBeGreaterThanOrEqual(11);
    const last = snapshots.at(-1)!;
    expect(last.gaps).toEqual([]);

    moveTo(manifest.endMs);
    for (const subscription of SUBSCRIPTIONS) {
      const { receivedMs } = replies.findLast(({ source }) => source === sourceName(subscription))!;
      const http = new HttpGet(
        { userAgent: "tenor/test" },
        { clock: { nowMs: () => receivedMs, monotonicMs: () => performance.now() } },
      );
      const access = venuesOfMarket(again.url)[subscription.venue];
      const never = new AbortController().signal;
      if (subscription.kind === "candles") {
        const { closes } = last.candles[0]!;
        expect(closes.length).toBe(3 * 288 + 1);
        const page = { fromMs: closes[100]!.openMs, toMs: closes[900 - 100]!.openMs };
        expect(CANDLE_ADAPTERS.bitstamp.path(subscription, page)).toContain("/ohlc/solusd/");
        expect(await fetchCandles(subscription, page, access, http, never)).toMatchObject({
          quote: { value: { closes: closes.slice(100, 801) } },
        });
      } else {
        const outcome = await fetchQuote(subscription, access, http, never);
        if (outcome.kind === "gap") throw new Error(outcome.detail);
        const held = [...last.spots, ...last.indices, ...last.futures, ...last.chains];
        expect(held).toContainEqual(expect.objectContaining(outcome.quote.value));
      }
      http.close();
    }
  }, 30_000);

  test("a stop in the middle leaves a whole recording", async () => {
    const dir = folder();
    const stop = new AbortController();
    const options = {
      dir,
      subscriptions: SPOTS,
      venues: venuesOfMarket(await realMarket()),
      forMs: 3_600_000,
      maxBytes: 1e8,
    };
    const manifest = await record(options, stop.signal, ({ replies }) => {
      if (replies >= 3) stop.abort();
    });
    const recording = await openRecording(dir);
    expect(recording.manifest).toEqual(manifest);
    let count = 0;
    for await (const reply of recording.replies()) {
      expect(reply.status).toBe(200);
      count++;
    }
    expect(count).toBeGreaterThanOrEqual(3);
  });

  test("a venue that is not there is a source with no replies, and the size given is an end", async () => {
    const dir = folder();
    const venues = { ...venuesOfMarket(await realMarket()), kraken: { baseUrl: "http://127.0.0.1:9" } };
    const options = { dir, subscriptions: SPOTS, venues, forMs: 3_600_000, maxBytes: 1 };
    const manifest = await record(options, new AbortController().signal);
    expect(manifest.sources["kraken:SOL-USD"]).toBe(0);
    expect(manifest.files.map(({ venue }) => venue)).not.toContain("kraken");
    await openRecording(dir);
  });

  test("what cannot be is refused before a directory is made or anybody asked", async () => {
    const dir = folder();
    const good = { dir, subscriptions: SPOTS, venues: venuesOfMarket("http://127.0.0.1:9"), forMs: 1, maxBytes: 1 };
    const stop = new AbortController().signal;
    await expect(record({ ...good, subscriptions: [] }, stop)).rejects.toThrow(/nothing/);
    const bad = { ...good, venues: { ...good.venues, coinbase: { baseUrl: "file:///etc" } } };
    await expect(record(bad, stop)).rejects.toThrow(/base URL/);
    expect(() => readdirSync(dir)).toThrow(/ENOENT/);
  });
});

describe("what is recorded", () => {
  const named = (flags: Parameters<typeof wantedSources>[0]) => wantedSources(flags).map(sourceName);

  test("of a venue all that is read of it, of feeds what they read, each once", () => {
    expect(named({ venues: ["kraken"] })).toEqual([
      "kraken:BTC-USD",
      "kraken:BTC-USD.depth",
      "kraken:ETH-USD",
      "kraken:ETH-USD.depth",
    ]);
    expect(named({ venues: ["deribit"] })).toContain("deribit:BTC.vol-index");
    expect(named({ venues: ["okx"] })).toContain("okx:ETH.options");
    const both = named({ venues: ["kraken"], sources: ["kraken:BTC-USD", "kraken:SOL-USD"] });
    expect(both.filter((name) => name === "kraken:BTC-USD")).toHaveLength(1);
    expect(both.at(-1)).toBe("kraken:SOL-USD");
    expect(named({ feeds: ["feeds/BTC-USD.spot-index.json"] })).toContain("gemini:BTC-USD");
  });

  test.each([
    [{}, /say what to record/],
    [{ venues: ["mtgox"] }, /--venues takes some of coinbase, kraken/],
    [{ sources: ["kraken:BTC.options"] }, /names no source/],
    [{ feeds: ["feeds/none.json"] }, /cannot read feeds\/none.json/],
  ])("%j is refused with what is wanted", (flags, complaint) => {
    expect(() => wantedSources(flags)).toThrow(complaint);
  });

  test("a URL stands for the exchange's own, and its streams come from nowhere else", () => {
    const { kraken, okx } = accessOf(undefined, [
      "kraken=http://127.0.0.1:1",
      "okx=http://127.0.0.1:2",
      "okx=ws://127.0.0.1:3",
    ]);
    expect(kraken).toEqual({ baseUrl: "http://127.0.0.1:1" });
    expect(okx).toEqual({ baseUrl: "http://127.0.0.1:2", streamUrl: "ws://127.0.0.1:3" });
    expect(() => accessOf(undefined, ["kraken"])).toThrow(/--urls takes name=url/);
    expect(() => accessOf(undefined, ["mtgox=http://127.0.0.1:1"])).toThrow(/--urls takes name=url/);
  });

  test("frames of a stream are in it beside the answers, in and out, from its opening on", async () => {
    const dir = folder();
    const venues = venuesOfMarket(await realMarket());
    const subscriptions = wantedSources({ sources: ["kraken:BTC-USD"] });
    const manifest = await record(
      { dir, subscriptions, venues, forMs: 2_500, maxBytes: 1e8 },
      new AbortController().signal,
    );
    expect(manifest.sources["kraken:BTC-USD"]).toBeGreaterThan(0);
    const directions: string[] = [];
    for await (const entry of (await openRecording(dir)).entries()) {
      if (entry.kind === "frame") directions.push(entry.direction);
    }
    expect(directions[0]).toBe("open");
    expect(new Set(directions)).toEqual(new Set(["open", "out", "in", "close"]));
  });
});
