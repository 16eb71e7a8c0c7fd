/** A settlement through reports: averaged, agreed, final, published once; through absences, halts and lies. */
import { describe, expect, test } from "vitest";
import type { Observed } from "../../src/feeds/observed.ts";
import { buildReport } from "../../src/protocol/build-report.ts";
import type { SettlementDetail } from "../../src/report/detail.ts";
import type { FeedState, Report } from "../../src/report/report.ts";
import { settlementRule, settlementSeen } from "../support/derivatives.ts";
import { configOf, FIRST, observeOf, T0 } from "../support/protocol.ts";

const QUORUM = 3;
const NODES = [1, 2, 3, 4];
const rule = settlementRule(0);
const config = configOf({ rules: [rule] });
/** Windows open 30 s after T0, expiries 40 s and 100 s after. */
const EXPIRY = T0 + 40_000;
const OPENS = FIRST + 30;
const ENDS = FIRST + 40;
const timeOf = (round: number): number => T0 + (round - FIRST) * 1_000;

type Seen = (id: number, round: number) => Observed;

/** What a node says that saw everything: a price of a thousand, a unit more for each node. */
const everything: Seen = (id, round) => {
  const elapsedMs = Math.min(10_000, timeOf(round) - (EXPIRY - 10_000));
  const price = 1_000_000n + BigInt(id);
  const fixed = (price * BigInt(elapsedMs)) / 10_000n;
  return settlementSeen(EXPIRY, fixed, { variable: elapsedMs < 10_000 ? price - fixed : 0n });
};
const nothing: Seen = () => null;

function next(parent: Report | null, round: number, seen: Seen): Report {
  const observations = NODES.map((id) => observeOf(config, id, round, { values: [seen(id, round)] }));
  return buildReport([rule], parent, observations, QUORUM, { round, timeMs: timeOf(round) });
}

function leafOf(report: Report): FeedState & { detail: SettlementDetail } {
  const [leaf] = report.leaves;
  if (leaf?.detail?.kind !== "settlement") throw new Error("a settlement was expected");
  return { ...leaf, detail: leaf.detail };
}

const pushes = (report: Report): readonly unknown[] => report.pushes.map(({ status, value }) => [status, value]);
const upTo = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

/** One report a round, each built on the one before. */
function chain(from: Report | null, rounds: readonly number[], seen: Seen): Report[] {
  const reports: Report[] = [];
  for (const round of rounds) reports.push(next(reports.at(-1) ?? from, round, seen));
  return reports;
}

const day = chain(null, upTo(OPENS, 14), everything);
const final = day[11]!;

