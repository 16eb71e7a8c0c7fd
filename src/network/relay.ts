/**
 * The way round a broken line: what a member did not acknowledge goes out by gossip as well, once, whoever else misses
 * it too. Messages authenticate themselves and are idempotent, so a member that gets one twice loses nothing. [R61]
 */
import type { Clock } from "../base/ports.ts";
import type { Gossip } from "./gossip.ts";
import type { PeerLimits } from "./peer-policy.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Tags remembered. Lower: a message to many broken lines goes out again. Higher: memory, 100 bytes each. */
const REMEMBERED_MAX = 512;

export type RelayDoors = {
  readonly gossip: Pick<Gossip, "publish">;
  readonly clock: Clock;
  /** Is the member known to be there, by what others forward of it? For one that has crashed gossip would be wasted. */
  isHeard(id: number): boolean;
};

export class Relay {
  /** Messages that went out by gossip because a member did not acknowledge them. */
  relayed = 0;
  /** Messages that did not, because too many had. */
  suppressed = 0;
  readonly #doors: RelayDoors;
  readonly #bucket: TokenBucket;
  readonly #tags = new Set<string>();

  constructor(limits: PeerLimits, doors: RelayDoors) {
    this.#doors = doors;
    this.#bucket = new TokenBucket(limits.relaysPerSec, limits.burstSec, doors.clock.monotonicMs());
  }

  overdue(id: number, tag: string, message: Uint8Array): void {
    if (this.#tags.has(tag) || !this.#doors.isHeard(id)) return;
    if (!this.#bucket.take(1, this.#doors.clock.monotonicMs())) {
      this.suppressed++;
      return;
    }
    this.#tags.add(tag);
    const oldest = this.#tags.values().next();
    if (this.#tags.size > REMEMBERED_MAX && !oldest.done) this.#tags.delete(oldest.value);
    this.relayed++;
    this.#doors.gossip.publish("relay", message);
  }
}
