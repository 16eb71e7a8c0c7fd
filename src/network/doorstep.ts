/**
 * Before a handshake nobody is known but by the address, and the handshake is what a stranger's visit costs. So an address
 * may begin a few a second beyond those that end with a member, and only a part of all that may be under way at a time:
 * a silent stranger leaves room for the others.
 */
import type { Clock } from "../base/ports.ts";
import { handshakesPerAddressMax, STRANGERS_PER_SEC, strangersBurst } from "./peer-policy.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Addresses remembered. Lower: an old one gets a fresh burst sooner. Higher: memory for whoever has many addresses. */
const ADDRESSES_MAX = 1_024;

export type Visit = { readonly address: string; isOver: boolean };

type Visitor = { readonly bucket: TokenBucket; underWay: number };

export class Doorstep {
  readonly #members: number;
  readonly #clock: Clock;
  readonly #visitors = new Map<string, Visitor>();

  constructor(options: { readonly members: number }, doors: { readonly clock: Clock }) {
    this.#members = options.members;
    this.#clock = doors.clock;
  }

  /** Whether `enter` would let the address in. */
  hasRoom(address: string): boolean {
    const visitor = this.#visitors.get(address);
    if (visitor === undefined) return true;
    return (
      visitor.underWay < handshakesPerAddressMax(this.#members) && visitor.bucket.has(1, this.#clock.monotonicMs())
    );
  }

  /** @returns null when the address has to wait; after a visit `welcome` or `leave` must follow */
  enter(address: string): Visit | null {
    const nowMs = this.#clock.monotonicMs();
    const visitor = this.#visitors.get(address) ?? this.#firstVisit(address, nowMs);
    if (visitor.underWay >= handshakesPerAddressMax(this.#members) || !visitor.bucket.take(1, nowMs)) return null;
    visitor.underWay++;
    return { address, isOver: false };
  }

  /** It was a member, and cost nothing. */
  welcome(visit: Visit): void {
    if (!visit.isOver) this.#visitors.get(visit.address)?.bucket.giveBack(1);
    this.leave(visit);
  }

  leave(visit: Visit): void {
    if (visit.isOver) return;
    visit.isOver = true;
    const visitor = this.#visitors.get(visit.address);
    if (visitor !== undefined && visitor.underWay > 0) visitor.underWay--;
  }

  #firstVisit(address: string, nowMs: number): Visitor {
    const burst = strangersBurst(this.#members);
    const visitor = { bucket: new TokenBucket(STRANGERS_PER_SEC, burst / STRANGERS_PER_SEC, nowMs), underWay: 0 };
    this.#visitors.set(address, visitor);
    const [oldest] = this.#visitors.keys();
    if (this.#visitors.size > ADDRESSES_MAX && oldest !== undefined) this.#visitors.delete(oldest);
    return visitor;
  }
}
