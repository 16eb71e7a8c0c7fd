/**
 * Which process of a member spoke in which rounds. A process that came after another one speaks only above what that one
 * reserved [R30], so stretches of rounds of two incarnations never overlap, in whatever order messages come. If they do,
 * two processes share one key. [R57]
 */
import type { Hex } from "../base/bytes.ts";
import type { Observe } from "./messages.ts";

export type Stretch = { readonly incarnation: Hex; readonly low: number; readonly high: number };

/** Of each member: the last lives. Lower: a twin that restarts often hides. Higher: more memory for a liar to fill. */
const STRETCHES_KEPT = 3;
/** A life that ended so many rounds ago says nothing about one that speaks now. */
const ROUNDS_REMEMBERED = 64;

export type Incarnations = ReadonlyMap<number, readonly Stretch[]>;

/** @param message an OBSERVE of an open round */
export function hearIncarnation(known: Incarnations, message: Observe): { known: Incarnations; isDouble: boolean } {
  const { sender, incarnation, round } = message;
  const recent = (known.get(sender) ?? []).filter(({ high }) => high >= round - ROUNDS_REMEMBERED);
  const before = recent.find((stretch) => stretch.incarnation === incarnation);
  const mine: Stretch = {
    incarnation,
    low: Math.min(round, before?.low ?? round),
    high: Math.max(round, before?.high ?? round),
  };
  const others = recent.filter((stretch) => stretch !== before);
  const isDouble = others.some((other) => other.low <= mine.high && mine.low <= other.high);
  const stretches = [...others, mine].slice(-STRETCHES_KEPT);
  return { known: new Map(known).set(sender, stretches), isDouble };
}
