/** The connection of one adapter, kept up: one `StreamConnection` after another, within the venue's budget. */
import type { Clock, Logger, Rng } from "../base/ports.ts";
import type { GapReason } from "../market/quote.ts";
import type { Venue } from "../market/venue.ts";
import { EventRate } from "./event-rate.ts";
import { type Gap, gap } from "./gap.ts";
import type { BucketLimit } from "./limits.ts";
import type { AdapterRules } from "./rest-adapter.ts";
import { Pauses } from "./pauses.ts";
import type { SourceError } from "./source-health.ts";
import type { Liveness, SourceState } from "./source-state.ts";
import type { StreamAdapter, StreamUpdate } from "./stream-adapter.ts";
import { type FrameDirection, HANDSHAKE_MAX_MS, StreamConnection } from "./stream-connection.ts";
import type { PolledSubscription, Subscription } from "./subscription.ts";
import { isPauseReason, type VenueGate } from "./venue-gate.ts";

/** Full jitter up to a step that doubles: many nodes that lost the same venue do not come back as one. */
const BACKOFF_FIRST_MS = 500;
const BACKOFF_LONGEST_MS = 30_000;
/** A connection that stood for so long was a good one; the next failure is the first again. */
const HEALTHY_MS = 60_000;
/** How much of the life that a venue allows is used, with dice: not all connections are replaced at once. */
const LIFE_SHARE_MIN = 0.9;
const LIFE_SHARE_MAX = 0.98;

export type ConnectionState = "live" | "connecting" | "down";

export type ConnectionStatistics = {
  /** As the adapter calls it: `spot`, `options`. */
  readonly name: string;
  readonly state: ConnectionState;
  /** Unix ms; null while it is not live. */
  readonly openedAtMs: number | null;
  /** Connections after the first, good or bad. */
  readonly reconnects: number;
  /** Text frames that came, since the start. */
  readonly frames: number;
  readonly framesPerSecond: number;
  /** Frames that could not be read. */
  readonly refusedFrames: number;
  readonly lastError: SourceError | null;
};

/** One frame as it went over the wire, for a recording; of `open` the path, of `close` the reason. */
export type HeardFrame = {
  readonly venue: Venue;
  readonly connection: string;
  readonly direction: FrameDirection;
  readonly text: string;
  readonly atMs: number;
};

export type LineOptions = {
  readonly adapter: StreamAdapter;
  readonly url: string;
  readonly subscriptions: readonly PolledSubscription[];
  readonly rules: AdapterRules;
  readonly messages: BucketLimit;
  readonly handshakeMaxMs?: number;
};

export type LineDoors = {
  readonly clock: Clock;
  readonly log: Logger;
  readonly rng: Rng;
  readonly gate: VenueGate;
  readonly hearFrame?: (frame: HeardFrame) => void;
};

export class StreamLine implements Liveness {
  readonly #options: LineOptions;
  readonly #doors: LineDoors;
  readonly #log: Logger;
  readonly #states = new Map<string, SourceState>();
  readonly #listed = new Map<string, readonly string[]>();
  readonly #rate = new EventRate();
  #connection: StreamConnection | null = null;
  #state: ConnectionState = "down";
  #openedAtMs: number | null = null;
  #aliveAtMs: number | null = null;
  #attempts = 0;
  #failuresInARow = 0;
  #refused = 0;
  #lastError: SourceError | null = null;

  constructor(options: LineOptions, doors: LineDoors) {
    this.#options = options;
    this.#doors = doors;
    const { venue, name } = options.adapter;
    this.#log = doors.log.child({ venue, connection: name });
  }

  get aliveAtMs(): number | null {
    return this.#aliveAtMs;
  }

  get openedAtMs(): number | null {
    return this.#openedAtMs;
  }

  carries(subscription: Subscription): boolean {
    return this.#options.subscriptions.some((carried) => carried === subscription);
  }

  /** Before `run`: who is told what the stream says. */
  feed(state: SourceState): void {
    this.#states.set(state.source, state);
  }

  /** What REST lists of a board. */
  listed(source: string, instruments: readonly string[]): void {
    const before = this.#listed.get(source);
    if (before !== undefined && isSameSet(before, instruments)) return;
    this.#listed.set(source, instruments);
    this.#connection?.listed(source, instruments);
  }

