/** How far this clock is from its peers', from when their OBSERVEs arrive. [R58] */

/**
 * Rounds of a peer that count. The least delay is nearest to the truth, and so is the least round trip: whatever holds a
 * message up makes it later only. They are taken apart: a ping that waited must not make a message seem early.
 */
const SAMPLES_KEPT = 16;
/** Fewer say how busy the machine was in that moment. */
const SAMPLES_MIN = 5;
/** Round trips change with the way and not with the clock. Lower: one ping that waited is all there is. Higher: a longer way is noticed late. */
const ROUND_TRIP_AGE_MS = 60_000;
const ROUND_TRIPS_KEPT = 32;

export type OffsetSample = {
  /** arrival − obsTime, ms: this clock less the peer's, and the way here. */
  readonly delayMs: number;
  /** Last round trip to the peer, ms; null when there was none yet. */
  readonly rttMs: number | null;
};

type Taken = { takenMs: number };
type PeerSamples = {
  highestRound: number;
  delays: (Taken & { delayMs: number })[];
  roundTrips: (Taken & { readonly rttMs: number })[];
};

export class PeerOffsets {
  readonly #f: number;
  readonly #ageMaxMs: number;
  readonly #peers = new Map<number, PeerSamples>();

  /** @param options.ageMaxMs what a peer said counts so long, monotonic */
  constructor(options: { readonly f: number; readonly ageMaxMs: number }) {
    this.#f = options.f;
    this.#ageMaxMs = options.ageMaxMs;
  }

  /**
   * @param round    of the OBSERVE, which must have come from its own author: each round counts once and rounds ascend,
   *                 so that nobody can make a peer's clock look slow by sending its old words again
   * @param takenMs  monotonic
   */
  heard(peer: number, round: number, { delayMs, rttMs }: OffsetSample, takenMs: number): void {
    const known = this.#peers.get(peer) ?? { highestRound: -1, delays: [], roundTrips: [] };
    if (round <= known.highestRound) return;
    known.highestRound = round;
    known.delays = [...known.delays, { takenMs, delayMs }].slice(-SAMPLES_KEPT);
    const last = known.roundTrips.at(-1);
    if (last !== undefined && last.rttMs === rttMs) last.takenMs = takenMs;
    else if (rttMs !== null) known.roundTrips = [...known.roundTrips, { takenMs, rttMs }].slice(-ROUND_TRIPS_KEPT);
    this.#peers.set(peer, known);
  }

  /** The wall clock was set forward by this much (backward when negative): what was measured before moves with it. */
  stepped(byMs: number): void {
    for (const { delays } of this.#peers.values()) for (const sample of delays) sample.delayMs += byMs;
  }

  /**
   * Median over peers, ms, > 0 where this clock is ahead. With fewer than 2f+1 of them only as much as f+1 agree on, so
   * that f liars beside crashed members cannot silence an honest one. null: fewer than f+1 were heard lately,
   * in five rounds each, and have answered a ping.
   */
  offsetMs(nowMs: number): number | null {
    const offsets: number[] = [];
    for (const { delays, roundTrips } of this.#peers.values()) {
      const recent = delays.filter(({ takenMs }) => nowMs - takenMs <= this.#ageMaxMs);
      const ways = roundTrips.filter(({ takenMs }) => nowMs - takenMs <= ROUND_TRIP_AGE_MS);
      if (recent.length < SAMPLES_MIN || ways.length === 0) continue;
      const delayMs = Math.min(...recent.map((sample) => sample.delayMs));
      const rttMs = Math.min(...ways.map((way) => way.rttMs));
      offsets.push(delayMs - rttMs / 2);
    }
    offsets.sort((a, b) => a - b);
    const count = offsets.length;
    if (count < this.#f + 1) return null;
    if (count > 2 * this.#f) return (offsets[(count - 1) >> 1]! + offsets[count >> 1]!) / 2;
    const atLeast = offsets[count - 1 - this.#f]!;
    const atMost = offsets[this.#f]!;
    return Math.max(0, atLeast) + Math.min(0, atMost);
  }
}
