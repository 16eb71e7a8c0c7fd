/** One figure for how slow peers answer, for the wait before another signer set is named. */

/** Of each peer. One ping that met a busy moment, here or there, must not stretch the wait of every round until the next. */
const PINGS_REMEMBERED = 3;

export class RoundTrips {
  readonly #f: number;
  readonly #pings = new Map<number, readonly number[]>();

  constructor(f: number) {
    this.#f = f;
  }

  /**
   * 95th percentile over the peers that were measured, of each the middle of its last pings, the f slowest left out: a member that
   * delays its answers must not stretch everybody's wait.
   * @param roundTripsMs last round trip to each peer, always in one order; null where none was measured
   * @returns ms; 0 when nothing was measured
   */
  slowMs(roundTripsMs: readonly (number | null)[]): number {
    const middles = roundTripsMs.map((ms, peer) => this.#middle(peer, ms)).filter((ms) => ms !== null);
    const sorted = middles.sort((a, b) => a - b);
    const counted = sorted.slice(0, Math.max(1, sorted.length - this.#f));
    return counted[Math.ceil(0.95 * counted.length) - 1] ?? 0;
  }

  /** Asked more often than there are pings: what has not changed is the same ping. */
  #middle(peer: number, ms: number | null): number | null {
    if (ms === null) {
      this.#pings.delete(peer);
      return null;
    }
    let pings = this.#pings.get(peer) ?? [];
    if (pings.at(-1) !== ms) pings = [...pings, ms].slice(-PINGS_REMEMBERED);
    this.#pings.set(peer, pings);
    // Of two the lower: a first ping is the slowest of a connection's life.
    return [...pings].sort((a, b) => a - b)[Math.floor((pings.length - 1) / 2)]!;
  }
}
