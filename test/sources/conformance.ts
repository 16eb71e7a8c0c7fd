/** One suite for every adapter, over a real HTTP server: a good body is a quote, all else is a named gap, nothing throws. */
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { GapReason } from "../../src/market/quote.ts";
import {
  CANDLE_ADAPTERS,
  type MarketQuote,
  fetchCandles,
  fetchQuote,
  parseBodies,
  requestsOf,
} from "../../src/sources/adapters.ts";
import type { CandlePage } from "../../src/sources/candle-bars.ts";
import type { Parsed } from "../../src/sources/gap.ts";
import type { VenueAccess } from "../../src/sources/hosts.ts";
import { HttpGet, type HttpLimits } from "../../src/sources/http.ts";
import { type Subscription, sourceName } from "../../src/sources/subscription.ts";
import { NOW_MS } from "./bodies.ts";
import { memberPaths, put } from "./member-paths.ts";
import { expectLawful } from "./quote-laws.ts";
import { type Handler, type VenueServer, sendJson, startVenueServer } from "./venue-server.ts";

export type AdapterCase = {
  readonly subscription: Subscription;
  /** Under the venue's base URL, with the query. */
  readonly path: string;
  readonly goodBody: string;
  readonly goodQuote: MarketQuote;
  /** Of candles: the page that `path` asks for. */
  readonly page?: CandlePage;
  /** What an empty array means here, `bad-shape` by default. */
  readonly emptyArray?: GapReason;
  /** Error bodies of this venue with HTTP 200, and what they mean. */
  readonly errors?: readonly (readonly [body: string, reason: GapReason])[];
};

const PRODUCTION = { allowTestnet: false };
const LIMITS = { timeoutMs: 2_000, maxBytes: 64 * 1024 };
const SHORT = { ...LIMITS, timeoutMs: 120 };
const clock = { nowMs: () => NOW_MS, monotonicMs: () => performance.now() };

