/** What a liar can do to what the honest machine would say. The kinds are in lies-*.ts, mouth.ts takes them by turns. */
import type { Hex } from "../../base/bytes.ts";
import type { Message, Observe, Propose, ReportMessage, Share } from "../../protocol/messages.ts";
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
  readonly hashOf: (message: Message) => Hex;
  readonly otherIds: readonly number[];
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
