/** What one schedule at a time shows: every lie, crash point, cut and clock alone in an otherwise calm network. */
import { describe, expect, test } from "vitest";
import type { AccusationKind } from "../../../src/protocol/accusation.ts";
import { scheduleOf } from "../../../src/sim/rounds/families.ts";
import type { LiarKind } from "../../../src/sim/rounds/liar-kinds.ts";
import { LEADER_LIES, LIAR_KINDS } from "../../../src/sim/rounds/liar-kinds.ts";
import type { Fault, Schedule } from "../../../src/sim/rounds/schedule.ts";
import { CRASH_POINTS } from "../../../src/sim/rounds/schedule.ts";
import type { Outcome } from "../../../src/sim/rounds/simulate.ts";
import { simulate } from "../../../src/sim/rounds/simulate.ts";
import { calmSchedule, liar } from "./schedules.ts";

function kept(schedule: Schedule): Outcome {
  const outcome = simulate(schedule);
  expect(outcome.violations, JSON.stringify(schedule)).toEqual([]);
  return outcome;
}

describe("a calm network with one liar", () => {
  // These lie in a slot they lead, so that slot may be lost; the others must all complete.
  const spoilsOwnSlots: readonly LiarKind[] = [
    ...LEADER_LIES,
    "two-proposals",
    "two-signer-sets",
    "flood-of-proposals",
  ];

  for (const how of LIAR_KINDS) {
    test(`that is ${how} keeps every property, and every round that is not its own to spoil completes`, () => {
      for (const node of [1, 3]) {
        const schedule = calmSchedule({ feeds: how.includes("-s") ? "all" : "numbers", faults: [liar(node, how)] });
        const { completedRounds, exposed } = kept(schedule);
        const ownSlots = spoilsOwnSlots.includes(how) ? Math.ceil(schedule.slots / schedule.n) + 1 : 0;
        expect(completedRounds).toBeGreaterThanOrEqual(schedule.slots - 1 - ownSlots);
        for (const id of exposed) expect(id).toBe(node);
      }
    });
  }

  const proven: readonly (readonly [LiarKind, AccusationKind])[] = [
    ["two-observations", "equivocated-observation"],
    ["many-observations", "equivocated-observation"],
    ["late-second-observation", "equivocated-observation"],
    ["two-proposals", "equivocated-proposal"],
    ["two-signer-sets", "equivocated-proposal"],
    ["share-of-other-digest", "double-sign"],
    ["bad-share", "bad-share"],
    ["duplicate-signers", "bad-proposal"],
    ["outside-signers", "bad-proposal"],
    ["too-few-listed", "bad-proposal"],
    ["foreign-observation", "bad-proposal"],
    ["second-leader", "bad-proposal"],
  ];

  test.each(proven)("that is %s is accused of %s, with the messages that prove it", (how, kind) => {
    const { accusations, exposed, evidenceLost } = kept(calmSchedule({ n: 7, slots: 14, faults: [liar(5, how)] }));
    expect([...accusations.keys()]).toContain(kind);
    expect([...exposed]).toEqual([5]);
    expect(evidenceLost).toBe(0);
  });

  const blameless: readonly LiarKind[] = ["silent", "silent-signer", "slow-signer", "copy-cat", "inside-tolerance"];

  test.each(blameless)("that is %s is accused of nothing: silence and opinions are no proof", (how) => {
    expect(kept(calmSchedule({ n: 7, faults: [liar(2, how)] })).exposed.size).toBe(0);
  });
});

describe("a calm network", () => {
  test.each([4, 7, 10, 13, 31])("of %i completes every round", (n) => {
    const slots = n > 20 ? 4 : 10;
    expect(kept(calmSchedule({ n, slots })).completedRounds).toBeGreaterThanOrEqual(slots - 1);
  });

  test.each([250, 1_000, 8_000])("with slots of %i ms completes every round", (slotMs) => {
    expect(kept(calmSchedule({ slotMs })).completedRounds).toBeGreaterThanOrEqual(11);
  });

  test("with real shares of a real group tells the same story as with tokens", () => {
    const schedule = calmSchedule({ slots: 3, faults: [liar(3, "bad-share")] });
    expect(kept({ ...schedule, curve: true }).completedRounds).toBe(kept(schedule).completedRounds);
  });

  test("loses at most its own round when any member dies at any point of its own doing", () => {
    for (const point of CRASH_POINTS) {
      for (const node of [1, 2, 3, 4]) {
        const faults: Fault[] = [{ kind: "crash-at-point", node, slot: 4, point, forMs: 300 }];
        expect(kept(calmSchedule({ slots: 16, faults })).completedRounds).toBeGreaterThanOrEqual(14);
      }
    }
  });

  test("goes on without f that died, stands still without f+1, and goes on when they are back", () => {
    const dead = (nodes: readonly number[]): Fault[] =>
      nodes.map((node) => ({ kind: "crash", node, atMs: 2_500, forMs: 5_000, power: false }));
    const slots = 30;
    expect(kept(calmSchedule({ n: 7, slots, faults: dead([2, 5]) })).completedRounds).toBeGreaterThanOrEqual(slots - 3);
    const { completedRounds } = kept(calmSchedule({ n: 7, slots, faults: dead([2, 4, 5]) }));
    expect(completedRounds).toBeLessThan(slots - 12);
    expect(completedRounds).toBeGreaterThan(6);
  });

  test("survives a member that restarts a hundred times in a row", () => {
    const restarts: Fault = { kind: "restarts", node: 2, fromMs: 1_100, count: 100, everyMs: 133, downMs: 20 };
    kept(calmSchedule({ slots: 36, faults: [restarts] }));
  });
});

