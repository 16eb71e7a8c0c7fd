/** Polls every subscription at its own pace and holds what was last said: one fetch serves all feeds. */
import { setMaxListeners } from "node:events";
import { setTimeout as sleepFor } from "node:timers/promises";
import { OracleError, reasonOf } from "../base/errors.ts";
import type { Clock, Logger, Rng } from "../base/ports.ts";
import type { GapReason, MarketSnapshot } from "../market/quote.ts";
import type { Venue } from "../market/venue.ts";
import { CANDLE_ADAPTERS, type Fetching, type MarketQuote, fetchCandles, fetchQuote } from "./adapters.ts";
import { Breaker, isFailure } from "./breaker.ts";
import { VenueGate } from "./budget.ts";
import type { CandlePage } from "./candle-bars.ts";
import { CandleHistory } from "./candle-history.ts";
import { type CollectorOptions, checkCollectorOptions } from "./collector-options.ts";
import { type Parsed, gap } from "./gap.ts";
import { type HttpBody, HttpGet } from "./http.ts";
import { snapshotOf } from "./snapshot.ts";
import { SourceState, type SourceStatistics } from "./source-state.ts";
import type { Subscription } from "./subscription.ts";
import { userAgent } from "./user-agent.ts";

/** One finished request, for metrics. `detail` may hold a venue's words, printable and at most 80 characters. */
export type SourceOutcome = {
  readonly source: string;
  readonly venue: Venue;
  readonly state: "ok" | GapReason;
  readonly detail: string;
  readonly latencyMs: number;
  readonly atMs: number;
};

/** One answer as it came, before it was read. */
export type HeardReply = { readonly subscription: Subscription; readonly path: string; readonly body: HttpBody };

export type CollectorDoors = {
  readonly clock: Clock;
  readonly log: Logger;
  readonly rng: Rng;
  readonly observe?: (outcome: SourceOutcome) => void;
  /** How long polling should rest now, ms: while a round is being signed, a parsed chain would only be in its way. */
  readonly restMs?: () => number;
  /** Hears every answer of a venue, good or bad, for a recording. What did not arrive whole is not heard. */
  readonly hear?: (reply: HeardReply) => void;
};

