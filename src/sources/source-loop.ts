/** One source over REST, at its own pace: asks while no stream serves it, and then only to list and to confirm. */
import { reasonOf } from "../base/errors.ts";
import type { Clock, Logger, Rng } from "../base/ports.ts";
import type { GapReason } from "../market/quote.ts";
import type { Venue } from "../market/venue.ts";
import {
  CANDLE_ADAPTERS,
  type Fetching,
  HTTP_LIMITS,
  type MarketQuote,
  fetchCandles,
  fetchQuote,
  requestsOf,
} from "./adapters.ts";
import { Breaker, isFailure } from "./breaker.ts";
import type { CandlePage } from "./candle-bars.ts";
import { CandleHistory } from "./candle-history.ts";
import { type Parsed, gap } from "./gap.ts";
import type { HttpBody } from "./http.ts";
import type { RestAdapter, RestRequest } from "./rest-adapter.ts";
import { Pauses } from "./pauses.ts";
import { QUIET_TRUST_MS, type SourceState } from "./source-state.ts";
import type { Subscription } from "./subscription.ts";
import type { VenueDesk } from "./venue-desk.ts";

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

export type LoopOptions = {
  readonly pollMs: number;
  readonly pollBesideStreams: boolean;
  readonly relistMs: number;
  /** Of the interval, where in it this source starts among its siblings: 0 to 1. */
  readonly phase: number;
  readonly adapter: RestAdapter;
};

export type LoopDoors = {
  readonly state: SourceState;
  readonly desk: VenueDesk;
  readonly http: Fetching;
  readonly stop: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
  readonly rng: Rng;
  readonly observe?: (outcome: SourceOutcome) => void;
  readonly restMs?: () => number;
  readonly hear?: (reply: HeardReply) => void;
};

/** Polls come this much early or late, so that nodes and sources do not march in step. */
const POLL_JITTER = 0.1;
/** Polls that rested start again within this time. */
const REST_SPREAD_MS = 150;
/** A failed page of bars is asked for again like a quote polled this often. */
export const CANDLE_RETRY_MS = 5_000;
/** Every node of the world wants a bar when it has ended; each asks at its own moment within this time after. */
const CANDLE_SPREAD_MS = 2_000;
/** A board whose instruments end is listed again after this part of the usual time: five seconds of a minute. */
const RELIST_SOON_SHARE = 1 / 12;
/** REST is asked about a source of which a live stream has said nothing for so long, well before it stops being trusted. */
const QUIET_ASK_MS = QUIET_TRUST_MS / 2;

export class SourceLoop {
  readonly #options: LoopOptions;
  readonly #doors: LoopDoors;
  readonly #history: CandleHistory | null;
  readonly #requests: readonly RestRequest[];
  readonly #breaker: Breaker;
  #relistMs: number;

  constructor(options: LoopOptions, doors: LoopDoors) {
    this.#options = options;
    this.#doors = doors;
    const { subscription } = doors.state;
    const isCandles = subscription.kind === "candles";
    this.#history = isCandles ? new CandleHistory(subscription, CANDLE_ADAPTERS[subscription.venue]) : null;
    this.#requests = isCandles ? [] : requestsOf(subscription, options.adapter);
    this.#breaker = new Breaker({ pollMs: options.pollMs }, doors);
    this.#relistMs = options.relistMs;
  }

