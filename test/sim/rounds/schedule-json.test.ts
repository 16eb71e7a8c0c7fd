import { describe, expect, test } from "vitest";
import { scheduleOf } from "../../../src/sim/rounds/families.ts";
import { FAMILIES, liarsOf } from "../../../src/sim/rounds/schedule.ts";
import { scheduleFrom, scheduleText } from "../../../src/sim/rounds/schedule-json.ts";
import { byzantineMax } from "../../../src/protocol/quorum.ts";
import { LIAR_KINDS } from "../../../src/sim/rounds/liar-kinds.ts";
import { calmSchedule } from "./schedules.ts";

const drawn = Array.from({ length: 3_000 }, (_, seed) => scheduleOf(seed));

describe("what seeds decide", () => {
  test("reaches every family, every kind of fault and every kind of liar", () => {
    expect(new Set(drawn.map(({ family }) => family))).toEqual(new Set(FAMILIES));
    const faults = drawn.flatMap((schedule) => schedule.faults);
    expect(new Set(faults.map(({ kind }) => kind)).size).toBe(14);
    const told = faults.flatMap((fault) => (fault.kind === "liar" ? [fault.how] : []));
    expect(new Set(told)).toEqual(new Set(LIAR_KINDS));
  });

  test("has at most f faulty members, and up to 2f where all lie about numbers only", () => {
    let beyond = 0;
    for (const schedule of drawn) {
      const f = byzantineMax(schedule.n);
      const liars = liarsOf(schedule);
      const twins = schedule.faults.filter(({ kind }) => kind === "clone").length;
      expect(liars.size + twins).toBeLessThanOrEqual(schedule.family === "liars" ? 2 * f : f);
      if (liars.size <= f) continue;
      beyond += 1;
      expect(new Set([...liars.values()].flat()).size).toBe(1);
    }
    expect(beyond).toBeGreaterThan(20);
  });

  test("is the same for the same seed, and 4, 7, 10, 13 and more members are among them", () => {
    expect(scheduleOf(77)).toEqual(scheduleOf(77));
    const sizes = new Set(drawn.map(({ n }) => n));
    for (const n of [4, 7, 10, 13]) expect(sizes).toContain(n);
    expect(Math.max(...sizes)).toBeGreaterThan(20);
  });
});

describe("a schedule as text", () => {
  test("comes back as it was, whatever is in it", () => {
    for (const schedule of drawn.slice(0, 400)) expect(scheduleFrom(scheduleText(schedule))).toEqual(schedule);
  });

  test.each([
    ["{", "JSON"],
    [{ ...calmSchedule(), n: 3 }, "schedule.n"],
    [{ ...calmSchedule(), extra: 1 }, "without extra"],
    [{ ...calmSchedule(), faults: [{ kind: "crash", node: 1, atMs: 1, forMs: 1 }] }, "power"],
    [{ ...calmSchedule(), faults: [{ kind: "liar", node: 5, how: "silent" }] }, "node"],
    [{ ...calmSchedule(), faults: [{ kind: "liar", node: 1, how: "honest" }] }, "how"],
    [{ ...calmSchedule(), faults: [{ kind: "wish", node: 1 }] }, "kind"],
  ])("is refused with the field that is wrong: %j", (value, named) => {
    expect(() => scheduleFrom(typeof value === "string" ? value : JSON.stringify(value))).toThrow(named);
  });
});
