/** All that one venue's sources share: the gate, the venue's clock, the connections. */
import type { Clock, Logger, Rng } from "../base/ports.ts";
import type { GapReason } from "../market/quote.ts";
import type { Venue } from "../market/venue.ts";
import { CLOCK_OFFSET_MAX_MS, VenueClock } from "./clock-offset.ts";
import { type VenueAccess, streamUrl } from "./hosts.ts";
import { VENUE_LIMITS } from "./limits.ts";
import type { SourceError } from "./source-health.ts";
import { SourceState } from "./source-state.ts";
import type { StreamAdapter } from "./stream-adapter.ts";
import { type ConnectionState, type ConnectionStatistics, type HeardFrame, StreamLine } from "./stream-line.ts";
import type { PolledSubscription, Subscription } from "./subscription.ts";
import { type BucketBudget, VenueGate } from "./venue-gate.ts";

export type VenueStatistics = {
  readonly venue: Venue;
  /** The worst of its connections; `none` where the venue is only polled. */
  readonly connection: ConnectionState | "none";
  readonly connections: readonly ConnectionStatistics[];
  /** Of all its connections. */
  readonly reconnects: number;
  readonly framesPerSecond: number;
  /** How far the venue's clock is ahead of ours; null while its times do not move, or it gives none. */
  readonly clockOffsetMs: number | null;
  /** Further than `CLOCK_OFFSET_MAX_MS`: its quotes are dated by their receipt. */
  readonly isClockOff: boolean;
  readonly budgets: readonly BucketBudget[];
  /** Unix ms until which the venue is left alone, and why; null while it may be asked. */
  readonly pausedUntilMs: number | null;
  readonly pausedFor: GapReason | null;
  /** The last failure of any of its sources and connections, which may be long over. */
  readonly lastError: SourceError | null;
};

export type DeskOptions = {
  readonly venue: Venue;
  readonly access: VenueAccess;
  readonly subscriptions: readonly Subscription[];
  readonly streamAdapters: readonly StreamAdapter[];
};

export type DeskDoors = {
  readonly clock: Clock;
  readonly log: Logger;
  readonly rng: Rng;
  readonly hearFrame?: (frame: HeardFrame) => void;
};

const WORST_FIRST: readonly ConnectionState[] = ["down", "connecting", "live"];

export class VenueDesk {
  readonly venue: Venue;
  readonly access: VenueAccess;
  readonly gate: VenueGate;
  readonly #clock: Clock;
  readonly #venueClock = new VenueClock();
  readonly #lines: readonly StreamLine[];
  readonly #states: SourceState[] = [];

  constructor(options: DeskOptions, doors: DeskDoors) {
    this.venue = options.venue;
    this.access = options.access;
    this.#clock = doors.clock;
    this.gate = new VenueGate(options.venue, doors);
    this.#lines = options.streamAdapters.flatMap((adapter) => this.#lineOf(adapter, options, doors) ?? []);
  }

  /** The state of one subscription of this venue, told by REST and by the connection that carries it. */
  open(subscription: Subscription): SourceState {
    const state = new SourceState(subscription, this.#clock.nowMs(), {
      clock: this.#venueClock,
      line: this.lineOf(subscription),
    });
    this.lineOf(subscription)?.feed(state);
    this.#states.push(state);
    return state;
  }

  /** The connection that carries a subscription; null: it is only polled. */
  lineOf(subscription: Subscription): StreamLine | null {
    return this.#lines.find((line) => line.carries(subscription)) ?? null;
  }

  /** Keeps the connections up until stopped. */
  run(stop: AbortSignal): readonly Promise<void>[] {
    return this.#lines.map((line) => line.run(stop));
  }

  statistics(): VenueStatistics {
    const nowMs = this.#clock.nowMs();
    const monotonicMs = this.#clock.monotonicMs();
    const connections = this.#lines.map((line) => line.statistics());
    const states = connections.map(({ state }) => state);
    const clockOffsetMs = this.#venueClock.offsetMs(nowMs);
    const pause = this.gate.pause(monotonicMs);
    const errors = [...connections, ...this.#states.map((state) => state.statistics(nowMs))];
    return {
      venue: this.venue,
      connection: WORST_FIRST.find((state) => states.includes(state)) ?? "none",
      connections,
      reconnects: connections.reduce((sum, { reconnects }) => sum + reconnects, 0),
      framesPerSecond: connections.reduce((sum, { framesPerSecond }) => sum + framesPerSecond, 0),
      clockOffsetMs,
      isClockOff: clockOffsetMs !== null && Math.abs(clockOffsetMs) > CLOCK_OFFSET_MAX_MS,
      budgets: this.gate.budgets(monotonicMs),
      pausedUntilMs: pause === null ? null : nowMs + pause.leftMs,
      pausedFor: pause?.cause.reason ?? null,
      lastError: errors.reduce<SourceError | null>((last, { lastError }) => newer(last, lastError), null),
    };
  }

  #lineOf(adapter: StreamAdapter, { venue, access, subscriptions }: DeskOptions, doors: DeskDoors): StreamLine | null {
    const carried = subscriptions.filter((subscription): subscription is PolledSubscription =>
      isCarriedBy(adapter, subscription),
    );
    if (carried.length === 0) return null;
    const url = streamUrl(access, adapter.host, adapter.path(carried));
    if (url === null) return null;
    const rules = { allowTestnet: access.allowTestnet ?? false };
    const { messages } = VENUE_LIMITS[venue];
    return new StreamLine({ adapter, url, subscriptions: carried, rules, messages }, { ...doors, gate: this.gate });
  }
}

function isCarriedBy(adapter: StreamAdapter, subscription: Subscription): boolean {
  return subscription.kind !== "candles" && adapter.carries(subscription);
}

function newer(a: SourceError | null, b: SourceError | null): SourceError | null {
  if (a === null || b === null) return a ?? b;
  return b.atMs > a.atMs ? b : a;
}
