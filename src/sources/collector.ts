/** Polls every subscription at its own pace and holds what was last said: one fetch serves all feeds. */
import { setMaxListeners } from "node:events";
import { setTimeout as sleepFor } from "node:timers/promises";
import { OracleError, reasonOf } from "../base/errors.ts";
import type { Clock, Logger, Rng } from "../base/ports.ts";
import type {
  FutureBoard,
  GapReason,
  IndexQuote,
  MarketSnapshot,
  OptionChain,
  SourceGap,
  SpotQuote,
  Venue,
} from "../market/quote.ts";
import { type MarketQuote, type VenueAccess, fetchQuote } from "./adapters.ts";
import { Breaker, isFailure } from "./breaker.ts";
import { RATE_LIMITS, VenueGate } from "./budget.ts";
import { type Parsed, gap } from "./gap.ts";
import { HttpGet } from "./http.ts";
import { SourceState, type SourceStatistics } from "./source-state.ts";
import { type Subscription, type SubscriptionKind, checkSubscription, sourceName } from "./subscription.ts";
import { userAgent } from "./user-agent.ts";

export type CollectorOptions = {
  readonly venues: Readonly<Partial<Record<Venue, VenueAccess>>>;
  readonly subscriptions: readonly Subscription[];
  readonly pollMs: Readonly<Record<SubscriptionKind, number>>;
};

/** One finished request, for metrics. `detail` may hold a venue's words, printable and at most 80 characters. */
export type SourceOutcome = {
  readonly source: string;
  readonly venue: Venue;
  readonly state: "ok" | GapReason;
  readonly detail: string;
  readonly latencyMs: number;
  readonly atMs: number;
};

export type CollectorDoors = {
  readonly clock: Clock;
  readonly log: Logger;
  readonly rng: Rng;
  readonly observe?: (outcome: SourceOutcome) => void;
  /** How long polling should rest now, ms: while a round is being signed, a parsed chain would only be in its way. */
  readonly restMs?: () => number;
};

/** Polls come this much early or late, so that nodes and sources do not march in step. */
const POLL_JITTER = 0.1;
/** Polls that rested start again within this time. */
const REST_SPREAD_MS = 150;

export class Collector {
  readonly #options: CollectorOptions;
  readonly #doors: CollectorDoors;
  readonly #http: HttpGet;
  readonly #states: readonly SourceState[];
  readonly #gates = new Map<Venue, VenueGate>();
  readonly #stop = new AbortController();
  #loops: readonly Promise<void>[] | null = null;

