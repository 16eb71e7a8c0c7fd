/** Answers and frames without measure, over real sockets and under the limits that production has: cut off, with a reason. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { createHash } from "node:crypto";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { silentLogger } from "../../src/base/ports.ts";
import { fetchQuote, HTTP_LIMITS, type MarketQuote } from "../../src/sources/adapters.ts";
import type { Gap, Parsed } from "../../src/sources/gap.ts";
import { HttpGet } from "../../src/sources/http.ts";
import { VENUE_LIMITS } from "../../src/sources/limits.ts";
import { PRODUCTION_ONLY } from "../../src/sources/rest-adapter.ts";
import { FRAME_MAX_BYTES } from "../../src/sources/stream-adapter.ts";
import { type ConnectionDoors, StreamConnection } from "../../src/sources/stream-connection.ts";
import type { PolledSubscription } from "../../src/sources/subscription.ts";
import { DERIBIT_BTC, NOW_MS, OPTION_ROWS, rowsBody, SPOT_BTC } from "./bodies.ts";
import { expectLawful, expectLawfulGap } from "./quote-laws.ts";
import { type StreamServer, startStreamServer } from "./stream-server.ts";
import { tinyStream } from "./tiny-stream.ts";
import { type Handler, sendJson } from "./venue-server.ts";

const JSON_TYPE = { "content-type": "application/json" };
/** OKX's chain measured so many bytes. */
const LARGEST_MEASURED_BYTES = 748_923;

let server: StreamServer;
beforeEach(async () => {
  server = await startStreamServer();
});
afterEach(() => server.close());

