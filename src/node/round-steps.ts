/** The steps of the open rounds at this node, each with the time and the work it took: where a round's milliseconds go. */
import { unreachable } from "../base/errors.ts";
import type { RoundStep } from "../api/rounds-view.ts";
import type { Effect, OracleEvent } from "../protocol/events.ts";
import type { Message } from "../protocol/messages.ts";
import type { OracleConfig } from "../protocol/state.ts";
import { slotTimeMs } from "../protocol/state.ts";
import type { Moment } from "./moment.ts";

/** A round may complete when its slot is over; nothing of it happens later than that. */
const ROUNDS_MAX = 4;

type Held = { readonly cpuAtStartMs: number; readonly steps: RoundStep[] };

function stepOf(type: Message["type"]): RoundStep["step"] | null {
  switch (type) {
    case "observe":
      return "observed";
    case "propose":
      return "proposed";
    case "share":
      return "shared";
    case "report":
      return null;
    default:
      return unreachable(type);
  }
}

export class RoundSteps {
  readonly #config: OracleConfig;
  readonly #rounds = new Map<number, Held>();

  constructor(config: OracleConfig) {
    this.#config = config;
  }

  stepped(event: OracleEvent, effects: readonly Effect[], at: Moment): void {
    if (at.cpuMs === null) return;
    if (event.kind === "slot-started") {
      this.#rounds.set(event.round, { cpuAtStartMs: at.cpuMs, steps: [] });
      for (const round of this.#rounds.keys()) if (round <= event.round - ROUNDS_MAX) this.#rounds.delete(round);
    }
    for (const effect of effects) {
      if (effect.kind === "publish") this.#note(effect.signed.report.round, "signed", at.ms, at.cpuMs);
      else if (effect.kind === "note" && effect.note.kind === "accepted")
        this.#note(effect.note.round, "accepted", at.ms, at.cpuMs);
      else if (effect.kind === "broadcast") {
        const step = stepOf(effect.message.type);
        if (step !== null) this.#note(effect.message.round, step, at.ms, at.cpuMs);
      }
    }
  }

  of(round: number): readonly RoundStep[] {
    return [...(this.#rounds.get(round)?.steps ?? [])];
  }

  /** The first of each kind: a second signer set is the story of a fault, and the log tells it. */
  #note(round: number, step: RoundStep["step"], atMs: number, cpuMs: number): void {
    const held = this.#rounds.get(round);
    if (held === undefined || held.steps.some((one) => one.step === step)) return;
    const afterMs = atMs - slotTimeMs(this.#config, round);
    held.steps.push({ step, afterMs, cpuMs: cpuMs - held.cpuAtStartMs });
  }
}
