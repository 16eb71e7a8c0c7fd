/** The network between members: which messages arrive, when, and by which way. Every link has dice of its own. */
import { seededRng, hashWords } from "../random.ts";
import type { SeededRng } from "../random.ts";
import type { Fault, Schedule, Weather } from "./schedule.ts";
import { isWithin } from "./schedule.ts";

type Cut = Extract<Fault, { kind: "cut" }>;
type Link = Extract<Fault, { kind: "link" }>;
type Spell = Extract<Fault, { kind: "weather" }>;

/** A direct message that was not acknowledged goes by gossip after this; gossip itself is relayed at once. */
const FALLBACK_MS = 100;
const DELAY_MIN_MS = 1;
const HELD_BACK_FACTOR = 3;

export class Links {
  readonly #schedule: Schedule;
  readonly #calm: Weather;
  readonly #cuts: readonly Cut[];
  readonly #links: readonly Link[];
  readonly #spells: readonly Spell[];
  readonly #dice = new Map<number, SeededRng>();

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
    const delayMaxMs = Math.max(DELAY_MIN_MS, schedule.delayMaxMs);
    this.#calm = { delayMinMs: DELAY_MIN_MS, delayMaxMs, lossRate: 0, duplicateRate: 0, reorderRate: 0 };
    this.#cuts = schedule.faults.flatMap((fault) => (fault.kind === "cut" ? [fault] : []));
    this.#links = schedule.faults.flatMap((fault) => (fault.kind === "link" ? [fault] : []));
    this.#spells = schedule.faults.flatMap((fault) => (fault.kind === "weather" ? [fault] : []));
  }

  isCut(from: number, to: number, atMs: number): boolean {
    return this.#cuts.some((cut) => {
      if (!isWithin(cut, atMs)) return false;
      if (cut.flapMs !== null && Math.floor((atMs - cut.fromMs) / cut.flapMs) % 2 === 1) return false;
      const isFromSide = cut.side.includes(from);
      return isFromSide !== cut.side.includes(to) && (isFromSide || !cut.oneWay);
    });
  }

  /** Moments at which what one member sends now arrives at another: none when it is lost, two when it is doubled. */
  arrivals(from: number, to: number, atMs: number, isGossip: boolean): number[] {
    const dice = this.#diceOf(from, to);
    const { duplicateRate } = this.#weatherAt(atMs);
    const direct = this.#hop(from, to, atMs, dice);
    if (direct === null) return this.#schedule.relay ? this.#relayed(from, to, atMs, isGossip, dice) : [];
    if (duplicateRate === 0 || dice.next() >= duplicateRate) return [direct];
    const again = this.#hop(from, to, atMs, dice);
    return again === null ? [direct] : [direct, again];
  }

  /** The moment a request's answer is back, or null. */
  roundTrip(from: number, to: number, atMs: number): number | null {
    const dice = this.#diceOf(from, to);
    const there = this.#hop(from, to, atMs, dice);
    return there === null ? null : this.#hop(to, from, there, dice);
  }

  #weatherAt(atMs: number): Weather {
    for (const spell of this.#spells) if (isWithin(spell, atMs)) return spell.weather;
    return this.#calm;
  }

  #hop(from: number, to: number, atMs: number, dice: SeededRng): number | null {
    // Always the same number of throws, so that a fault more or less does not shift the rest of the story.
    const [loss, delay, held] = [dice.next(), dice.next(), dice.next()];
    const weather = this.#weatherAt(atMs);
    if (this.isCut(from, to, atMs)) return null;
    let lossRate = weather.lossRate;
    let delayMs = weather.delayMinMs + delay * delay * (weather.delayMaxMs - weather.delayMinMs);
    if (held < weather.reorderRate) delayMs += (held / weather.reorderRate) * HELD_BACK_FACTOR * weather.delayMaxMs;
    for (const link of this.#links) {
      if (link.from !== from || link.to !== to || !isWithin(link, atMs)) continue;
      lossRate = Math.max(lossRate, link.lossRate);
      delayMs += link.extraDelayMs;
    }
    return loss < lossRate ? null : atMs + delayMs;
  }

  /** Two tries over other members: what gossip does at once and a direct message after its fallback. */
  #relayed(from: number, to: number, atMs: number, isGossip: boolean, dice: SeededRng): number[] {
    const { n } = this.#schedule;
    for (let turn = 0; turn < 2; turn++) {
      const by = 1 + Math.floor(dice.next() * n);
      const first = by === from || by === to ? null : this.#hop(from, by, atMs + (isGossip ? 0 : FALLBACK_MS), dice);
      const arrival = first === null ? null : this.#hop(by, to, first, dice);
      if (arrival !== null) return [arrival];
    }
    return [];
  }

  #diceOf(from: number, to: number): SeededRng {
    const key = from * 64 + to;
    const held = this.#dice.get(key);
    if (held !== undefined) return held;
    const made = seededRng(hashWords(this.#schedule.seed, key));
    this.#dice.set(key, made);
    return made;
  }
}
