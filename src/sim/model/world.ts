/**
 * All runs of a small committee with one liar, within a bound on how far the network, the clocks and the power depart from a
 * calm course.
 *
 * The calm course: each honest member takes what has come to it in the order of sending; when none has anything left, the liar
 * says what it can; then timers run out; then the next slot begins. Each departure is paid from a budget: a message taken before
 * others that came earlier (one for each it overtakes), a message lost, a timer that runs out before its time, a power
 * cut before or between the effects of a step. docs/model.md argues why members may take their turns in a fixed order.
 */
import type { Hex } from "../../base/bytes.ts";
import { leadershipOf } from "../../protocol/leader.ts";
import { signingThreshold } from "../../protocol/quorum.ts";
import type { OracleConfig } from "../../protocol/state.ts";
import type { Bug } from "./bugs.ts";
import { configFor, FIRST_ROUND, HONEST, N } from "./committee.ts";
import type { Strategy, Utterance } from "./liar.ts";
import { observesOf, proposesOf, sharesOf, strategiesFor, wordsOf } from "./liar.ts";
import { nameOf } from "./member.ts";
import type { Model, Successor } from "./search.ts";
import { Table } from "./table.ts";

export type Bounds = {
  /** Rounds that are played, from 1. */
  readonly rounds: number;
  /** Departures of any kind in one run. */
  readonly departures: number;
  /** Rounds in which the liar may do otherwise than an honest member, or "all". */
  readonly lies: number;
};

export type World = {
  readonly members: readonly number[];
  /** For each honest member what has come to it, and which of its timers run: numbers of stimuli. */
  readonly mail: readonly (readonly number[])[];
  readonly timers: readonly (readonly number[])[];
  /** Numbers of all that was said in open rounds, ascending. */
  readonly pool: readonly number[];
  readonly strategy: Strategy | null;
  /** Slots begun. */
  readonly slots: number;
  readonly departuresLeft: number;
  readonly liesLeft: number;
  /** The digest of each completed round. */
  readonly completed: readonly (Hex | null)[];
  readonly fault: string | null;
};

const HONEST_STRATEGY: Strategy = { observe: "one", propose: "one", share: "good" };

function without<T>(list: readonly T[], index: number): readonly T[] {
  return [...list.slice(0, index), ...list.slice(index + 1)];
}

function replaced<T>(list: readonly T[], index: number, item: T): readonly T[] {
  return list.map((held, i) => (i === index ? item : held));
}

export class SmallModel implements Model<World> {
  readonly initial: World;
  readonly #config: Omit<OracleConfig, "selfId">;
  readonly #bounds: Bounds;
  readonly #table: Table;

