/** Writes down what the machine does: log lines, counters, the page's round. Pure rooms do not log; this is their story. */
import { unreachable } from "../base/errors.ts";
import type { Logger } from "../base/ports.ts";
import type { Effect, Note, OracleEvent } from "../protocol/events.ts";
import type { OracleConfig, OracleState } from "../protocol/state.ts";
import type { Counter, Gauge, Histogram, Metrics } from "../telemetry/metrics.ts";
import type { Channel } from "./inbox.ts";
import type { Moment } from "./moment.ts";
import type { OracleWatcher } from "./oracle-watcher.ts";
import { RoundTracker } from "./round-tracker.ts";

export type StoryDoors = {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly onRound: () => void;
};

const LATENCY_BUCKETS_SEC = [0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12, 0.2, 0.3, 0.5, 0.75, 1, 2];

export class Story implements OracleWatcher {
  readonly tracker: RoundTracker;
  readonly #doors: StoryDoors;
  readonly #selfId: number;
  readonly #sent: Counter<never>;
  readonly #included: Counter<never>;
  readonly #completed: Counter<never>;
  readonly #latency: Histogram<never>;
  readonly #refusals: Counter<"what" | "reason">;
  readonly #equivocations: Counter<"what" | "peer">;
  readonly #badShares: Counter<"peer">;
  readonly #current: Gauge<"which">;

  constructor(config: OracleConfig, doors: StoryDoors) {
    this.tracker = new RoundTracker(config);
    this.#doors = doors;
    this.#selfId = config.selfId;
    const { metrics } = doors;
    this.#sent = metrics.counter({ name: "tenor_round_observation_sent_total", help: "OBSERVEs this node sent" });
    this.#included = metrics.counter({
      name: "tenor_round_observation_included_total",
      help: "Completed rounds whose report used this node's OBSERVE",
    });
    this.#completed = metrics.counter({ name: "tenor_rounds_completed_total", help: "Rounds signed, as seen here" });
    this.#latency = metrics.histogram({
      name: "tenor_round_latency_seconds",
      help: "Slot start to verified group signature at this node",
      buckets: LATENCY_BUCKETS_SEC,
    });
    this.#refusals = metrics.counter({
      name: "tenor_messages_refused_total",
      help: "Messages refused, by kind and reason",
      labels: ["what", "reason"],
    });
    this.#equivocations = metrics.counter({
      name: "tenor_peer_equivocations_total",
      help: "Two different statements of one member in one round",
      labels: ["what", "peer"],
    });
    this.#badShares = metrics.counter({
      name: "tenor_peer_bad_shares_total",
      help: "Signature shares that failed their check",
      labels: ["peer"],
    });
    this.#current = metrics.gauge({
      name: "tenor_current_rounds",
      help: "Current slot and highest round reserved on disk",
      labels: ["which"],
    });
  }

  stepped(state: OracleState, event: OracleEvent, effects: readonly Effect[], at: Moment): void {
    const outcome = this.tracker.stepped(state, event, effects, at);
    for (const effect of effects) {
      if (effect.kind === "broadcast" && effect.message.type === "observe") this.#sent.add(1);
    }
    if (event.kind === "slot-started") {
      this.#current.set(state.currentRound, { which: "slot" });
      this.#current.set(state.reservedRound, { which: "reserved" });
    }
    if (outcome !== null) {
      this.#completed.add(1);
      this.#latency.observe(outcome.latencyMs / 1_000);
      const listed = state.rounds.get(outcome.round)?.accepted[0]?.message.observations;
      if (listed?.some(({ id }) => id === this.#selfId) === true) this.#included.add(1);
      this.#doors.log.debug("round complete", { round: outcome.round, latencyMs: Math.round(outcome.latencyMs) });
    }
    if (event.kind !== "message-received" || outcome !== null) this.#doors.onRound();
  }

  refused(channel: Channel, why: string, fromId: number): void {
    this.#refusals.add(1, { what: channel, reason: why });
    this.#doors.log.debug("message refused", { channel, why, from: fromId });
  }

  noted(note: Note): void {
    const { log } = this.#doors;
    this.tracker.noted(note);
    switch (note.kind) {
      case "refused":
        this.#refusals.add(1, { what: note.what, reason: note.why });
        log.debug("refused", note);
        return;
      case "equivocation":
        this.#equivocations.add(1, { what: note.what, peer: String(note.from) });
        log.warn("a member said two things in one round", note);
        return;
      case "bad-shares":
        for (const id of note.culprits) this.#badShares.add(1, { peer: String(id) });
        log.warn("bad signature shares", note);
        return;
      case "two-digests":
        log.error("two signed reports for one round", note);
        return;
      case "idle":
        log.info("slot not used", note);
        return;
      case "proposed":
      case "accepted":
        log.debug(note.kind, note);
        return;
      default:
        unreachable(note);
    }
  }
}
