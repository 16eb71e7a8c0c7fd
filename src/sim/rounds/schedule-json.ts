/** A schedule as a file: what shrinking prints, and what a replay reads. Strict, because a typo must not replay another run. */
import { OracleError } from "../../base/errors.ts";
import { LIAR_KINDS } from "./liar-kinds.ts";
import type { Fault, Schedule, Weather } from "./schedule.ts";
import { CRASH_POINTS, FAMILIES } from "./schedule.ts";

export function scheduleText(schedule: Schedule): string {
  return JSON.stringify(schedule);
}

type Fields = Readonly<Record<string, unknown>>;

function refuse(where: string, wanted: string, seen: unknown): never {
  const text = JSON.stringify(seen) ?? "nothing";
  throw new OracleError(`${where} must be ${wanted}, saw ${text.slice(0, 60)}`, { code: "bad-argument", where });
}

class Reader {
  readonly #fields: Fields;
  readonly #where: string;
  readonly #left: Set<string>;

  constructor(value: unknown, where: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) refuse(where, "an object", value);
    this.#fields = Object.fromEntries(Object.entries(value));
    this.#where = where;
    this.#left = new Set(Object.keys(this.#fields));
  }

  number(name: string, low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY): number {
    const value = this.#take(name);
    if (typeof value === "number" && Number.isFinite(value) && value >= low && value <= high) return value;
    return refuse(`${this.#where}.${name}`, `a number from ${low} to ${high}`, value);
  }

  whole(name: string, low: number, high: number): number {
    const value = this.number(name, low, high);
    return Number.isInteger(value) ? value : refuse(`${this.#where}.${name}`, "a whole number", value);
  }

  orNull(name: string, read: (name: string) => number): number | null {
    if (this.#fields[name] !== null) return read(name);
    this.#left.delete(name);
    return null;
  }

  flag(name: string): boolean {
    const value = this.#take(name);
    return typeof value === "boolean" ? value : refuse(`${this.#where}.${name}`, "true or false", value);
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.#take(name);
    return choices.find((choice) => choice === value) ?? refuse(`${this.#where}.${name}`, choices.join(", "), value);
  }

  list(name: string): readonly unknown[] {
    const value = this.#take(name);
    return Array.isArray(value) ? value : refuse(`${this.#where}.${name}`, "a list", value);
  }

  inner(name: string): Reader {
    return new Reader(this.#take(name), `${this.#where}.${name}`);
  }

  end(): void {
    const [first] = this.#left;
    if (first !== undefined) refuse(this.#where, `without ${first}`, this.#fields[first]);
  }

  #take(name: string): unknown {
    this.#left.delete(name);
    return this.#fields[name];
  }
}

const FAULT_KINDS = [
  "liar",
  "crash",
  "crash-at-point",
  "restarts",
  "cut",
  "link",
  "weather",
  "clock-step",
  "drift",
  "suspend",
  "disk-full",
  "disk-slow",
  "disk-lost",
  "clone",
] as const satisfies readonly Fault["kind"][];

const ROUNDS_MAX = 100_000;

function weatherFrom(reader: Reader): Weather {
  const weather = {
    delayMinMs: reader.number("delayMinMs", 0),
    delayMaxMs: reader.number("delayMaxMs", 0),
    lossRate: reader.number("lossRate", 0, 1),
    duplicateRate: reader.number("duplicateRate", 0, 1),
    reorderRate: reader.number("reorderRate", 0, 1),
  };
  reader.end();
  return weather;
}

function faultFrom(value: unknown, where: string, n: number): Fault {
  const reader = new Reader(value, where);
  const kind = reader.oneOf("kind", FAULT_KINDS);
  const node = (name = "node"): number => reader.whole(name, 1, n);
  const span = (): { fromMs: number; untilMs: number } => ({
    fromMs: reader.number("fromMs"),
    untilMs: reader.number("untilMs"),
  });
  const read = (): Fault => {
    switch (kind) {
      case "liar":
        return { kind, node: node(), how: reader.oneOf("how", LIAR_KINDS) };
      case "crash": {
        const times = { atMs: reader.number("atMs"), forMs: reader.number("forMs", 0) };
        return { kind, node: node(), ...times, power: reader.flag("power") };
      }
      case "crash-at-point": {
        const point = reader.oneOf("point", CRASH_POINTS);
        return {
          kind,
          node: node(),
          slot: reader.whole("slot", 0, ROUNDS_MAX),
          point,
          forMs: reader.number("forMs", 0),
        };
      }
      case "restarts": {
        const times = { everyMs: reader.number("everyMs", 1), downMs: reader.number("downMs", 0) };
        return {
          kind,
          node: node(),
          fromMs: reader.number("fromMs"),
          count: reader.whole("count", 1, 1_000),
          ...times,
        };
      }
      case "cut": {
        const side = reader.list("side").map((id) => new Reader({ id }, `${where}.side`).whole("id", 1, n));
        const flapMs = reader.orNull("flapMs", (name) => reader.number(name, 1));
        return { kind, side, oneWay: reader.flag("oneWay"), flapMs, ...span() };
      }
      case "link": {
        const ends = { from: node("from"), to: node("to") };
        const how = { extraDelayMs: reader.number("extraDelayMs", 0), lossRate: reader.number("lossRate", 0, 1) };
        return { kind, ...ends, ...how, ...span() };
      }
      case "weather":
        return { kind, weather: weatherFrom(reader.inner("weather")), ...span() };
      case "clock-step":
        return { kind, node: node(), atMs: reader.number("atMs"), byMs: reader.number("byMs") };
      case "drift":
        return { kind, node: node(), ppm: reader.number("ppm") };
      case "suspend":
        return { kind, node: node(), atMs: reader.number("atMs"), forMs: reader.number("forMs", 0) };
      case "disk-full":
        return { kind, node: node(), atWrite: reader.whole("atWrite", 1, ROUNDS_MAX) };
      case "disk-slow":
        return { kind, node: node(), syncMs: reader.number("syncMs", 0), ...span() };
      case "disk-lost": {
        const times = { atMs: reader.number("atMs"), forMs: reader.number("forMs", 0) };
        return { kind, node: node(), ...times, backupAtMs: reader.orNull("backupAtMs", (name) => reader.number(name)) };
      }
      case "clone":
        return { kind, node: node(), atMs: reader.number("atMs") };
    }
  };
  const fault = read();
  reader.end();
  return fault;
}

/** @throws OracleError `bad-argument` naming the field that is wrong */
export function scheduleFrom(text: string): Schedule {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    refuse("schedule", "JSON", text);
  }
  const reader = new Reader(value, "schedule");
  const n = reader.whole("n", 4, 31);
  const schedule: Schedule = {
    family: reader.oneOf("family", FAMILIES),
    seed: reader.whole("seed", 0, Number.MAX_SAFE_INTEGER),
    n,
    slots: reader.whole("slots", 1, 10_000),
    slotMs: reader.whole("slotMs", 250, 60_000),
    feeds: reader.oneOf("feeds", ["numbers", "all"]),
    curve: reader.flag("curve"),
    delayMaxMs: reader.number("delayMaxMs", 0),
    skewMaxMs: reader.number("skewMaxMs", 0),
    relay: reader.flag("relay"),
    faults: reader.list("faults").map((fault, at) => faultFrom(fault, `schedule.faults[${at}]`, n)),
  };
  reader.end();
  return schedule;
}
