import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RecordedEntry, RecordedFrame, RecordingManifest } from "../../src/market/recording.ts";
import { openRecording } from "../../src/replay/recorded.ts";
import { RecordingWriter } from "../../src/replay/recording-writer.ts";
import { connect, openStreamMarket, refusedHandshake, step } from "./streams/support.ts";
import { openMarket, postFault, START_MS, temporaryFolder } from "./support.ts";

const FROM_MS = Date.UTC(2026, 8, 10, 12);

function frame(atMs: number, direction: RecordedFrame["direction"], text: string): RecordedFrame {
  return { kind: "frame", venue: "kraken", connection: "spot", direction, text, atMs: FROM_MS + atMs };
}

const BIG = `{"channel":"book","data":"${"x".repeat(5_000)}"}`;
const FRAMES: readonly RecordedFrame[] = [
  frame(0, "open", "/v2"),
  frame(10, "in", '{"channel":"status"}'),
  frame(20, "out", '{"method":"subscribe"}'),
  frame(60, "in", '{"method":"subscribe","success":true}'),
  frame(70, "in", BIG),
  frame(1_000, "in", '{"channel":"heartbeat"}'),
  frame(2_000, "in", '{"channel":"ticker"}'),
  frame(3_000, "close", "disconnected: 1006"),
  frame(4_000, "open", "/v2"),
  frame(4_010, "in", '{"channel":"status","again":true}'),
];
const REPLY = {
  venue: "kraken",
  source: "kraken:BTC-USD",
  path: "/0/public/Ticker?pair=XBTUSD",
  status: 200,
  contentType: "application/json",
  sentMs: FROM_MS + 400,
  receivedMs: FROM_MS + 500,
  body: "{}",
} as const;

async function written(): Promise<string> {
  const dir = join(temporaryFolder(), "recording");
  const writer = new RecordingWriter({ dir, sources: ["kraken:BTC-USD"] });
  for (const one of FRAMES) {
    if (one.atMs === FROM_MS + 1_000) writer.write(REPLY);
    writer.writeFrame(one);
  }
  expect([writer.replies, writer.frames]).toEqual([1, FRAMES.length]);
  await writer.close(FROM_MS, FROM_MS + 5_000);
  return dir;
}

describe("frames in a recording", () => {
  test("come back in their order among the replies, and replies alone for who wants no frames", async () => {
    const recording = await openRecording(await written());
    const entries: RecordedEntry[] = [];
    for await (const entry of recording.entries()) entries.push(entry);
    expect(entries.filter(({ kind }) => kind === "frame")).toEqual(FRAMES);
    expect(entries.findIndex(({ kind }) => kind === "reply")).toBe(5);
    const replies: unknown[] = [];
    for await (const reply of recording.replies()) replies.push(reply);
    expect(replies).toEqual([REPLY]);
    expect(recording.manifest).toMatchObject({ version: 2, files: [{ replies: 1, frames: FRAMES.length }] });
  });

  test("a count of frames that is not the file's is refused", async () => {
    const dir = await written();
    const path = join(dir, "manifest.json");
    const manifest = JSON.parse(readFileSync(path, "utf8")) as RecordingManifest;
    writeFileSync(path, JSON.stringify({ ...manifest, files: manifest.files.map((file) => ({ ...file, frames: 3 })) }));
    const recording = await openRecording(dir);
    await expect(
      (async () => {
        for await (const _ of recording.entries()) continue;
      })(),
    ).rejects.toThrow(/holds 11 replies, the manifest says 1 and 3 frames/);
  });
});

describe("a recording's streams", () => {
  test("are told in their rhythm at any speed, the answers after the client has spoken, and end as they ended", async () => {
    const market = await openMarket({ recording: await written(), speed: 10, pushMs: 5 });
    const at = (tapeMs: number): void => {
      market.clock.nowMs = START_MS + tapeMs / 10;
    };
    at(50);
    const client = await connect(market, "/kraken/v2");
    expect((await client.next()).json).toEqual({ channel: "status" });
    at(500);
    const witness = await connect(market, "/kraken/v2");
    await witness.next((json) => json.channel === "status");
    expect(client.frames.length).toBe(1);
    client.send({ method: "subscribe", params: { anything: true } });
    expect((await client.next()).json).toEqual({ method: "subscribe", success: true });
    expect((await client.next()).text).toBe(BIG);
    at(1_000);
    expect((await client.next()).json).toEqual({ channel: "heartbeat" });
    at(2_500);
    expect((await client.next()).json).toEqual({ channel: "ticker" });
    at(3_000);
    expect((await client.closed).code).toBe(1006);
    const late = await connect(market, "/kraken/v2");
    expect((await late.closed).code).toBe(1013);
    at(4_500);
    const again = await connect(market, "/kraken/v2");
    expect((await again.next()).json).toEqual({ channel: "status", again: true });
    expect((await refusedHandshake(market, "/okx/ws/v5/public")).status).toBe(404);
  });

  test("who comes later is told at once what had been told by then", async () => {
    const market = await openMarket({ recording: await written(), pushMs: 5 });
    market.clock.nowMs = START_MS + 1_500;
    const client = await connect(market, "/kraken/v2");
    client.send("subscribe");
    await client.next((json) => json.channel === "heartbeat");
    expect(client.frames.length).toBe(4);
  });

  test("faults rule over them", async () => {
    const market = await openMarket({ recording: await written(), pushMs: 5 });
    market.clock.nowMs = START_MS + 50;
    const client = await connect(market, "/kraken/v2");
    await client.next();
    await postFault(market, { venue: "kraken", fault: "maintenance" });
    await client.next((json) => json.channel === "status" && json.data[0].system === "maintenance");
    expect((await client.closed).code).toBe(1012);
  });

  test("what a market told is told again, frame by frame", async () => {
    const market = await openStreamMarket();
    const live = await connect(market, "/okx/ws/v5/public");
    const dir = join(temporaryFolder(), "recording");
    const writer = new RecordingWriter({ dir, sources: [] });
    const hear = (direction: RecordedFrame["direction"], text: string): void =>
      writer.writeFrame({ kind: "frame", venue: "okx", connection: "all", direction, text, atMs: market.clock.nowMs });
    hear("open", "/ws/v5/public");
    const subscribe = JSON.stringify({ op: "subscribe", args: [{ channel: "tickers", instId: "BTC-USDT" }] });
    live.send(subscribe);
    hear("out", subscribe);
    for (let i = 0; i < 5; i++) {
      hear("in", (await live.next()).text);
      if (i > 0) step(market);
    }
    await writer.close(START_MS, market.clock.nowMs);
    const replay = await openMarket({ recording: dir, pushMs: 5 });
    const client = await connect(replay, "/okx/ws/v5/public");
    client.send(subscribe);
    const told: string[] = [];
    while (told.length < 5) {
      told.push((await client.next()).text);
      replay.clock.nowMs += 250;
    }
    expect(told).toEqual(live.frames.slice(0, 5).map(({ text }) => text));
  });
});
