/** What a venue says when it is ill: statuses and bodies as documented by each, with the usual web server pages. */
import { unreachable } from "../base/errors.ts";
import type { Venue } from "../market/venue.ts";
import { geminiError } from "./venues/gemini.ts";
import { okxError } from "./venues/okx/envelope.ts";
import { unknownSymbol } from "./unknown-symbol.ts";
import { HTML_TYPE, JSON_TYPE, jsonAnswer, type VenueAnswer } from "./answer.ts";

const RETRY_AFTER_SECONDS = 2;

export function rateLimited(venue: Venue): VenueAnswer {
  const headers = { "retry-after": String(RETRY_AFTER_SECONDS) };
  switch (venue) {
    case "coinbase":
      return { ...jsonAnswer(429, { message: "Public rate limit exceeded" }), headers };
    case "kraken":
      return { ...jsonAnswer(429, { error: ["EGeneral:Too many requests"] }), headers };
    case "bitstamp":
      return {
        ...jsonAnswer(429, {
          response_code: "400.002",
          response_explanation: "Request rejected due to exceeded rate limit.",
        }),
        headers,
      };
    case "binance":
      return {
        ...jsonAnswer(429, {
          code: -1003,
          msg: "Too much request weight used; current limit is 6000 request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.",
        }),
        headers: { ...headers, "x-mbx-used-weight-1m": "6001" },
      };
    case "deribit":
      return {
        ...jsonAnswer(429, { jsonrpc: "2.0", error: { code: 10028, message: "too_many_requests", data: null } }),
        headers,
      };
    case "okx":
      return {
        ...okxError(
          429,
          "50011",
          "Rate limit reached. Please refer to API documentation and throttle requests accordingly",
        ),
        headers,
      };
    case "bybit":
      return {
        ...jsonAnswer(429, { retCode: 10006, retMsg: "Too many visits!", result: {}, retExtInfo: {}, time: 0 }),
        headers: { ...headers, "x-bapi-limit": "10", "x-bapi-limit-status": "0" },
      };
    case "gemini":
      return { ...geminiError(429, "RateLimit", "Requests were made too frequently. See Rate Limits below."), headers };
    case "bitfinex":
      return { ...jsonAnswer(429, { error: "ERR_RATE_LIMIT" }), headers };
    default:
      return unreachable(venue);
  }
}

export function serverError(): VenueAnswer {
  return { status: 503, contentType: "text/plain; charset=utf-8", body: "Service Unavailable" };
}

/** HTTP 200 with a page: the way of firewalls and maintenance screens. */
export function htmlPage(): VenueAnswer {
  return {
    status: 200,
    contentType: HTML_TYPE,
    body: "<!DOCTYPE html>\n<html><head><title>Just a moment...</title></head><body><h1>Checking your browser</h1></body></html>\n",
  };
}

/** Called JSON, cut in the middle, with bytes that belong nowhere. */
export function garbage(answer: VenueAnswer): VenueAnswer {
  return {
    status: 200,
    contentType: JSON_TYPE,
    body: `${answer.body.slice(0, answer.body.length >> 1)}\u0000\uFFFD{{]`,
  };
}

/** An address that is shut out. */
export function banned(venue: Venue): VenueAnswer {
  return { ...rateLimited(venue), status: venue === "binance" ? 418 : 403 };
}

export function maintenance(_venue: Venue): VenueAnswer {
  return { status: 503, contentType: HTML_TYPE, body: "<html><body>under maintenance</body></html>" };
}

export function geoBlocked(venue: Venue): VenueAnswer {
  return { status: venue === "binance" ? 451 : 403, contentType: HTML_TYPE, body: "<html>403</html>" };
}

export function delisted(venue: Venue): VenueAnswer {
  return unknownSymbol(venue, 0);
}
