/** Paths of the market itself, which no adapter knows: the truth, what this market is, and its faults. */
import { OracleError, reasonOf } from "../base/errors.ts";
import { isVenue, VENUES } from "../market/venue.ts";
import { timeOf, stepAt } from "../sim/market/model.ts";
import { boundsOver, truthAt } from "../sim/market/truth.ts";
import { jsonAnswer, type VenueAnswer } from "./answer.ts";
import { type FaultBoard, parseFaultOrder } from "./faults.ts";
import type { MarketSource } from "./options.ts";
import type { RequestLedger } from "./request-ledger.ts";

/** Points of one series; a page asks for a few hundred. */
const SERIES_POINTS_MAX = 10_000;

export type OwnRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
};

export type OwnThings = {
  readonly source: MarketSource;
  readonly faults: FaultBoard;
  readonly ledger: RequestLedger;
};

/** @returns null when the path is none of the market's own */
export function ownAnswer(
  { source, faults, ledger }: OwnThings,
  request: OwnRequest,
  nowMs: number,
): VenueAnswer | null {
  try {
    switch (`${request.method} ${request.path}`) {
      case "GET /market":
        return jsonAnswer(200, {
          mode: source.mode,
          seed: source.seed,
          startMs: source.startMs,
          speed: source.speed,
          nowMs,
          ...source.describe(),
        });
      case "GET /truth":
        return truth(source, request.query, nowMs);
      case "GET /truth/series":
        return series(source, request.query, nowMs);
      case "GET /control/faults":
        return jsonAnswer(200, { faults: faults.list(nowMs) });
      case "POST /control/fault":
        return jsonAnswer(200, { fault: faults.add(parseFaultOrder(parseBody(request.body)), nowMs) });
      case "DELETE /control/fault":
        return jsonAnswer(200, { cleared: faults.clear(venueOrAll(request.query)) });
      case "GET /control/requests":
        return jsonAnswer(200, { venues: ledger.report() });
      case "POST /control/requests/reset":
        ledger.reset();
        return jsonAnswer(200, {});
      default:
        return null;
    }
  } catch (error) {
    if (!(error instanceof OracleError)) throw error;
    return jsonAnswer(400, { error: error.message, code: error.code });
  }
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new OracleError(`the body is no JSON: ${reasonOf(error)}`, { code: "bad-fault" });
  }
}

function venueOrAll(query: URLSearchParams) {
  const venue = query.get("venue");
  if (venue === null) return null;
  if (isVenue(venue)) return venue;
  throw new OracleError(`venue is ${JSON.stringify(venue)}, allowed are ${VENUES.join(", ")}`, {
    code: "bad-fault",
    seen: venue,
  });
}

function numberParameter(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const value = Number(text);
  if (text !== "" && Number.isFinite(value)) return value;
  throw new OracleError(`${name} is ${JSON.stringify(text)}, expected a number`, { code: "bad-parameter", seen: text });
}

/** The market does not tell the future: whoever asks for it has a clock that is wrong. */
function notAfter(timeMs: number, nowMs: number, name: string): number {
  if (timeMs <= nowMs) return timeMs;
  throw new OracleError(`${name} is ${timeMs}, expected a time not after now (${nowMs})`, {
    code: "bad-parameter",
    seen: timeMs,
  });
}

function noTruth(why: string): VenueAnswer {
  return jsonAnswer(404, { error: why, code: "no-truth" });
}

function truth(source: MarketSource, query: URLSearchParams, nowMs: number): VenueAnswer {
  const feed = query.get("feed") ?? "";
  const atMs = notAfter(numberParameter(query, "atMs", nowMs), nowMs, "atMs");
  const windowMs = numberParameter(query, "windowMs", 0);
  if (source.model === null) return noTruth("recorded bodies have no truth");
  const bounds = boundsOver(source.model, feed, atMs, windowMs);
  const value = truthAt(source.model, feed, atMs);
  if (bounds === null || value === null) return noTruth(`this market has no ${feed} at ${atMs}`);
  return jsonAnswer(200, { value, low: bounds.low, high: bounds.high, atMs });
}

function series(source: MarketSource, query: URLSearchParams, nowMs: number): VenueAnswer {
  const feed = query.get("feed") ?? "";
  const toMs = notAfter(numberParameter(query, "toMs", nowMs), nowMs, "toMs");
  const fromMs = numberParameter(query, "fromMs", toMs - 60_000);
  const stepMs = numberParameter(query, "stepMs", 1_000);
  if (!(stepMs >= 1) || !(toMs >= fromMs) || (toMs - fromMs) / stepMs >= SERIES_POINTS_MAX) {
    throw new OracleError(
      `${fromMs} to ${toMs} by ${stepMs} ms: expected fromMs ≤ toMs and at most ${SERIES_POINTS_MAX} points`,
      {
        code: "bad-parameter",
      },
    );
  }
  if (source.model === null) return noTruth("recorded bodies have no truth");
  const points: [atMs: number, value: number | null][] = [];
  for (let atMs = fromMs; atMs <= toMs; atMs += stepMs) points.push([atMs, truthAt(source.model, feed, atMs)]);
  return jsonAnswer(200, {
    feed,
    gridMs: source.model.stepMs,
    lastStepMs: timeOf(source.model, stepAt(source.model, toMs)),
    points,
  });
}