  /** @throws OracleError `bad-subscription`, `duplicate-source`, `unknown-venue`, `bad-base-url`, `bad-poll-interval` */
  constructor(options: CollectorOptions, doors: CollectorDoors) {
    checkOptions(options);
    this.#options = options;
    this.#doors = doors;
    this.#http = new HttpGet({ userAgent: userAgent() }, { clock: doors.clock });
    this.#states = options.subscriptions.map((subscription) => new SourceState(subscription, doors.clock.nowMs()));
    for (const { venue } of options.subscriptions) {
      if (!this.#gates.has(venue)) this.#gates.set(venue, new VenueGate(RATE_LIMITS[venue], { rng: doors.rng }));
    }
  }

  start(): void {
    // Every source in flight listens to the one stop signal.
    setMaxListeners(0, this.#stop.signal);
    if (this.#loops !== null) throw new OracleError("the collector was started twice", { code: "already-started" });
    this.#loops = this.#states.map((state) => this.#poll(state));
  }

  /** Ends requests in flight; resolves when no loop runs any more. A stopped collector stays stopped. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#loops ?? []);
    this.#http.close();
  }

  /** What is held now. Old quotes stay in it; a source that presently fails stands in `gaps` as well. */
  snapshot(nowMs: number): MarketSnapshot {
    const spots: SpotQuote[] = [];
    const indices: IndexQuote[] = [];
    const futures: FutureBoard[] = [];
    const chains: OptionChain[] = [];
    const gaps: SourceGap[] = [];
    for (const { held, gap: present, unchangedSinceMs } of this.#states) {
      if (present !== null) gaps.push(present);
      if (held?.kind === "spot")
        spots.push(unchangedSinceMs === null ? held.value : { ...held.value, unchangedSinceMs });
      else if (held?.kind === "index") indices.push(held.value);
      else if (held?.kind === "futures") futures.push(held.value);
      else if (held?.kind === "options") chains.push(held.value);
    }
    return { takenAtMs: nowMs, spots, indices, chains, futures, candles: [], gaps };
  }

  statistics(): readonly SourceStatistics[] {
    return this.#states.map((state) => state.statistics());
  }

  /** One source's loop: never two requests of one source at a time, and no source waits for another venue. */
  async #poll(state: SourceState): Promise<void> {
    const { rng, clock } = this.#doors;
    const pollMs = this.#options.pollMs[state.subscription.kind];
    const gate = this.#gates.get(state.subscription.venue)!;
    const breaker = new Breaker({ pollMs }, { rng });
    let dueMs = clock.monotonicMs() + this.#firstDelayMs(state, pollMs);
    while (await this.#sleep(dueMs - clock.monotonicMs())) {
      if (!(await this.#sleep(gate.reserveMs(clock.monotonicMs())))) return;
      const restMs = this.#doors.restMs?.() ?? 0;
      // Those who waited do not all start at once.
      if (restMs > 0 && !(await this.#sleep(restMs + rng.next() * REST_SPREAD_MS))) return;
      const pause = gate.pause(clock.monotonicMs());
      if (pause !== null) {
        // Another source of this venue may have caused it; this one cannot be asked either, and says so once.
        if (state.gap?.reason !== pause.cause.reason)
          this.#note(state, gap(pause.cause.reason, pause.cause.detail), null);
        dueMs = clock.monotonicMs() + pause.leftMs;
        continue;
      }
      breaker.noteAttempt();
      const startedMs = clock.monotonicMs();
      const outcome = await this.#ask(state);
      if (this.#stop.signal.aborted) return;
      const endedMs = clock.monotonicMs();
      this.#note(state, outcome, endedMs - startedMs);

      if (outcome.kind === "gap") gate.noteGap(outcome, endedMs);
      if (outcome.kind === "quote" || !isFailure(outcome.reason)) {
        gate.noteAnswered();
        breaker.noteOk();
        dueMs = Math.max(endedMs, dueMs + pollMs * (1 + POLL_JITTER * (2 * rng.next() - 1)));
      } else {
        dueMs = endedMs + breaker.noteFailure();
      }
    }
  }

  /** Sources of one venue and kind start evenly spread over their interval, each somewhere within its part. */
  #firstDelayMs(state: SourceState, pollMs: number): number {
    const { venue, kind } = state.subscription;
    const siblings = this.#states.filter(
      ({ subscription }) => subscription.venue === venue && subscription.kind === kind,
    );
    return (pollMs * (siblings.indexOf(state) + this.#doors.rng.next())) / siblings.length;
  }

  async #ask(state: SourceState): Promise<Parsed<MarketQuote>> {
    const { subscription, source } = state;
    try {
      return await fetchQuote(subscription, this.#options.venues[subscription.venue]!, this.#http, this.#stop.signal);
    } catch (error) {
      // Adapters promise not to throw. If one does it costs its own source and nobody else's.
      this.#doors.log.error("adapter threw", { source, error: reasonOf(error) });
      return gap("bad-shape", "the adapter failed");
    }
  }

  /** @param latencyMs null when no request was made */
  #note(state: SourceState, outcome: Parsed<MarketQuote>, latencyMs: number | null): void {
    const { log, clock, observe } = this.#doors;
    const { source, subscription, gap: before } = state;
    const atMs = clock.nowMs();
    if (outcome.kind === "quote") {
      state.noteQuote(outcome.quote, latencyMs ?? 0);
      if (before !== null) log.info("source answers", { source, afterGap: before.reason });
    } else {
      state.noteGap(outcome, latencyMs, atMs);
      if (before?.reason !== outcome.reason) log.warn("source gives no quote", { source, reason: outcome.reason });
      log.debug("source gap", { source, reason: outcome.reason, detail: outcome.detail });
    }
    if (latencyMs === null) return;
    const [told, detail] = outcome.kind === "quote" ? (["ok", ""] as const) : [outcome.reason, outcome.detail];
    observe?.({ source, venue: subscription.venue, state: told, detail, latencyMs, atMs });
  }

  /** @returns false when stopped */
  async #sleep(ms: number): Promise<boolean> {
    const { signal } = this.#stop;
    if (signal.aborted) return false;
    if (ms <= 0) return true;
    // Rejects only when aborted.
    return sleepFor(ms, true, { signal }).catch(() => false);
  }
}

function checkOptions({ venues, subscriptions, pollMs }: CollectorOptions): void {
  const seen = new Set<string>();
  for (const subscription of subscriptions) {
    checkSubscription(subscription);
    const source = sourceName(subscription);
    if (seen.has(source))
      throw new OracleError(`source ${source} is subscribed twice`, { code: "duplicate-source", source });
    seen.add(source);
    const { venue, kind } = subscription;
    const access = venues[venue];
    if (access === undefined) {
      throw new OracleError(`source ${source} needs a base URL of ${venue}`, { code: "unknown-venue", source, venue });
    }
    if (!URL.canParse(access.baseUrl) || !/^https?:\/\/[^?#]+$/.test(access.baseUrl)) {
      throw new OracleError(
        `expected an http(s) base URL of ${venue} without query, saw ${JSON.stringify(access.baseUrl)}`,
        {
          code: "bad-base-url",
          venue,
          seen: access.baseUrl,
        },
      );
    }
    if (!(pollMs[kind] >= 50 && pollMs[kind] <= 3_600_000)) {
      throw new OracleError(`poll interval of ${kind} is ${pollMs[kind]} ms, 50 to 3600000 allowed`, {
        code: "bad-poll-interval",
        kind,
        seen: pollMs[kind],
      });
    }
  }
}
