/**
 * A Byzantine member is the honest machine with another mouth: what it would say passes here and comes out changed, to
 * others, later, or not at all. One that has several lies takes them by turns, a round each.
 */
import type { Message } from "../../protocol/messages.ts";
import type { Intention, LiarDoors, Lie, Utterance } from "./lie.ts";
import { EQUIVOCATING } from "./lies-twofold.ts";
import { FLOODING } from "./lies-flood.ts";
import { LEADING } from "./lies-leader.ts";
import { SIGNING } from "./lies-signer.ts";
import { VALUING } from "./lies-value.ts";
import type { LiarKind } from "./liar-kinds.ts";

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
