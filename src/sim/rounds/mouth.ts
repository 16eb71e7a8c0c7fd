/**
 * A Byzantine member is the honest machine with another mouth: what it would say passes here and comes out changed, to
 * others, later, or not at all. One that has several lies takes them by turns, a round each.
 */
import type { Hex } from "../../base/bytes.ts";
import type { Message, Observe, Propose, ReportMessage, Share } from "../../protocol/messages.ts";
import { EQUIVOCATING } from "./lies-twofold.ts";
import { FLOODING } from "./lies-flood.ts";
import { LEADING } from "./lies-leader.ts";
import { SIGNING } from "./lies-signer.ts";
import { VALUING } from "./lies-value.ts";
import type { LiarKind } from "./liar-kinds.ts";
import type { SimNode } from "./node.ts";

/** What leaves the liar's mouth, to whom and when; `to` undefined is everybody, itself included. */
export type Utterance = {
  readonly message: Message;
  readonly to?: readonly number[];
  readonly delayMs?: number;
};

/** Decided only when its time has come. */
export type Intention = { readonly delayMs: number; readonly make: () => readonly Utterance[] };

export type LiarDoors = {
  readonly node: SimNode;
  /** The name under which a message will be referred to. */
  hashOf(message: Message): Hex;
  readonly otherIds: readonly number[];
  readonly seed: number;
};

/** What a kind of liar does to each sort of message; what is not named here it says as the machine does. */
export type Lie = {
  observe?(message: Observe, doors: LiarDoors): readonly Utterance[];
  propose?(message: Propose, doors: LiarDoors): readonly Utterance[];
  share?(message: Share, doors: LiarDoors): readonly Utterance[];
  report?(message: ReportMessage, doors: LiarDoors): readonly Utterance[];
  /** Said unasked, at the beginning of a slot. */
  slot?(round: number, doors: LiarDoors): readonly (Utterance | Intention)[];
};

const SILENT: Lie = { observe: () => [], propose: () => [], share: () => [], report: () => [] };

const LIES: Readonly<Record<LiarKind, Lie>> = {
  silent: SILENT,
  ...VALUING,
  ...EQUIVOCATING,
  ...SIGNING,
  ...LEADING,
  ...FLOODING,
};

export class Mouth {
  readonly #kinds: readonly LiarKind[];

  constructor(kinds: readonly LiarKind[]) {
    this.#kinds = kinds;
  }

  kindIn(round: number): LiarKind {
    return this.#kinds[round % this.#kinds.length]!;
  }

  speak(message: Message, doors: LiarDoors): readonly Utterance[] {
    const lie = LIES[this.kindIn(message.round)];
    switch (message.type) {
      case "observe":
        return lie.observe?.(message, doors) ?? [{ message }];
      case "propose":
        return lie.propose?.(message, doors) ?? [{ message }];
      case "share":
        return lie.share?.(message, doors) ?? [{ message }];
      case "report":
        return lie.report?.(message, doors) ?? [{ message }];
    }
  }

  atSlot(round: number, doors: LiarDoors): readonly (Utterance | Intention)[] {
    return LIES[this.kindIn(round)].slot?.(round, doors) ?? [];
  }
}
