/** Whether this node does its part, and in plain sentences what keeps it from doing so. */
import type { Clock } from "../base/ports.ts";
import type { HealthView } from "../api/view.ts";

export type HealthFacts = {
  /** One sentence while there is no active configuration, else null. */
  readonly waitingFor: string | null;
  readonly connectedPeers: number;
  /** Peers a quorum needs besides this node. */
  readonly neededPeers: number;
  /** Slot time of the newest signed report; null before the first. */
  readonly latestReportMs: number | null;
  readonly slotMs: number;
  readonly diskFailed: boolean;
  /** Evidence is held that convicts this very node. */
  readonly convicted: boolean;
  /** Feeds of which this node has no value now. */
  readonly missingFeeds: readonly string[];
  readonly chainReadMs: number | null;
  readonly startedAtMs: number;
};

/** A report is late after this many slots. */
const REPORT_AGE_MAX_SLOTS = 3;
const CHAIN_AGE_MAX_MS = 30_000;
/** The process is not well when its event loop stood still for this long. */
const LAG_DEAD_MS = 10_000;

export class Health {
  readonly #clock: Clock;
  readonly #facts: () => HealthFacts;
  #lastBeatMs: number;

  constructor(doors: { readonly clock: Clock; readonly facts: () => HealthFacts }) {
    this.#clock = doors.clock;
    this.#facts = doors.facts;
    this.#lastBeatMs = doors.clock.monotonicMs();
  }

  /** The watchdog calls this; a loop that stands still does not. */
  beat(): void {
    this.#lastBeatMs = this.#clock.monotonicMs();
  }

  report(): HealthView {
    const facts = this.#facts();
    const nowMs = this.#clock.nowMs();
    const reasons: string[] = [];
    if (facts.waitingFor !== null) reasons.push(facts.waitingFor);
    if (facts.connectedPeers < facts.neededPeers) {
      reasons.push(`connected to ${facts.connectedPeers} peers, a signature needs ${facts.neededPeers}`);
    }
    if (facts.waitingFor === null) {
      const ageMs = nowMs - (facts.latestReportMs ?? facts.startedAtMs);
      if (ageMs > REPORT_AGE_MAX_SLOTS * facts.slotMs) {
        reasons.push(`the newest signed report is ${Math.round(ageMs / 1_000)} s old`);
      }
      if (facts.missingFeeds.length > 0) reasons.push(`no value here for ${facts.missingFeeds.join(", ")}`);
    }
    if (facts.convicted) reasons.push("evidence convicts this node: its key said what no honest node says");
    if (facts.diskFailed) reasons.push("the disk refused a reservation: this node no longer signs");
    if (nowMs - (facts.chainReadMs ?? facts.startedAtMs) > CHAIN_AGE_MAX_MS) reasons.push("the hub cannot be read");
    const lagMs = this.#clock.monotonicMs() - this.#lastBeatMs;
    const live = lagMs < LAG_DEAD_MS;
    if (!live) reasons.push(`the watchdog was silent for ${Math.round(lagMs / 1_000)} s`);
    return { live, ready: reasons.length === 0, reasons };
  }
}
