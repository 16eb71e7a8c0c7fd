/** What a seed decides: a family of faults, how many members there are, and which faults strike whom and when. */
import type { Rng } from "../../base/ports.ts";
import { byzantineMax } from "../../protocol/quorum.ts";
import { hashWords, seededRng } from "../random.ts";
import { cloudsOf, crashesOf, clockFaultsOf, cutsOf, diskFaultsOf, flappingOf } from "./faults.ts";
import type { LiarKind } from "./liar-kinds.ts";
import { EQUIVOCATIONS, FLOODS, LEADER_LIES, LIAR_KINDS, SIGNER_LIES, VALUE_LIES } from "./liar-kinds.ts";
import { chance, membersOf, pick, wholeBelow } from "./pick.ts";
import type { Family, Fault, Frame, Schedule } from "./schedule.ts";
import { FAMILIES } from "./schedule.ts";

export type ScheduleOptions = {
  readonly family?: Family;
  readonly n?: number;
  readonly slots?: number;
  readonly slotMs?: number;
  readonly curve?: boolean;
};

/** Few large ones: their cost grows with the square. */
function membersDrawn(rng: Rng): number {
  const draw = rng.next();
  if (draw < 0.58) return 4;
  if (draw < 0.86) return 7;
  if (draw < 0.94) return 10;
  return draw < 0.98 ? 13 : 14 + wholeBelow(rng, 18);
}

/** A reservation spans 16 seconds, at most 16 rounds: with long slots a run sees what comes after it. */
function slotDrawn(rng: Rng, family: Family): number {
  const draw = rng.next();
  const longRate = family === "disks" ? 0.7 : family === "crashes" || family === "mixed" ? 0.4 : 0;
  if (draw < longRate) return draw < 0.2 ? 4_000 : 8_000;
  return draw > 0.85 ? 250 : 1_000;
}

function slotsDrawn(family: Family, n: number): number {
  if (n >= 10) return n >= 14 ? 8 : 12;
  // After a restart a node watches for as long as the reservation of its earlier life.
  return family === "crashes" || family === "disks" ? 36 : 24;
}

function liarsAmong(rng: Rng, nodes: readonly number[], kinds: readonly LiarKind[], kindsMax: number): Fault[] {
  return nodes.flatMap((node) =>
    Array.from(
      { length: 1 + wholeBelow(rng, kindsMax) },
      () => ({ kind: "liar", node, how: pick(rng, kinds) }) as const,
    ),
  );
}

/** One to f of them; with few members mostly all that may lie. */
function someLiars(rng: Rng, { n, f }: Frame, kinds: readonly LiarKind[]): Fault[] {
  const count = chance(rng, 0.6) ? f : 1 + wholeBelow(rng, f);
  return liarsAmong(rng, membersOf(rng, n, count), kinds, 3);
}

const MANY_LIES = [
  "outside-tolerance",
  "outside-tolerance",
  "outside-tolerance",
  "extreme-values",
  "coordinated-up",
  "coordinated-down",
  "inside-tolerance",
] as const;

/** More than f, at most 2f, who agree on one lie about numbers and are honest in everything else. */
function manyLiars(rng: Rng, { n, f }: Frame): Fault[] {
  const count = chance(rng, 0.7) ? 2 * f : f + 1 + wholeBelow(rng, f);
  const how = pick(rng, MANY_LIES);
  return membersOf(rng, n, count).map((node) => ({ kind: "liar", node, how }));
}

function faultsOf(family: Family, rng: Rng, frame: Frame): Fault[] {
  switch (family) {
    case "calm":
      return [];
    case "crashes":
      return crashesOf(rng, frame);
    case "partitions":
      return [...cutsOf(rng, frame), ...(chance(rng, 0.5) ? cloudsOf(rng, frame) : [])];
    case "clocks":
      return clockFaultsOf(rng, frame);
    case "disks": {
      const disks = diskFaultsOf(rng, frame);
      // Who has lost its disk asks its peers, and some of them lie. A second machine counts as a liar itself.
      const mayLie = !disks.some(({ kind }) => kind === "clone") && chance(rng, 0.6);
      return mayLie ? [...disks, ...someLiars(rng, frame, LIAR_KINDS)] : disks;
    }
    case "liars":
      return chance(rng, 0.5) ? manyLiars(rng, frame) : someLiars(rng, frame, VALUE_LIES);
    case "equivocators":
      return [...someLiars(rng, frame, EQUIVOCATIONS), ...(chance(rng, 0.3) ? cloudsOf(rng, frame) : [])];
    case "signers":
      return someLiars(rng, frame, SIGNER_LIES);
    case "leaders":
      return someLiars(rng, frame, LEADER_LIES);
    case "floods":
      return someLiars(rng, frame, FLOODS);
    case "flapping":
      return [...flappingOf(rng, frame), ...(chance(rng, 0.5) ? someLiars(rng, frame, LIAR_KINDS) : [])];
    case "mixed":
      return [
        ...someLiars(rng, frame, LIAR_KINDS),
        ...(chance(rng, 0.6) ? crashesOf(rng, frame) : []),
        ...(chance(rng, 0.5) ? cutsOf(rng, frame) : []),
        ...(chance(rng, 0.5) ? cloudsOf(rng, frame) : []),
        ...(chance(rng, 0.4) ? clockFaultsOf(rng, frame) : []),
        // A lost disk is an honest node's misfortune; a second machine is one more that may not be believed.
        ...(chance(rng, 0.3) ? diskFaultsOf(rng, frame).filter(({ kind }) => kind !== "clone") : []),
      ];
  }
}

/** Without a family the seeds take them by turns. */
export function scheduleOf(seed: number, options: ScheduleOptions = {}): Schedule {
  const family = options.family ?? FAMILIES[seed % FAMILIES.length]!;
  const rng = seededRng(hashWords(seed, 0x5c4ed));
  const drawn = membersDrawn(rng);
  const n = options.n ?? drawn;
  const slotMs = options.slotMs ?? slotDrawn(rng, family);
  const slots = options.slots ?? slotsDrawn(family, n);
  const delayMaxMs = pick(rng, [5, 10, 20, 40]);
  const skewMaxMs = rng.next() * 10;
  const relay = chance(rng, 0.7);
  const feeds = chance(rng, 0.15) && n <= 7 ? "all" : "numbers";
  const faults = faultsOf(family, rng, { n, f: byzantineMax(n), slots, slotMs });
  const world = { delayMaxMs: slotMs < 500 ? Math.min(delayMaxMs, 10) : delayMaxMs, skewMaxMs, relay };
  return { family, seed, n, slots, slotMs, feeds, curve: options.curve ?? false, ...world, faults };
}
