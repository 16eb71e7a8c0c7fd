import { describe, expect, test } from "vitest";
import { isMeasured } from "../../src/node/round-steps.ts";
import { RoundTracker } from "../../src/node/round-tracker.ts";
import type { Effect, OracleEvent } from "../../src/protocol/events.ts";
import { leadershipOf } from "../../src/protocol/leader.ts";
import { step } from "../../src/protocol/step.ts";
import { initialState, type OracleState } from "../../src/protocol/state.ts";
import {
  configOf,
  FIRST,
  hashOf,
  hex20,
  hexOf,
  observeOf,
  proposeOf,
  roundLedBy,
  shareOf,
  signedOf,
  T0,
} from "../support/protocol.ts";
import { HandClock } from "./support/members.ts";

const config = configOf();
/** Member 2 leads; this node is member 1. */
const ROUND = roundLedBy(config, 2);
const all = [1, 2, 3, 4].map((id) => observeOf(config, id, ROUND));
const slotMs = (round: number): number => T0 + (round - FIRST) * 1_000;

/** The machine with the tracker beside it, as in the daemon. */
class Watched {
  readonly clock = new HandClock(slotMs(ROUND));
  readonly tracker = new RoundTracker(config);
  state: OracleState = initialState(config, 0, null);

  feed(event: OracleEvent): readonly Effect[] {
    const next = step(this.state, event);
    this.state = next.state;
    for (const effect of next.effects) if (effect.kind === "note") this.tracker.noted(effect.note);
    const at = { ms: this.clock.nowMs(), cpuMs: this.measures(event, next.effects) ? this.cpuMs : null };
    this.outcome = this.tracker.stepped(this.state, event, next.effects, at);
    return next.effects;
  }

  outcome: ReturnType<RoundTracker["stepped"]> = null;
  cpuMs = 5_000;
  measures: typeof isMeasured = () => true;

  slot(round: number): void {
    this.feed({ kind: "slot-started", round });
    this.feed({ kind: "rounds-reserved", upTo: round + 15 });
  }

  hear(...messages: readonly Parameters<typeof hashOf>[0][]): void {
    for (const message of messages) this.feed({ kind: "message-received", message, hash: hashOf(message) });
  }
}

function completed(round = ROUND): Watched {
  const watched = new Watched();
  watched.slot(round);
  watched.clock.pass(42);
  watched.feed({ kind: "report-verified", signed: signedOf(config, round) });
  return watched;
}

describe("the round in progress", () => {
  test("is none before the first slot", () => {
    expect(new Watched().tracker.current()).toBeNull();
  });

  test("goes from idle through observing, proposed and signing to complete, with those who took part", () => {
    const watched = new Watched();
    const { tracker } = watched;
    watched.slot(ROUND);
    const { leader, backup } = leadershipOf(config.cfg, ROUND, 4);
    expect(tracker.current()).toMatchObject({
      round: ROUND,
      phase: "idle",
      leader,
      backup,
      startedAtMs: slotMs(ROUND),
    });
    watched.hear(all[2]!, all[0]!, all[1]!);
    expect(tracker.current()).toMatchObject({ phase: "observing", observedBy: [1, 2, 3], proposal: null });
    const proposal = proposeOf(2, all.slice(0, 3));
    watched.hear(proposal);
    expect(tracker.current()).toMatchObject({
      phase: "proposed",
      proposal: { signers: [1, 2, 3], observers: [1, 2, 3] },
    });
    const { digest } = watched.state.rounds.get(ROUND)!.accepted[0]!;
    watched.hear(shareOf(3, proposal, digest), shareOf(1, proposal, digest));
    expect(tracker.current()).toMatchObject({
      phase: "signing",
      sharesFrom: [1, 3],
      completedAtMs: null,
      latencyMs: null,
    });
    watched.clock.pass(37);
    const signature = { rAddress: hex20("r"), z: hexOf("s") };
    watched.feed({ kind: "aggregated", round: ROUND, proposalHash: hashOf(proposal), signature });
    expect(watched.outcome).toEqual({ round: ROUND, latencyMs: 37 });
    expect(tracker.current()).toMatchObject({ phase: "complete", completedAtMs: slotMs(ROUND) + 37, latencyMs: 37 });
  });

  test("names what was refused in it, at most ten, and forgets them with the slot", () => {
    const watched = new Watched();
    watched.slot(ROUND);
    for (let i = 0; i < 15; i++) watched.hear(observeOf(config, 3, ROUND, { values: [BigInt(i)] }));
    watched.hear(observeOf(config, 3, ROUND - 9));
    const { refusals } = watched.tracker.current()!;
    expect(refusals).toHaveLength(10);
    expect(refusals[0]).toBe("observe of node 3: wrong-feed-count");
    watched.slot(ROUND + 1);
    expect(watched.tracker.current()!.refusals).toEqual([]);
  });
});

