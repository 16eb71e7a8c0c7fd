import { describe, expect, test } from "vitest";
import { parseRetryAfter, readAnswer } from "../../src/sources/answer.ts";
import { gap } from "../../src/sources/gap.ts";
import type { HttpBody } from "../../src/sources/http.ts";

const NOW_MS = Date.UTC(2026, 8, 10, 12);

function body(status: number, headers: Record<string, string> = {}, text = "x"): HttpBody {
  return { kind: "body", status, text, headers, startedAtMs: NOW_MS - 5, receivedAtMs: NOW_MS };
}

describe("Retry-After", () => {
  test.each([
    ["0", 0],
    ["7", 7_000],
    [" 120 ", 120_000],
    ["999999999999", 3 * 86_400_000],
    ["Thu, 10 Sep 2026 12:01:30 GMT", 90_000],
    ["Thu, 10 Sep 2026 11:00:00 GMT", 0],
    ["Fri, 10 Sep 2027 12:00:00 GMT", 3 * 86_400_000],
  ])("%j is waited for", (header, ms) => {
    expect(parseRetryAfter(header, NOW_MS)).toBe(ms);
  });

  test.each([undefined, "", "soon", "-5", "1.5", "1e3", "2026-09-10T12:01:30Z", "Thu, 99 Sep 2026 99:99:99 GMT"])(
    "%j says nothing",
    (header) => {
      expect(parseRetryAfter(header, NOW_MS)).toBeUndefined();
    },
  );
});

describe("an answer", () => {
  test("of HTTP 400 is named by its body where the body says more than the status", () => {
    const told = gap("rate-limited", "error 10028: too_many_requests");
    expect(readAnswer(body(400), () => told)).toEqual(told);
    expect(readAnswer(body(400), () => gap("not-json", "page"))).toEqual(gap("venue-error", "HTTP 400"));
    expect(readAnswer(body(400), () => ({ kind: "quote", quote: 1 }))).toEqual(gap("venue-error", "HTTP 400"));
  });

  test("keeps the body's own waiting time before the header's", () => {
    const read = readAnswer(body(400, { "retry-after": "7" }), () => gap("rate-limited", "until then", 12_000));
    expect(read).toMatchObject({ retryAfterMs: 12_000 });
  });

  const notJson = () => gap("not-json", "page");
  const html = { "content-type": "text/html" };
  const page = "<html><title>Scheduled Maintenance</title></html>";

  test.each([
    ["a page with HTTP 200", body(200, html, page)],
    ["a page with HTTP 200 that calls itself JSON", body(200, { "content-type": "application/json" }, page)],
    ["a page with HTTP 503", body(503, html, page)],
    ["a line with HTTP 503", body(503, { "content-type": "text/plain" }, "under maintenance")],
  ])("that says maintenance is maintenance: %s", (_name, answer) => {
    expect(readAnswer(answer, notJson)).toMatchObject({ kind: "gap", reason: "maintenance" });
  });

  test("of HTTP 503 is maintenance where the venue's own error body says so, and keeps Retry-After", () => {
    const told = gap("maintenance", "code 503");
    const json = { "content-type": "application/json", "retry-after": "60" };
    expect(readAnswer(body(503, json), () => told)).toEqual({ ...told, retryAfterMs: 60_000 });
    expect(readAnswer(body(503, json), () => gap("delisted", "no"))).toMatchObject({ reason: "server-error" });
  });

  test("that only mentions maintenance in good JSON, or bans us on such a page, is what it is", () => {
    const quote = { kind: "quote", quote: 1 } as const;
    expect(readAnswer(body(200, {}, '{"note":"maintenance on Sunday"}'), () => quote)).toEqual(quote);
    expect(readAnswer(body(403, html, page), notJson)).toMatchObject({ reason: "banned" });
    expect(readAnswer(body(429, html, page), notJson)).toMatchObject({ reason: "rate-limited" });
    expect(readAnswer(body(404, html, page), notJson)).toMatchObject({ reason: "venue-error" });
    expect(readAnswer(body(500, html, "unmaintenanced"), notJson)).toMatchObject({ reason: "server-error" });
  });

  test("without a content type is read, with another than JSON it is not", () => {
    const parse = () => ({ kind: "quote", quote: 1 }) as const;
    expect(readAnswer(body(200), parse).kind).toBe("quote");
    expect(readAnswer(body(200, { "content-type": "application/problem+json" }), parse).kind).toBe("quote");
    expect(readAnswer(body(200, { "content-type": "text/plain" }), parse)).toMatchObject({ reason: "not-json" });
  });
});
