/** What a node says of its market data, read member by member: it may be another version, or no node at all. */
import type {
  BudgetView,
  ConnectionView,
  SourceError,
  SourceState,
  SourceView,
  VenueState,
  VenueView,
} from "../api/sources-view.ts";
import { list, type Members, members, number, orNull, text, word } from "./reply-guards.ts";

export type MarketReply = {
  readonly nowMs: number;
  readonly venues: readonly VenueView[];
  readonly sources: readonly SourceView[];
};

const SOURCE_STATES: readonly SourceState[] = ["ok", "stale", "frozen", "gap", "waiting"];
const VENUE_STATES: readonly VenueState[] = ["ok", "degraded", "down", "waiting"];
const CONNECTION_STATES: readonly ConnectionView["state"][] = ["live", "connecting", "down"];

function numberOrNull(value: unknown, what: string): number | null {
  return orNull(value, (given) => number(given, what));
}

function readError(value: unknown): SourceError {
  const { reason, detail, atMs } = members(value, "lastError");
  return { reason: text(reason, "reason"), detail: text(detail, "detail"), atMs: number(atMs, "atMs") };
}

function readConnection({ name, state, sinceMs, reconnects, framesPerSec }: Members): ConnectionView {
  return {
    name: text(name, "name"),
    state: word(state, CONNECTION_STATES, "the state of a connection"),
    sinceMs: numberOrNull(sinceMs, "sinceMs"),
    reconnects: number(reconnects, "reconnects"),
    framesPerSec: number(framesPerSec, "framesPerSec"),
  };
}

function readBudget({ bucket, left, of }: Members): BudgetView {
  return { bucket: text(bucket, "bucket"), left: number(left, "left"), of: number(of, "of") };
}

function readVenue(venue: Members): VenueView {
  const { total, ok, streamed } = members(venue["sources"], "sources of a venue");
  return {
    venue: text(venue["venue"], "venue"),
    isNeeded: venue["isNeeded"] !== false,
    state: word(venue["state"], VENUE_STATES, "the state of a venue"),
    sources: { total: number(total, "total"), ok: number(ok, "ok"), streamed: number(streamed, "streamed") },
    ageMs: numberOrNull(venue["ageMs"], "ageMs"),
    connections: list(venue["connections"], "connections", readConnection),
    latencyMs: numberOrNull(venue["latencyMs"], "latencyMs"),
    clockOffsetMs: numberOrNull(venue["clockOffsetMs"], "clockOffsetMs"),
    budgets: list(venue["budgets"], "budgets", readBudget),
    pausedMs: numberOrNull(venue["pausedMs"], "pausedMs"),
    lastError: orNull(venue["lastError"], (value) => ({
      ...readError(value),
      source: text(members(value, "lastError")["source"], "source"),
    })),
  };
}

function readSource(source: Members): SourceView {
  const counts = Object.entries(members(source["counts"], "counts"));
  return {
    source: text(source["source"], "source"),
    venue: text(source["venue"], "venue"),
    state: word(source["state"], SOURCE_STATES, "the state of a source"),
    via: orNull(source["via"], (via) => word(via, ["stream", "rest"] as const, "via")),
    reason: orNull(source["reason"], (reason) => text(reason, "reason")),
    detail: orNull(source["detail"], (detail) => text(detail, "detail")),
    ageMs: numberOrNull(source["ageMs"], "ageMs"),
    timeSource: orNull(source["timeSource"], (by) => word(by, ["venue", "receipt"] as const, "timeSource")),
    latencyMs: numberOrNull(source["latencyMs"], "latencyMs"),
    clockOffsetMs: numberOrNull(source["clockOffsetMs"], "clockOffsetMs"),
    counts: Object.fromEntries(counts.map(([reason, count]) => [text(reason, "reason"), number(count, "a count")])),
    lastError: orNull(source["lastError"], readError),
  };
}

/**
 * The bodies of /v1/venues and /v1/sources.
 * @throws OracleError `not-a-node`
 */
export function readMarketReply(venuesBody: unknown, sourcesBody: unknown): MarketReply {
  const { nowMs, venues } = members(venuesBody, "the body");
  const { sources } = members(sourcesBody, "the body");
  return {
    nowMs: number(nowMs, "nowMs"),
    venues: list(venues, "venues", readVenue),
    sources: list(sources, "sources", readSource),
  };
}
