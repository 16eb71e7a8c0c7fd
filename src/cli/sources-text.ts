/** The market data of a node as tables for a terminal. Pure. */
import type { SourceView, VenueView } from "../api/sources-view.ts";
import { textTable } from "./feed/text-table.ts";
import type { MarketReply } from "./sources-reply.ts";

export type TextOptions = {
  /** Every source and every connection as well. */
  readonly all: boolean;
  readonly colours: boolean;
};

const NOTHING = "-";
const COLOURS: Readonly<Record<string, number>> = {
  ok: 32,
  live: 32,
  degraded: 33,
  stale: 33,
  frozen: 33,
  connecting: 33,
  down: 31,
  gap: 31,
};

/** "320 ms", "14.2 s", "3 min", "5 h" */
function timeText(ms: number | null): string {
  if (ms === null) return NOTHING;
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 120_000) return `${(ms / 1_000).toFixed(1)} s`;
  return ms < 7_200_000 ? `${Math.floor(ms / 60_000)} min` : `${Math.floor(ms / 3_600_000)} h`;
}

/** Ahead of ours with a plus. */
function offsetText(ms: number | null): string {
  if (ms === null) return NOTHING;
  return `${ms < 0 ? "-" : "+"}${timeText(Math.abs(ms))}`;
}

function viaText({ total, streamed }: VenueView["sources"]): string {
  if (streamed === 0) return "REST";
  return streamed === total ? "stream" : `stream ${streamed}, REST ${total - streamed}`;
}

/** The bucket of which the least is left: it is the one that will stop us. */
function budgetText(budgets: VenueView["budgets"]): string {
  const shares = budgets.flatMap(({ bucket, left, of }) => (of > 0 ? [{ bucket, share: Math.max(0, left / of) }] : []));
  const least = shares.toSorted((a, b) => a.share - b.share)[0];
  return least === undefined ? NOTHING : `${least.bucket} ${Math.round(100 * least.share)} %`;
}

function errorText(error: SourceView["lastError"], nowMs: number): string {
  if (error === null) return "";
  const { reason, detail, atMs } = error;
  return `${reason}${detail === "" ? "" : `: ${detail}`}, ${timeText(nowMs - atMs)} ago`;
}

function venueRow({ lastError, pausedMs, ...venue }: VenueView, nowMs: number): readonly string[] {
  const words = lastError === null ? "" : `${lastError.source} ${errorText(lastError, nowMs)}`;
  const paused = pausedMs === null ? "" : `left alone for ${timeText(pausedMs)}`;
  return [
    venue.isNeeded ? venue.venue : `${venue.venue} (watched)`,
    venue.state,
    `${venue.sources.ok} of ${venue.sources.total}`,
    viaText(venue.sources),
    timeText(venue.ageMs),
    timeText(venue.latencyMs),
    offsetText(venue.clockOffsetMs),
    budgetText(venue.budgets),
    [paused, words].filter((part) => part !== "").join("; "),
  ];
}

function sourceRow(source: SourceView, nowMs: number): readonly string[] {
  const { ok = 0, ...failures } = source.counts;
  return [
    source.source,
    source.state,
    source.via === null ? NOTHING : source.via === "rest" ? "REST" : "stream",
    timeText(source.ageMs),
    source.timeSource === null ? NOTHING : source.timeSource === "venue" ? "venue" : "receipt",
    timeText(source.latencyMs),
    String(ok),
    String(Object.values(failures).reduce((total, count) => total + count, 0)),
    source.reason === null ? "" : source.detail === null ? source.reason : `${source.reason}: ${source.detail}`,
    errorText(source.lastError, nowMs),
  ];
}

function connectionRows({ venue, connections }: VenueView, nowMs: number): readonly (readonly string[])[] {
  return connections.map(({ name, state, sinceMs, reconnects, framesPerSec }) => [
    `${venue} ${name}`,
    state,
    timeText(sinceMs === null ? null : nowMs - sinceMs),
    String(reconnects),
    framesPerSec.toFixed(1),
  ]);
}

/** A head and rows whose second column is a state. */
function stateTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[],
  colours: boolean,
): string {
  return textTable([head, ...rows], right, (padded, row, column) => {
    const colour = column === 1 && row > 0 ? COLOURS[padded.trimEnd()] : undefined;
    return colours && colour !== undefined ? `\u001b[${colour}m${padded}\u001b[0m` : padded;
  });
}

const VENUE_HEAD = ["venue", "state", "sources", "via", "age", "latency", "clock", "budget left", "last error"];
const SOURCE_HEAD = ["source", "state", "via", "age", "by", "latency", "good", "failed", "why", "last error"];
const CONNECTION_HEAD = ["connection", "state", "open for", "reconnects", "frames/s"];

export function sourcesText({ nowMs, venues, sources }: MarketReply, { all, colours }: TextOptions): string {
  if (venues.length === 0) return "this node reads no venue: none of its feeds asks for one\n";
  const parts = [
    stateTable(
      VENUE_HEAD,
      venues.map((venue) => venueRow(venue, nowMs)),
      [4, 5, 6, 7],
      colours,
    ),
  ];
  if (all) {
    const connections = venues.flatMap((venue) => connectionRows(venue, nowMs));
    if (connections.length > 0) parts.push(stateTable(CONNECTION_HEAD, connections, [2, 3, 4], colours));
    parts.push(
      stateTable(
        SOURCE_HEAD,
        sources.map((source) => sourceRow(source, nowMs)),
        [3, 5, 6, 7],
        colours,
      ),
    );
  }
  return parts.join("\n");
}
