/**
 * What goes wrong in a run, as data: a calm network of n members and a flat list of faults. A seed makes one, a file holds
 * one, and whatever is taken off the list leaves a schedule that still runs: that is how a failing one shrinks.
 * Times are milliseconds of the simulation from the first slot's beginning, which is time 0.
 */
import type { LiarKind } from "./liar-kinds.ts";

export const FAMILIES = [
  "calm",
  "crashes",
  "partitions",
  "clocks",
  "disks",
  "liars",
  "equivocators",
  "signers",
  "leaders",
  "floods",
  "flapping",
  "mixed",
] as const;
export type Family = (typeof FAMILIES)[number];

/** Moments of a node's own doing at which it can die; the first two belong to the leader, `during-write` to a disk. */
export const CRASH_POINTS = [
  "before-propose",
  "after-propose-to-half",
  "after-share",
  "after-observe",
  "during-write",
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

export type Span = { readonly fromMs: number; readonly untilMs: number };

/** Delays are drawn between the two, small ones more often; rates are per message and link. */
export type Weather = {
  readonly delayMinMs: number;
  readonly delayMaxMs: number;
  readonly lossRate: number;
  readonly duplicateRate: number;
  /** How many messages are held back for up to three times the longest delay. */
  readonly reorderRate: number;
};

export type Fault =
  | { readonly kind: "liar"; readonly node: number; readonly how: LiarKind }
  /** A power cut loses what the disk had not synced; a killed process does not. */
  | {
      readonly kind: "crash";
      readonly node: number;
      readonly atMs: number;
      readonly forMs: number;
      readonly power: boolean;
    }
  /** In the first slot from this one on in which the moment comes. */
  | {
      readonly kind: "crash-at-point";
      readonly node: number;
      readonly slot: number;
      readonly point: CrashPoint;
      readonly forMs: number;
    }
  | {
      readonly kind: "restarts";
      readonly node: number;
      readonly fromMs: number;
      readonly count: number;
      readonly everyMs: number;
      readonly downMs: number;
    }
  /** Nothing passes from the side to the rest; nor the other way unless `oneWay`. With `flapMs` it comes and goes. */
  | ({
      readonly kind: "cut";
      readonly side: readonly number[];
      readonly oneWay: boolean;
      readonly flapMs: number | null;
    } & Span)
  | ({
      readonly kind: "link";
      readonly from: number;
      readonly to: number;
      readonly extraDelayMs: number;
      readonly lossRate: number;
    } & Span)
  | ({ readonly kind: "weather"; readonly weather: Weather } & Span)
  | { readonly kind: "clock-step"; readonly node: number; readonly atMs: number; readonly byMs: number }
  | { readonly kind: "drift"; readonly node: number; readonly ppm: number }
  /** Frozen: nothing is handled, and everything that came is handled when it thaws. */
  | { readonly kind: "suspend"; readonly node: number; readonly atMs: number; readonly forMs: number }
  | { readonly kind: "disk-full"; readonly node: number; readonly atWrite: number }
  | ({ readonly kind: "disk-slow"; readonly node: number; readonly syncMs: number } & Span)
  /** The node stops, and comes back without its database, or with the copy of an earlier moment. */
  | {
      readonly kind: "disk-lost";
      readonly node: number;
      readonly atMs: number;
      readonly forMs: number;
      readonly backupAtMs: number | null;
    }
  /** A second machine with a copy of everything begins at this moment. */
  | { readonly kind: "clone"; readonly node: number; readonly atMs: number };

export type Schedule = {
  readonly family: Family;
  /** Of the world's dice: delays, losses, what a node sees of the market. */
  readonly seed: number;
  readonly n: number;
  readonly slots: number;
  readonly slotMs: number;
  /** Fits of surfaces cost more than all the rest of a simulated round. */
  readonly feeds: "numbers" | "all";
  /** Real shares instead of tokens. */
  readonly curve: boolean;
  /** One-way delay of a calm link, drawn up to this. */
  readonly delayMaxMs: number;
  /** How far the clocks of a calm network are apart, ±. */
  readonly skewMaxMs: number;
  /** What does not get through directly goes by way of others, as gossip does. */
  readonly relay: boolean;
  readonly faults: readonly Fault[];
};

/** What the faults of a schedule must fit into. */
export type Frame = { readonly n: number; readonly f: number; readonly slots: number; readonly slotMs: number };

export function liarsOf(schedule: Schedule): ReadonlyMap<number, readonly LiarKind[]> {
  const liars = new Map<number, LiarKind[]>();
  for (const fault of schedule.faults) {
    if (fault.kind === "liar") liars.set(fault.node, [...(liars.get(fault.node) ?? []), fault.how]);
  }
  return liars;
}

export function isWithin({ fromMs, untilMs }: Span, atMs: number): boolean {
  return atMs >= fromMs && atMs < untilMs;
}