  /** Never two requests of one source at a time, and no source waits for another venue. Ends when stopped. */
  async run(): Promise<void> {
    const { clock, rng, state, desk, stop } = this.#doors;
    const { gate } = desk;
    const history = this.#history;
    const { pollMs, phase } = this.#options;
    const isStreamedOnly = history === null && this.#requests.length === 0 && desk.lineOf(state.subscription) !== null;
    if (isStreamedOnly) return;
    const pauses = new Pauses(stop);
    let dueMs = clock.monotonicMs() + (history === null ? pollMs * phase : 0);
    while (await pauses.sleep(dueMs - clock.monotonicMs())) {
      if (history !== null && history.nextPage(clock.nowMs()) === null) {
        dueMs = clock.monotonicMs() + history.waitMs(clock.nowMs()) + CANDLE_SPREAD_MS * rng.next();
        continue;
      }
      if (!this.#isWanted()) {
        dueMs = this.#nextMs(dueMs);
        continue;
      }
      const askedMs = clock.monotonicMs();
      const queueMs = history === null ? gate.reserveMs(this.#requests, askedMs) : gate.reserveHistoryMs(askedMs);
      if (!(await pauses.sleep(queueMs))) return;
      const restMs = this.#doors.restMs?.() ?? 0;
      // Those who waited do not all start at once.
      if (restMs > 0 && !(await pauses.sleep(restMs + rng.next() * REST_SPREAD_MS))) return;
      const pause = gate.pause(clock.monotonicMs());
      if (pause !== null) {
        // Another source of this venue may have caused it; this one cannot be asked either, and says so once.
        if (state.gap?.reason !== pause.cause.reason) this.#note(gap(pause.cause.reason, pause.cause.detail), null);
        dueMs = clock.monotonicMs() + pause.leftMs;
        continue;
      }
      this.#breaker.noteAttempt();
      const startedMs = clock.monotonicMs();
      const outcome = await this.#ask();
      if (stop.aborted) return;
      const endedMs = clock.monotonicMs();
      this.#note(outcome, endedMs - startedMs);

      if (outcome.kind === "gap") gate.noteGap(outcome, endedMs);
      if (outcome.kind === "quote" || !isFailure(outcome.reason)) {
        gate.noteAnswered();
        this.#breaker.noteOk();
        const pageMs = endedMs + (outcome.kind === "quote" ? 0 : pollMs);
        dueMs = history === null ? this.#nextMs(dueMs) : pageMs;
      } else {
        dueMs = endedMs + this.#breaker.noteFailure();
      }
    }
  }

  #nextMs(dueMs: number): number {
    const { clock, rng } = this.#doors;
    return Math.max(clock.monotonicMs(), dueMs + this.#options.pollMs * (1 + POLL_JITTER * (2 * rng.next() - 1)));
  }

  /** Whether REST has something to do: always, unless a live stream serves the source. */
  #isWanted(): boolean {
    const { state, desk, clock } = this.#doors;
    if (!state.isLive || this.#options.pollBesideStreams) return true;
    const nowMs = clock.nowMs();
    const { kind } = state.subscription;
    if (kind !== "options" && kind !== "futures")
      return nowMs - Math.max(state.spokeAtMs, state.restAtMs) >= QUIET_ASK_MS;
    // A new connection may have missed what changed before it.
    const openedAtMs = desk.lineOf(state.subscription)?.openedAtMs ?? 0;
    const sinceMs = nowMs - state.restAtMs;
    // Where some end, others come: new ones, of which the stream does not speak yet.
    const isChanged = state.endedAtMs > state.restAtMs && sinceMs >= RELIST_SOON_SHARE * this.#relistMs;
    return openedAtMs > state.restAtMs || isChanged || sinceMs >= this.#relistMs;
  }

  async #ask(): Promise<Parsed<MarketQuote>> {
    const { state, desk, clock, stop, log } = this.#doors;
    const { subscription, source } = state;
    const { access } = desk;
    const http = this.#listening();
    const history = this.#history;
    try {
      if (subscription.kind !== "candles") {
        const limits = HTTP_LIMITS[subscription.kind];
        return await fetchQuote(subscription, access, http, stop, limits, this.#options.adapter);
      }
      const page = history?.nextPage(clock.nowMs());
      if (history === null || !page) return gap("no-quote", "no bar to ask for");
      const answer = await fetchCandles(subscription, page, access, http, stop);
      return readPage(history, page, answer, clock.nowMs());
    } catch (error) {
      // Adapters promise not to throw. If one does it costs its own source and nobody else's.
      log.error("adapter threw", { source, error: reasonOf(error) });
      return gap("bad-shape", "the adapter failed");
    }
  }

  /** The answers on their way to the adapter: what their headers say of the budget, and who records them. */
  #listening(): Fetching {
    const { hear, http, desk, state, clock } = this.#doors;
    const { access, gate } = desk;
    const bases = [access.baseUrl, access.optionsUrl, access.futuresUrl].flatMap((url) =>
      url === undefined ? [] : [url],
    );
    let asked = 0;
    return {
      get: async (url, limits, stop) => {
        const request = this.#requests[asked++];
        const answer = await http.get(url, limits, stop);
        if (answer.kind === "gap") return answer;
        if (request !== undefined) gate.noteHeaders(request.bucket, answer.headers, clock.monotonicMs());
        hear?.({ subscription: state.subscription, path: pathUnder(bases, url), body: answer });
        return answer;
      },
    };
  }

  /** @param latencyMs null when no request was made */
  #note(outcome: Parsed<MarketQuote>, latencyMs: number | null): void {
    const { log, clock, observe, state, desk, rng } = this.#doors;
    const { source, subscription, gap: before } = state;
    const atMs = clock.nowMs();
    if (outcome.kind === "quote") {
      state.noteQuote(outcome.quote, latencyMs ?? 0);
      this.#relistMs = this.#options.relistMs * (1 + POLL_JITTER * (2 * rng.next() - 1));
      if (before !== null) log.info("source answers", { source, afterGap: before.reason });
      const names = namesIn(outcome.quote);
      if (names !== null) desk.lineOf(subscription)?.listed(source, names);
    } else {
      state.noteGap(outcome, latencyMs, atMs);
      if (before?.reason !== outcome.reason) log.warn("source gives no quote", { source, reason: outcome.reason });
      log.debug("source gap", { source, reason: outcome.reason, detail: outcome.detail });
    }
    if (latencyMs === null) return;
    const [told, detail] = outcome.kind === "quote" ? (["ok", ""] as const) : [outcome.reason, outcome.detail];
    observe?.({ source, venue: subscription.venue, state: told, detail, latencyMs, atMs });
  }
}

function namesIn({ kind, value }: MarketQuote): readonly string[] | null {
  if (kind === "options") return value.options.map(({ instrument }) => instrument);
  return kind === "futures" ? value.futures.map(({ instrument }) => instrument) : null;
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
