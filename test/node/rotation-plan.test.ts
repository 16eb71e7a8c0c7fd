import { describe, expect, test } from "vitest";
import { planRotation, type RotationCase, whyTooManyChange } from "../../src/node/rotation-plan.ts";
import { T0 } from "../support/protocol.ts";
import { candidateOf, factsOf, hubOf } from "./support/candidates.ts";

const OLD = candidateOf(1);
const old = hubOf(OLD, 1);
const NEXT = candidateOf(2, ["a", "e", "c", "d"]);
const pending = hubOf(NEXT, 1_000);
const THIRD = candidateOf(3, ["a", "b", "c", "f"]);

function plan(over: Partial<RotationCase> = {}): ReturnType<typeof planRotation> {
  return planRotation({
    current: OLD.facts,
    next: NEXT.facts,
    key: { groupKeyX: NEXT.shares[0]!.group.groupKeyX, transcriptHash: NEXT.shares[0]!.transcriptHash },
    said: { newest: old, previous: undefined, latestRound: 500 },
    nowMs: T0 + 500_000,
    leadMs: 60_000,
    firstRound: null,
    replace: false,
    ...over,
  });
}

function refusal(over: Partial<RotationCase>): string {
  const made = plan(over);
  if (made.ok) throw new Error("it was planned");
  return made.why;
}

describe("a rotation's first round", () => {
  test("is the first that begins after the lead, at the time at which it would have begun anyway", () => {
    const times = { firstRound: 561, firstRoundTimeMs: T0 + 560_000, slotMs: 1_000 };
    expect(plan()).toEqual({ ok: true, times });
    expect(plan({ nowMs: T0 + 500_001 })).toMatchObject({ ok: true, times: { firstRound: 562 } });
  });

  test("may be chosen, but never nearer than the lead", () => {
    expect(plan({ firstRound: 9_000 })).toMatchObject({ ok: true, times: { firstRoundTimeMs: T0 + 8_999_000 } });
    expect(refusal({ firstRound: 560 })).toBe("round 560 begins in less than 60000 ms, the first that does not is 561");
  });

  test("takes the new slot length from there on", () => {
    expect(plan({ next: { ...NEXT.facts, slotMs: 500 } })).toMatchObject({ ok: true, times: { slotMs: 500 } });
  });
});

describe("a rotation is refused", () => {
  test("on a hub without a configuration, and under a count that is not newer", () => {
    expect(refusal({ said: { newest: undefined, previous: undefined, latestRound: 0 } })).toMatch(/configure it first/);
    expect(refusal({ next: OLD.facts })).toBe("its configCount is 1, wanted more than 1");
  });

  test("when the file in force is not the hub's", () => {
    expect(refusal({ current: THIRD.facts, next: candidateOf(4).facts })).toMatch(/--from has configCount 3/);
    const previous = {
      configCount: 1,
      cfg: old.cfg,
      groupKeyX: old.groupKeyX,
      transcriptHash: OLD.shares[0]!.transcriptHash,
    };
    expect(plan({ next: { ...NEXT.facts, previous } })).toMatchObject({ ok: true });
    expect(refusal({ next: { ...NEXT.facts, previous: { ...previous, cfg: pending.cfg } } })).toMatch(
      /it follows configuration/,
    );
    const forged = factsOf(1, ["a", "b", "c", "z"]);
    expect(refusal({ next: { ...NEXT.facts, previous }, current: forged })).toMatch(/--from is not the file/);
  });

  test("when a refresh comes out with another key", () => {
    expect(refusal({ next: { ...NEXT.facts, kind: "refresh" } })).toMatch(/must keep the hub's group key/);
  });

  test("while another is set: only on purpose, and never shortly before or after that one begins", () => {
    const next = THIRD.facts;
    const said = { newest: pending, previous: old, latestRound: 500 };
    expect(refusal({ next, said })).toMatch(/configuration 2 is set and has not begun: --replace/);
    expect(plan({ next, said, replace: true })).toMatchObject({ ok: true, times: { firstRound: 561 } });
    const late = { next, said, replace: true, nowMs: T0 + 960_000 };
    expect(refusal(late)).toMatch(/configuration 2 begins in 39 s: wait/);
    expect(refusal({ ...late, nowMs: T0 + 1_010_000 })).toMatch(/has begun and nothing of it has landed: wait/);
    // A minute later it has failed, and the old key goes on.
    expect(plan({ ...late, nowMs: T0 + 1_070_000 })).toMatchObject({ ok: true, times: { firstRound: 1_131 } });
  });
});

describe("how many may change at once", () => {
  const four = factsOf(1, ["a", "b", "c", "d"]);
  const seven = factsOf(1, ["a", "b", "c", "d", "e", "f", "g"]);
  const change = (from: typeof four, people: readonly string[]): string | null =>
    whyTooManyChange(from, factsOf(2, people));

  test("is f: one of four may be replaced, leave or come; two may not", () => {
    expect(change(four, ["a", "e", "c", "d"])).toBeNull();
    expect(change(four, ["a", "b", "c", "d", "e"])).toBeNull();
    expect(change(four, ["a", "e", "f", "d"])).toBe(
      "2 of 4 members leave at once, at most 1 may: rotate in several steps",
    );
  });

  test("from four to seven goes in two steps, because f changes on the way", () => {
    expect(change(four, ["a", "b", "c", "d", "e", "f", "g"])).toBe(
      "3 of 7 members are new, at most 2 may be: rotate in several steps",
    );
    expect(change(four, ["a", "b", "c", "d", "e"])).toBeNull();
    expect(change(factsOf(1, ["a", "b", "c", "d", "e"]), ["a", "b", "c", "d", "e", "f", "g"])).toBeNull();
    expect(change(seven, ["a", "b", "c", "d", "e"])).toBeNull();
    expect(change(seven, ["a", "b", "c", "d"])).toMatch(/3 of 7 members leave at once, at most 2 may/);
  });
});
