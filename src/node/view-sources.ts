/** Rows of market data for the API: each source, and each venue that they come from. */
import type { SourceState, SourceView, VenueState, VenueView } from "../api/sources-view.ts";
import type { SourceStatistics } from "../sources/source-health.ts";
import type { VenueStatistics } from "../sources/venue-desk.ts";

function stateOf(state: SourceStatistics["state"]): SourceState {
  switch (state) {
    case "ok":
    case "stale":
    case "frozen":
      return state;
    case "never-fetched":
      return "waiting";
    default:
      return "gap";
  }
}

export function sourceRows(
  sources: readonly SourceStatistics[],
  venues: readonly VenueStatistics[],
): readonly SourceView[] {
  const offsets = new Map(venues.map(({ venue, clockOffsetMs }) => [venue, clockOffsetMs]));
  return sources.map((statistics) => {
    const { source, venue, via, ageMs, timeSource, latencyMs, okCount, gapCounts, lastError } = statistics;
    const state = stateOf(statistics.state);
    const isGap = state === "gap";
    return {
      source,
      venue,
      state,
      via: state === "waiting" ? null : via,
      reason: state === "ok" ? null : statistics.state,
      // The last failure explains the present one; while a source answers it is history.
      detail: isGap && lastError?.reason === statistics.state ? lastError.detail : null,
      ageMs,
      timeSource,
      latencyMs,
      clockOffsetMs: offsets.get(venue) ?? null,
      counts: { ok: okCount, ...gapCounts },
      lastError,
    };
  });
}

function venueStateOf(sources: readonly SourceView[], venue: VenueStatistics): VenueState {
  const asked = sources.filter(({ state }) => state !== "waiting");
  if (asked.length === 0) return "waiting";
  const ok = asked.filter(({ state }) => state === "ok").length;
  if (ok === 0) return "down";
  const isCut = venue.connections.some(({ state }) => state === "down");
  return ok < asked.length || isCut || venue.isClockOff || venue.pausedUntilMs !== null ? "degraded" : "ok";
}

/** Of two middles the lower. */
function lowerMiddle(numbers: readonly number[]): number | null {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)] ?? null;
}

function leastOf(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : Math.min(...numbers);
}

function newestError(sources: readonly SourceView[], { venue, connections }: VenueStatistics): VenueView["lastError"] {
  const told = [...sources, ...connections.map(({ name, lastError }) => ({ source: `${venue} ${name}`, lastError }))];
  let newest: VenueView["lastError"] = null;
  for (const { source, lastError } of told) {
    if (lastError !== null && (newest === null || lastError.atMs > newest.atMs)) newest = { ...lastError, source };
  }
  return newest;
}

/**
 * @param sources rows of the same moment
 * @param needed  names of the sources that feeds read
 */
export function venueRows(
  sources: readonly SourceView[],
  venues: readonly VenueStatistics[],
  needed: ReadonlySet<string>,
  nowMs: number,
): readonly VenueView[] {
  return venues.map((statistics) => {
    const { venue, connections, clockOffsetMs, budgets, pausedUntilMs } = statistics;
    const own = sources.filter((source) => source.venue === venue);
    return {
      venue,
      isNeeded: own.some(({ source }) => needed.has(source)),
      state: venueStateOf(own, statistics),
      sources: {
        total: own.length,
        ok: own.filter(({ state }) => state === "ok").length,
        streamed: own.filter(({ via }) => via === "stream").length,
      },
      ageMs: leastOf(own.flatMap(({ ageMs }) => ageMs ?? [])),
      connections: connections.map(({ name, state, openedAtMs, reconnects, framesPerSecond }) => ({
        name,
        state,
        sinceMs: state === "live" ? openedAtMs : null,
        reconnects,
        framesPerSec: framesPerSecond,
      })),
      latencyMs: lowerMiddle(own.flatMap(({ latencyMs }) => latencyMs ?? [])),
      clockOffsetMs,
      budgets: budgets.map(({ bucket, credits, of }) => ({ bucket, left: credits, of })),
      pausedMs: pausedUntilMs === null ? null : Math.max(0, pausedUntilMs - nowMs),
      lastError: newestError(own, statistics),
    };
  });
}
