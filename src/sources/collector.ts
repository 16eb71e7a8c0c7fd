/** Holds what was last said of every subscription, by streams and by polling: one fetch serves all feeds. */
import { setMaxListeners } from "node:events";
import { OracleError } from "../base/errors.ts";
import type { Clock, Logger, Rng } from "../base/ports.ts";
import type { MarketSnapshot } from "../market/quote.ts";
import type { Venue } from "../market/venue.ts";
import { REST_ADAPTERS, STREAM_ADAPTERS } from "./adapters.ts";
import { type CollectorOptions, checkCollectorOptions, RELIST_MS } from "./collector-options.ts";
import { HttpGet } from "./http.ts";
import { snapshotOf } from "./snapshot.ts";
import type { SourceStatistics } from "./source-health.ts";
import { CANDLE_RETRY_MS, type HeardReply, SourceLoop, type SourceOutcome } from "./source-loop.ts";
import type { SourceState } from "./source-state.ts";
import type { HeardFrame } from "./stream-line.ts";
import { userAgent } from "./user-agent.ts";
import { VenueDesk, type VenueStatistics } from "./venue-desk.ts";

export type CollectorDoors = {
  readonly clock: Clock;
  readonly log: Logger;
  readonly rng: Rng;
  readonly observe?: (outcome: SourceOutcome) => void;
  /** How long polling should rest now, ms: while a round is being signed, a parsed chain would only be in its way. */
  readonly restMs?: () => number;
  /** Hears every answer of a venue, good or bad, for a recording. What did not arrive whole is not heard. */
  readonly hear?: (reply: HeardReply) => void;
  /** Hears every text frame of a venue's streams, both ways, and when a connection opens and ends. */
  readonly hearFrame?: (frame: HeardFrame) => void;
};

export class Collector {
  readonly #options: CollectorOptions;
  readonly #doors: CollectorDoors;
  readonly #http: HttpGet;
  readonly #states: readonly SourceState[];
  readonly #desks = new Map<Venue, VenueDesk>();
  readonly #stop = new AbortController();
  #loops: readonly Promise<void>[] | null = null;

  /** @throws OracleError `bad-subscription`, `duplicate-source`, `unknown-venue`, `bad-base-url`, `bad-stream-url`, `bad-poll-interval` */
  constructor(options: CollectorOptions, doors: CollectorDoors) {
    checkCollectorOptions(options);
    this.#options = options;
    this.#doors = doors;
    this.#http = new HttpGet({ userAgent: userAgent() }, { clock: doors.clock });
    this.#states = options.subscriptions.map((subscription) => this.#deskOf(subscription.venue).open(subscription));
  }

  start(): void {
    // Every source in flight listens to the one stop signal.
    setMaxListeners(0, this.#stop.signal);
    if (this.#loops !== null) throw new OracleError("the collector was started twice", { code: "already-started" });
    const lines = [...this.#desks.values()].flatMap((desk) => desk.run(this.#stop.signal));
    this.#loops = [...lines, ...this.#states.map((state) => this.#poll(state))];
  }

  /** Ends requests in flight and connections; resolves when no loop runs any more. A stopped collector stays stopped. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#loops ?? []);
    this.#http.close();
  }

  /** What is held now. Old quotes stay in it; a source that presently fails stands in `gaps` as well. */
  snapshot(nowMs: number): MarketSnapshot {
    return snapshotOf(this.#states, nowMs);
  }

  statistics(): readonly SourceStatistics[] {
    const nowMs = this.#doors.clock.nowMs();
    return this.#states.map((state) => state.statistics(nowMs));
  }

  venueStatistics(): readonly VenueStatistics[] {
    return Array.from(this.#desks.values(), (desk) => desk.statistics());
  }

  #poll(state: SourceState): Promise<void> {
    const { pollMs, relistMs = RELIST_MS, restAdapters = {}, pollBesideStreams = false } = this.#options;
    const { venue, kind } = state.subscription;
    // Sources of one venue and kind start evenly spread over their interval, each somewhere within its part.
    const siblings = this.#states.filter(
      ({ subscription }) => subscription.venue === venue && subscription.kind === kind,
    );
    const loop = new SourceLoop(
      {
        pollMs: kind === "candles" ? CANDLE_RETRY_MS : pollMs[kind],
        relistMs,
        pollBesideStreams,
        phase: (siblings.indexOf(state) + this.#doors.rng.next()) / siblings.length,
        adapter: restAdapters[venue] ?? REST_ADAPTERS[venue],
      },
      { ...this.#doors, state, desk: this.#deskOf(venue), http: this.#http, stop: this.#stop.signal },
    );
    return loop.run();
  }

  #deskOf(venue: Venue): VenueDesk {
    const known = this.#desks.get(venue);
    if (known !== undefined) return known;
    const { venues, streamAdapters = {} } = this.#options;
    const subscriptions = this.#options.subscriptions.filter((subscription) => subscription.venue === venue);
    const adapters = streamAdapters[venue] ?? STREAM_ADAPTERS[venue];
    const desk = new VenueDesk({ venue, access: venues[venue]!, subscriptions, streamAdapters: adapters }, this.#doors);
    this.#desks.set(venue, desk);
    return desk;
  }
}
