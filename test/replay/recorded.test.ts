import { createHash } from "node:crypto";
import { readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { RecordedReply, RecordingManifest } from "../../src/market/recording.ts";
import { openRecording } from "../../src/replay/recorded.ts";
import { RecordingWriter } from "../../src/replay/recording-writer.ts";
import { getText, openMarket, START_MS, temporaryFolder } from "./support.ts";

const FROM_MS = Date.UTC(2026, 8, 10, 12);

function reply(change: Partial<RecordedReply>): RecordedReply {
  return {
    venue: "kraken",
    source: "kraken:BTC-USD",
    path: "/0/public/Ticker?pair=XBTUSD",
    status: 200,
    contentType: "application/json",
    sentMs: FROM_MS,
    receivedMs: FROM_MS + 50,
    body: '{"error":[],"result":{}}',
    ...change,
  };
}

const BIG = `{"result":[${'{"instrument_name":"BTC-25SEP26-80000-C"},'.repeat(4_000)}null]}`;
const REPLIES: readonly RecordedReply[] = [
  reply({ body: "one" }),
  reply({
    venue: "deribit",
    source: "deribit:BTC.options",
    path: "/public/get_book_summary_by_currency?currency=BTC&kind=option",
    receivedMs: FROM_MS + 400,
    body: BIG,
  }),
  reply({ receivedMs: FROM_MS + 1_050, body: "two\u0000 — with a dash", status: 503, contentType: null }),
  reply({
    venue: "bitstamp",
    source: "bitstamp:BTC-USD",
    path: "/api/v2/ticker/btcusd/",
    receivedMs: FROM_MS + 1_050,
    body: "",
  }),
  reply({ receivedMs: FROM_MS + 2_050, body: "three" }),
];

async function written(replies: readonly RecordedReply[] = REPLIES): Promise<string> {
  const dir = join(temporaryFolder(), "recording");
  const writer = new RecordingWriter({ dir, sources: ["kraken:BTC-USD", "coinbase:BTC-USD"] });
  for (const one of replies) writer.write(one);
  await writer.close(FROM_MS, FROM_MS + 3_000);
  return dir;
}

async function all(dir: string): Promise<readonly RecordedReply[]> {
  const recording = await openRecording(dir);
  const replies: RecordedReply[] = [];
  for await (const one of recording.replies()) replies.push(one);
  return replies;
}

/** Replaces a venue's lines and makes the manifest agree with the new file, but for what `manifest` changes. */
function forge(dir: string, text: string, change: (manifest: RecordingManifest) => unknown = (same) => same): void {
  const path = join(dir, "manifest.json");
  const bytes = gzipSync(text);
  writeFileSync(join(dir, "kraken.jsonl.gz"), bytes);
  const manifest = JSON.parse(readFileSync(path, "utf8")) as RecordingManifest;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const files = manifest.files.map((file) =>
    file.venue === "kraken" ? { ...file, bytes: bytes.length, sha256 } : file,
  );
  writeFileSync(path, JSON.stringify(change({ ...manifest, files })));
}

describe("a recording on disk", () => {
  test("comes back reply for reply in the order of receipt, with counts and sums of every file", async () => {
    const dir = await written();
    const replies = await all(dir);
    expect(replies.map(({ receivedMs }) => receivedMs)).toEqual(REPLIES.map(({ receivedMs }) => receivedMs));
    expect(new Set(replies)).toEqual(new Set(REPLIES));
    const { manifest } = await openRecording(dir);
    expect(manifest).toMatchObject({ version: 1, startMs: FROM_MS, endMs: FROM_MS + 3_000 });
    expect(manifest.sources).toEqual({
      "kraken:BTC-USD": 3,
      "coinbase:BTC-USD": 0,
      "deribit:BTC.options": 1,
      "bitstamp:BTC-USD": 1,
    });
    expect(manifest.files.map(({ file, replies: count }) => `${file} ${count}`)).toEqual([
      "kraken.jsonl.gz 3",
      "deribit.jsonl.gz 1",
      "bitstamp.jsonl.gz 1",
    ]);
    for (const { file, sha256 } of manifest.files)
      expect(
        createHash("sha256")
          .update(readFileSync(join(dir, file)))
          .digest("hex"),
      ).toBe(sha256);
  });

  test("can be read by one who stops early, and then by another", async () => {
    const dir = await written();
    const recording = await openRecording(dir);
    for await (const first of recording.replies()) {
      expect(first.body).toBe("one");
      break;
    }
    expect((await all(dir)).length).toBe(5);
  });

  test("without a manifest it was never finished, and nothing of it is used", async () => {
    const dir = await written();
    rmSync(join(dir, "manifest.json"));
    await expect(openRecording(dir)).rejects.toThrow(/no finished recording/);
    await expect(openRecording("/nowhere/at/all")).rejects.toMatchObject({ fields: { code: "cannot-read" } });
  });

  test("a file that is cut, changed or gone is refused by name", async () => {
    const cut = await written();
    const file = join(cut, "deribit.jsonl.gz");
    truncateSync(file, readFileSync(file).length - 5);
    await expect(openRecording(cut)).rejects.toThrow(
      /deribit\.jsonl\.gz: has \d+ bytes, the manifest says \d+: it is cut/,
    );
    const changed = await written();
    const bytes = readFileSync(join(changed, "kraken.jsonl.gz"));
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(join(changed, "kraken.jsonl.gz"), bytes);
    await expect(openRecording(changed)).rejects.toThrow(/sha256 is not the manifest's/);
    const gone = await written();
    rmSync(join(gone, "bitstamp.jsonl.gz"));
    await expect(openRecording(gone)).rejects.toThrow(/cannot read .*bitstamp/);
  });

  const line = (change: object) => `${JSON.stringify({ ...reply({}), venue: undefined, ...change })}\n`;
  test.each([
    ["half a line", line({}).slice(0, 40), /kraken\.jsonl\.gz: holds 0 replies/],
    ["no JSON", "nonsense\n", /jsonl\.gz:1: no JSON/],
    ["a body that is no text", line({ body: 7 }), /gz:1: expected \{source/],
    ["a path that is a host", line({ path: "http://elsewhere/" }), /gz:1: expected/],
    ["a time that is none", line({ receivedMs: "now" }), /gz:1: expected/],
    ["fewer lines than promised", line({}), /holds 1 replies, the manifest says 3/],
  ])("%s under a true sum is refused with its place", async (_name, text, message) => {
    const dir = await written();
    forge(dir, text);
    await expect(all(dir)).rejects.toThrow(message);
    await expect(all(dir)).rejects.toMatchObject({ fields: { code: "bad-recordings" } });
  });

  test("bytes that are no gzip are refused even when their sum is right", async () => {
    const dir = await written();
    const whole = gunzipSync(readFileSync(join(dir, "kraken.jsonl.gz"))).toString("utf8");
    forge(dir, whole);
    const path = join(dir, "kraken.jsonl.gz");
    const bytes = readFileSync(path).subarray(0, -12);
    writeFileSync(path, bytes);
    const manifest = JSON.parse(readFileSync(join(dir, "manifest.json"), "utf8")) as RecordingManifest;
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const files = manifest.files.map((file) =>
      file.venue === "kraken" ? { ...file, bytes: bytes.length, sha256 } : file,
    );
    writeFileSync(join(dir, "manifest.json"), JSON.stringify({ ...manifest, files }));
    await expect(all(dir)).rejects.toThrow(/cannot be unpacked/);
  });

  test.each([
    ["another version", (manifest: RecordingManifest) => ({ ...manifest, version: 3 }), /version 1/],
    ["an end before its start", (manifest: RecordingManifest) => ({ ...manifest, endMs: 1 }), /startMs ≤ endMs/],
    [
      "a file elsewhere",
      (manifest: RecordingManifest) => ({ ...manifest, files: [{ ...manifest.files[0], file: "../x" }] }),
      /a file is/,
    ],
    [
      "a venue nobody knows",
      (manifest: RecordingManifest) => ({ ...manifest, files: [{ ...manifest.files[0], venue: "mtgox" }] }),
      /a file is/,
    ],
    ["no list", () => [], /version 1/],
  ])("a manifest with %s is refused", async (_name, change, message) => {
    const dir = await written();
    forge(dir, line({}).repeat(3), change);
    await expect(openRecording(dir)).rejects.toThrow(message);
  });

  test("nothing is written over: a directory that holds something is refused", async () => {
    const dir = await written();
    expect(() => new RecordingWriter({ dir, sources: [] })).toThrow(/not empty/);
    expect((await all(dir)).length).toBe(5);
  });
});

describe("a recording as a market", () => {
  test("says at each moment what was said then, ten times as fast, and stands still at its end", async () => {
    const market = await openMarket({ recording: await written(), speed: 10 });
    const kraken = "/kraken/0/public/Ticker?pair=XBTUSD";
    const at = async (tapeMs: number, path = kraken) => {
      market.clock.nowMs = START_MS + tapeMs / 10;
      return getText(market, path);
    };
    expect((await at(40)).status).toBe(503);
    expect(await at(60)).toMatchObject({ status: 200, text: "one" });
    expect((await at(1_040)).text).toBe("one");
    expect(await at(1_060)).toMatchObject({ status: 503, text: "two\u0000 — with a dash" });
    expect((await at(99_999)).text).toBe("three");
    expect((await at(60)).text).toBe("one");
    const options = "/deribit/api/v2/public/get_book_summary_by_currency?kind=option&currency=BTC";
    expect((await at(500, options)).text).toBe(BIG);
    expect((await at(500, "/kraken/0/public/Ticker?pair=ETHUSD")).text).toContain("Unknown asset pair");
    expect((await at(500, "/deribit/api/v2/public/get_index_price?index_name=btc_usd")).status).toBe(400);
    const own = await getText(market, "/market");
    expect(JSON.parse(own.text)).toMatchObject({
      mode: "recording",
      recording: { fromMs: FROM_MS, endMs: FROM_MS + 3_000 },
    });
    expect((await getText(market, "/truth?feed=BTC-USD.spot-index")).status).toBe(404);
  });

  test("faults rule over it like over any market", async () => {
    const market = await openMarket({ recording: await written(), faults: [{ venue: "kraken", fault: "429" }] });
    market.clock.nowMs = START_MS + 100;
    expect((await getText(market, "/kraken/0/public/Ticker?pair=XBTUSD")).status).toBe(429);
  });

  test("bars are given for the range that is asked, as they were known then", async () => {
    const row = (openMs: number, close: number) => [openMs / 1000, 1, 9, 5, close, 1];
    const bar = FROM_MS - 600_000;
    const page = (receivedMs: number, rows: readonly number[][]) =>
      reply({
        venue: "coinbase",
        source: "coinbase:BTC-USD.candles",
        path: `/products/BTC-USD/candles?granularity=300&start=2026-09-10T11:00:00Z&end=2026-09-10T${receivedMs}Z`,
        receivedMs,
        body: JSON.stringify(rows),
      });
    const dir = await written([
      page(FROM_MS + 100, [row(bar, 6), row(bar - 300_000, 4)]),
      page(FROM_MS + 2_000, [row(bar + 300_000, 7), row(bar, 6.5)]),
    ]);
    const market = await openMarket({ recording: dir });
    const at = async (tapeMs: number, from: number, to: number) => {
      market.clock.nowMs = START_MS + tapeMs;
      const range = `start=${new Date(from).toISOString()}&end=${new Date(to).toISOString()}`;
      return JSON.parse(
        (await getText(market, `/coinbase/products/BTC-USD/candles?granularity=300&${range}`)).text,
      ) as unknown;
    };
    expect(await at(50, 0, FROM_MS)).toEqual([]);
    expect(await at(150, bar - 300_000, FROM_MS)).toEqual([row(bar, 6), row(bar - 300_000, 4)]);
    expect(await at(2_500, bar, FROM_MS)).toEqual([row(bar + 300_000, 7), row(bar, 6.5)]);
    expect((await getText(market, "/coinbase/products/ETH-USD/candles?granularity=300")).status).toBe(404);
  });
});
