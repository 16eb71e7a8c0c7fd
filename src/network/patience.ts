/**
 * How long an acknowledgement may take before its message also goes out by gossip: from what the line's last ones took, as TCP
 * sets its retransmission timer [RFC 6298]. A constant alone turns against the committee when all its machines are
 * busy: acknowledgements come late, everything is said twice, and the machines are busier still.
 */
import { ACKNOWLEDGE_WITHIN_MAX_MS, ACKNOWLEDGE_WITHIN_MS, ACKNOWLEDGEMENT_DELAY_MS } from "./peer-policy.ts";

/** Weights of a new sample, in the mean and in the mean deviation. */
const MEAN_WEIGHT = 1 / 8;
const DEVIATION_WEIGHT = 1 / 4;
const DEVIATIONS = 4;
/** About the 95th percentile. */
const SLOW_DEVIATIONS = 2;

export class Patience {
  #meanMs: number | null = null;
  #deviationMs = 0;

  /** @param tookMs from the sending of a message to word that it came, however late */
  acknowledged(tookMs: number): void {
    if (this.#meanMs === null) {
      this.#meanMs = tookMs;
      this.#deviationMs = tookMs / 2;
      return;
    }
    this.#deviationMs += DEVIATION_WEIGHT * (Math.abs(tookMs - this.#meanMs) - this.#deviationMs);
    this.#meanMs += MEAN_WEIGHT * (tookMs - this.#meanMs);
  }

  /**
   * What a slow round trip takes now, this machine's and the peer's pauses within a round included, which a ping between two
   * rounds does not meet; null before the first.
   */
  slowMs(): number | null {
    if (this.#meanMs === null) return null;
    return Math.max(0, this.#meanMs + SLOW_DEVIATIONS * this.#deviationMs - ACKNOWLEDGEMENT_DELAY_MS);
  }

  /** @param rttMs of the connection; 0 when unknown: over a slow line the constant would double traffic from the start */
  withinMs(rttMs: number): number {
    const byLine = 1.5 * rttMs + ACKNOWLEDGEMENT_DELAY_MS;
    const byWord = (this.#meanMs ?? 0) + DEVIATIONS * this.#deviationMs;
    return Math.min(ACKNOWLEDGE_WITHIN_MAX_MS, Math.max(ACKNOWLEDGE_WITHIN_MS, byLine, byWord));
  }
}