  constructor(bounds: Bounds, bug: Bug | null = null) {
    this.#bounds = bounds;
    this.#config = configFor(bug);
    this.#table = new Table(bug);
    this.initial = {
      members: Array.from({ length: HONEST }, (_, place) => this.#table.born({ ...this.#config, selfId: place + 1 })),
      mail: Array.from({ length: HONEST }, () => []),
      timers: Array.from({ length: HONEST }, () => []),
      pool: [],
      strategy: null,
      slots: 0,
      departuresLeft: bounds.departures,
      liesLeft: bounds.lies,
      completed: Array.from({ length: bounds.rounds }, () => null),
      fault: null,
    };
  }

  /** How many different steps of one member the machine was asked for: every other one was known. */
  get steps(): number {
    return this.#table.steps;
  }

  nameOf(world: World): string {
    const { members, mail, timers, pool, strategy, slots, departuresLeft, liesLeft, completed } = world;
    const spoken = strategy === null ? "" : wordsOf(strategy);
    const digests = completed.map((digest) => digest?.slice(2, 12) ?? "");
    return `${members.join()};${mail.join(";")};${timers.join(";")};${pool.join()};${spoken};${slots};${departuresLeft};${liesLeft};${digests.join()}`;
  }

  violationOf(world: World): string | null {
    return world.fault;
  }

  *successorsOf(world: World): Iterable<Successor<World>> {
    const busy = world.mail.findIndex((mail) => mail.length > 0);
    if (busy >= 0) yield* this.#taking(world, busy);
    else yield* this.#quiet(world);
    if (world.departuresLeft > 0) yield* this.#early(world);
  }

  /** One member takes what came first, or, for a price, what came later; or loses it; or its power goes. */
  *#taking(world: World, place: number): Iterable<Successor<World>> {
    const mail = world.mail[place]!;
    const priceMax = Math.min(world.departuresLeft, mail.length - 1);
    for (let index = 0; index <= priceMax; index++) {
      const left = {
        ...world,
        mail: replaced(world.mail, place, without(mail, index)),
        departuresLeft: world.departuresLeft - index,
      };
      yield { state: this.#step(left, place, mail[index]!), label: this.#label(place, mail[index]!, index) };
    }
    if (world.departuresLeft === 0) return;
    const [head] = mail;
    const rest = {
      ...world,
      mail: replaced(world.mail, place, mail.slice(1)),
      departuresLeft: world.departuresLeft - 1,
    };
    if (this.#table.stimulus(head!).kind === "hear")
      yield { state: rest, label: `lost: ${this.#label(place, head!, 0)}` };
    const effects = this.#table.outcome(world.members[place]!, head!, Number.POSITIVE_INFINITY).effects;
    for (let cut = 0; cut < effects; cut++) {
      yield {
        state: this.#step(rest, place, head!, cut),
        label: `power cut after ${cut} effects: ${this.#label(place, head!, 0)}`,
      };
    }
  }

  /** Nobody has anything to take: the liar speaks, then timers run out, then a slot begins. */
  *#quiet(world: World): Iterable<Successor<World>> {
    const round = FIRST_ROUND + world.slots - 1;
    const spoken = world.strategy === null ? null : this.#liarSpeaks(world, world.strategy, round);
    if (spoken !== null) {
      yield spoken;
      return;
    }
    const waiting = world.timers.findIndex((timers) => timers.length > 0);
    if (waiting >= 0) {
      yield this.#fire(world, waiting, 0, 0);
      return;
    }
    if (world.slots < this.#bounds.rounds) yield* this.#nextSlot(world);
  }

  *#nextSlot(world: World): Iterable<Successor<World>> {
    const round = FIRST_ROUND + world.slots;
    const { leader, backup } = leadershipOf(this.#config.cfg, round, N);
    const hasRole = leader === N || backup === N;
    const slot = this.#table.stimulusNumber({ kind: "slot", round });
    for (const strategy of world.liesLeft > 0 ? strategiesFor(hasRole) : [HONEST_STRATEGY]) {
      const isLie = wordsOf({ ...strategy, propose: hasRole ? strategy.propose : "one" }) !== wordsOf(HONEST_STRATEGY);
      const begun: World = {
        ...world,
        mail: world.mail.map((mail) => (mail.includes(slot) ? mail : [...mail, slot])),
        slots: world.slots + 1,
        strategy,
        liesLeft: world.liesLeft - (isLie ? 1 : 0),
        // What was said two rounds ago can be fetched by nobody any more.
        pool: world.pool.filter((number) => this.#table.named(number).message.round >= round - 2),
      };
      const config = { ...this.#config, selfId: N };
      const state = this.#deliver(begun, observesOf(config, strategy, round));
      yield { state, label: `slot ${round}, the liar: ${wordsOf(strategy)}` };
    }
  }

  /** A timer, or the next slot at one member, before everything that came earlier was taken. */
  *#early(world: World): Iterable<Successor<World>> {
    for (const [place, timers] of world.timers.entries()) {
      if (world.mail[place]!.length === 0 && world.mail.every((mail) => mail.length === 0)) continue;
      for (const index of timers.keys()) yield this.#fire(world, place, index, 1);
    }
  }

  #fire(world: World, place: number, index: number, price: number): Successor<World> {
    const timer = world.timers[place]![index]!;
    const left = {
      ...world,
      timers: replaced(world.timers, place, without(world.timers[place]!, index)),
      departuresLeft: world.departuresLeft - price,
    };
    return { state: this.#step(left, place, timer), label: this.#label(place, timer, price) };
  }

  #liarSpeaks(world: World, strategy: Strategy, round: number): Successor<World> | null {
    const config = { ...this.#config, selfId: N };
    const members = world.members.map((number) => this.#table.member(number));
    const heard = world.pool
      .map((number) => this.#table.named(number))
      .filter(({ message }) => message.round === round);
    const { leader, backup } = leadershipOf(config.cfg, round, N);
    const hasProposed = heard.some(({ message }) => message.type === "propose" && message.sender === N);
    const proposes =
      hasProposed || (leader !== N && backup !== N) ? [] : proposesOf(config, strategy, round, heard, members);
    const shares = sharesOf(config, strategy, round, members);
    const news = [...proposes, ...shares].filter(({ message }) => {
      const { hash } = nameOf(config, message);
      return !heard.some((one) => one.hash === hash);
    });
    if (news.length === 0) return null;
    return {
      state: this.#deliver(world, news),
      label: `the liar says ${news.map(({ message }) => message.type).join(", ")}`,
    };
  }

  #deliver(world: World, utterances: readonly Utterance[]): World {
    let { mail, pool } = world;
    for (const { message, to } of utterances) {
      const number = this.#table.namedNumber(nameOf(this.#config, message));
      const stimulus = this.#table.stimulusNumber({ kind: "hear", named: this.#table.named(number) });
      mail = mail.map((held, place) => (to.includes(place) ? [...held, stimulus] : held));
      pool = inserted(pool, number);
    }
    return { ...world, mail, pool };
  }

  #step(world: World, place: number, stimulus: number, cut = Number.POSITIVE_INFINITY): World {
    const outcome = this.#table.outcome(world.members[place]!, stimulus, cut);
    const others = world.mail.map((_, other) => other).filter((other) => other !== place);
    let next: World = this.#deliver(
      {
        ...world,
        members: replaced(world.members, place, outcome.member),
        timers: replaced(world.timers, place, outcome.isCut ? [] : merged(world.timers[place]!, outcome.timers)),
      },
      outcome.sent.map(({ message }) => ({ message, to: others })),
    );
    for (const hash of outcome.fetched) {
      const number = next.pool.find((one) => this.#table.named(one).hash === hash);
      if (number !== undefined) next = this.#hears(next, place, number);
    }
    for (const hash of outcome.forwarded) {
      const number = next.pool.find((one) => this.#table.named(one).hash === hash);
      if (number === undefined) continue;
      for (const other of others) next = this.#hears(next, other, number);
    }
    for (const { round, from } of outcome.reports) {
      const holder =
        next.members[from - 1] ?? next.members.find((one) => this.#table.member(one).oracle.reports.has(round));
      const signed = holder === undefined ? undefined : this.#table.member(holder).oracle.reports.get(round);
      if (signed === undefined) continue;
      const named = nameOf(this.#config, { type: "report", round, sender: from, signed });
      next = this.#hears(next, place, this.#table.namedNumber(named));
    }
    // A process that starts in the middle of a slot begins with that slot.
    if (outcome.isCut) {
      const slot = this.#table.stimulusNumber({ kind: "slot", round: FIRST_ROUND + world.slots - 1 });
      next = { ...next, mail: replaced(next.mail, place, [slot, ...next.mail[place]!.filter((one) => one !== slot)]) };
    }
    return this.#judge(next, outcome);
  }

  #hears(world: World, place: number, named: number): World {
    const stimulus = this.#table.stimulusNumber({ kind: "hear", named: this.#table.named(named) });
    return { ...world, mail: replaced(world.mail, place, [...world.mail[place]!, stimulus]) };
  }

  /** S3 and S2, which need more than one member to be seen. */
  #judge(world: World, outcome: ReturnType<Table["outcome"]>): World {
    let { fault, completed } = world;
    fault ??= outcome.fault;
    for (const { round, digest } of outcome.completed) {
      const before = completed[round - FIRST_ROUND];
      if (before === undefined) continue;
      if (before !== null && before !== digest) fault ??= `S3: round ${round} was completed with two digests`;
      const honest = world.members.filter(
        (number) => this.#table.member(number).said.get(`digest/${round}`) === digest,
      ).length;
      if (honest + 1 < signingThreshold(N))
        fault ??= `S2: round ${round} has ${honest} honest members behind its signature`;
      completed = replaced(completed, round - FIRST_ROUND, digest);
    }
    return { ...world, fault, completed };
  }

  #label(place: number, stimulus: number, price: number): string {
    const text = this.#table.textOf(stimulus);
    return `member ${place + 1}: ${text}${price > 0 ? ` (early by ${price})` : ""}`;
  }
}

function inserted(list: readonly number[], number: number): readonly number[] {
  return list.includes(number) ? list : [...list, number].sort((a, b) => a - b);
}

function merged(list: readonly number[], more: readonly number[]): readonly number[] {
  return [...list, ...more.filter((number) => !list.includes(number))];
}
