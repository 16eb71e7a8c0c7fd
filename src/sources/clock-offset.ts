/**
 * How far a venue's clock is from ours, and what its times are worth. Ours may be the wrong one: the peers' clocks decide
 * that elsewhere, here only the difference counts.
 *
 * A stamp is a sample only where it moved since the last look, so that a venue which repeats an old time gives none: its
 * distance grows with our clock and is age, no difference of clocks. A venue that plays its past at its true speed, from a
 * fixed distance, cannot be told from a wrong clock by its times alone.
 */
import type { TimeSource } from "../market/quote.ts";

/** NTP keeps honest clocks far within it; beyond, the venue's times say nothing, and the feeds refuse them as future. */
export const CLOCK_OFFSET_MAX_MS = 2_000;

const WINDOW_MS = 60_000;
const SAMPLES_MAX = 128;
/** Of one source, so that one busy pair does not speak for the venue alone. */
const SAMPLE_EVERY_MS = 500;
/** A stamp that moved somewhen within a longer stretch says too little. */
const LOOK_MAX_MS = 10_000;
/** A difference is believed from so many samples over so long. */
const SAMPLES_MIN = 5;
const SPAN_MIN_MS = 5_000;
/** A verdict on so many samples stands for so long: one more of them moves no median of a minute by anything. */
const SETTLED_SAMPLES = 32;
const JUDGED_FOR_MS = 1_000;
/** What plays slower than time passes drifts by more; stamps in whole seconds by less. */
const DRIFT_MAX_MS = 250;
const DRIFT_SHARE_MAX = 0.2;
/** No venue is further away; longer round trips waited somewhere. */
const ONE_WAY_MAX_MS = 150;

type Sample = { readonly atMs: number; readonly offsetMs: number };
type Look = { stampMs: number; firstSeenMs: number; lookedMs: number; sampledMs: number };

export type HonestTime = { readonly timeMs: number; readonly timeSource: TimeSource };

export class VenueClock {
  readonly #samples: Sample[] = [];
  readonly #looks = new Map<string, Look>();
  #oneWayMs: number | null = null;
  /** What the samples say, until another one comes. */
  #judged: { readonly sampleCount: number; readonly atMs: number; readonly steadyMs: number | null } | null = null;
  #sampleCount = 0;

  /**
   * The time that a quote of that source may claim: the venue's, unless its clock is further from ours than
   * `CLOCK_OFFSET_MAX_MS`; then the receipt, less what the difference of the clocks does not explain.
   * @param stampMs     the venue's time in what arrived at `receivedAtMs`, both unix ms
   * @param roundTripMs of the request that it answers: half of it is how old the stamp was on arrival. null for what a
   *                    stream brought, which takes half of the shortest round trip
   */
  take(source: string, stampMs: number, receivedAtMs: number, roundTripMs: number | null = null): HonestTime {
    if (roundTripMs !== null) this.#oneWayMs = Math.min(this.#oneWayMs ?? ONE_WAY_MAX_MS, roundTripMs / 2);
    const madeMs = receivedAtMs - (roundTripMs === null ? (this.#oneWayMs ?? 0) : roundTripMs / 2);
    const firstSeenMs = this.#look(source, stampMs, receivedAtMs, madeMs);
    const steadyMs = this.#steadyMs(receivedAtMs);
    if (steadyMs !== null && Math.abs(steadyMs) > CLOCK_OFFSET_MAX_MS) {
      const unexplainedMs = receivedAtMs - (stampMs - steadyMs);
      const ageMs = unexplainedMs > CLOCK_OFFSET_MAX_MS ? unexplainedMs : 0;
      return { timeMs: receivedAtMs - ageMs, timeSource: "receipt" };
    }
    // Nobody's past lies ahead of us; but what repeats that time is as old as our first sight of it.
    if (stampMs - receivedAtMs > CLOCK_OFFSET_MAX_MS) return { timeMs: firstSeenMs, timeSource: "receipt" };
    return { timeMs: stampMs, timeSource: "venue" };
  }

  /** Median over the last minute, > 0 where the venue is ahead; null while it gave no moving stamp. */
  offsetMs(nowMs: number): number | null {
    const recent = this.#recent(nowMs);
    return recent.length === 0 ? null : median(recent.map(({ offsetMs }) => offsetMs));
  }

  #look(source: string, stampMs: number, receivedAtMs: number, madeMs: number): number {
    const look = this.#looks.get(source);
    if (look === undefined) {
      const first = { stampMs, firstSeenMs: receivedAtMs, lookedMs: receivedAtMs, sampledMs: Number.NEGATIVE_INFINITY };
      this.#looks.set(source, first);
      return receivedAtMs;
    }
    const sinceMs = receivedAtMs - look.lookedMs;
    look.lookedMs = receivedAtMs;
    if (stampMs === look.stampMs) return Math.min(look.firstSeenMs, receivedAtMs);
    const hasMoved = stampMs > look.stampMs;
    look.stampMs = stampMs;
    look.firstSeenMs = receivedAtMs;
    if (!hasMoved || sinceMs < 0 || sinceMs > LOOK_MAX_MS) return receivedAtMs;
    if (receivedAtMs - look.sampledMs < SAMPLE_EVERY_MS) return receivedAtMs;
    look.sampledMs = receivedAtMs;
    this.#samples.push({ atMs: receivedAtMs, offsetMs: stampMs - madeMs });
    this.#sampleCount += 1;
    if (this.#samples.length > SAMPLES_MAX) this.#samples.shift();
    return receivedAtMs;
  }

  /** The offset where the samples agree that it is one. */
  #steadyMs(nowMs: number): number | null {
    const known = this.#judged;
    if (known !== null) {
      const sinceMs = Math.abs(nowMs - known.atMs);
      const isSettled = known.sampleCount >= SETTLED_SAMPLES && sinceMs < JUDGED_FOR_MS;
      if (isSettled || (known.sampleCount === this.#sampleCount && sinceMs < SPAN_MIN_MS)) return known.steadyMs;
    }
    const steadyMs = steadyOf(this.#recent(nowMs));
    this.#judged = { sampleCount: this.#sampleCount, atMs: nowMs, steadyMs };
    return steadyMs;
  }

  #recent(nowMs: number): readonly Sample[] {
    return this.#samples.filter(({ atMs }) => Math.abs(nowMs - atMs) <= WINDOW_MS);
  }
}

function steadyOf(samples: readonly Sample[]): number | null {
  if (samples.length < SAMPLES_MIN || samples.at(-1)!.atMs - samples[0]!.atMs < SPAN_MIN_MS) return null;
  const half = samples.length >> 1;
  const [older, newer] = [samples.slice(0, half), samples.slice(-half)];
  const apartMs = median(newer.map(({ atMs }) => atMs)) - median(older.map(({ atMs }) => atMs));
  const driftMs = median(newer.map(({ offsetMs }) => offsetMs)) - median(older.map(({ offsetMs }) => offsetMs));
  if (Math.abs(driftMs) > DRIFT_MAX_MS + DRIFT_SHARE_MAX * apartMs) return null;
  return median(samples.map(({ offsetMs }) => offsetMs));
}

/** @param values at least one */
function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
