/** What a venue says when it is ill, or will not serve: statuses and bodies as documented by each, with the usual web server pages. */
import { unreachable } from "../base/errors.ts";
import type { Venue } from "../market/venue.ts";
import { HTML_TYPE, JSON_TYPE, jsonAnswer, type VenueAnswer } from "./answer.ts";
import { unknownSymbol } from "./unknown-symbol.ts";
import { bitstampRefusal } from "./venues/bitstamp.ts";
import { bybitError } from "./venues/bybit/envelope.ts";
import { deribitError } from "./venues/deribit/envelope.ts";
import { geminiError } from "./venues/gemini.ts";
import { krakenError } from "./venues/kraken.ts";
import { okxError } from "./venues/okx/envelope.ts";

const RETRY_AFTER_SECONDS = 2;
const BAN_SECONDS = 120;
/** Some endpoints of Bitfinex stay shut for up to a minute. */
const BLOCK_SECONDS = 60;

export function rateLimited(venue: Venue): VenueAnswer {
  const headers = { "retry-after": String(RETRY_AFTER_SECONDS) };
  switch (venue) {
    case "coinbase":
      return { ...jsonAnswer(429, { message: "Public rate limit exceeded" }), headers };
    case "kraken":
      return { ...jsonAnswer(429, { error: ["EGeneral:Too many requests"] }), headers };
    case "bitstamp":
      return { ...bitstampRefusal(429, "400.002", "Request rejected due to exceeded rate limit."), headers };
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

/** An address that asked too much for too long and is shut out for a while. */
export function banned(venue: Venue): VenueAnswer {
  switch (venue) {
    case "coinbase":
    case "kraken":
    case "gemini":
    case "okx":
      return firewall();
    case "bitstamp":
      return bitstampRefusal(403, "400.067", "Your IP address is blocked.");
    case "binance": {
      const msg =
        "Way too much request weight used; IP banned. Please use WebSocket Streams for live updates to avoid bans.";
      return { ...jsonAnswer(418, { code: -1003, msg }), headers: { "retry-after": String(BAN_SECONDS) } };
    }
    case "deribit":
      return deribitError(10028, "too_many_requests", null, 0);
    case "bybit":
      // Ten minutes, and nothing in the answer says so.
      return { status: 403, contentType: HTML_TYPE, body: "access too frequent" };
    case "bitfinex":
      return {
        ...jsonAnswer(429, { error: "ERR_RATE_LIMIT" }),
        headers: { "retry-after": String(BLOCK_SECONDS) },
      };
    default:
      return unreachable(venue);
  }
}

/** Planned, and said in the venue's own way: with HTTP 200 at some. */
export function maintenance(venue: Venue): VenueAnswer {
  switch (venue) {
    case "coinbase":
      return jsonAnswer(503, { message: "under maintenance" });
    case "kraken":
      return krakenError("EService:Unavailable");
    case "bitstamp":
      return jsonAnswer(200, { error: "Bitstamp.net is under scheduled maintenance. We'll be back soon." });
    case "binance":
      return jsonAnswer(503, {
        code: -1008,
        msg: "Server is currently overloaded with other requests. Please try again in a few minutes.",
      });
    case "deribit":
      return deribitError(11051, "system_maintenance", null, 0);
    case "okx":
      return okxError(503, "50001", "Service temporarily unavailable. Try again later");
    case "bybit":
      return bybitError(10016, "System error. Please try again later.", 0);
    case "gemini":
      return geminiError(
        503,
        "Maintenance",
        "The Gemini Exchange is currently undergoing maintenance. Please check https://status.gemini.com/ for more information.",
      );
    case "bitfinex":
      return jsonAnswer(503, ["error", 20060, "maintenance"]);
    default:
      return unreachable(venue);
  }
}

/** The venue does not serve the country that the request comes from. */
export function geoBlocked(venue: Venue): VenueAnswer {
  if (venue === "binance") {
    return jsonAnswer(451, {
      code: 0,
      msg: "Service unavailable from a restricted location according to 'b. Eligibility' in https://www.binance.com/en/terms. Please contact customer service if you believe you received this message in error.",
    });
  }
  return {
    status: 403,
    contentType: HTML_TYPE,
    body: "<!DOCTYPE html>\n<html><head><title>403</title></head><body>The service is not available in your country.</body></html>\n",
  };
}

/** Whatever was asked for is listed no more. */
export function delisted(venue: Venue): VenueAnswer {
  return unknownSymbol(venue, 0);
}

export function serverError(): VenueAnswer {
  return { status: 503, contentType: "text/plain; charset=utf-8", body: "Service Unavailable" };
}

/** HTTP 403 with a page, as firewalls in front of venues answer. */
function firewall(): VenueAnswer {
  return {
    status: 403,
    contentType: HTML_TYPE,
    body: "<!DOCTYPE html>\n<html><head><title>Access denied</title></head><body><h1>Sorry, you have been blocked</h1></body></html>\n",
  };
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
