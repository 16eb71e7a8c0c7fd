/**
 * From a schedule that fails to the shortest one that still fails in the same way: faults are taken away in ever smaller
 * chunks (delta debugging: Zeller & Hildebrandt 2002, "ddmin"), then slots, then members and whatever else is not needed.
 */
import { byzantineMax } from "../../protocol/quorum.ts";
import type { Property } from "./ledger.ts";
import type { Mutation } from "./mutants.ts";
import type { Fault, Schedule } from "./schedule.ts";
import { liarsOf } from "./schedule.ts";
import { simulate } from "./simulate.ts";

export type Shrunk = { readonly schedule: Schedule; readonly runs: number };

/** A run is cheap and a person's time is not, but a large network may need a second for each. */
const RUNS_MAX = 250;

function nodesOf(fault: Fault): readonly number[] {
  switch (fault.kind) {
    case "cut":
      return fault.side;
    case "link":
      return [fault.from, fault.to];
    case "weather":
      return [];
    default:
      return [fault.node];
  }
}

/** As many liars as the properties are promised for, before and after. */
function isFair(before: Schedule, after: Schedule): boolean {
  const liars = liarsOf(after).size;
  const isBeyond = liarsOf(before).size > byzantineMax(before.n);
  return isBeyond
    ? liars > byzantineMax(after.n) && liars <= 2 * byzantineMax(after.n)
    : liars <= byzantineMax(after.n);
}

export class Shrinker {
  readonly #property: Property;
  readonly #mutation: Mutation | null;
  #best: Schedule;
  #runs = 0;

  constructor(schedule: Schedule, property: Property, mutation: Mutation | null) {
    this.#best = schedule;
    this.#property = property;
    this.#mutation = mutation;
  }

  run(): Shrunk {
    this.#withoutFaults();
    this.#withFewerSlots();
    this.#withFewerMembers();
    this.#simpler();
    this.#withoutFaults();
    return { schedule: this.#best, runs: this.#runs };
  }

  #try(candidate: Schedule): boolean {
    if (this.#runs >= RUNS_MAX || !isFair(this.#best, candidate)) return false;
    this.#runs += 1;
    const { violations } = simulate(candidate, { mutation: this.#mutation });
    if (!violations.some(({ property }) => property === this.#property)) return false;
    this.#best = candidate;
    return true;
  }

  #withoutFaults(): void {
    for (let chunk = Math.max(1, this.#best.faults.length >> 1); ; chunk = Math.max(1, chunk >> 1)) {
      for (let at = 0; at < this.#best.faults.length; ) {
        const { faults } = this.#best;
        const left = [...faults.slice(0, at), ...faults.slice(at + chunk)];
        if (!this.#try({ ...this.#best, faults: left })) at += chunk;
      }
      if (chunk === 1) return;
    }
  }

  #withFewerSlots(): void {
    for (let step = this.#best.slots >> 1; step >= 1; step >>= 1) {
      while (this.#best.slots > step + 1 && this.#try({ ...this.#best, slots: this.#best.slots - step })) continue;
    }
  }

  #withFewerMembers(): void {
    const used = Math.max(0, ...this.#best.faults.flatMap(nodesOf));
    for (const n of [4, 7, 10, 13]) if (n >= used && n < this.#best.n && this.#try({ ...this.#best, n })) return;
  }

  #simpler(): void {
    this.#try({ ...this.#best, feeds: "numbers" });
    this.#try({ ...this.#best, relay: false });
    this.#try({ ...this.#best, skewMaxMs: 0 });
    this.#try({ ...this.#best, delayMaxMs: 5 });
    this.#try({ ...this.#best, slotMs: 1_000 });
  }
}
