/** Schedules to start from: a calm network of n members, and what a test adds to it. */
import type { Fault, Schedule } from "../../../src/sim/rounds/schedule.ts";

export function calmSchedule(over: Partial<Schedule> = {}): Schedule {
  return {
    family: "calm",
    seed: 7,
    n: 4,
    slots: 12,
    slotMs: 1_000,
    feeds: "numbers",
    curve: false,
    delayMaxMs: 10,
    skewMaxMs: 2,
    relay: true,
    faults: [],
    ...over,
  };
}

export function liar(node: number, how: Extract<Fault, { kind: "liar" }>["how"]): Fault {
  return { kind: "liar", node, how };
}
