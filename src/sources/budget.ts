/** How often a venue may be asked, and for how long it must be left alone: one gate per venue, since venues count by IP. */
import type { Rng } from "../base/ports.ts";
import type { Venue } from "../market/venue.ts";
import type { Gap } from "./gap.ts";

export type RateLimit = { readonly burst: number; readonly perSecond: number };

/**
 * Requests, from the venues' documents, about half of what they allow: other programs share the IP.
 * Higher risks bans that silence every feed; lower makes quotes older than the poll interval.
 */
export const RATE_LIMITS: Readonly<Record<Venue, RateLimit>> = {
  /** Public 10/s per IP, burst 15. */
  coinbase: { burst: 8, perSecond: 5 },
  /** About 1/s per IP, not documented: more subscriptions than that take turns. */
  kraken: { burst: 4, perSecond: 1 },
  /** 400/s and 10 000 per 10 min = 16.7/s. */
  bitstamp: { burst: 20, perSecond: 8 },
  /** 6 000 weight a minute, bookTicker weighs 2 = 50/s. */
  binance: { burst: 50, perSecond: 25 },
  /** 20/s and burst 100 with a key; without one per IP, number not published. */
  deribit: { burst: 10, perSecond: 5 },
  /** 20 in 2 s for each endpoint. */
  okx: { burst: 10, perSecond: 5 },
  /** 600 in 5 s, and a ban of ten minutes beyond. */
  bybit: { burst: 50, perSecond: 50 },
  /** 120 a minute, at most one a second advised, five more are queued. */
  gemini: { burst: 3, perSecond: 1 },
  /** 10 to 90 a minute by endpoint, and blocked for up to a minute beyond. */
  bitfinex: { burst: 3, perSecond: 0.5 },
};

/**
 * For pages of history, beside the limits above and still within what the venues allow: a month of bars must not make
 * today's prices wait. Lower lets a node that starts wait longer for its first realised vol.
 */
export const HISTORY_LIMITS: Readonly<Record<Venue, RateLimit>> = {
  coinbase: { burst: 1, perSecond: 2 },
  /** One page is all the history that Kraken has. */
  kraken: { burst: 1, perSecond: 0.05 },
  bitstamp: { burst: 1, perSecond: 4 },
  binance: { burst: 1, perSecond: 4 },
  /** No bars of these are asked for. */
  deribit: { burst: 1, perSecond: 1 },
  okx: { burst: 1, perSecond: 1 },
  bybit: { burst: 1, perSecond: 1 },
  gemini: { burst: 1, perSecond: 0.2 },
  bitfinex: { burst: 1, perSecond: 0.1 },
};

/** Tokens may go negative: a reservation takes its place in the queue and learns how long to wait. */
export class TokenBucket {
  readonly #limit: RateLimit;
  #tokens: number;
  #atMs = Number.NEGATIVE_INFINITY;

  constructor(limit: RateLimit) {
    this.#limit = limit;
    this.#tokens = limit.burst;
  }

  /** @returns how long to wait before the request just reserved, 0 when it may go at once */
  reserveMs(monotonicMs: number): number {
    const refillMs = Math.max(0, monotonicMs - this.#atMs);
    this.#tokens = Math.min(this.#limit.burst, this.#tokens + (refillMs * this.#limit.perSecond) / 1000);
    this.#atMs = Math.max(this.#atMs, monotonicMs);
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : (-this.#tokens * 1000) / this.#limit.perSecond;
  }
}

type PauseReason = "rate-limited" | "banned" | "geo-blocked";

/** Without Retry-After: the first pause and the longest; it doubles while the venue keeps refusing. */
const PAUSES_MS: Readonly<Record<PauseReason, { readonly first: number; readonly longest: number }>> = {
  "rate-limited": { first: 5_000, longest: 30_000 },
  // Binance bans for 2 min to 3 days, a firewall's 403 for minutes.
  banned: { first: 60_000, longest: 1_800_000 },
  "geo-blocked": { first: 600_000, longest: 3_600_000 },
};

function isPauseReason(reason: string): reason is PauseReason {
  return Object.hasOwn(PAUSES_MS, reason);
}

export class VenueGate {
  readonly #bucket: TokenBucket;
  readonly #history: TokenBucket;
  readonly #rng: Rng;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;
  #pausesInARow = 0;
  #cause: Gap | null = null;

  constructor(venue: Venue, doors: { readonly rng: Rng }) {
    this.#bucket = new TokenBucket(RATE_LIMITS[venue]);
    this.#history = new TokenBucket(HISTORY_LIMITS[venue]);
    this.#rng = doors.rng;
  }

  reserveMs(monotonicMs: number): number {
    return this.#bucket.reserveMs(monotonicMs);
  }

  /** The same for a page of history, which never takes a place in the queue of ticks. */
  reserveHistoryMs(monotonicMs: number): number {
    return this.#history.reserveMs(monotonicMs);
  }

  /** The pause in force, and the refusal that caused it; null when the venue may be asked. */
  pause(monotonicMs: number): { readonly leftMs: number; readonly cause: Gap } | null {
    if (this.#cause === null || monotonicMs >= this.#pausedUntilMs) return null;
    return { leftMs: this.#pausedUntilMs - monotonicMs, cause: this.#cause };
  }

  noteAnswered(): void {
    this.#pausesInARow = 0;
  }

  /** Pauses the whole venue for refusals that count by IP; other gaps do not concern the gate. */
  noteGap(refusal: Gap, monotonicMs: number): void {
    if (!isPauseReason(refusal.reason)) {
      // 503 with Retry-After: the venue names its own time.
      if (refusal.retryAfterMs !== undefined) this.#extend(refusal, monotonicMs + refusal.retryAfterMs);
      return;
    }
    // Answers to requests sent before the pause began tell nothing new.
    if (this.pause(monotonicMs) === null) this.#pausesInARow += 1;
    const { first, longest } = PAUSES_MS[refusal.reason];
    const ownMs = Math.min(longest, first * 2 ** Math.min(this.#pausesInARow - 1, 20));
    // Jitter only lengthens: many nodes must not come back together, none before its time.
    const pauseMs = (refusal.retryAfterMs ?? ownMs) + 250 * this.#rng.next();
    this.#extend(refusal, monotonicMs + pauseMs);
  }

  #extend(cause: Gap, untilMs: number): void {
    if (untilMs <= this.#pausedUntilMs) return;
    this.#pausedUntilMs = untilMs;
    this.#cause = cause;
  }
}
