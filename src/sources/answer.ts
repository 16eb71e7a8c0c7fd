/** What an HTTP answer means before its body is read: the status, the content type, Retry-After. */
import { type Gap, type Parsed, gap } from "./gap.ts";
import type { HttpBody } from "./http.ts";

/** The longest documented ban (Binance, 3 days); anything longer is a mistake of the header. */
const RETRY_AFTER_MAX_MS = 3 * 86_400_000;

/**
 * @param parse the venue's own reader. It is asked about bodies of failed requests too: Deribit sends its error
 *              envelope with HTTP 400. A quote in the body of a failed request is never taken.
 */
export function readAnswer<Q>(answer: HttpBody, parse: (body: string, receivedAtMs: number) => Parsed<Q>): Parsed<Q> {
  const { status, headers, text, receivedAtMs } = answer;
  if (status === 200) {
    const type = headers["content-type"];
    const page = type !== undefined && !type.includes("json");
    const read = page ? gap("not-json", `content type ${type}`) : parse(text, receivedAtMs);
    return read.kind === "gap" && read.reason === "not-json" && saysMaintenance(text)
      ? gap("maintenance", "a page about maintenance with HTTP 200")
      : read;
  }
  const told = statusGap(status, text, () => parse(text, receivedAtMs));
  const retryAfterMs = told.retryAfterMs ?? parseRetryAfter(headers["retry-after"], receivedAtMs);
  return retryAfterMs === undefined ? told : { ...told, retryAfterMs };
}

function statusGap<Q>(status: number, text: string, readBody: () => Parsed<Q>): Gap {
  if (status === 429) return gap("rate-limited", "HTTP 429");
  if (status === 418 || status === 403) return gap("banned", `HTTP ${status}`);
  if (status === 451) return gap("geo-blocked", "HTTP 451");
  const body = readBody();
  if (status >= 500) {
    if (body.kind === "gap" && body.reason === "maintenance") return body;
    const says = body.kind === "gap" && body.reason === "not-json" && saysMaintenance(text);
    return says ? gap("maintenance", `HTTP ${status} and a page about it`) : gap("server-error", `HTTP ${status}`);
  }
  const named = body.kind === "gap" && body.reason !== "not-json" && body.reason !== "bad-shape";
  return named ? body : gap("venue-error", `HTTP ${status}`);
}

/** Of what is no JSON: the pages that venues put up while they work on themselves, each in words of its own. */
function saysMaintenance(text: string): boolean {
  return /\bmaintenance\b/i.test(text);
}

/** RFC 9110 §10.2.3: seconds, or an HTTP date. @returns ms from `nowMs`, undefined when absent or unreadable */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,12}$/.test(text)) return Math.min(Number(text) * 1000, RETRY_AFTER_MAX_MS);
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return undefined;
  const untilMs = Date.parse(text);
  return Number.isNaN(untilMs) ? undefined : Math.min(Math.max(0, untilMs - nowMs), RETRY_AFTER_MAX_MS);
}
