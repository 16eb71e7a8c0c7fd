/** The one way a message takes from the wire to the protocol: judged first, then delivered or punished. */
import { reasonOf, unreachable } from "../base/errors.ts";
import type { Logger } from "../base/ports.ts";
import type { Committee, Member } from "./committee.ts";

export type Channel = "observe" | "report" | "relay" | "evidence" | "direct";
/** `second-hand`: accepted, and its author is another than the peer that it came from. */
export type Verdict = "accept" | "second-hand" | "ignore" | "reject";

export type InboxDoors = {
  readonly committee: Committee;
  readonly log: Logger;
  judge(channel: Channel, bytes: Uint8Array, fromId: number): Verdict;
  deliver(channel: Channel, bytes: Uint8Array, fromId: number): void;
};

export class Inbox {
  readonly #doors: InboxDoors;

  constructor(doors: InboxDoors) {
    this.#doors = doors;
  }

  /** Judges and, at once, delivers: nothing else runs between an acceptance and its delivery. */
  receive(channel: Channel, bytes: Uint8Array, from: Member): Verdict {
    const verdict = this.#judge(channel, bytes, from);
    switch (verdict) {
      case "accept":
      case "second-hand":
        this.#deliver(channel, bytes, from);
        return verdict;
      case "reject":
        this.#doors.committee.punish(from, "rejected");
        return verdict;
      case "ignore":
        return verdict;
      default:
        return unreachable(verdict);
    }
  }

  /** A judge that throws is our bug, not the peer's fault. */
  #judge(channel: Channel, bytes: Uint8Array, from: Member): Verdict {
    try {
      return this.#doors.judge(channel, bytes, from.id);
    } catch (error) {
      this.#doors.log.error("judging a message failed", { channel, peer: from.id, reason: reasonOf(error) });
      return "ignore";
    }
  }

  #deliver(channel: Channel, bytes: Uint8Array, from: Member): void {
    try {
      this.#doors.deliver(channel, bytes, from.id);
    } catch (error) {
      this.#doors.log.error("delivering a message failed", { channel, peer: from.id, reason: reasonOf(error) });
    }
  }
}
