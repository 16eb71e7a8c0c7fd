import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  beginRecovery,
  type RecoveryEvent,
  type RecoveryOptions,
  type RecoveryState,
  recoveryVerdict,
  stepRecovery,
  together,
} from "../../src/protocol/recovery.ts";

const OPTIONS: RecoveryOptions = {
  selfId: 1,
  n: 4,
  f: 1,
  slotMs: 1_000,
  reservedRound: -1,
  floorRound: -1,
  hasActed: true,
  isRestored: false,
};
const SPAN = 16;

const slot = (round: number): RecoveryEvent => ({ kind: "slot-looked-up", round });
/** A slot that is late enough for every life in these tests. */
const LATE = 9_000;
const says = (from: number, round: number | null, sender = 1, askedIn = LATE): RecoveryEvent => ({
  kind: "answered",
  from,
  askedIn,
  envelope: round === null ? null : { sender, round },
});
/** A database that says something keeps its life above that. */
function after(options: Partial<RecoveryOptions>, ...events: readonly RecoveryEvent[]): RecoveryState {
  const floorRound = options.reservedRound ?? -1;
  return events.reduce(stepRecovery, beginRecovery({ ...OPTIONS, floorRound, ...options }));
}
const verdict = (options: Partial<RecoveryOptions>, ...events: readonly RecoveryEvent[]) =>
  recoveryVerdict(after(options, ...events));

describe("a lost memory", () => {
  test("waits for n−1−f answers, however many slots pass", () => {
    expect(verdict({}, slot(100), slot(9_999), says(2, 90))).toEqual({ kind: "wait", lost: true, answersMissing: 1 });
    expect(verdict({}, slot(100), slot(103), says(2, 90), says(3, null))).toMatchObject({ kind: "resume" });
  });

  test("resumes one reservation above the highest answer, or above the slot in which this life began", () => {
    const resumed = (...rounds: (number | null)[]) =>
      verdict({}, slot(100), slot(103), ...rounds.map((round, i) => says(i + 2, round)));
    expect(resumed(140, 90)).toEqual({ kind: "resume", lost: true, floorRound: 140 + SPAN });
    expect(resumed(90, null)).toEqual({ kind: "resume", lost: true, floorRound: 100 + SPAN });
  });

  test("does not count the same peer twice, nor itself, nor who is no member, nor an envelope of somebody else", () => {
    const events = [
      slot(100),
      slot(103),
      says(2, 90),
      says(2, 95),
      says(1, 90),
      says(9, 90),
      says(0, 90),
      says(3, 90, 4),
    ];
    expect(verdict({}, ...events)).toEqual({ kind: "wait", lost: true, answersMissing: 1 });
  });

  test("shows itself in a database that is there and knows less than a peer can prove", () => {
    expect(verdict({ reservedRound: 80 }, slot(100), slot(103), says(2, 81))).toEqual({
      kind: "wait",
      lost: true,
      answersMissing: 1,
    });
    expect(verdict({ reservedRound: 80 }, slot(100), slot(103), says(2, 81), says(3, null))).toMatchObject({
      floorRound: 100 + SPAN,
    });
  });
});

describe("a memory that is whole", () => {
  test("resumes above its own reservation as soon as n−1−f peers know of nothing above, after three slots of listening", () => {
    const events = [says(2, 80), says(3, null)];
    expect(verdict({ reservedRound: 80 }, slot(100), slot(102), ...events)).toMatchObject({
      kind: "wait",
      lost: false,
    });
    expect(verdict({ reservedRound: 80 }, slot(100), slot(103), ...events)).toEqual({
      kind: "resume",
      lost: false,
      floorRound: 80,
    });
  });

  test("takes no answer for listening whose question was sent before three slots had begun, however late it came", () => {
    const asked = (...slots: number[]) =>
      verdict({ reservedRound: 80 }, slot(100), slot(104), ...slots.map((askedIn, i) => says(i + 2, 80, 1, askedIn)));
    expect(asked(102, 102, 102)).toEqual({ kind: "wait", lost: false, answersMissing: 2 });
    expect(asked(103, 102, 102)).toEqual({ kind: "wait", lost: false, answersMissing: 1 });
    expect(asked(103, 102, 103)).toMatchObject({ kind: "resume" });
  });

  test("is not made to wait by an answer that was overtaken by a later one", () => {
    const overtaken = [says(2, 80, 1, 103), says(3, 80, 1, 103), says(2, 79, 1, 101)];
    expect(verdict({ reservedRound: 80 }, slot(100), slot(103), ...overtaken)).toMatchObject({ kind: "resume" });
  });

  test("resumes without answers when one reservation has passed since this life began", () => {
    expect(verdict({ reservedRound: 80 }, slot(100), slot(116))).toMatchObject({ kind: "wait", answersMissing: 2 });
    expect(verdict({ reservedRound: 80 }, slot(100), slot(117))).toEqual({
      kind: "resume",
      lost: false,
      floorRound: 80,
    });
  });
});