describe("a body over HTTP", () => {
  const clock = { nowMs: () => NOW_MS, monotonicMs: () => performance.now() };

  async function ask(
    handler: Handler,
    subscription: PolledSubscription = DERIBIT_BTC.options,
  ): Promise<Parsed<MarketQuote>> {
    server.answer(handler);
    const http = new HttpGet({ userAgent: "tenor/test" }, { clock });
    const outcome = await fetchQuote(subscription, { baseUrl: server.origin }, http, new AbortController().signal);
    http.close();
    expectLawful(outcome);
    return outcome;
  }

  const chain = (bytes: number): string => rowsBody(OPTION_ROWS).padEnd(bytes, " ");
  const maxBytes = HTTP_LIMITS.options.maxBytes;
  const packed =
    (encoding: string, pack: (body: string) => Buffer, body: string): Handler =>
    (_request, response) =>
      response.writeHead(200, { ...JSON_TYPE, "content-encoding": encoding }).end(pack(body));

  test("the largest chain that was measured passes, and what is larger than any is cut off", async () => {
    expect(await ask(sendJson(chain(LARGEST_MEASURED_BYTES)))).toMatchObject({ kind: "quote" });
    expect(await ask(sendJson(chain(maxBytes)))).toMatchObject({ kind: "quote" });
    expect(await ask(sendJson(chain(maxBytes + 1)))).toMatchObject({ kind: "gap", reason: "too-large" });
  });

  test("a quote of one pair may not be the size of a chain", async () => {
    const outcome = await ask(sendJson("{}".padEnd(LARGEST_MEASURED_BYTES, " ")), SPOT_BTC.kraken);
    expect(outcome).toMatchObject({ kind: "gap", reason: "too-large" });
  });

  const bomb = " ".repeat(100_000_000);
  test.each<[string, Handler]>([
    ["gzip", packed("gzip", gzipSync, bomb)],
    ["deflate", packed("deflate", deflateSync, bomb)],
    ["raw deflate", packed("deflate", deflateRawSync, bomb)],
    ["brotli, which was not asked for", packed("br", brotliCompressSync, bomb)],
  ])("a bomb of %s is cut off before it has unfolded", async (_name, handler) => {
    const before = process.memoryUsage();
    expect(await ask(handler)).toMatchObject({ kind: "gap", reason: "too-large" });
    const grown = process.memoryUsage().arrayBuffers - before.arrayBuffers;
    expect(grown).toBeLessThan(bomb.length);
  });

  test("what was packed twice, or not to its end, is no quote", async () => {
    for (const pack of [(body: string) => gzipSync(gzipSync(body)), (body: string) => gzipSync(body).subarray(0, 60)])
      expect(await ask(packed("gzip", pack, chain(2_000)))).toMatchObject({ kind: "gap", reason: "not-json" });
  });

  test("brackets a million deep are no JSON, and no end of the process", async () => {
    for (const body of ["[".repeat(1_000_000), `${"[".repeat(500_000)}${"]".repeat(500_000)}`, '{"a":'.repeat(300_000)])
      expect(await ask(sendJson(body))).toMatchObject({ kind: "gap" });
  });

  test("a hundred thousand rows are more than any chain", async () => {
    const rows = Array.from({ length: 100_000 }, () => 0);
    expect(await ask(sendJson(rowsBody(rows)))).toMatchObject({ kind: "gap", reason: "too-large" });
  });

  test("headers without end, a length that is a lie and a status that is none are no answer", async () => {
    const raw =
      (text: string): Handler =>
      (request) => {
        request.socket.end(text);
      };
    const answers = [
      `HTTP/1.1 200 OK\r\n${"x-long: y\r\n".repeat(20_000)}\r\n{}`,
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99999\r\n\r\n{"jsonrpc":',
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}",
      "HTTP/9.9 999 ?\r\n\r\n",
      "not http at all",
    ];
    for (const answer of answers) expect(await ask(raw(answer))).toMatchObject({ kind: "gap", reason: "unreachable" });
  });

  test("redirects that go round, or away, are followed twice and no further", async () => {
    let asked = 0;
    const round: Handler = (_request, response) => {
      asked += 1;
      response.writeHead(302, { location: `/again?${asked}` }).end();
    };
    expect(await ask(round)).toMatchObject({ kind: "gap", reason: "venue-error" });
    expect(asked).toBe(3);
    for (const location of [
      "http://127.0.0.1:9/",
      "file:///etc/passwd",
      "ftp://x/",
      "//localhost:9/",
      "http://[::1]:9/",
    ]) {
      const away: Handler = (_request, response) => response.writeHead(307, { location }).end();
      const outcome = await ask(away);
      expect(outcome, location).toMatchObject({ kind: "gap" });
    }
  });

  test.each(["text/html", "application/octet-stream", "image/png", "text/plain", "multipart/form-data"])(
    "a good body that calls itself %s is not read",
    async (type) => {
      const outcome = await ask(sendJson(rowsBody(OPTION_ROWS), 200, { "content-type": type }));
      expect(outcome).toMatchObject({ kind: "gap", reason: "not-json" });
    },
  );

  test("a body that drips is cut off at the time of its kind, from the first byte of the request on", async () => {
    const drip: Handler = (_request, response) => {
      response.writeHead(200, JSON_TYPE);
      const timer = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(timer));
    };
    const startedMs = performance.now();
    expect(await ask(drip, SPOT_BTC.kraken)).toMatchObject({ kind: "gap", reason: "timeout" });
    const tookMs = performance.now() - startedMs;
    expect(tookMs).toBeGreaterThanOrEqual(HTTP_LIMITS.spot.timeoutMs - 50);
    expect(tookMs).toBeLessThan(HTTP_LIMITS.spot.timeoutMs + 1_000);
  });
});

