/** The story of a run, round by round: who leads, what was said, refused, accused and completed, and why a round was lost. */
import type { Note } from "../../protocol/events.ts";
import { leadershipOf } from "../../protocol/leader.ts";
import type { Message } from "../../protocol/messages.ts";
import type { OracleConfig } from "../../protocol/state.ts";
import { FIRST_ROUND } from "./setting.ts";

type Line = { readonly atMs: number; readonly text: string };

type RoundLog = {
  readonly observers: Set<number>;
  readonly proposers: Set<number>;
  readonly accepted: Set<number>;
  readonly sharers: Set<number>;
  readonly refusals: Map<string, number>;
  readonly completed: Map<number, number>;
};

function emptyLog(): RoundLog {
  return {
    observers: new Set(),
    proposers: new Set(),
    accepted: new Set(),
    sharers: new Set(),
    refusals: new Map(),
    completed: new Map(),
  };
}

const list = (ids: Iterable<number>): string => [...ids].sort((a, b) => a - b).join(" ");

export class Story {
  readonly #config: Omit<OracleConfig, "selfId">;
  readonly #lines: Line[] = [];
  readonly #rounds = new Map<number, RoundLog>();

  constructor(config: Omit<OracleConfig, "selfId">) {
    this.#config = config;
  }

  tell(atMs: number, text: string): void {
    this.#lines.push({ atMs, text });
  }

  said(atMs: number, by: number, message: Message): void {
    const log = this.#log(message.round);
    switch (message.type) {
      case "observe":
        log.observers.add(by);
        return;
      case "propose": {
        log.proposers.add(by);
        const ids = message.observations.map(({ id }) => id);
        const set = message.attempt === 0 ? "" : `, set ${message.attempt + 1}`;
        const text = `PROPOSE of ${by} for round ${message.round}${set}: OBSERVEs of ${list(ids)}, signers ${list(message.signers)}`;
        this.tell(atMs, text);
        return;
      }
      case "share":
        log.sharers.add(by);
        return;
      case "report":
    }
  }

  completed(atMs: number, by: number, round: number): void {
    const { completed } = this.#log(round);
    if (completed.has(by)) return;
    completed.set(by, atMs);
    if (completed.size === 1) this.tell(atMs, `round ${round} is complete, first at node ${by}`);
  }

  noted(atMs: number, by: number, note: Note): void {
    switch (note.kind) {
      case "accepted":
        this.#log(note.round).accepted.add(by);
        return;
      case "refused": {
        const { refusals } = this.#log(note.round);
        const key = `${note.what.toUpperCase()} of ${note.from}: ${note.why}`;
        if (!refusals.has(key)) this.tell(atMs, `node ${by} refuses ${key}`);
        refusals.set(key, (refusals.get(key) ?? 0) + 1);
        return;
      }
      case "equivocation":
        this.tell(atMs, `node ${by} has two ${note.what.toUpperCase()}s of ${note.from}`);
        return;
      case "bad-shares":
        this.tell(atMs, `node ${by} finds bad shares of ${list(note.culprits)}`);
        return;
      case "two-digests":
        this.tell(atMs, `node ${by} holds two digests for round ${note.round}`);
        return;
      case "idle":
        this.tell(atMs, `node ${by} only watches: ${note.why}`);
        return;
      default:
        return;
    }
  }

  /** @param slots that the run had */
  lines(slots: number): string[] {
    const { slotMs, cfg, n } = this.#config;
    const out: string[] = [];
    for (let slot = 0; slot < slots; slot++) {
      const round = FIRST_ROUND + slot;
      const { leader, backup } = leadershipOf(cfg, round, n);
      out.push(`round ${round}: node ${leader} leads, node ${backup} is its backup`);
      const [fromMs, untilMs] = [slot * slotMs, (slot + 1) * slotMs];
      for (const { atMs, text } of this.#lines) {
        const isIn = (atMs >= fromMs || slot === 0) && (atMs < untilMs || slot === slots - 1);
        if (isIn) out.push(`  ${(atMs - fromMs).toFixed(1).padStart(8)} ms  ${text}`);
      }
      out.push(`  ${this.#ending(round)}`);
    }
    return out;
  }

  #ending(round: number): string {
    const log = this.#log(round);
    const { t, slotMs } = this.#config;
    if (log.completed.size > 0) {
      const lastMs = Math.max(...log.completed.values()) - (round - FIRST_ROUND) * slotMs;
      return `complete at ${list(log.completed.keys())}, the last after ${lastMs.toFixed(0)} ms`;
    }
    const refused = [...log.refusals].map(([what, count]) => `${what} (${count} times)`).join("; ");
    const because = refused === "" ? "" : `; refused: ${refused}`;
    if (log.observers.size < t)
      return `lost: only ${list(log.observers) || "nobody"} observed, ${t} are needed${because}`;
    if (log.proposers.size === 0) return `lost: nobody proposed${because}`;
    if (log.accepted.size < t) return `lost: accepted only by ${list(log.accepted) || "nobody"}${because}`;
    return `lost: accepted by ${list(log.accepted)}, shares only of ${list(log.sharers) || "nobody"}${because}`;
  }

  #log(round: number): RoundLog {
    const held = this.#rounds.get(round) ?? emptyLog();
    this.#rounds.set(round, held);
    return held;
  }
}