  /** Connects, and again whenever the connection ends, until stopped. */
  async run(stop: AbortSignal): Promise<void> {
    const { clock, gate, rng } = this.#doors;
    const pauses = new Pauses(stop);
    let waitMs = 0;
    for (;;) {
      if (!(await pauses.sleep(waitMs))) return;
      if (!(await pauses.sleep(gate.reserveConnectMs(clock.monotonicMs())))) return;
      // A ban may grow while it is waited for.
      for (let pause = gate.pause(clock.monotonicMs()); pause !== null; pause = gate.pause(clock.monotonicMs()))
        if (!(await pauses.sleep(pause.leftMs))) return;
      const startedMs = clock.monotonicMs();
      const { reason, wasOpen } = await this.#connect(stop);
      if (stop.aborted) return;
      const endedMs = clock.monotonicMs();
      // What ends a connection that stood is a matter of streams, unless the venue counts it by IP.
      if (!wasOpen || isPauseReason(reason.reason)) gate.noteGap(reason, endedMs);
      if (endedMs - startedMs >= HEALTHY_MS) this.#failuresInARow = 0;
      const stepMs = Math.min(BACKOFF_LONGEST_MS, BACKOFF_FIRST_MS * 2 ** Math.min(this.#failuresInARow, 20));
      this.#failuresInARow += 1;
      waitMs = Math.max(reason.retryAfterMs ?? 0, rng.next() * stepMs);
    }
  }

  statistics(): ConnectionStatistics {
    return {
      name: this.#options.adapter.name,
      state: this.#state,
      openedAtMs: this.#openedAtMs,
      reconnects: Math.max(0, this.#attempts - 1),
      frames: this.#rate.total,
      framesPerSecond: this.#rate.read(this.#doors.clock.monotonicMs()),
      refusedFrames: this.#refused,
      lastError: this.#lastError,
    };
  }

  /** One connection from first to last. @returns why it ended */
  async #connect(stop: AbortSignal): Promise<{ readonly reason: Gap; readonly wasOpen: boolean }> {
    const { clock, rng, hearFrame } = this.#doors;
    const { adapter, handshakeMaxMs = HANDSHAKE_MAX_MS } = this.#options;
    const { venue, name: connectionName, lifeMaxMs } = adapter;
    const lifeShare = LIFE_SHARE_MIN + (LIFE_SHARE_MAX - LIFE_SHARE_MIN) * rng.next();
    this.#attempts += 1;
    this.#state = "connecting";
    const connection = new StreamConnection(
      { ...this.#options, handshakeMaxMs, lifeMs: lifeMaxMs === null ? null : lifeMaxMs * lifeShare },
      {
        clock,
        log: this.#log,
        listed: this.#listed,
        opened: () => this.#opened(),
        alive: () => this.#alive(),
        take: (update) => this.#take(update),
        refused: (refusal) => {
          this.#rate.note(clock.monotonicMs());
          this.#refuse(refusal);
        },
        ...(hearFrame === undefined
          ? {}
          : {
              hear: (direction, text, atMs) => hearFrame({ venue, connection: connectionName, direction, text, atMs }),
            }),
      },
    );
    this.#connection = connection;
    const onStop = (): void => connection.stop();
    stop.addEventListener("abort", onStop, { once: true });
    if (stop.aborted) onStop();
    const reason = await connection.ended;
    stop.removeEventListener("abort", onStop);
    const wasOpen = this.#openedAtMs !== null;
    this.#ended(reason, stop.aborted);
    return { reason, wasOpen };
  }

  #opened(): void {
    this.#state = "live";
    this.#openedAtMs = this.#doors.clock.nowMs();
    this.#aliveAtMs = this.#openedAtMs;
    this.#doors.gate.noteAnswered();
    this.#log.info("stream opened");
  }

  #alive(): void {
    this.#aliveAtMs = this.#doors.clock.nowMs();
    this.#rate.note(this.#doors.clock.monotonicMs());
  }

  #take(update: StreamUpdate): void {
    const { source } = update;
    const state = this.#states.get(source);
    if (state === undefined) return this.#refuse(gap("bad-shape", `nobody asked for ${source}`));
    if (update.kind === "gap") {
      const before = state.gap?.reason;
      state.noteStreamGap(update.gap, this.#doors.clock.nowMs());
      if (before !== state.gap?.reason) this.#log.warn("stream gives no quote", { source, reason: update.gap.reason });
    } else if (state.noteUpdate(update)) {
      this.#log.info("source is streamed", { source });
    }
  }

  #refuse({ reason, detail }: Gap): void {
    this.#refused += 1;
    this.#noteError(reason, detail);
    this.#log.debug("frame refused", { reason, detail });
  }

  #ended(reason: Gap, isStopped: boolean): void {
    const wasLive = this.#state === "live";
    const nowMs = this.#doors.clock.nowMs();
    this.#connection = null;
    for (const state of this.#states.values()) state.noteDown(reason, nowMs);
    this.#state = "down";
    this.#openedAtMs = null;
    this.#aliveAtMs = null;
    if (isStopped) return;
    this.#noteError(reason.reason, reason.detail);
    if (wasLive || this.#failuresInARow === 0) this.#log.warn("stream ended", { reason: reason.reason });
    this.#log.debug("stream end", { reason: reason.reason, detail: reason.detail });
  }

  #noteError(reason: GapReason, detail: string): void {
    this.#lastError = { reason, detail, atMs: this.#doors.clock.nowMs() };
  }
}

function isSameSet(before: readonly string[], after: readonly string[]): boolean {
  if (before.length !== after.length) return false;
  const known = new Set(before);
  return after.every((name) => known.has(name));
}
