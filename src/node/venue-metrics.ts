/** What the market data looks like to Prometheus, venue by venue. */
import type { ConnectionState, VenueState } from "../api/sources-view.ts";
import type { SourceStatistics } from "../sources/source-health.ts";
import type { VenueStatistics } from "../sources/venue-desk.ts";
import type { Counter, Metrics } from "../telemetry/metrics.ts";
import { sourceRows, venueRows } from "./view-sources.ts";

const CONNECTION_STATES: readonly ConnectionState[] = ["live", "connecting", "down"];
const VENUE_STATES: readonly VenueState[] = ["ok", "degraded", "down", "waiting"];

type Line = { readonly venue: string; readonly connection: string };

/** A counter of what another room counts since start: only what came since the last look is added. */
function following(counter: Counter<keyof Line>): (count: number, line: Line) => void {
  const seen = new Map<string, number>();
  return (count, line) => {
    const key = `${line.venue}/${line.connection}`;
    const before = seen.get(key) ?? 0;
    if (count <= before) return;
    counter.add(count - before, line);
    seen.set(key, count);
  };
}

/** @returns reads the statistics of one moment into the metrics */
export function venueMetrics(
  metrics: Metrics,
): (sources: readonly SourceStatistics[], venues: readonly VenueStatistics[], nowMs: number) => void {
  const venueState = metrics.gauge({
    name: "tenor_venue_state",
    help: "1 for the state a venue is in: ok, degraded, down or waiting",
    labels: ["venue", "state"],
  });
  const connectionState = metrics.gauge({
    name: "tenor_venue_connection_state",
    help: "1 for the state a venue's WebSocket is in: live, connecting or down",
    labels: ["venue", "connection", "state"],
  });
  const reconnects = following(
    metrics.counter({
      name: "tenor_venue_reconnects_total",
      help: "Times a venue's WebSocket was opened again",
      labels: ["venue", "connection"],
    }),
  );
  const frames = following(
    metrics.counter({
      name: "tenor_venue_frames_total",
      help: "Frames that came over a venue's WebSocket",
      labels: ["venue", "connection"],
    }),
  );
  const clockOffset = metrics.gauge({
    name: "tenor_venue_clock_offset_seconds",
    help: "A venue's clock less this machine's, by its stamps",
    labels: ["venue"],
  });
  const budgetLeft = metrics.gauge({
    name: "tenor_venue_budget_left_ratio",
    help: "What part of a venue's rate limit that we allow ourselves is left, by bucket",
    labels: ["venue", "bucket"],
  });
  return (sources, venues, nowMs) => {
    // A clock that nobody measures any more must not stand there with its last value.
    clockOffset.clear();
    for (const { venue, state } of venueRows(sourceRows(sources, venues), venues, new Set(), nowMs)) {
      for (const one of VENUE_STATES) venueState.set(one === state ? 1 : 0, { venue, state: one });
    }
    for (const { venue, connections, clockOffsetMs, budgets } of venues) {
      if (clockOffsetMs !== null) clockOffset.set(clockOffsetMs / 1_000, { venue });
      for (const { bucket, credits, of } of budgets)
        budgetLeft.set(of > 0 ? Math.max(0, credits / of) : 0, { venue, bucket });
      for (const { name: connection, state, ...counted } of connections) {
        const line = { venue, connection };
        for (const one of CONNECTION_STATES) connectionState.set(one === state ? 1 : 0, { ...line, state: one });
        reconnects(counted.reconnects, line);
        frames(counted.frames, line);
      }
    }
  };
}
