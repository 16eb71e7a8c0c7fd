/** How far this clock is from its peers', from when their OBSERVEs arrive. [R58] */

/** Rounds of a peer that count. The least of them is nearest to the truth: whatever delays a message makes it later only. */
const SAMPLES_KEPT = 8;

type Sample = { readonly takenMs: number; offsetMs: number };
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
   * @param offsetMs arrival − obsTime − RTT/2, > 0 where this clock is ahead
   * @param takenMs  monotonic
   */
  heard(peer: number, round: number, offsetMs: number, takenMs: number): void {
    const known = this.#peers.get(peer) ?? { highestRound: -1, samples: [] };
    if (round <= known.highestRound) return;
    known.highestRound = round;
    known.samples = [...known.samples, { takenMs, offsetMs }].slice(-SAMPLES_KEPT);
    this.#peers.set(peer, known);
  }

  /** The wall clock was set forward by this much (backward when negative): what was measured before moves with it. */
  stepped(byMs: number): void {
    for (const { samples } of this.#peers.values()) for (const sample of samples) sample.offsetMs += byMs;
  }

  /**
   * Median over peers, ms, > 0 where this clock is ahead. With fewer than 2f+1 of them only as much as f+1 agree on, so
   * that f liars beside crashed members cannot silence an honest one. null: fewer than f+1 were heard lately.
   */
  offsetMs(nowMs: number): number | null {
    const offsets: number[] = [];
    for (const { samples } of this.#peers.values()) {
      const recent = samples.filter(({ takenMs }) => nowMs - takenMs <= this.#ageMaxMs);
      if (recent.length > 0) offsets.push(Math.min(...recent.map(({ offsetMs }) => offsetMs)));
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