test("without answers also slots longer than a reservation leave one to listen in", () => {
  const long = { slotMs: 16_000, reservedRound: 80 };
  expect(verdict(long, slot(100), slot(103))).toMatchObject({ kind: "wait", answersMissing: 2 });
  expect(verdict(long, slot(100), slot(104))).toMatchObject({ kind: "resume" });
});

describe("a keystore that came out of a backup", () => {
  test("is in quarantine whatever its database says: a database beside it may be as old", () => {
    const restored = { reservedRound: 80, isRestored: true };
    expect(verdict(restored, slot(100), slot(130))).toEqual({ kind: "wait", lost: true, answersMissing: 2 });
    expect(verdict(restored, slot(100), slot(103), says(2, 70), says(3, null))).toEqual({
      kind: "resume",
      lost: true,
      floorRound: 100 + SPAN,
    });
  });
});

describe("two configurations under one key in one process", () => {
  const fine = { kind: "resume", lost: false, floorRound: 0 } as const;

  test("the later one waits while the earlier one does not know what may be said", () => {
    const waits = { kind: "wait", lost: true, answersMissing: 2 } as const;
    expect(together(fine, waits)).toEqual(waits);
    expect(together(waits, { kind: "resume", lost: true, floorRound: 9 })).toEqual(waits);
  });

  test("share the higher floor, and one that began alone is bound by nothing else", () => {
    expect(together(fine, { kind: "resume", lost: true, floorRound: 116 })).toEqual({ ...fine, floorRound: 116 });
    expect(together(fine, null)).toEqual(fine);
  });

  test("a memory that the earlier one has lost is lost for the later one, also when no peer shows it a word", () => {
    const lost: RecoveryEvent = { kind: "memory-lost" };
    expect(verdict({ reservedRound: 80 }, slot(100), slot(130), lost)).toMatchObject({ kind: "wait", lost: true });
    const answered = verdict({ reservedRound: 80 }, slot(100), slot(103), lost, says(2, null), says(3, null));
    expect(answered).toEqual({ kind: "resume", lost: true, floorRound: 100 + SPAN });
  });
});

test("whatever f liars answer: it never resumes at or below a round that an honest answer proves, and it does resume", () => {
  const answer = fc.option(fc.nat({ max: 100 }), { nil: null });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: -1, max: 100 }),
      fc.boolean(),
      fc.array(answer, { minLength: 20, maxLength: 20 }),
      fc.array(fc.option(fc.nat({ max: 100 }), { nil: null }), { minLength: 5, maxLength: 5 }),
      (f, reservedRound, hasActed, honest, lies) => {
        const n = 3 * f + 1;
        // The liars answer first; f honest peers are away; so n−1−f answers are those of f liars and the rest.
        const liars = Array.from({ length: f }, (_, i) => says(i + 2, lies[i] ?? null));
        const rest = Array.from({ length: n - 1 - 2 * f }, (_, i) => says(f + 2 + i, honest[i] ?? null));
        const state = [slot(100), slot(103), ...liars, ...rest].reduce(
          stepRecovery,
          beginRecovery({ ...OPTIONS, n, f, reservedRound, floorRound: reservedRound, hasActed }),
        );
        const seen = recoveryVerdict(state);
        const proven = Math.max(-1, ...honest.slice(0, n - 1 - 2 * f).map((round) => round ?? -1));
        expect(seen.kind).toBe("resume");
        if (seen.kind === "resume") expect(seen.floorRound).toBeGreaterThanOrEqual(Math.max(proven, reservedRound));
      },
    ),
  );
});
