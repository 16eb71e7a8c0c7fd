/**
 * What every venue looks like over a WebSocket. A session is the pure state of one connection: it is told what arrived and
 * what time it is, and says what to send, what is known now, and when to give the connection up. It opens no socket, knows
 * no clock, and never throws for anything that a venue sends. `stream-connection.ts` does the rest.
 */
import type { BookDepth, FutureQuote, IndexQuote, OptionQuote, SpotQuote, VolIndexQuote } from "../market/quote.ts";
import type { Venue } from "../market/venue.ts";
import type { Gap } from "./gap.ts";
import type { StreamHostName } from "./hosts.ts";
import type { AdapterRules } from "./rest-adapter.ts";
import type { PolledSubscription } from "./subscription.ts";

/** Of a board only the rows that changed: what was known of the others stands. */
export type RowsUpdate<Row> = {
  /** As `sourceName` makes it. */
  readonly source: string;
  readonly rows: readonly Row[];
  /** Instruments without a row: ended, or such that what was said of them last cannot be read. */
  readonly gone: readonly string[];
  /** Some of them ended, so that the venue's list is another one now: REST is asked for it. */
  readonly hasEnded?: boolean;
  /**
   * The venue's time of these rows, unix ms; null where it gives none. Of rows made of several channels the newest of their
   * stamps: a row with an older one than the held row is taken for late and left out.
   */
  readonly timeMs: number | null;
  readonly receivedAtMs: number;
  /** Rows refused in this message, by reason. */
  readonly refused: Readonly<Record<string, number>>;
};

export type StreamUpdate =
  | { readonly kind: "spot"; readonly source: string; readonly quote: SpotQuote }
  | { readonly kind: "depth"; readonly source: string; readonly quote: BookDepth }
  | { readonly kind: "index"; readonly source: string; readonly quote: IndexQuote }
  | { readonly kind: "vol-index"; readonly source: string; readonly quote: VolIndexQuote }
  | ({ readonly kind: "options" } & RowsUpdate<OptionQuote>)
  | ({ readonly kind: "futures" } & RowsUpdate<FutureQuote>)
  /** What a source says now is no quote, or its subscription was refused. */
  | { readonly kind: "gap"; readonly source: string; readonly gap: Gap };

export type StreamStep = {
  /** Text frames to send, in order. */
  readonly send: readonly string[];
  readonly updates: readonly StreamUpdate[];
  /** A message that could not be read at all, counted and shown; the connection goes on. */
  readonly refused: Gap | null;
  /** The connection is of no use any more, and why: reconnect. A `retryAfterMs` in it is honoured. */
  readonly close: Gap | null;
};

export const NOTHING: StreamStep = { send: [], updates: [], refused: null, close: null };

export interface StreamSession {
  /** Once, when the socket is open: the subscriptions. */
  opened(nowMs: number): StreamStep;
  /** One text frame, at most `FRAME_MAX_BYTES` long. */
  take(text: string, receivedAtMs: number): StreamStep;
  /** Every `TICK_MS`: pings that are due, subscriptions that were never confirmed, batches that had to wait. */
  tick(nowMs: number): StreamStep;
  /**
   * What REST has listed of a board, at first and whenever it changed: where a venue wants a subscription for each
   * instrument, these are them. Called before `opened` for what is known by then.
   */
  listed(source: string, instruments: readonly string[], nowMs: number): StreamStep;
}

export type StreamAdapter = {
  readonly venue: Venue;
  /** Tells the connections of one venue apart in logs and on the page: `spot`, `options`. */
  readonly name: string;
  readonly host: StreamHostName;
  /** Under the host's stream URL. */
  path(subscriptions: readonly PolledSubscription[]): string;
  /** Whether this connection carries that subscription. Each is carried by one adapter of its venue at most. */
  carries(subscription: PolledSubscription): boolean;
  /** The venue says something at least this often while all is well: its heartbeat. Twice that without a frame is a dead line. */
  readonly heartbeatMs: number;
  /** How often to send a WebSocket ping frame, for venues that answer those and say nothing by themselves; null: never. */
  readonly pingFrameMs: number | null;
  /** The venue ends connections at this age; ours is replaced shortly before. null: no limit. */
  readonly lifeMaxMs: number | null;
  session(subscriptions: readonly PolledSubscription[], rules: AdapterRules): StreamSession;
};

/** Larger frames end the connection: the largest push recorded is a tenth of it. */
export const FRAME_MAX_BYTES = 1024 * 1024;
export const TICK_MS = 500;