describe("a settlement", () => {
  test("is an estimate while its window runs, agreed at the expiry, final a round later, and published then", () => {
    const phases = day.map((report) => leafOf(report).detail.phase);
    expect(phases).toEqual([...upTo(0, 10).map(() => "averaging"), "agreed", "final", "final", "final"]);
    expect(day.map(pushes)).toEqual([...upTo(0, 11).map(() => []), [["ok", 1_000_003n]], [], []]);
    expect(leafOf(final)).toMatchObject({
      status: "ok",
      value: 1_000_003n,
      timeMs: EXPIRY,
      pubStatus: "ok",
      pubValue: 1_000_003n,
      pubRound: ENDS + 1,
      pubTimeMs: EXPIRY + 1_000,
      detail: { expiryMs: EXPIRY, fixed: 1_000_003n, variable: 0n, coveragePpm: 1_000_000, pubExpiryMs: EXPIRY },
    });
  });

  test("moves in its window without ever being due, though far from what was published", () => {
    const doubled: Seen = (id) => settlementSeen(EXPIRY + 60_000, 2_000_000n + BigInt(id), { variable: 1n });
    const second = chain(final, upTo(OPENS + 60, 10), doubled);
    expect(leafOf(second.at(-1)!)).toMatchObject({ status: "ok", value: 2_000_004n, pubValue: 1_000_003n });
    expect(second.flatMap(pushes)).toEqual([]);
  });

  test("stays as it was fixed, whatever anybody says and when nobody does, without a heartbeat", () => {
    const lie: Seen = () => settlementSeen(EXPIRY, 2_000_000n);
    for (const seen of [lie, nothing]) {
      const after = chain(final, upTo(ENDS + 2, 48), seen);
      expect(leafOf(after.at(-1)!)).toEqual(leafOf(final));
      expect(after.flatMap(pushes)).toEqual([]);
    }
  });

  test("settles with members that saw half of the window, as long as a quorum saw enough, and says what was seen", () => {
    const halfAt =
      (...halves: number[]): Seen =>
      (id, round) => {
        const seen = everything(id, round);
        const isHalf = halves.includes(id) && seen !== null && typeof seen === "object";
        return isHalf ? { ...seen, coveragePpm: 500_000 } : seen;
      };
    const one = chain(null, upTo(OPENS, 12), halfAt(4));
    expect(leafOf(one[9]!).detail).toMatchObject({ phase: "averaging", coveragePpm: 1_000_000 });
    expect(leafOf(one[11]!)).toMatchObject({ value: 1_000_002n, detail: { phase: "final" } });
    const two = chain(null, upTo(OPENS, 12), halfAt(3, 4));
    expect(leafOf(two[9]!)).toMatchObject({ status: "ok", detail: { coveragePpm: 500_000 } });
    expect(leafOf(two[11]!)).toMatchObject({ status: "missing", detail: { phase: "pending", coveragePpm: 500_000 } });
    // The value of the window's last round stays, under a status that says so.
    expect(leafOf(two[11]!).timeMs).toBe(EXPIRY - 1_000);
  });

  test("waits for a member to come back, then settles late; with the next window open it is lost, once", () => {
    const waiting = chain(day[9]!, upTo(ENDS, 20), (id, round) => (id < 3 ? everything(id, round) : null));
    expect(leafOf(waiting.at(-1)!)).toMatchObject({ status: "missing", detail: { phase: "pending" } });
    expect(waiting.flatMap(pushes)).toEqual([]);
    const late = chain(waiting.at(-1)!, [ENDS + 20, ENDS + 21], everything);
    expect(late.map(pushes)).toEqual([[], [["ok", 1_000_003n]]]);

    // A first price was published, the second never came.
    const second = chain(final, upTo(OPENS + 60, 40), nothing);
    expect(second.flatMap(pushes)).toEqual([]);
    const third = chain(second.at(-1)!, upTo(OPENS + 120, 10), nothing);
    expect(third.map(pushes)).toEqual([[["missing", 1_000_003n]], ...upTo(0, 9).map(() => [])]);
    expect(leafOf(third[0]!)).toMatchObject({ pubStatus: "missing", pubValue: 1_000_003n, pubTimeMs: EXPIRY + 1_000 });
    const back: Seen = (id) => settlementSeen(EXPIRY + 120_000, 3_000_000n + BigInt(id));
    const fourth = chain(third.at(-1)!, upTo(ENDS + 120, 2), back);
    expect(fourth.map(pushes)).toEqual([[], [["ok", 3_000_003n]]]);
  });

  test("of a network that stood still over the expiry is fixed when it goes on", () => {
    const resumed = chain(day[4]!, [ENDS + 30, ENDS + 31], everything);
    expect(resumed.map((report) => leafOf(report).detail.phase)).toEqual(["agreed", "final"]);
    expect(resumed.map(pushes)).toEqual([[], [["ok", 1_000_003n]]]);
  });

  test("is not final before two rounds in a row: an agreed price waits, and does not change", () => {
    const agreed = day[10]!;
    const gap = chain(agreed, [ENDS + 3, ENDS + 4], () => settlementSeen(EXPIRY, 2_000_000n));
    expect(gap.map((report) => leafOf(report).detail.phase)).toEqual(["agreed", "final"]);
    expect(gap.map((report) => leafOf(report).value)).toEqual([1_000_003n, 1_000_003n]);
    expect(gap.map(pushes)).toEqual([[], [["ok", 1_000_003n]]]);
  });

  test("answers to its own expiry only: another one, a surface or a number is as good as silence", () => {
    const wrong: readonly Seen[] = [
      () => settlementSeen(EXPIRY - 60_000, 1_000_000n),
      () => settlementSeen(EXPIRY + 60_000, 1_000_000n),
      () => ({ type: "surface", gridRound: 0, slices: [] }),
      () => 1_000_000n,
    ];
    for (const seen of wrong) expect(leafOf(next(day[9]!, ENDS, seen)).status).toBe("missing");
  });

  test("is nothing, and due to nobody, where it never had a price", () => {
    const quiet = chain(null, [...upTo(FIRST, 5), OPENS, ENDS, OPENS + 60], nothing);
    expect(quiet.flatMap(pushes)).toEqual([]);
    expect(leafOf(quiet.at(-1)!)).toMatchObject({ status: "missing", pubStatus: "none", value: 0n, timeMs: 0 });
  });
});
