/** Counts of a collector made by hand: everything is well unless a test says otherwise. */
import { isVenue, type Venue } from "../../../src/market/venue.ts";
import type { SourceStatistics } from "../../../src/sources/source-health.ts";
import type { ConnectionStatistics } from "../../../src/sources/stream-line.ts";
import type { VenueStatistics } from "../../../src/sources/venue-desk.ts";

export const NOW_MS = 1_768_300_000_000;

/** @param name such as `kraken:BTC-USD` */
export function source(name: string, over: Partial<SourceStatistics> = {}): SourceStatistics {
  const venueName = name.slice(0, name.indexOf(":"));
  if (!isVenue(venueName)) throw new Error(`${venueName} is no venue`);
  return {
    source: name,
    venue: venueName,
    state: "ok",
    via: "stream",
    ageMs: 120,
    timeSource: "venue",
    latencyMs: 40,
    okCount: 1,
    gapCounts: {},
    lastState: "ok",
    lastOkMs: NOW_MS - 120,
    droppedCount: 0,
    refusedRows: {},
    unchangedSinceMs: NOW_MS - 120,
    lastError: null,
    ...over,
  };
}

export function connection(over: Partial<ConnectionStatistics> = {}): ConnectionStatistics {
  return {
    name: "spot",
    state: "live",
    openedAtMs: NOW_MS - 60_000,
    reconnects: 0,
    frames: 100,
    framesPerSecond: 12.5,
    refusedFrames: 0,
    lastError: null,
    ...over,
  };
}

export function venue(name: Venue, over: Partial<VenueStatistics> = {}): VenueStatistics {
  return {
    venue: name,
    connections: [connection()],
    clockOffsetMs: 5,
    isClockOff: false,
    budgets: [{ bucket: "public", credits: 6, of: 8, share: 0.75 }],
    pausedUntilMs: null,
    pausedFor: null,
    connection: "live",
    reconnects: 0,
    framesPerSecond: 12.5,
    lastError: null,
    ...over,
  };
}