export function describeAdapter(adapter: AdapterCase): void {
  const { subscription, goodBody, goodQuote, page = { fromMs: 0, toMs: 0 }, emptyArray = "bad-shape" } = adapter;
  const http = new HttpGet({ userAgent: "tenor/test" }, { clock });
  const never = new AbortController().signal;
  let server: VenueServer;
  beforeAll(async () => {
    server = await startVenueServer();
  });
  afterAll(async () => {
    http.close();
    await server.close();
  });

  function fetchFrom(access: VenueAccess, limits: HttpLimits): Promise<Parsed<MarketQuote>> {
    return subscription.kind === "candles"
      ? fetchCandles(subscription, page, access, http, never, limits)
      : fetchQuote(subscription, access, http, never, limits);
  }

  async function ask(handler: Handler, limits = LIMITS): Promise<Parsed<MarketQuote>> {
    server.answer(handler);
    const outcome = await fetchFrom({ baseUrl: `${server.origin}/base/` }, limits);
    expectLawful(outcome);
    return outcome;
  }

  describe(`${sourceName(subscription)} conforms`, () => {
    test("a good body is exactly the expected quote, asked at the documented path", async () => {
      let seen: readonly (string | undefined)[] = [];
      const outcome = await ask((request, response) => {
        seen = [request.method, request.url, request.headers["user-agent"]];
        sendJson(goodBody)(request, response);
      });
      expect(outcome).toEqual({ kind: "quote", quote: goodQuote });
      expect(seen).toEqual(["GET", `/base${adapter.path}`, "tenor/test"]);
      const path =
        subscription.kind === "candles"
          ? CANDLE_ADAPTERS[subscription.venue].path(subscription, page)
          : requestsOf(subscription)[0]!.path;
      expect(path).toBe(adapter.path);
    });

    test("a compressed good body and one redirect on the same host are followed", async () => {
      expect(await ask(gzipped(goodBody))).toEqual({ kind: "quote", quote: goodQuote });
      const once: Handler = (request, response) =>
        request.url === "/moved"
          ? sendJson(goodBody)(request, response)
          : response.writeHead(302, { location: "/moved" }).end();
      expect(await ask(once)).toEqual({ kind: "quote", quote: goodQuote });
    });

    const later = new Date(NOW_MS + 90_000).toUTCString();
    const html = "<html><body>Attention Required!</body></html>";
    const asHtml = { "content-type": "text/html" };
    const cases: readonly (readonly [string, Handler, GapReason, number?])[] = [
      ["HTTP 429 with Retry-After in seconds", sendJson("{}", 429, { "retry-after": "7" }), "rate-limited", 7_000],
      ["HTTP 429 with Retry-After as a date", sendJson("{}", 429, { "retry-after": later }), "rate-limited", 90_000],
      ["HTTP 429 with rubbish as Retry-After", sendJson("{}", 429, { "retry-after": "soon" }), "rate-limited"],
      ["HTTP 418", sendJson("{}", 418, { "retry-after": "120" }), "banned", 120_000],
      ["HTTP 403 with a firewall's page", sendJson(html, 403, asHtml), "banned"],
      ["HTTP 451", sendJson("{}", 451), "geo-blocked"],
      ["HTTP 500", sendJson("", 500), "server-error"],
      ["HTTP 503 with Retry-After", sendJson(html, 503, { ...asHtml, "retry-after": "30" }), "server-error", 30_000],
      ["HTTP 520", sendJson(html, 520, asHtml), "server-error"],
      ["HTTP 404 with a page", sendJson(html, 404, asHtml), "venue-error"],
      ["a good body under HTTP 500", sendJson(goodBody, 500), "server-error"],
      ["a good body under HTTP 404", sendJson(goodBody, 404), "venue-error"],
      ["HTTP 204", (_request, response) => response.writeHead(204).end(), "venue-error"],
      ["a JSON body cut in half", sendJson(goodBody.slice(0, goodBody.length / 2)), "not-json"],
      ["a page with HTTP 200", sendJson(html, 200, asHtml), "not-json"],
      ["a page that calls itself JSON", sendJson(html), "not-json"],
      ["an empty body", sendJson(""), "not-json"],
      ["a good body of the wrong content type", sendJson(goodBody, 200, asHtml), "not-json"],
      ["the JSON null", sendJson("null"), "bad-shape"],
      ["a JSON number", sendJson("42"), "bad-shape"],
      ["an empty array", sendJson("[]"), emptyArray],
      ["an empty object", sendJson("{}"), "bad-shape"],
      ["a body over the size cap", sendJson(goodBody + " ".repeat(LIMITS.maxBytes)), "too-large"],
      ["an endless body without length", endless, "too-large"],
      ["a compressed body that inflates over the cap", gzipped(goodBody + " ".repeat(30_000_000)), "too-large"],
      ["a broken compressed body", sendJson("not gzip", 200, { "content-encoding": "gzip" }), "not-json"],
      [
        "endless redirects",
        (_request, response) => response.writeHead(302, { location: "/again" }).end(),
        "venue-error",
      ],
      [
        "a redirect to another host",
        (_r, response) => response.writeHead(302, { location: "http://localhost:9/" }).end(),
        "venue-error",
      ],
      ["a socket closed before the answer", (request) => request.socket.destroy(), "unreachable"],
      ["a socket closed inside the body", cutInside, "unreachable"],
    ];
    for (const [name, handler, reason, retryAfterMs] of cases) {
      test(`${name} is ${reason}`, async () => {
        const outcome = await ask(handler);
        expect(outcome).toMatchObject({ kind: "gap", reason });
        if (outcome.kind === "gap") expect(outcome.retryAfterMs).toBe(retryAfterMs);
      });
    }

    test("silence and a dripping body end at the time limit", async () => {
      expect(await ask(() => undefined, SHORT)).toMatchObject({ kind: "gap", reason: "timeout" });
      expect(await ask(drip(goodBody), SHORT)).toMatchObject({ kind: "gap", reason: "timeout" });
    });

    test("a closed port is unreachable", async () => {
      const closed = await startVenueServer();
      await closed.close();
      const outcome = await fetchFrom({ baseUrl: closed.origin }, LIMITS);
      expect(outcome).toMatchObject({ kind: "gap", reason: "unreachable" });
    });

    for (const [body, reason] of adapter.errors ?? []) {
      test(`${body.slice(0, 90)} means ${reason}`, () => {
        const outcome = parseBodies([body], subscription, NOW_MS, PRODUCTION);
        expectLawful(outcome);
        expect(outcome).toMatchObject({ kind: "gap", reason });
      });
    }

    test("no edit of a good body throws or gets past the laws of a quote", () => {
      const snippets = [
        "0",
        "-",
        "null",
        '""',
        "1e9",
        "1e999",
        "NaN",
        ".",
        "[",
        "{}",
        '"',
        ",",
        "\u0000",
        "true",
        '"0x1f"',
        "9999999",
      ];
      const edit = fc.record({
        at: fc.nat(goodBody.length),
        drop: fc.nat(6),
        put: fc.oneof(fc.constantFrom(...snippets), fc.string({ maxLength: 4 })),
      });
      fc.assert(
        fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
          let body = goodBody;
          for (const { at, drop, put } of edits) body = body.slice(0, at) + put + body.slice(at + drop);
          expectLawful(parseBodies([body], subscription, NOW_MS, PRODUCTION));
        }),
        { numRuns: 1500 },
      );
    });

    test("no JSON value in place of any member throws or gets past the laws of a quote", () => {
      const paths = memberPaths(JSON.parse(goodBody));
      const hostile = fc.oneof(
        fc.constantFrom(
          0,
          -0,
          -1,
          -1e-8,
          1e-300,
          1e300,
          null,
          "",
          "0",
          "-1.0",
          "0x10",
          " 1",
          "NaN",
          "Infinity",
          "1e400",
          true,
        ),
        fc.jsonValue({ maxDepth: 1 }),
      );
      fc.assert(
        fc.property(fc.constantFrom(...paths), hostile, (path, value) => {
          const body = JSON.parse(goodBody);
          put(body, path, value);
          expectLawful(parseBodies([JSON.stringify(body)], subscription, NOW_MS, PRODUCTION));
        }),
        { numRuns: 1500 },
      );
    });
  });
}

function gzipped(body: string): Handler {
  const bytes = gzipSync(body);
  return (_request, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(bytes);
  };
}

const endless: Handler = (_request, response) => {
  response.writeHead(200, { "content-type": "application/json" });
  const chunk = Buffer.alloc(32 * 1024, " ");
  const write = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once("drain", write);
  };
  write();
};

const cutInside: Handler = (request, response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "5000" });
  response.write('{"a":', () => request.socket.destroy());
};

function drip(body: string): Handler {
  return (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    let sent = 0;
    const timer = setInterval(() => {
      if (response.destroyed) clearInterval(timer);
      else response.write(body[sent++ % body.length]);
    }, 10);
    response.on("close", () => clearInterval(timer));
  };
}
