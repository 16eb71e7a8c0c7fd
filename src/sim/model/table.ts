/**
 * What the search has met, by number: members, messages, stimuli, and what each stimulus makes of each member. A member's turn
 * is computed once, however many states of the world it occurs in.
 */
import type { Hex } from "../../base/bytes.ts";
import { unreachable } from "../../base/errors.ts";
import type { OracleConfig } from "../../protocol/state.ts";
import type { Bug } from "./bugs.ts";
import { Interner } from "./intern.ts";
import type { Member, Named, Stimulus } from "./member.ts";
import { bornMember } from "./member.ts";
import { stimulate } from "./turn.ts";

export type KnownOutcome = {
  readonly member: number;
  readonly sent: readonly Named[];
  /** Numbers of stimuli. */
  readonly timers: readonly number[];
  readonly fetched: readonly Hex[];
  readonly forwarded: readonly Hex[];
  readonly reports: readonly { readonly round: number; readonly from: number }[];
  readonly completed: readonly { readonly round: number; readonly digest: Hex }[];
  readonly fault: string | null;
  readonly effects: number;
  readonly isCut: boolean;
};

export class Table {
  readonly #bug: Bug | null;
  readonly #interner = new Interner();
  readonly #members = new Map<number, Member>();
  readonly #named: Named[] = [];
  readonly #namedNumbers = new Map<Hex, number>();
  readonly #stimuli: Stimulus[] = [];
  readonly #stimulusNumbers = new Map<string, number>();
  readonly #outcomes = new Map<string, KnownOutcome>();

  constructor(bug: Bug | null) {
    this.#bug = bug;
  }

  get steps(): number {
    return this.#outcomes.size;
  }

  born(config: OracleConfig): number {
    return this.#memberNumber(bornMember(config));
  }

  member(number: number): Member {
    return this.#members.get(number)!;
  }

  named(number: number): Named {
    return this.#named[number]!;
  }

  namedNumber(named: Named): number {
    const known = this.#namedNumbers.get(named.hash);
    if (known !== undefined) return known;
    const number = this.#named.push(named) - 1;
    this.#namedNumbers.set(named.hash, number);
    return number;
  }

  stimulus(number: number): Stimulus {
    return this.#stimuli[number]!;
  }

  stimulusNumber(stimulus: Stimulus): number {
    const text = keyOf(stimulus);
    const known = this.#stimulusNumbers.get(text);
    if (known !== undefined) return known;
    const number = this.#stimuli.push(stimulus) - 1;
    this.#stimulusNumbers.set(text, number);
    return number;
  }

  /** For people. */
  textOf(number: number): string {
    const stimulus = this.stimulus(number);
    if (stimulus.kind !== "hear") return keyOf(stimulus);
    const { message, hash } = stimulus.named;
    return `${message.type} of member ${message.sender}, round ${message.round} (${hash.slice(2, 8)})`;
  }

  outcome(member: number, stimulus: number, cut: number): KnownOutcome {
    const key = `${member}/${stimulus}/${cut}`;
    const known = this.#outcomes.get(key);
    if (known !== undefined) return known;
    const made = stimulate(this.member(member), this.stimulus(stimulus), this.#bug, cut);
    const outcome: KnownOutcome = {
      member: this.#memberNumber(made.member),
      sent: made.sent,
      forwarded: made.forwarded,
      timers: made.timers.map((timer) => this.stimulusNumber({ kind: "timer", ...timer })),
      fetched: made.fetched.flatMap((fetch) => (fetch.kind === "message" ? [fetch.hash] : [])),
      reports: made.fetched.flatMap((fetch) =>
        fetch.kind === "report" ? [{ round: fetch.round, from: fetch.from }] : [],
      ),
      completed: made.completed,
      fault: made.fault,
      effects: made.effects,
      isCut: Number.isFinite(cut),
    };
    this.#outcomes.set(key, outcome);
    return outcome;
  }

  #memberNumber(member: Member): number {
    const number = this.#interner.number(member);
    if (!this.#members.has(number)) this.#members.set(number, member);
    return number;
  }
}

function keyOf(stimulus: Stimulus): string {
  switch (stimulus.kind) {
    case "slot":
      return `slot ${stimulus.round}`;
    case "timer":
      return `timer ${stimulus.timer} of round ${stimulus.round}`;
    case "hear":
      return `hear ${stimulus.named.hash}`;
    default:
      return unreachable(stimulus);
  }
}
