/** How often a venue may be asked, and for how long it must be left alone: one gate per venue, since venues count by IP. */
import type { Rng } from "../base/ports.ts";
import type { Venue } from "../market/venue.ts";
import type { Gap } from "./gap.ts";
import { type BucketLimit, VENUE_LIMITS, type VenueLimits } from "./limits.ts";
import type { RestRequest } from "./rest-adapter.ts";
import { paceOf, TokenBucket } from "./token-bucket.ts";

export type BucketBudget = {
  readonly bucket: string;
  /** Credits that may be spent at once, and what part of the most that ever may that is. */
  readonly credits: number;
  readonly share: number;
  readonly of: number;
};

type Charge = Pick<RestRequest, "bucket" | "cost">;
type Purse = { readonly bucket: TokenBucket; readonly limit: BucketLimit };
type PauseReason = "rate-limited" | "banned" | "geo-blocked";

/** Without Retry-After: the first pause and the longest; it doubles while the venue keeps refusing. */
const PAUSES_MS: Readonly<Record<PauseReason, { readonly first: number; readonly longest: number }>> = {
  "rate-limited": { first: 5_000, longest: 30_000 },
  // Binance bans for 2 min to 3 days, a firewall's 403 for minutes.
  banned: { first: 60_000, longest: 1_800_000 },
  "geo-blocked": { first: 600_000, longest: 3_600_000 },
};

/** Refusals that a venue counts by IP, whatever was asked and however. */
export function isPauseReason(reason: string): reason is PauseReason {
  return Object.hasOwn(PAUSES_MS, reason);
}

export class VenueGate {
  readonly #purses = new Map<string, Purse>();
  readonly #first: Purse;
  readonly #history: TokenBucket;
  readonly #connects: TokenBucket;
  readonly #rng: Rng;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;
  #pausesInARow = 0;
  #cause: Gap | null = null;

  constructor(venue: Venue, doors: { readonly rng: Rng }, limits: VenueLimits = VENUE_LIMITS[venue]) {
    for (const [name, limit] of Object.entries(limits.buckets))
      this.#purses.set(name, { bucket: new TokenBucket(paceOf(limit)), limit });
    this.#first = this.#purses.get("public") ?? this.#purses.values().next().value!;
    this.#history = new TokenBucket(paceOf(limits.history));
    this.#connects = new TokenBucket(paceOf(limits.connects));
    this.#rng = doors.rng;
  }

  /** @returns how long to wait before requests that are sent together, each paid from its bucket */
  reserveMs(charges: readonly Charge[], monotonicMs: number): number {
    let waitMs = 0;
    for (const { bucket, cost } of charges)
      waitMs = Math.max(waitMs, this.#purse(bucket).bucket.reserveMs(monotonicMs, cost));
    return waitMs;
  }

  /** The same for a page of history, which never takes a place in the queue of ticks. */
  reserveHistoryMs(monotonicMs: number): number {
    return this.#history.reserveMs(monotonicMs);
  }

  /** The same for a new connection. */
  reserveConnectMs(monotonicMs: number): number {
    return this.#connects.reserveMs(monotonicMs);
  }

  /**
   * Binance says in its answers what was used of a minute by this IP, Bybit what is left: where that is less than we
   * counted, somebody else spends too, and our share is of what is left.
   */
  noteHeaders(bucket: string, headers: Readonly<Record<string, string>>, monotonicMs: number): void {
    const purse = this.#purse(bucket);
    const used = wholeNumber(headers["x-mbx-used-weight-1m"]);
    const left = used === null ? wholeNumber(headers["x-bapi-limit-status"]) : purse.limit.credits - used;
    if (left !== null) purse.bucket.lower(Math.max(0, left) * purse.limit.share, monotonicMs);
  }

  budgets(monotonicMs: number): readonly BucketBudget[] {
    return Array.from(this.#purses, ([bucket, purse]) => {
      const credits = purse.bucket.left(monotonicMs);
      return { bucket, credits, share: credits / purse.limit.burst, of: purse.limit.burst };
    });
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

  #purse(bucket: string): Purse {
    return this.#purses.get(bucket) ?? this.#first;
  }

  #extend(cause: Gap, untilMs: number): void {
    if (untilMs <= this.#pausedUntilMs) return;
    this.#pausedUntilMs = untilMs;
    this.#cause = cause;
  }
}

function wholeNumber(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,9}$/.test(header) ? Number(header) : null;
}
