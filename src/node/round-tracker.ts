/** What the page and the metrics say of rounds: read off the machine's events, never asked of it. */
import type { Effect, Note, OracleEvent } from "../protocol/events.ts";
import { leadershipOf } from "../protocol/leader.ts";
import type { OracleConfig, OracleState, RoundState } from "../protocol/state.ts";
import { slotTimeMs } from "../protocol/state.ts";
import type { RecentRound, RoundPhase, RoundView } from "../api/rounds-view.ts";
import type { Moment } from "./moment.ts";
import { RoundSteps } from "./round-steps.ts";

const RECENT_MAX = 60;
const REFUSALS_MAX = 10;

export type RoundOutcome = { readonly round: number; readonly latencyMs: number };

function phaseOf(round: RoundState): RoundPhase {
  if (round.complete) return "complete";
  if (round.shares.size > 0) return "signing";
  if (round.accepted.length > 0) return "proposed";
  return round.observations.size > 0 ? "observing" : "idle";
}

export class RoundTracker {
  readonly #config: OracleConfig;
  #current: RoundView | null = null;
  #recent: RecentRound[] = [];
  #refusals: string[] = [];
  #completedAtMs = new Map<number, number>();
  readonly #steps: RoundSteps;

  constructor(config: OracleConfig) {
    this.#config = config;
    this.#steps = new RoundSteps(config);
  }

  /**
   * @param at when the machine decided
   * @returns the round this event completed at this node, if it did
   */
  stepped(state: OracleState, event: OracleEvent, effects: readonly Effect[], at: Moment): RoundOutcome | null {
    const atMs = at.ms;
    if (event.kind === "slot-started") this.#close(event.round);
    this.#steps.stepped(event, effects, at);
    let outcome: RoundOutcome | null = null;
    for (const effect of effects) {
      if (effect.kind !== "publish") continue;
      const { round } = effect.signed.report;
      this.#completedAtMs.set(round, atMs);
      if (this.#completedAtMs.size > RECENT_MAX) this.#completedAtMs.delete(this.#completedAtMs.keys().next().value!);
      // A report that was fetched later says nothing of how fast a round was.
      if (round >= state.currentRound - 1) outcome = { round, latencyMs: atMs - slotTimeMs(this.#config, round) };
      // A round that ended after its slot was closed is still a completed one.
      this.#recent = this.#recent.map((held) =>
        held.round === round
          ? {
              ...held,
              ok: true,
              latencyMs: atMs - slotTimeMs(this.#config, round),
              steps: this.#steps.of(round),
            }
          : held,
      );
    }
    const round = state.rounds.get(state.currentRound);
    if (round !== undefined) this.#current = this.#viewOf(round);
    return outcome;
  }

  noted(note: Note): void {
    if (note.kind !== "refused" || this.#current === null || note.round !== this.#current.round) return;
    if (this.#refusals.length < REFUSALS_MAX) this.#refusals.push(`${note.what} of node ${note.from}: ${note.why}`);
  }

  current(): RoundView | null {
    return this.#current;
  }

  recent(): readonly RecentRound[] {
    return this.#recent;
  }

  #close(nextRound: number): void {
    const last = this.#current;
    this.#refusals = [];
    // A slot that could not be used, ahead of the peers, closes its predecessor once.
    if (last === null || last.round >= nextRound || this.#recent.at(-1)?.round === last.round) return;
    const { round, latencyMs, leader } = last;
    const closed = { round, latencyMs, leader, ok: last.completedAtMs !== null, steps: this.#steps.of(round) };
    this.#recent = [...this.#recent, closed].slice(-RECENT_MAX);
  }

  #viewOf(round: RoundState): RoundView {
    const { leader, backup } = leadershipOf(this.#config.cfg, round.round, this.#config.n);
    const proposal = round.accepted.at(-1);
    const startedAtMs = slotTimeMs(this.#config, round.round);
    const completedAtMs = this.#completedAtMs.get(round.round) ?? null;
    const shares = proposal === undefined ? undefined : round.shares.get(proposal.hash);
    return {
      round: round.round,
      startedAtMs,
      phase: phaseOf(round),
      leader,
      backup,
      observedBy: [...round.observations.keys()].sort((a, b) => a - b),
      proposal:
        proposal === undefined
          ? null
          : { signers: proposal.message.signers, observers: proposal.message.observations.map(({ id }) => id) },
      sharesFrom: [...(shares?.keys() ?? [])].sort((a, b) => a - b),
      completedAtMs,
      latencyMs: completedAtMs === null ? null : completedAtMs - startedAtMs,
      refusals: this.#refusals,
    };
  }
}
