/** What the collector counts, as the node reads it. */
import type { ConnectionState } from "../api/sources-view.ts";
import type { GapReason, TimeSource } from "../market/quote.ts";
import type { Venue } from "../market/venue.ts";

type SourceError = { readonly reason: GapReason; readonly detail: string; readonly atMs: number };

export type SourceStatistics = {
  readonly source: string;
  readonly venue: Venue;
  readonly state: "ok" | "stale" | "frozen" | GapReason;
  readonly via: "rest" | "stream";
  readonly ageMs: number | null;
  readonly timeSource: TimeSource | null;
  readonly latencyMs: number | null;
  readonly okCount: number;
  readonly gapCounts: Readonly<Partial<Record<GapReason, number>>>;
  readonly lastError: SourceError | null;
};

export type VenueStatistics = {
  readonly venue: Venue;
  readonly connections: readonly {
    readonly name: string;
    readonly state: ConnectionState;
    readonly openedAtMs: number | null;
    readonly reconnects: number;
    readonly frames: number;
    readonly framesPerSecond: number;
    readonly lastError: SourceError | null;
  }[];
  readonly clockOffsetMs: number | null;
  readonly budgets: readonly { readonly bucket: string; readonly credits: number; readonly of: number }[];
  readonly pausedUntilMs: number | null;
};
