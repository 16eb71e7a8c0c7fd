/** Which answer a fault, or a limit that was passed, makes of a request or a handshake. */
import { unreachable } from "../base/errors.ts";
import type { Venue } from "../market/venue.ts";
import type { VenueAnswer } from "./answer.ts";
import { distort } from "./distort.ts";
import type { FaultKind } from "./faults.ts";
import { banned, delisted, garbage, geoBlocked, htmlPage, maintenance, rateLimited, serverError } from "./refusals.ts";
import type { Allowance } from "./request-ledger.ts";

/** What a fault makes of an answer over HTTP. `timeout` and `slow` are a matter of when, `clock` and `frozen` of the market. */
export function spoiled(venue: Venue, fault: FaultKind | null, honest: () => VenueAnswer): VenueAnswer {
  switch (fault) {
    case null:
    case "timeout":
    case "frozen":
    case "clock":
    case "slow":
    case "disconnect":
    case "half-open":
    case "sequence-gap":
      return honest();
    case "429":
      return rateLimited(venue);
    case "5xx":
      return serverError();
    case "html":
      return htmlPage();
    case "garbage":
      return garbage(honest());
    case "ban":
      return banned(venue);
    case "maintenance":
      return maintenance(venue);
    case "geo-block":
      return geoBlocked(venue);
    case "delisted":
      return delisted(venue);
    case "x1000":
    case "zero":
    case "null":
    case "crossed":
    case "locked":
    case "empty":
      return distort(venue, honest(), fault);
    default:
      return unreachable(fault);
  }
}

/** null: the handshake goes on, and the fault shows afterwards or not at all. */
export function handshakeRefusal(venue: Venue, fault: FaultKind): VenueAnswer | null {
  switch (fault) {
    case "429":
      return rateLimited(venue);
    case "5xx":
    case "disconnect":
      return serverError();
    case "html":
      return htmlPage();
    case "ban":
      return banned(venue);
    case "maintenance": {
      // Where maintenance is said with HTTP 200, a handshake still fails.
      const answer = maintenance(venue);
      return answer.status >= 400 ? answer : { ...answer, status: 503 };
    }
    case "geo-block":
      return geoBlocked(venue);
    default:
      return null;
  }
}

/** What a client over a documented limit is told; null: it is within. */
export function allowanceAnswer(venue: Venue, allowance: Allowance, nowMs: number): VenueAnswer | null {
  switch (allowance.kind) {
    case "within":
      return null;
    case "over":
      return rateLimited(venue);
    case "banned": {
      const answer = banned(venue);
      // Bybit's page names no time, and neither do we.
      if (answer.headers?.["retry-after"] === undefined) return answer;
      const waitSec = Math.ceil((allowance.untilMs - nowMs) / 1000);
      return { ...answer, headers: { ...answer.headers, "retry-after": String(waitSec) } };
    }
    default:
      return unreachable(allowance);
  }
}
