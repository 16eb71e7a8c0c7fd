/**
 * Who still needs what. Peers tell each other by HAVE which messages they hold, by name and not by slot, so two versions of one
 * message do reach each other. The newest HAVE counts, not the fullest: a member that restarts has less than before.
 */
import type { Hex } from "../base/bytes.ts";
import type { CeremonyMessage } from "./ceremony-messages.ts";
import { NOT_HELD } from "./ceremony-slots.ts";

type Have = Extract<CeremonyMessage, { kind: "have" }>;

type Peer = {
  readonly held: ReadonlySet<Hex>;
  /** Where its list is not empty. */
  readonly places: ReadonlySet<number>;
  readonly isDone: boolean;
  readonly knowsIAmDone: boolean;
  /** It has not heard yet that I know: it waits for one more HAVE. */
  owed: boolean;
};

export class CeremonyExchange {
  readonly #peers = new Map<number, Peer>();

  /** @param mine prefixes that I hold, in HAVE's order: the peer is done when it lists the same and I am */
  note(have: Have, iAmDone: boolean, mine: readonly Hex[]): void {
    this.#peers.set(have.sender, {
      held: new Set(have.held),
      places: new Set(have.held.flatMap((prefix, place) => (prefix === NOT_HELD ? [] : [place]))),
      isDone: iAmDone && have.held.every((prefix, i) => prefix === mine[i]),
      knowsIAmDone: have.knowsYouAreDone,
      owed: !have.knowsYouKnow,
    });
  }

  /** Every one of them has told what it holds. */
  haveSpoken(peers: readonly number[]): boolean {
    return peers.every((peer) => this.#peers.has(peer));
  }

  /** Some peer lists one of these, whatever its name. @param places in HAVE's order */
  isHeldSomewhere(places: readonly number[]): boolean {
    return [...this.#peers.values()].some(({ places: held }) => places.some((place) => held.has(place)));
  }

  /** Whether it has told what it holds. */
  hasSpoken(peer: number): boolean {
    return this.#peers.has(peer);
  }

  peerHolds(peer: number, prefix: Hex): boolean {
    return this.#peers.get(peer)?.held.has(prefix) ?? false;
  }

  /** Both are done, both know, and the peer has been told: nothing more to say. */
  isSettled(peer: number): boolean {
    const known = this.#peers.get(peer);
    return known !== undefined && known.isDone && known.knowsIAmDone && !known.owed;
  }

  /** The HAVE to send now. Taking it pays what was owed. */
  next(self: number, receiver: number, held: readonly Hex[]): Have {
    const known = this.#peers.get(receiver);
    const isDone = known?.isDone ?? false;
    const knowsYouKnow = isDone && (known?.knowsIAmDone ?? false);
    if (known !== undefined) known.owed = false;
    return { kind: "have", sender: self, receiver, knowsYouAreDone: isDone, knowsYouKnow, held };
  }
}
