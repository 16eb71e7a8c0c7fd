/** How far this clock is from its peers', from when their OBSERVEs arrive. [R58] */

/**
 * Rounds of a peer that count. The least delay is nearest to the truth, and so is the least round trip: whatever holds a
 * message up makes it later only. They are taken apart: a ping that waited must not make a message seem early.
 */
const SAMPLES_KEPT = 8;
/** Fewer say how busy the machine was in that moment. */
const SAMPLES_MIN = 3;

export type OffsetSample = {
  /** arrival − obsTime, ms: this clock less the peer's, and the way here. */
  readonly delayMs: number;
  /** Last round trip to the peer, ms; 0 when there was none yet. */
  readonly rttMs: number;
};

type Sample = { readonly takenMs: number; delayMs: number; readonly rttMs: number };
type PeerSamples = { highestRound: number; samples: Sample[] };

export class PeerOffsets {
  readonly #f: number;
  readonly #ageMaxMs: number;
  readonly #peers = new Map<number, PeerSamples>();

  /** @param options.ageMaxMs a peer's samples count so long, monotonic */
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
    const known = this.#peers.get(peer) ?? { highestRound: -1, samples: [] };
    if (round <= known.highestRound) return;
    known.highestRound = round;
    known.samples = [...known.samples, { takenMs, delayMs, rttMs }].slice(-SAMPLES_KEPT);
    this.#peers.set(peer, known);
  }

  /** The wall clock was set forward by this much (backward when negative): what was measured before moves with it. */
  stepped(byMs: number): void {
    for (const { samples } of this.#peers.values()) for (const sample of samples) sample.delayMs += byMs;
  }

  /**
   * Median over peers, ms, > 0 where this clock is ahead. With fewer than 2f+1 of them only as much as f+1 agree on, so
   * that f liars beside crashed members cannot silence an honest one. null: fewer than f+1 were heard lately,
   * in three rounds each.
   */
  offsetMs(nowMs: number): number | null {
    const offsets: number[] = [];
    for (const { samples } of this.#peers.values()) {
      const recent = samples.filter(({ takenMs }) => nowMs - takenMs <= this.#ageMaxMs);
      if (recent.length < SAMPLES_MIN) continue;
      const delayMs = Math.min(...recent.map((sample) => sample.delayMs));
      const rttMs = Math.min(...recent.map((sample) => sample.rttMs));
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