describe("a frame over a WebSocket", () => {
  function connect(doors: Partial<ConnectionDoors>): StreamConnection {
    const options = { adapter: tinyStream(), subscriptions: [SPOT_BTC.coinbase], rules: PRODUCTION_ONLY };
    const { messages } = VENUE_LIMITS.coinbase;
    return new StreamConnection(
      { ...options, url: `${server.streamOrigin}/tiny`, messages, handshakeMaxMs: 1_000, lifeMs: null },
      {
        clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
        log: silentLogger,
        listed: new Map(),
        opened: () => undefined,
        alive: () => undefined,
        take: () => undefined,
        refused: () => undefined,
        ...doors,
      },
    );
  }

  /** The end of a connection to a server that sends these bytes once the handshake is done. */
  async function endAfter(bytes: readonly Buffer[], extensions = ""): Promise<Gap> {
    server.refuse((socket, request) => {
      accept(socket, request, extensions);
      for (const piece of bytes) socket.write(piece);
    });
    const connection = connect({ take: () => expect.fail("such a frame says nothing") });
    const ended = await connection.ended;
    expectLawfulGap(ended);
    return ended;
  }

  test("that claims more than it may is cut off by its head, before its body has come", async () => {
    const head = Buffer.alloc(10);
    head.writeUInt16BE(0x81_7f, 0);
    head.writeBigUInt64BE(BigInt(FRAME_MAX_BYTES) + 1n, 2);
    expect(await endAfter([head])).toMatchObject({ reason: "too-large" });
    head.writeBigUInt64BE(2n ** 62n, 2);
    expect(["too-large", "bad-shape"]).toContain((await endAfter([head])).reason);
  });

  test("in a thousand pieces is one frame, and too large as one", async () => {
    const piece = Buffer.alloc(4_000, "x");
    const fragment = (opcode: number): Buffer =>
      Buffer.concat([Buffer.from([opcode, 126, piece.length >> 8, piece.length & 0xff]), piece]);
    const pieces = [fragment(0x01), ...Array.from({ length: 300 }, () => fragment(0x00))];
    expect(await endAfter(pieces)).toMatchObject({ reason: "too-large" });
  });

  test("that is compressed, or a handshake that says it will be, is refused: nobody offered it", async () => {
    const packed = deflateRawSync(Buffer.alloc(100, "x"));
    const compressed = Buffer.concat([Buffer.from([0xc1, packed.length]), packed]);
    expect(await endAfter([compressed])).toMatchObject({ reason: "bad-shape" });
    const agreed = await endAfter([compressed], "sec-websocket-extensions: permessage-deflate\r\n");
    expect(["bad-shape", "unreachable"]).toContain(agreed.reason);
  });

  test.each<[string, readonly number[]]>([
    ["of an opcode that is none", [0x83, 0]],
    ["with reserved bits", [0xb1, 0]],
    ["of bits that nobody negotiated, all of them", [0xff, 1, 0]],
    ["that goes on with nothing begun", [0x80, 1, 0x78]],
    ["of text that is no UTF-8", [0x81, 2, 0xc3, 0x28]],
    ["of control that is too long", [0x89, 126, 0, 200]],
    ["masked as only a client's are", [0x81, 0x81, 1, 2, 3, 4, 5]],
  ])("%s ends the line by name", async (_name, bytes) => {
    expect(await endAfter([Buffer.from(bytes)])).toMatchObject({ reason: "bad-shape" });
  });

  test("in floods of small ones that nobody can read ends the line after twenty, and the rest costs nothing", async () => {
    let refused = 0;
    const connected = server.connected();
    const connection = connect({
      refused: () => {
        refused += 1;
      },
    });
    const socket = await connected;
    for (let i = 0; i < 20_000; i++) socket.send("{");
    expect(await connection.ended).toMatchObject({ reason: "not-json" });
    expect(refused).toBe(20);
  });
});

/** The server's half of RFC 6455 §4.2.2, by hand: what comes after it is whatever the test wants. */
function accept(socket: Duplex, request: IncomingMessage, extensions: string): void {
  const key = `${request.headers["sec-websocket-key"] ?? ""}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const token = createHash("sha1").update(key).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${token}\r\n${extensions}\r\n`,
  );
}
