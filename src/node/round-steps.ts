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

/** The work is looked up in one round of so many. Lower: a hundredth of the work is looking it up. Higher: fewer figures. */
const MEASURED_EVERY = 4;

type Held = { readonly cpuAtStartMs: number | null; readonly steps: RoundStep[] };

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

/** Of an effect that is a step of a round: which one, and of which round. */
function markOf(effect: Effect): { readonly round: number; readonly step: RoundStep["step"] } | null {
  if (effect.kind === "publish") return { round: effect.signed.report.round, step: "signed" };
  if (effect.kind === "note" && effect.note.kind === "accepted") return { round: effect.note.round, step: "accepted" };
  const step = effect.kind === "broadcast" ? stepOf(effect.message.type) : null;
  return effect.kind === "broadcast" && step !== null ? { round: effect.message.round, step } : null;
}

/** Will anybody want to know what had been worked until then? */
export function isMeasured(event: OracleEvent, effects: readonly Effect[]): boolean {
  if (event.kind === "slot-started") return event.round % MEASURED_EVERY === 0;
  return effects.some((effect) => {
    const mark = markOf(effect);
    return mark !== null && mark.round % MEASURED_EVERY === 0;
  });
}

export class RoundSteps {
  readonly #config: OracleConfig;
  readonly #rounds = new Map<number, Held>();

  constructor(config: OracleConfig) {
    this.#config = config;
  }

  stepped(event: OracleEvent, effects: readonly Effect[], at: Moment): void {
    if (event.kind === "slot-started") {
      this.#rounds.set(event.round, { cpuAtStartMs: at.cpuMs, steps: [] });
      for (const round of this.#rounds.keys()) if (round <= event.round - ROUNDS_MAX) this.#rounds.delete(round);
    }
    for (const effect of effects) {
      const mark = markOf(effect);
      if (mark !== null) this.#note(mark.round, mark.step, at.ms, at.cpuMs);
    }
  }

  of(round: number): readonly RoundStep[] {
    return [...(this.#rounds.get(round)?.steps ?? [])];
  }

  /** The first of each kind: a second signer set is the story of a fault, and the log tells it. */
  #note(round: number, step: RoundStep["step"], atMs: number, cpuMs: number | null): void {
    const held = this.#rounds.get(round);
    if (held === undefined || held.steps.some((one) => one.step === step)) return;
    const afterMs = atMs - slotTimeMs(this.#config, round);
    const isKnown = cpuMs !== null && held.cpuAtStartMs !== null;
    held.steps.push({ step, afterMs, cpuMs: isKnown ? cpuMs - held.cpuAtStartMs : null });
  }
}
