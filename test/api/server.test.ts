import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { get as httpGet } from "node:http";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EVENT_LISTENERS_MAX } from "../../src/api/limits.ts";
import type { RunningApi } from "../../src/api/server.ts";
import { startApi } from "../../src/api/server.ts";
import type { FeedView } from "../../src/api/view.ts";
import { silentLogger } from "../../src/base/ports.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import type { Fixture } from "./fixture.ts";
import { makeFixture } from "./fixture.ts";

const NOW_MS = 1_768_300_000_000;

let fixture: Fixture;
let metrics: Metrics;
let api: RunningApi;
let dir: string;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "tenor-page-"));
  writeFileSync(
    join(dir, "index.html"),
    '<!doctype html><script type="importmap">{"imports":{}}</script><title>Tenor</title>',
  );
  writeFileSync(join(dir, "main.js"), "export {};");
  fixture = makeFixture({ nowMs: NOW_MS });
  metrics = new Metrics();
  api = await startApi({ port: 0, dashboardDir: dir }, { view: fixture.view, metrics, log: silentLogger });
});
afterEach(async () => {
  await api.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function get(path: string): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const response = await fetch(`${api.url}${path}`);
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

describe("health", () => {
  test("a healthy node is live and ready", async () => {
    expect(await get("/livez")).toMatchObject({ status: 200, body: { live: true, reasons: [] } });
    expect(await get("/readyz")).toMatchObject({ status: 200, body: { ready: true, reasons: [] } });
  });

  test("a node that is not ready answers 503 with its reasons, and stays live", async () => {
    const reasons = ["2 of 4 peers connected, 2 others wanted", "no report within 3 slots"];
    fixture.state.health = { live: true, ready: false, reasons };
    expect(await get("/readyz")).toMatchObject({ status: 503, body: { ready: false, reasons } });
    expect(await get("/livez")).toMatchObject({ status: 200, body: { live: true } });
  });

  test("a node whose loop hangs is not live", async () => {
    fixture.state.health = { live: false, ready: false, reasons: ["the event loop was blocked for 4 s"] };
    expect(await get("/livez")).toMatchObject({
      status: 503,
      body: { reasons: ["the event loop was blocked for 4 s"] },
    });
  });
});

describe("the JSON API", () => {
  test("status says who, how healthy and how far the ceremony is", async () => {
    const { body, headers } = await get("/v1/status");
    expect(body).toMatchObject({
      identity: { nodeId: 2, n: 4, f: 1, t: 3, chainId: 31_337 },
      health: { ready: true },
      ceremony: { phase: "complete" },
    });
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });

  test("feeds carry integers as text that JSON cannot round", async () => {
    const huge = (2n ** 126n).toString();
    fixture.state.feeds[0] = { ...fixture.state.feeds[0]!, value: { raw: huge, text: "1.0" } };
    const { body } = await get("/v1/feeds");
    expect(body["feeds"]).toHaveLength(26);
    expect((body["feeds"] as FeedView[])[0]?.value?.raw).toBe(huge);
  });

  test("a bigint that slipped into the view becomes text instead of a failed reply", async () => {
    const stray: object = { ...fixture.state.feeds[0]!, heartbeatMs: 3_600_000n };
    fixture.state.feeds[0] = stray as FeedView;
    const { status, body } = await get("/v1/feeds");
    expect(status).toBe(200);
    expect((body["feeds"] as object[])[0]).toMatchObject({ heartbeatMs: "3600000" });
  });

  test("one feed is found by its name, and a wrong name is told the right ones", async () => {
    expect(await get("/v1/feeds/ETH-USD.iv-atm-30d")).toMatchObject({
      status: 200,
      body: { feed: { name: "ETH-USD.iv-atm-30d" } },
    });
    const { status, body } = await get("/v1/feeds/DOGE-USD.spot-index");
    expect(status).toBe(404);
    expect(body).toMatchObject({
      error: {
        code: "unknown-feed",
        seen: "DOGE-USD.spot-index",
        wanted: fixture.state.feeds.map((feed) => feed.name),
      },
    });
  });

  test("history honours sinceMs and limit", async () => {
    const { body } = await get(`/v1/feeds/BTC-USD.spot-index/history?sinceMs=${NOW_MS - 600_000}&limit=50`);
    expect(body).toMatchObject({ name: "BTC-USD.spot-index", sinceMs: NOW_MS - 600_000 });
    expect((body["points"] as unknown[]).length).toBe(51);
    expect((await get("/v1/feeds/NO.feed/history")).status).toBe(404);
  });

  test("a surface is told with its slices, what is published of them, and this node's own smiles", async () => {
    const { status, body } = await get("/v1/feeds/BTC-USD.vol-surface/surface");
    expect(status).toBe(200);
    expect(body["nowMs"]).toEqual(expect.any(Number));
    expect(body["surface"]).toEqual(fixture.state.surfaces.get("BTC-USD.vol-surface"));
  });

  test("a feed that is one number has no surface, and the refusal names those that have one", async () => {
    expect(await get("/v1/feeds/BTC-USD.iv-atm-30d/surface")).toMatchObject({
      status: 404,
      body: {
        error: {
          code: "no-surface",
          seen: "BTC-USD.iv-atm-30d",
          wanted: ["BTC-USD.vol-surface", "ETH-USD.vol-surface"],
        },
      },
    });
    expect(await get("/v1/feeds/NO-USD.vol-surface/surface")).toMatchObject({
      status: 404,
      body: { error: { code: "unknown-feed" } },
    });
  });

  test("a settlement is told with its schedule, what is fixed of it and who saw how much; other kinds have none", async () => {
    const { body } = await get("/v1/feeds/ETH-USD.settlement");
    expect(body).toMatchObject({
      feed: { settlement: { windowMs: 1_800_000, agreed: { phase: "averaging" }, own: { coveredMs: 612_000 } } },
    });
    expect((await get("/v1/feeds/ETH-USD.spot-index")).body).toMatchObject({ feed: { settlement: null } });
  });

  test.each([
    ["limit=0", "limit"],
    ["limit=1", "limit"],
    ["limit=99999", "limit"],
    ["limit=1e3", "limit"],
    ["limit=", "limit"],
    ["sinceMs=-5", "sinceMs"],
    ["sinceMs=yesterday", "sinceMs"],
    ["sinceMs=1&sinceMs=2", "sinceMs"],
    ["from=1", "from"],
  ])("history refuses ?%s and names the parameter", async (query, named) => {
    const { status, body } = await get(`/v1/feeds/BTC-USD.spot-index/history?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { code: "bad-query", wanted: { limit: "2 to 5000" } } });
    expect((body["error"] as { message: string }).message).toContain(named);
  });

  test("the latest report is the signed one, and before the first there is a 404 that says why", async () => {
    expect(await get("/v1/reports/latest")).toMatchObject({
      status: 200,
      body: { round: 48_211, submitPayload: "0x01" },
    });
    fixture.state.ceremonyPhase = "dealing";
    expect(await get("/v1/reports/latest")).toMatchObject({
      status: 404,
      body: { error: { code: "no-report", seen: "dealing" } },
    });
  });

  test("rounds, peers, transactions, sources, venues and the ceremony are served", async () => {
    expect((await get("/v1/rounds")).body).toMatchObject({ round: { leader: 3 }, recent: expect.anything() });
    expect((await get("/v1/peers")).body["peers"]).toHaveLength(4);
    expect((await get("/v1/transactions")).body["transactions"]).toHaveLength(8);
    expect((await get("/v1/sources")).body["sources"]).toHaveLength(10);
    expect((await get("/v1/venues")).body["venues"]).toHaveLength(5);
    expect((await get("/v1/ceremony")).body).toEqual({ phase: "complete", have: [1, 2, 3, 4], culprits: [] });
  });

  test("evidence is listed, told in full by its name, and an unknown name is refused", async () => {
    expect((await get("/v1/evidence")).body["evidence"]).toEqual([]);
    const name = `0x${"e1".repeat(32)}`;
    const cfg = `0x${"c4".repeat(32)}`;
    fixture.state.evidence = [{ name, kind: "bad-share", accused: 3, round: 7, firstSeenMs: 1, cfg }];
    expect((await get("/v1/evidence")).body["evidence"]).toMatchObject([{ name, accused: 3 }]);
    const piece = { version: 1, kind: "bad-share", cfg, accused: 3, round: 7, envelopes: ["0x00"] };
    expect((await get(`/v1/evidence/${name}`)).body).toEqual(piece);
    expect(await get("/v1/evidence/0x12")).toMatchObject({
      status: 404,
      body: { error: { code: "unknown-evidence", seen: "0x12" } },
    });
    expect((await get("/v1/group")).body).toMatchObject({ version: 1, firstRound: 1 });
    fixture.state.ceremonyPhase = "dealing";
    expect(await get("/v1/group")).toMatchObject({ status: 404, body: { error: { code: "no-group" } } });
  });

  test("an unknown address is a 404 in JSON, and writing is refused with what is allowed", async () => {
    expect(await get("/v1/nothing")).toMatchObject({
      status: 404,
      body: { error: { code: "not-found", seen: "/v1/nothing" } },
    });
    const post = await fetch(`${api.url}/v1/feeds`, { method: "POST" });
    expect(post.status).toBe(405);
    expect(post.headers.get("allow")).toBe("GET, HEAD");
  });

  test("a body beyond the cap is refused without being read", async () => {
    const response = await fetch(`${api.url}/v1/feeds`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text: "x".repeat(100_000) }),
    });
    expect([405, 413]).toContain(response.status);
  });

  test("a view that fails answers 500 without telling the stranger what broke", async () => {
    fixture.view.peers = () => {
      throw new Error("sqlite: disk I/O error at /var/lib/node");
    };
    const { status, body } = await get("/v1/peers");
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain("sqlite");
  });
});

describe("metrics", () => {
  test("are served in Prometheus' format and count requests by route pattern", async () => {
    await get("/v1/feeds/BTC-USD.spot-index");
    await get("/v1/feeds/NO.feed");
    const response = await fetch(`${api.url}/metrics`);
    expect(response.headers.get("content-type")).toContain("text/plain");
    const text = await response.text();
    expect(text).toContain('tenor_http_requests_total{route="/v1/feeds/:name",status="200"} 1');
    expect(text).toContain('tenor_http_requests_total{route="/v1/feeds/:name",status="404"} 1');
    expect(text).toContain('tenor_http_request_seconds_count{route="/v1/feeds/:name"} 2');
  });
});

describe("the page", () => {
  test("is served with headers that allow its own files and its one import map, and nothing else", async () => {
    const response = await fetch(`${api.url}/`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("text/html");
    const policy = response.headers.get("content-security-policy") ?? "";
    // printf '{"imports":{}}' | openssl dgst -sha256 -binary | base64
    expect(policy).toContain("script-src 'self' 'sha256-URrTy+Il/Nz0lHojVUx275hWqAWhkSF0VsHbUM4/6Hw='");
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("x-frame-options")).toBe("DENY");
    expect(response.headers.get("cache-control")).toBe("no-cache");
  });

  test("is revalidated by ETag", async () => {
    const first = await fetch(`${api.url}/main.js`);
    expect(first.headers.get("content-type")).toContain("javascript");
    const etag = first.headers.get("etag") ?? "";
    expect(etag).not.toBe("");
    // Not fetch: Node's adds "cache-control: no-cache" to a conditional request, which asks for the whole file.
    const request = httpGet(`${api.url}/main.js`, { headers: { "if-none-match": etag } });
    const [second] = (await once(request, "response")) as [IncomingMessage];
    second.resume();
    expect(second.statusCode).toBe(304);
  });

  test("does not let anyone read above its folder", async () => {
    const socket = createConnection(Number(new URL(api.url).port), "127.0.0.1");
    socket.end("GET /../../../../etc/passwd HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    expect(text).toMatch(/^HTTP\/1\.1 40[034]/);
    expect(text).not.toContain("root:");
  });

  test("a folder without index.html is refused at start, and none at all leaves the API working", async () => {
    const doors = { view: fixture.view, metrics: new Metrics(), log: silentLogger };
    const empty = mkdtempSync(join(tmpdir(), "tenor-empty-"));
    await expect(startApi({ port: 0, dashboardDir: empty }, doors)).rejects.toMatchObject({
      fields: { code: "dashboard-missing" },
    });
    rmSync(empty, { recursive: true });
    const bare = await startApi({ port: 0, dashboardDir: null }, { ...doors, metrics: new Metrics() });
    expect((await fetch(`${bare.url}/`)).status).toBe(404);
    expect((await fetch(`${bare.url}/v1/status`)).status).toBe(200);
    await bare.stop();
  });
});

describe("live events", () => {
  async function listen(): Promise<{ next(): Promise<string>; end(): Promise<void>; status: number }> {
    const abort = new AbortController();
    const response = await fetch(`${api.url}/v1/events`, { signal: abort.signal });
    const reader = response.body!.getReader();
    const decoder = new TextDecoder();
    return {
      status: response.status,
      next: async () => decoder.decode((await reader.read()).value),
      end: async () => {
        abort.abort();
        await reader.read().catch(() => undefined);
      },
    };
  }

  test("say what changed, each kind once per burst", async () => {
    const stream = await listen();
    expect(await stream.next()).toBe("retry: 2000\n\n");
    fixture.emit("round");
    fixture.emit("feeds");
    fixture.emit("round");
    expect(await stream.next()).toBe(
      'event: change\ndata: {"kind":"round"}\n\nevent: change\ndata: {"kind":"feeds"}\n\n',
    );
    await stream.end();
  });

  test("are capped, and the next listener is told to ask instead", async () => {
    const streams = await Promise.all(Array.from({ length: EVENT_LISTENERS_MAX }, listen));
    expect(await metrics.text()).toContain(`tenor_http_event_listeners ${EVENT_LISTENERS_MAX}`);
    expect(await get("/v1/events")).toMatchObject({ status: 503, body: { error: { code: "too-many-listeners" } } });
    await Promise.all(streams.map((stream) => stream.end()));
  });

  test("end when the node stops, which then holds no subscription", async () => {
    const stream = await listen();
    await stream.next();
    const other = await startApi(
      { port: 0, dashboardDir: null },
      { view: fixture.view, metrics: new Metrics(), log: silentLogger },
    );
    expect(fixture.listenerCount()).toBe(2);
    await other.stop();
    expect(fixture.listenerCount()).toBe(1);
    await stream.end();
  });
});

test("it listens on this machine only unless told otherwise, and a taken port is named", async () => {
  expect(new URL(api.url).hostname).toBe("127.0.0.1");
  const port = Number(new URL(api.url).port);
  await expect(
    startApi({ port, dashboardDir: null }, { view: fixture.view, metrics: new Metrics(), log: silentLogger }),
  ).rejects.toMatchObject({ fields: { code: "api-listen", port } });
});
