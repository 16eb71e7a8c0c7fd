/** What a seed decides: how cruel the network is, who lies and how, who dies when. */
import type { Rng } from "../../base/ports.ts";

export type LiarKind =
  | "none"
  | "silent"
  | "extreme-values"
  | "missing-values"
  | "bent-surface"
  | "forged-settlement"
  | "two-observations"
  | "many-observations"
  | "bad-share"
  | "two-proposals"
  | "altered-proposal"
  | "proposal-to-half"
  | "silent-signer";

export const LIAR_KINDS: readonly LiarKind[] = [
  "none",
  "silent",
  "extreme-values",
  "missing-values",
  "bent-surface",
  "forged-settlement",
  "two-observations",
  "many-observations",
  "bad-share",
  "two-proposals",
  "altered-proposal",
  "proposal-to-half",
  "silent-signer",
];

/** A deliberate weakening of the protocol: a simulator that does not notice it proves nothing. */
export type Mutation = "no-reservation" | "low-threshold";

export const MUTATIONS: readonly Mutation[] = ["no-reservation", "low-threshold"];

export type Crash = { readonly node: number; readonly atMs: number; readonly forMs: number };
export type Partition = { readonly fromMs: number; readonly untilMs: number; readonly side: readonly number[] };

export type Plan = {
  readonly seed: number;
  readonly n: number;
  readonly slots: number;
  readonly slotMs: number;
  readonly delayMinMs: number;
  readonly delayMaxMs: number;
  readonly lossRate: number;
  readonly duplicateRate: number;
  readonly clockSkewMaxMs: number;
  readonly liar: number | null;
  readonly liarKind: LiarKind;
  readonly crashes: readonly Crash[];
  readonly partition: Partition | null;
};

export type PlanOptions = { readonly n: number; readonly slots: number; readonly slotMs: number };

function pick<T>(rng: Rng, items: readonly T[]): T {
  return items[Math.floor(rng.next() * items.length)]!;
}

function crashesOf(rng: Rng, options: PlanOptions, spare: number | null): Crash[] {
  const spanMs = options.slots * options.slotMs;
  const count = Math.floor(rng.next() * 5);
  return Array.from({ length: count }, () => ({
    node: 1 + Math.floor(rng.next() * options.n),
    // Anywhere in the run, often in the middle of a round, and back within the same slot or many slots later.
    atMs: rng.next() * spanMs * 0.8,
    forMs: rng.next() < 0.5 ? 5 + rng.next() * options.slotMs * 0.5 : rng.next() * 6 * options.slotMs,
  })).filter((crash) => crash.node !== spare);
}

export function planFor(seed: number, rng: Rng, options: PlanOptions): Plan {
  const liarKind = pick(rng, LIAR_KINDS);
  const liar = liarKind === "none" ? null : 1 + Math.floor(rng.next() * options.n);
  const calm = rng.next() < 0.25;
  const spanMs = options.slots * options.slotMs;
  const cut = rng.next() * spanMs * 0.6;
  const cutSize = 1 + Math.floor(rng.next() * (options.n - 1));
  const partitioned = !calm && rng.next() < 0.3;
  return {
    seed,
    ...options,
    delayMinMs: 1 + rng.next() * 10,
    delayMaxMs: calm ? 20 : 20 + rng.next() * rng.next() * 500,
    lossRate: calm ? 0 : rng.next() * rng.next() * 0.2,
    duplicateRate: calm ? 0 : rng.next() * 0.1,
    clockSkewMaxMs: calm ? 5 : rng.next() * 150,
    liar,
    liarKind,
    crashes: calm ? [] : crashesOf(rng, options, liar),
    partition: partitioned
      ? {
          fromMs: cut,
          untilMs: cut + rng.next() * spanMs * 0.3,
          side: Array.from({ length: cutSize }, (_, i) => 1 + ((i + seed) % options.n)),
        }
      : null,
  };
}
