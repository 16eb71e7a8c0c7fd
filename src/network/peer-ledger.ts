/** What one member has sent, cost and deserved: counters, rates, score, exclusion. No timers, no sockets. */
import { IGNORED_PART, type Offence, offenceCost, type PeerLimits } from "./peer-policy.ts";
import { TokenBucket } from "./token-bucket.ts";

/** A peer that crashes at every start redials once a second; a line that flaps takes a burst of its own. */
const CONNECTION_BURST_SEC = 5;
/** Two services, and connections that begin in a burst. */
const SERVICES_BURST_SEC = 10;

export type FrameClass = "gossip" | "direct" | "request";

export class PeerLedger {
  bytesIn = 0;
  bytesOut = 0;
  messagesIn = 0;
  messagesOut = 0;
  rejected = 0;
  /** Messages of ours that were dropped from the peer's full queue. */
  queueDropped = 0;
  /** Wall clock of the last byte received; null before the first. */
  lastSeenMs: number | null = null;
  readonly offences: Record<Offence, number> = { rejected: 0, malformed: 0, oversized: 0, flood: 0 };

  readonly #limits: PeerLimits;
  readonly #bytes: TokenBucket;
  readonly #frames: Record<FrameClass, TokenBucket>;
  readonly #ignored: TokenBucket;
  readonly #gossip: TokenBucket;
  readonly #housekeeping: TokenBucket;
  readonly #wireFrames: TokenBucket;
  readonly #streams: TokenBucket;
  readonly #connections: TokenBucket;
  #score = 0;
  #scoredAtMs: number;
  #cuts = 0;
  #excludedUntilMs = Number.NEGATIVE_INFINITY;

  /** @param nowMs monotonic, as in every method here */
  constructor(limits: PeerLimits, nowMs: number) {
    this.#limits = limits;
    this.#scoredAtMs = nowMs;
    this.#bytes = new TokenBucket(limits.bytesPerSec, limits.burstSec, nowMs);
    this.#gossip = new TokenBucket(limits.gossipFramesPerSec, limits.burstSec, nowMs);
    this.#housekeeping = new TokenBucket(limits.servicesPerSec, SERVICES_BURST_SEC, nowMs);
    this.#wireFrames = new TokenBucket(limits.wireFramesPerSec, limits.burstSec, nowMs);
    this.#streams = new TokenBucket(limits.streamsPerSec, limits.burstSec, nowMs);
    this.#connections = new TokenBucket(limits.connectionsPerSec, CONNECTION_BURST_SEC, nowMs);
    const ignoredPerSec = IGNORED_PART * limits.directFramesPerSec;
    // What waited for us here and there comes at once when a line is back.
    this.#ignored = new TokenBucket(
      ignoredPerSec,
      Math.max(limits.burstSec, (2 * limits.queueMessagesMax) / ignoredPerSec),
      nowMs,
    );
    this.#frames = {
      gossip: new TokenBucket(limits.gossipFramesPerSec, limits.burstSec, nowMs),
      direct: new TokenBucket(limits.directFramesPerSec, limits.burstSec, nowMs),
      request: new TokenBucket(limits.requestsPerSec, limits.burstSec, nowMs),
    };
  }

  /** Zero for an honest peer, never above it. */
  score(nowMs: number): number {
    const regained = (Math.max(0, nowMs - this.#scoredAtMs) / 1000) * this.#limits.scoreRecoveryPerSec;
    return Math.min(0, this.#score + regained);
  }

  /** Counts wire bytes. False: over the rate. */
  admitBytes(bytes: number, nowMs: number): boolean {
    this.bytesIn += bytes;
    return this.#bytes.take(bytes, nowMs);
  }

  /** Counts one frame. False: over the rate of its class. */
  admitFrame(frameClass: FrameClass, nowMs: number): boolean {
    this.messagesIn++;
    return this.#frames[frameClass].take(1, nowMs);
  }

  /** Counts a direct frame that was admitted and said nothing new. False: there are too many of them. */
  admitIgnored(nowMs: number): boolean {
    return this.#ignored.take(1, nowMs);
  }

  /** Counts one message of gossip that was not heard before; a frame may carry more than one. False: over the rate. */
  admitGossip(nowMs: number): boolean {
    return this.#gossip.take(1, nowMs);
  }

  /** Counts a stream of libp2p's own services. False: over the rate. */
  admitHousekeeping(nowMs: number): boolean {
    return this.#housekeeping.take(1, nowMs);
  }

  /** Counts frames of the multiplexer and the streams they open. @returns how many were over the rates */
  admitWire(frames: number, opened: number, nowMs: number): number {
    return this.#wireFrames.takeUpTo(frames, nowMs) + this.#streams.takeUpTo(opened, nowMs);
  }

  /** Counts a connection that the peer has begun. False: over the rate. */
  admitConnection(nowMs: number): boolean {
    return this.#connections.take(1, nowMs);
  }

  /** We did not listen for so long: what was said meanwhile comes at once, and is no flood. */
  excuse(stalledMs: number): void {
    const all = [
      this.#bytes,
      this.#wireFrames,
      this.#streams,
      this.#gossip,
      this.#ignored,
      ...Object.values(this.#frames),
    ];
    for (const bucket of all) bucket.excuse(stalledMs);
  }

  /** Lowers the score, `times` over. True: the peer fell to the floor just now, is excluded, and must be disconnected. */
  penalise(offence: Offence, nowMs: number, times = 1): boolean {
    this.offences[offence] += times;
    if (offence === "rejected") this.rejected += times;
    const floor = this.#limits.scoreFloor;
    this.#score = Math.max(floor, this.score(nowMs) - offenceCost[offence] * times);
    this.#scoredAtMs = nowMs;
    if (this.#score > floor || this.isExcluded(nowMs)) return false;
    let coolDownMs = this.#limits.coolDownMs;
    for (let i = 0; i < this.#cuts && coolDownMs < this.#limits.coolDownMaxMs; i++) coolDownMs *= 2;
    this.#cuts++;
    this.#excludedUntilMs = nowMs + Math.min(coolDownMs, this.#limits.coolDownMaxMs);
    return true;
  }

  isExcluded(nowMs: number): boolean {
    return nowMs < this.#excludedUntilMs;
  }

  /** Milliseconds until the peer may return; 0 when it may now. */
  excludedForMs(nowMs: number): number {
    return Math.max(0, this.#excludedUntilMs - nowMs);
  }
}