/** Polls come this much early or late, so that nodes and sources do not march in step. */
const POLL_JITTER = 0.1;
/** Polls that rested start again within this time. */
const REST_SPREAD_MS = 150;
/** A failed page of bars is asked for again like a quote polled this often. */
const CANDLE_RETRY_MS = 5_000;
/** Every node of the world wants a bar when it has ended; each asks at its own moment within this time after. */
const CANDLE_SPREAD_MS = 2_000;

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
    checkCollectorOptions(options);
    this.#options = options;
    this.#doors = doors;
    this.#http = new HttpGet({ userAgent: userAgent() }, { clock: doors.clock });
    this.#states = options.subscriptions.map((subscription) => new SourceState(subscription, doors.clock.nowMs()));
    for (const { venue } of options.subscriptions) {
      if (!this.#gates.has(venue)) this.#gates.set(venue, new VenueGate(venue, { rng: doors.rng }));
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
    return snapshotOf(this.#states, nowMs);
  }

  statistics(): readonly SourceStatistics[] {
    return this.#states.map((state) => state.statistics());
  }

  /** One source's loop: never two requests of one source at a time, and no source waits for another venue. */
  async #poll(state: SourceState): Promise<void> {
    const { rng, clock } = this.#doors;
    const { subscription } = state;
    const pollMs = subscription.kind === "candles" ? CANDLE_RETRY_MS : this.#options.pollMs[subscription.kind];
    const history =
      subscription.kind === "candles" ? new CandleHistory(subscription, CANDLE_ADAPTERS[subscription.venue]) : null;
    const gate = this.#gates.get(subscription.venue)!;
    const breaker = new Breaker({ pollMs }, { rng });
    let dueMs = clock.monotonicMs() + this.#firstDelayMs(state, pollMs);
    while (await this.#sleep(dueMs - clock.monotonicMs())) {
      if (history !== null && history.nextPage(clock.nowMs()) === null) {
        dueMs = clock.monotonicMs() + history.waitMs(clock.nowMs()) + CANDLE_SPREAD_MS * rng.next();
        continue;
      }
      const askedMs = clock.monotonicMs();
      const queueMs = history === null ? gate.reserveMs(askedMs) : gate.reserveHistoryMs(askedMs);
      if (!(await this.#sleep(queueMs))) return;
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
      const outcome = await this.#ask(state, history);
      if (this.#stop.signal.aborted) return;
      const endedMs = clock.monotonicMs();
      this.#note(state, outcome, endedMs - startedMs);

      if (outcome.kind === "gap") gate.noteGap(outcome, endedMs);
      if (outcome.kind === "quote" || !isFailure(outcome.reason)) {
        gate.noteAnswered();
        breaker.noteOk();
        dueMs =
          history === null
            ? Math.max(endedMs, dueMs + pollMs * (1 + POLL_JITTER * (2 * rng.next() - 1)))
            : endedMs + (outcome.kind === "quote" ? 0 : pollMs);
      } else {
        dueMs = endedMs + breaker.noteFailure();
      }
    }
  }

  /** Sources of one venue and kind start evenly spread over their interval, each somewhere within its part. */
  #firstDelayMs(state: SourceState, pollMs: number): number {
    const { venue, kind } = state.subscription;
    // Bars are paced by their own budget.
    if (kind === "candles") return 0;
    const siblings = this.#states.filter(
      ({ subscription }) => subscription.venue === venue && subscription.kind === kind,
    );
    return (pollMs * (siblings.indexOf(state) + this.#doors.rng.next())) / siblings.length;
  }

  async #ask(state: SourceState, history: CandleHistory | null): Promise<Parsed<MarketQuote>> {
    const { subscription, source } = state;
    const access = this.#options.venues[subscription.venue]!;
    const http = this.#listening(subscription);
    try {
      if (subscription.kind !== "candles") return await fetchQuote(subscription, access, http, this.#stop.signal);
      const page = history?.nextPage(this.#doors.clock.nowMs());
      if (history === null || !page) return gap("no-quote", "no bar to ask for");
      const answer = await fetchCandles(subscription, page, access, http, this.#stop.signal);
      return readPage(history, page, answer, this.#doors.clock.nowMs());
    } catch (error) {
      // Adapters promise not to throw. If one does it costs its own source and nobody else's.
      this.#doors.log.error("adapter threw", { source, error: reasonOf(error) });
      return gap("bad-shape", "the adapter failed");
    }
  }

  #listening(subscription: Subscription): Fetching {
    const { hear } = this.#doors;
    if (hear === undefined) return this.#http;
    const access = this.#options.venues[subscription.venue]!;
    const bases = [access.baseUrl, access.optionsUrl, access.futuresUrl].flatMap((url) =>
      url === undefined ? [] : [url],
    );
    return {
      get: async (url, limits, stop) => {
        const answer = await this.#http.get(url, limits, stop);
        if (answer.kind === "body") hear({ subscription, path: pathUnder(bases, url), body: answer });
        return answer;
      },
    };
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

/** A page without bars is an answer too: the venue has none there, and the next page may. */
function readPage(
  history: CandleHistory,
  page: CandlePage,
  answer: Parsed<MarketQuote>,
  nowMs: number,
): Parsed<MarketQuote> {
  if (answer.kind === "gap" && answer.reason !== "no-quote") return answer;
  const series = answer.kind === "quote" && answer.quote.kind === "candles" ? answer.quote.value : null;
  history.take(page, series, nowMs);
  if (history.series === null) return gap("no-quote", "no complete bar");
  return { kind: "quote", quote: { kind: "candles", value: history.series } };
}

/** What comes after the longest of the bases that the URL begins with. */
function pathUnder(bases: readonly string[], url: string): string {
  const lengths = bases.map((base) => base.replace(/\/+$/, "")).filter((base) => url.startsWith(base));
  return url.slice(Math.max(...lengths.map((base) => base.length)));
}
