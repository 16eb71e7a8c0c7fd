import { describe, expect, test } from "vitest";
import { REPORTS_KEPT } from "../../src/protocol/limits.ts";
import type { ReportMessage } from "../../src/protocol/messages.ts";
import { latestReport } from "../../src/protocol/state.ts";
import type { SignedReport } from "../../src/report/report.ts";
import { configOf, FIRST, hexOf, Member, notes, observeOf, refusals, signedOf } from "../support/protocol.ts";

const config = configOf();
const said = (signed: SignedReport, sender = 2): ReportMessage => ({
  type: "report",
  round: signed.report.round,
  sender,
  signed,
});

function running(round = FIRST + 20): Member {
  const member = new Member(config);
  member.startSlot(round);
  return member;
}

describe("a report by gossip", () => {
  test("is verified before it is believed, at any age", () => {
    const member = running();
    for (const round of [FIRST + 20, FIRST + 2, FIRST + 400]) {
      const signed = signedOf(config, round);
      expect(member.hear(said(signed))).toEqual([{ kind: "verify-report", signed }]);
      expect(member.state.reports.size).toBe(0);
    }
  });

  test("that repeats a held one costs nothing, from whomever it comes", () => {
    const member = running();
    const signed = signedOf(config, FIRST + 19);
    member.feed({ kind: "report-verified", signed });
    const before = member.state.reports;
    expect([2, 3, 4].flatMap((sender) => member.hear(said(signed, sender)))).toEqual([]);
    expect(member.state.reports).toBe(before);
  });

  test("older than all that are kept is not even verified", () => {
    const member = running(FIRST + 100);
    for (let i = 0; i < REPORTS_KEPT; i++)
      member.feed({ kind: "report-verified", signed: signedOf(config, FIRST + 50 + i) });
    expect(member.hear(said(signedOf(config, FIRST + 49)))).toEqual([]);
    expect(member.hear(said(signedOf(config, FIRST + 66)))).toHaveLength(1);
  });
});

describe("a verified report", () => {
  test("is published as another's, once, and completes its round", () => {
    const member = running();
    const signed = signedOf(config, FIRST + 20);
    expect(member.feed({ kind: "report-verified", signed })).toEqual([{ kind: "publish", signed, own: false }]);
    expect(member.feed({ kind: "report-verified", signed })).toEqual([]);
    expect(member.round(FIRST + 20).complete).toBe(true);
    // Nothing of a complete round is signed or proposed any more.
    expect(
      member.hear(observeOf(config, 2, FIRST + 20), observeOf(config, 3, FIRST + 20), observeOf(config, 4, FIRST + 20)),
    ).toEqual([]);
  });

  test("with a second digest for its round is said loudly, and the first one stands", () => {
    const member = running();
    const first = signedOf(config, FIRST + 20);
    const second = { ...first, digest: hexOf("another") };
    member.feed({ kind: "report-verified", signed: first });
    expect(member.hear(said(second))).toEqual([{ kind: "verify-report", signed: second }]);
    expect(notes(member.feed({ kind: "report-verified", signed: second }))).toEqual([
      { kind: "two-digests", round: FIRST + 20 },
    ]);
    expect(member.state.reports.get(FIRST + 20)?.digest).toBe(first.digest);
  });

  test("is one of the newest sixteen or goes", () => {
    const member = running(FIRST + 100);
    for (let i = 0; i < 40; i++) member.feed({ kind: "report-verified", signed: signedOf(config, FIRST + i) });
    expect([...member.state.reports.keys()]).toEqual(Array.from({ length: REPORTS_KEPT }, (_, i) => FIRST + 24 + i));
  });
});

test("a restarted node goes on from the report on its disk", () => {
  const stored = signedOf(config, FIRST + 5);
  const member = new Member(config, 0, stored);
  expect(latestReport(member.state)).toBe(stored);
  expect(latestReport(member.state, FIRST + 5)).toBeNull();
  expect(refusals(member.hear(said(stored)))).toEqual([]);
});