describe("a network cut in two", () => {
  const cut = (side: readonly number[], oneWay = false): Fault[] => [
    { kind: "cut", side, oneWay, flapMs: null, fromMs: 3_500, untilMs: 8_500 },
  ];

  test("goes on with n−f on one side, and no side of a half ever signs", () => {
    expect(kept(calmSchedule({ n: 7, slots: 16, faults: cut([1, 4]) })).completedRounds).toBeGreaterThanOrEqual(11);
    expect(kept(calmSchedule({ slots: 16, faults: cut([1, 4]) })).completedRounds).toBeLessThanOrEqual(12);
  });

  test("of one way only hardly notices, because messages go round", () => {
    const side = [3];
    const lost = 16 - kept(calmSchedule({ slots: 16, faults: cut(side, true) })).completedRounds;
    expect(lost).toBeLessThanOrEqual(6);
  });
});

describe("clocks", () => {
  test.each([100, -100, 3_000, -3_000, 3_600_000, -3_600_000])(
    "one that jumps by %i ms takes nobody else along, and is back when it is set right",
    (byMs) => {
      const step: Fault = { kind: "clock-step", node: 2, atMs: 3_300, byMs };
      const right: Fault = { ...step, atMs: 7_300, byMs: -byMs };
      expect(kept(calmSchedule({ slots: 16, faults: [step, right] })).completedRounds).toBeGreaterThanOrEqual(12);
    },
  );

  test("a leap second at all members at once costs no more than the slots it repeats", () => {
    const faults = [1, 2, 3, 4].map((node): Fault => ({ kind: "clock-step", node, atMs: 4_500, byMs: -1_000 }));
    expect(kept(calmSchedule({ slots: 14, faults })).completedRounds).toBeGreaterThanOrEqual(11);
  });

  test("a member that was suspended for a minute says nothing of the past and joins in again", () => {
    const faults: Fault[] = [{ kind: "suspend", node: 2, atMs: 3_400, forMs: 60_000 }];
    expect(kept(calmSchedule({ slots: 80, faults })).completedRounds).toBeGreaterThanOrEqual(70);
  });
});

describe("disks", () => {
  test("one that is full ends a member's word and nobody else's", () => {
    const faults: Fault[] = [{ kind: "disk-full", node: 2, atWrite: 5 }];
    expect(kept(calmSchedule({ slots: 24, faults })).completedRounds).toBeGreaterThanOrEqual(22);
  });

  test.each([null, 500])(
    "one that is lost (copy of %s) makes a member ask before it speaks again, whatever liars say",
    (backupAtMs) => {
      const lost: Fault = { kind: "disk-lost", node: 2, atMs: 20_000, forMs: 900, backupAtMs };
      kept(calmSchedule({ slotMs: 8_000, slots: 16, faults: [lost, liar(4, "silent-signer")] }));
    },
  );

  test("two machines under one key fall silent or are one that lies, and nobody else is convicted", () => {
    kept(calmSchedule({ slots: 20, faults: [{ kind: "clone", node: 3, atMs: 4_200 }] }));
  });
});

describe("a seed", () => {
  test("decides everything: schedule, story and outcome", () => {
    const run = (seed: number): Outcome => simulate(scheduleOf(seed), { tell: true });
    expect(run(11)).toEqual(run(11));
    expect(run(11).story).not.toEqual(run(12).story);
  });

  test("tells the same story whether a fault that never strikes is in it or not", () => {
    const late: Fault = {
      kind: "weather",
      weather: { delayMinMs: 1, delayMaxMs: 2, lossRate: 1, duplicateRate: 0, reorderRate: 0 },
      fromMs: 9e6,
      untilMs: 9e7,
    };
    const story = (faults: readonly Fault[]): readonly string[] =>
      simulate(calmSchedule({ faults }), { tell: true }).story;
    expect(story([late])).toEqual(story([]));
  });

  test("is told round by round: who leads, what was refused, who was accused, why a round was lost", () => {
    const { story } = simulate(calmSchedule({ faults: [liar(2, "outside-signers")] }), { tell: true });
    const text = story.join("\n");
    expect(text).toMatch(/^round 1000: node \d leads, node \d is its backup$/m);
    expect(text).toMatch(/refuses PROPOSE of 2: bad-signer-set/);
    expect(text).toMatch(/accuses node 2 of bad-proposal/);
    expect(text).toMatch(/complete at 1 2 3 4, the last after \d+ ms/);
    const silent = simulate(calmSchedule({ slots: 4, faults: [liar(1, "silent"), liar(2, "silent")] }), { tell: true });
    expect(silent.story.join("\n")).toMatch(/lost: only 3 4 observed, 3 are needed/);
  });
});
