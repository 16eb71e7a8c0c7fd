/** OKX's chain over a real HTTP server: two requests, one quote. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { fetchQuote } from "../../../src/sources/adapters.ts";
import { HttpGet } from "../../../src/sources/http.ts";
import { NOW_MS } from "../bodies.ts";
import { sendJson, startVenueServer, type VenueServer } from "../venue-server.ts";
import { errorBody, OKX_SUBSCRIPTIONS, okxBody, summaryRow, tickerRow } from "./bodies.ts";

const CALL = "BTC-USD-260925-80000-C";
const clock = { nowMs: () => NOW_MS, monotonicMs: () => performance.now() };
const http = new HttpGet({ userAgent: "tenor/test" }, { clock });
let server: VenueServer;
beforeAll(async () => {
  server = await startVenueServer();
});
afterAll(async () => {
  http.close();
  await server.close();
});

async function ask(summary: ReturnType<typeof sendJson>, books: ReturnType<typeof sendJson>) {
  const paths: (string | undefined)[] = [];
  server.answer((request, response) => {
    paths.push(request.url);
    (paths.length === 1 ? summary : books)(request, response);
  });
  const never = new AbortController().signal;
  return { outcome: await fetchQuote(OKX_SUBSCRIPTIONS.options, { baseUrl: server.origin }, http, never), paths };
}

const summary = sendJson(okxBody([summaryRow(CALL)]));
const books = sendJson(okxBody([tickerRow(CALL)]));

test("a summary, then books, are one chain", async () => {
  const { outcome, paths } = await ask(summary, books);
  expect(outcome).toMatchObject({
    quote: { kind: "options", value: { options: [{ instrument: CALL, bidCoin: 0.0245 }] } },
  });
  expect(paths).toEqual([
    "/api/v5/public/opt-summary?instFamily=BTC-USD",
    "/api/v5/market/tickers?instType=OPTION&instFamily=BTC-USD",
  ]);
});

test("a failed first request ends it, and its body is never half a chain", async () => {
  const limited = sendJson(errorBody("50011"), 429, { "retry-after": "3" });
  expect(await ask(limited, books)).toMatchObject({
    outcome: { kind: "gap", reason: "rate-limited", retryAfterMs: 3_000 },
    paths: { length: 1 },
  });
  const good = sendJson(okxBody([summaryRow(CALL)]), 404);
  expect((await ask(good, books)).outcome).toMatchObject({ kind: "gap", reason: "venue-error" });
});

test("a failed second request is the gap of the whole", async () => {
  expect((await ask(summary, sendJson("", 503))).outcome).toMatchObject({ kind: "gap", reason: "server-error" });
  expect((await ask(summary, sendJson(errorBody("51001"), 400))).outcome).toMatchObject({ reason: "delisted" });
  expect((await ask(summary, sendJson(errorBody("50013")))).outcome).toMatchObject({ reason: "server-error" });
});
