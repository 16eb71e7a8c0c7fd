import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HttpGet } from "../../src/sources/http.ts";
import { userAgent } from "../../src/sources/user-agent.ts";
import { type VenueServer, sendJson, startVenueServer } from "./venue-server.ts";

const LIMITS = { timeoutMs: 2_000, maxBytes: 1_000 };

describe("the GET that every adapter shares", () => {
  let server: VenueServer;
  let http: HttpGet;
  let nowMs: number;
  beforeEach(async () => {
    server = await startVenueServer();
    nowMs = 1_000;
    http = new HttpGet(
      { userAgent: userAgent() },
      { clock: { nowMs: () => nowMs, monotonicMs: () => performance.now() } },
    );
  });
  afterEach(async () => {
    http.close();
    await server.close();
  });
  const get = (limits = LIMITS, stop = new AbortController().signal) => http.get(`${server.origin}/x`, limits, stop);

  test("stamps the start and the receipt by the given clock, and names headers in lower case", async () => {
    server.answer((request, response) => {
      nowMs = 1_040;
      sendJson("{}", 200, { "X-MBX-USED-WEIGHT-1M": "12" })(request, response);
    });
    expect(await get()).toMatchObject({
      kind: "body",
      status: 200,
      text: "{}",
      startedAtMs: 1_000,
      receivedAtMs: 1_040,
      headers: { "x-mbx-used-weight-1m": "12" },
    });
  });

  test("introduces itself with the package's version", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(userAgent()).toBe(`tenor/${version}`);
  });

  test("leaves JSON as text", async () => {
    server.answer(sendJson('{ "a":1.10 }'));
    expect(await get()).toMatchObject({ text: '{ "a":1.10 }' });
  });

  test("uses one connection for requests one after another", async () => {
    const ports = new Set<number | undefined>();
    server.answer((request, response) => {
      ports.add(request.socket.remotePort);
      sendJson("{}")(request, response);
    });
    for (let i = 0; i < 4; i++) await get();
    expect(ports.size).toBe(1);
  });

  test("takes a body of exactly the cap and none of a byte more", async () => {
    server.answer(sendJson("x".repeat(1_000)));
    expect((await get()).kind).toBe("body");
    server.answer(sendJson("x".repeat(1_001)));
    expect(await get()).toEqual({ kind: "gap", reason: "too-large", detail: "body over 1000 bytes" });
  });

  test("follows two redirects of one origin and not a third", async () => {
    const hops =
      (count: number) =>
      (request: { url?: string | undefined }, response: Parameters<ReturnType<typeof sendJson>>[1]) => {
        const hop = Number(/\/hop(\d)/.exec(request.url ?? "")?.[1] ?? 0);
        if (hop === count) response.writeHead(200, { "content-type": "application/json" }).end("{}");
        else response.writeHead(301, { location: `/hop${hop + 1}` }).end();
      };
    server.answer(hops(2));
    expect((await get()).kind).toBe("body");
    server.answer(hops(3));
    expect(await get()).toMatchObject({ kind: "gap", reason: "venue-error" });
  });

  test("a stop before or during the request ends it at once", async () => {
    const stop = new AbortController();
    server.answer(() => stop.abort());
    expect(await get(LIMITS, stop.signal)).toMatchObject({ kind: "gap", detail: "stopped" });
    expect(await get(LIMITS, stop.signal)).toMatchObject({ kind: "gap", detail: "stopped" });
  });
});
