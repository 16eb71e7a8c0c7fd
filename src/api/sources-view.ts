/** What the API tells of the market data: each source, and each venue that they come from. */

/**
 * `stale`: it answers with what is long past. `frozen`: it repeats itself for too long. `gap`: it gives nothing usable,
 * and `reason` says why. `waiting`: not asked yet.
 */
export type SourceState = "ok" | "stale" | "frozen" | "gap" | "waiting";

export type SourceError = {
  /** A word of a closed set. */
  readonly reason: string;
  /** May hold the venue's own words: printable, at most 80 characters. */
  readonly detail: string;
  readonly atMs: number;
};

export type SourceView = {
  /** `kraken:BTC-USD` */
  readonly source: string;
  readonly venue: string;
  readonly state: SourceState;
  /** Who serves it now; null while nobody has. */
  readonly via: "stream" | "rest" | null;
  /** Why it is not `ok`: a word of a closed set, and a sentence. */
  readonly reason: string | null;
  readonly detail: string | null;
  /** Age of the newest quote. */
  readonly ageMs: number | null;
  /** Whose clock the age is by: the venue's stamp, or our receipt where it gives none, or none to be trusted. */
  readonly timeSource: "venue" | "receipt" | null;
  /** REST: from sending to the whole body. Stream: from the venue's stamp to receipt, its clock's difference taken off. */
  readonly latencyMs: number | null;
  /** The venue's clock less ours; null where it stamps nothing. */
  readonly clockOffsetMs: number | null;
  /** Answers since start by result: {"ok": 120, "timeout": 2}. */
  readonly counts: Readonly<Record<string, number>>;
  /** The last failure, which may be long over. */
  readonly lastError: SourceError | null;
};

/** `degraded`: something of it is missing and something is there. `down`: none of its sources gives a usable quote. */
export type VenueState = "ok" | "degraded" | "down" | "waiting";
export type ConnectionState = "live" | "connecting" | "down";

export type ConnectionView = {
  /** Tells the connections of one venue apart: `spot`, `options`. */
  readonly name: string;
  readonly state: ConnectionState;
  /** When it was opened, unix ms; null while it is not live. */
  readonly sinceMs: number | null;
  /** Since start of the node. */
  readonly reconnects: number;
  readonly framesPerSec: number;
};

/** What may be spent at once on the venue's limit of requests, in its own credits. */
export type BudgetView = { readonly bucket: string; readonly left: number; readonly of: number };

export type VenueView = {
  readonly venue: string;
  /** False: no feed reads it, its operator watches it. */
  readonly isNeeded: boolean;
  readonly state: VenueState;
  readonly sources: { readonly total: number; readonly ok: number; readonly streamed: number };
  /** Age of the newest quote of its sources. */
  readonly ageMs: number | null;
  /** Its WebSockets; empty where it is only asked over REST. */
  readonly connections: readonly ConnectionView[];
  /** Median of its sources'. */
  readonly latencyMs: number | null;
  /** As of its sources. */
  readonly clockOffsetMs: number | null;
  readonly budgets: readonly BudgetView[];
  /** What is left of a ban or of a Retry-After; null: it may be asked. */
  readonly pausedMs: number | null;
  /** The newest of its sources'. */
  readonly lastError: (SourceError & { readonly source: string }) | null;
};