describe("recent rounds", () => {
  test("are closed by the next slot, completed ones with their latency", () => {
    const watched = completed();
    expect(watched.tracker.recent()).toEqual([]);
    watched.slot(ROUND + 1);
    const { leader } = leadershipOf(config.cfg, ROUND, 4);
    expect(watched.tracker.recent()).toMatchObject([{ round: ROUND, latencyMs: 42, leader, ok: true }]);
    watched.slot(ROUND + 2);
    expect(watched.tracker.recent()[1]).toMatchObject({ round: ROUND + 1, ok: false, latencyMs: null });
  });

  test("tell how far this node had come by when, and with how much work", () => {
    const watched = new Watched();
    watched.slot(ROUND);
    watched.clock.pass(10);
    watched.cpuMs += 4;
    const proposal = proposeOf(2, all);
    const { obsTimeMs, incarnation, commitments, values } = all[0]!;
    watched.feed({ kind: "observed", round: ROUND, obsTimeMs, incarnation, commitments, values });
    watched.hear(...all);
    watched.clock.pass(20);
    watched.cpuMs += 3;
    watched.hear(proposal);
    watched.clock.pass(20);
    watched.feed({ kind: "report-verified", signed: signedOf(config, ROUND) });
    watched.slot(ROUND + 1);
    expect(watched.tracker.recent()[0]!.steps).toEqual([
      { step: "observed", afterMs: 10, cpuMs: 4 },
      { step: "accepted", afterMs: 30, cpuMs: 7 },
      { step: "signed", afterMs: 50, cpuMs: 7 },
    ]);
  });

  test("tell the work in every fourth round, and the time in all", () => {
    for (const round of [ROUND, ROUND + 1, ROUND + 2, ROUND + 3]) {
      const watched = new Watched();
      watched.measures = isMeasured;
      watched.slot(round);
      watched.cpuMs += 4;
      watched.clock.pass(50);
      watched.feed({ kind: "report-verified", signed: signedOf(config, round) });
      watched.slot(round + 1);
      const steps = [
        { step: "signed", afterMs: 50 + slotMs(ROUND) - slotMs(round), cpuMs: round % 4 === 0 ? 4 : null },
      ];
      expect(watched.tracker.recent()[0]!.steps).toEqual(steps);
    }
  });

  test("that complete after their slot was closed are complete all the same", () => {
    const watched = new Watched();
    watched.slot(ROUND);
    watched.clock.pass(1_000);
    watched.slot(ROUND + 1);
    expect(watched.tracker.recent()).toMatchObject([{ round: ROUND, ok: false }]);
    watched.clock.pass(150);
    watched.feed({ kind: "report-verified", signed: signedOf(config, ROUND) });
    expect(watched.outcome).toEqual({ round: ROUND, latencyMs: 1_150 });
    expect(watched.tracker.recent()).toMatchObject([{ round: ROUND, ok: true, latencyMs: 1_150 }]);
  });

  test("do not count the age of a report that was fetched much later as a latency", () => {
    const watched = new Watched();
    watched.slot(ROUND + 5);
    watched.feed({ kind: "report-verified", signed: signedOf(config, ROUND) });
    expect(watched.outcome).toBeNull();
  });

  test("name a round once, however many slots a clock ahead of the peers begins after it", () => {
    const watched = new Watched();
    watched.slot(ROUND);
    watched.hear(...all.slice(1));
    for (let i = 1; i <= 3; i++) watched.slot(ROUND + 3_600 + i);
    expect(watched.tracker.recent().map(({ round }) => round)).toEqual([ROUND]);
  });

  test("are sixty at most", () => {
    const watched = new Watched();
    for (let i = 0; i < 100; i++) watched.slot(ROUND + i);
    const rounds = watched.tracker.recent().map(({ round }) => round);
    expect([rounds.length, rounds[0], rounds.at(-1)]).toEqual([60, ROUND + 39, ROUND + 98]);
  });
});
