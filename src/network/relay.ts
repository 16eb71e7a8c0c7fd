/**
 * The way round a broken line: what a member did not acknowledge goes out by gossip as well, once, whoever else misses
 * it too. Messages authenticate themselves and are idempotent, so a member that gets one twice loses nothing. [R61]
 */
import type { Hex } from "../base/bytes.ts";
import type { Clock } from "../base/ports.ts";
import type { Gossip } from "./gossip.ts";
import type { PeerLimits } from "./peer-policy.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Names remembered. Lower: a message to many broken lines goes out again. Higher: memory, 100 bytes each. */
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
  readonly #relayed = new Set<Hex>();

  constructor(limits: PeerLimits, doors: RelayDoors) {
    this.#doors = doors;
    this.#bucket = new TokenBucket(limits.relaysPerSec, limits.burstSec, doors.clock.monotonicMs());
  }

  overdue(id: number, hash: Hex, message: Uint8Array): void {
    if (this.#relayed.has(hash) || !this.#doors.isHeard(id)) return;
    if (!this.#bucket.take(1, this.#doors.clock.monotonicMs())) {
      this.suppressed++;
      return;
    }
    this.#relayed.add(hash);
    const oldest = this.#relayed.values().next();
    if (this.#relayed.size > REMEMBERED_MAX && !oldest.done) this.#relayed.delete(oldest.value);
    this.relayed++;
    this.#doors.gossip.publish("relay", message);
  }
}
