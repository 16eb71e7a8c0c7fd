/** What a PROPOSE must satisfy before anyone signs under it. */
import { describe, expect, test } from "vitest";
import { digestOf } from "../../src/protocol/build-report.ts";
import type { Effect } from "../../src/protocol/events.ts";
import { leadershipOf } from "../../src/protocol/leader.ts";
import type { Observe, Propose } from "../../src/protocol/messages.ts";
import type { SettlementDetail } from "../../src/report/detail.ts";
import type { SignedReport } from "../../src/report/report.ts";
import {
  configOf,
  hashOf,
  hexOf,
  Member,
  notes,
  observeOf,
  ofKind,
  proposeOf,
  refusals,
  roundLedBy,
  signedOf,
} from "../support/protocol.ts";

const config = configOf();
/** Member 2 leads; member 1 is under test. */
const ROUND = roundLedBy(config, 2);
const all = [1, 2, 3, 4].map((id) => observeOf(config, id, ROUND));

function watching(...heard: readonly Observe[]): Member {
  const member = new Member(config);
  member.startSlot(ROUND);
  member.hear(...heard);
  return member;
}

const isAccepted = (effects: readonly Effect[]): boolean => notes(effects).some(({ kind }) => kind === "accepted");

function judge(proposal: Propose, member = watching(...all)): string[] {
  const effects = member.hear(proposal);
  expect(ofKind(effects, "sign-share")).toEqual([]);
  expect(member.round(ROUND).accepted).toEqual([]);
  return refusals(effects);
}

describe("a PROPOSE of the leader over observations that are held", () => {
  test("is accepted: the report is recomputed here, and signed when I am named", () => {
    const member = watching(...all);
    const effects = member.hear(proposeOf(2, all));
    expect(isAccepted(effects)).toBe(true);
    const [order] = ofKind(effects, "sign-share");
    const held = member.round(ROUND).accepted[0]!;
    expect(order).toMatchObject({
      round: ROUND,
      attempt: 0,
      proposalHash: hashOf(proposeOf(2, all)),
      digest: held.digest,
    });
    expect(digestOf(config.networkId, held.report)).toBe(held.digest);
    expect(held.report.leaves.every(({ status }) => status === "ok")).toBe(true);
    expect(order?.commitments).toEqual(
      all.slice(0, 3).map((message) => ({ id: message.sender, ...message.commitments[0] })),
    );
  });

  test("is accepted without signing when I am not named", () => {
    const effects = watching(...all).hear(proposeOf(2, all, { signers: [2, 3, 4] }));
    expect(isAccepted(effects)).toBe(true);
    expect(ofKind(effects, "sign-share")).toEqual([]);
  });

  test("is accepted without me in it at all", () => {
    expect(isAccepted(watching(...all).hear(proposeOf(2, all.slice(1))))).toBe(true);
  });

  test("that comes twice is nothing the second time", () => {
    const member = watching(...all);
    member.hear(proposeOf(2, all));
    expect(member.hear(proposeOf(2, all))).toEqual([]);
  });
});

describe("a PROPOSE is refused", () => {
  test("from anybody but leader and backup", () => {
    for (const sender of [1, 3, 4]) {
      if (roundLedBy(config, sender, "backup", ROUND) === ROUND) continue;
      expect(judge(proposeOf(sender, all))).toEqual(["propose: not-the-leader"]);
    }
    expect(judge(proposeOf(7, all))).toEqual(["propose: not-the-leader"]);
  });

  test.each<readonly [string, Propose, string]>([
    ["with 2f observations", proposeOf(2, all.slice(0, 2), { signers: [1, 2] }), "too-few-observations"],
    ["with none", proposeOf(2, all, { observations: [], signers: [] }), "too-few-observations"],
    [
      "with one observation listed twice to make 2f+1",
      proposeOf(2, [all[0]!, all[1]!, all[1]!], { signers: [1, 2] }),
      "bad-observation-list",
    ],
    [
      "with ids out of order",
      proposeOf(2, [all[1]!, all[0]!, all[2]!], { signers: [1, 2, 3] }),
      "bad-observation-list",
    ],
    [
      "with an outsider's observation",
      proposeOf(2, [...all.slice(0, 3), { ...all[3]!, sender: 5 }]),
      "bad-observation-list",
    ],
    [
      "with id 0",
      proposeOf(2, [{ ...all[0]!, sender: 0 }, ...all.slice(1)], { signers: [2, 3, 4] }),
      "bad-observation-list",
    ],
    ["with t−1 signers", proposeOf(2, all, { signers: [1, 2] }), "bad-signer-set"],
    ["with t+1 signers", proposeOf(2, all, { signers: [1, 2, 3, 4] }), "bad-signer-set"],
    ["with a signer twice", proposeOf(2, all, { signers: [1, 2, 2] }), "bad-signer-set"],
    ["with signers out of order", proposeOf(2, all, { signers: [2, 1, 3] }), "bad-signer-set"],
    ["with a signer who is no member", proposeOf(2, all, { signers: [1, 2, 5] }), "bad-signer-set"],
    ["with a signer who is not listed", proposeOf(2, all.slice(0, 3), { signers: [1, 2, 4] }), "bad-signer-set"],
  ])("%s", (_name, proposal, why) => {
    expect(judge(proposal)).toEqual([`propose: ${why}`]);
  });

  test("when it names another OBSERVE of mine than the one I sent", () => {
    const replaced = observeOf(config, 1, ROUND, { values: [1n, 2n] });
    expect(judge(proposeOf(2, [replaced, ...all.slice(1)]))).toEqual(["propose: not-my-observation"]);
    // Also where the other version is held: it may have come from another process with this key.
    expect(judge(proposeOf(2, [replaced, ...all.slice(1)]), watching(...all, replaced))).toEqual([
      "propose: not-my-observation",
    ]);
  });

  test("when it lists one member's OBSERVE under another's id", () => {
    const observations = [...proposeOf(2, all.slice(0, 3)).observations, { id: 4, hash: hashOf(all[2]!) }];
    expect(judge(proposeOf(2, all, { observations }))).toEqual(["propose: bad-observation-list"]);
  });

  test("after another was accepted in the round: an equivocating leader is heard once", () => {
    const member = watching(...all);
    member.hear(proposeOf(2, all));
    const effects = member.hear(proposeOf(2, all.slice(0, 3)));
    expect(refusals(effects)).toEqual(["propose: already-accepted"]);
    expect(ofKind(effects, "sign-share")).toEqual([]);
  });
});

describe("observations that are not held", () => {
  test("are fetched from the proposer, and the PROPOSE is accepted when the last one comes", () => {
    const member = watching(all[1]!);
    const effects = member.hear(proposeOf(2, all));
    expect(ofKind(effects, "fetch-message")).toEqual(
      [all[2]!, all[3]!].map((message) => ({ kind: "fetch-message", round: ROUND, hash: hashOf(message), from: 2 })),
    );
    expect(isAccepted(member.hear(all[2]!))).toBe(false);
    const last = member.hear(all[3]!);
    expect(isAccepted(last)).toBe(true);
    expect(ofKind(last, "sign-share")).toHaveLength(1);
  });

  test("are asked for once, not at every event", () => {
    const member = watching(all[1]!);
    member.hear(proposeOf(2, all));
    const again = [...member.hear(all[2]!), ...member.hear(proposeOf(2, all)), ...member.fire("backup", ROUND)];
    expect(ofKind(again, "fetch-message")).toEqual([]);
  });

  test("that nobody has leave the PROPOSE waiting: a leader that alters a value gets no share for it", () => {
    const member = watching(...all);
    // The leader writes another value into member 4's OBSERVE; without that member's key it is a hash without a message.
    const altered = observeOf(config, 4, ROUND, { values: [900_000n, 2_000_004n] });
    const effects = member.hear(proposeOf(2, [...all.slice(0, 3), altered]));
    expect(ofKind(effects, "fetch-message")).toHaveLength(1);
    const later = [...member.fire("backup", ROUND), ...member.fire("hard-stop", ROUND), ...member.startSlot(ROUND + 1)];
    expect(ofKind([...effects, ...later], "sign-share")).toEqual([]);
    expect(member.round(ROUND).accepted).toEqual([]);
  });
});

describe("the parent", () => {
  const parentRef = (round: number) => ({ round, digest: signedOf(config, round).digest });
  const withReports = (...rounds: readonly number[]): Member => {
    const member = watching(...all);
    for (const round of rounds) member.feed({ kind: "report-verified", signed: signedOf(config, round) });
    return member;
  };

  test("that is held is where the trigger state comes from", () => {
    const member = withReports(ROUND - 1);
    expect(isAccepted(member.hear(proposeOf(2, all, { parent: parentRef(ROUND - 1) })))).toBe(true);
    // Published in the parent, near enough now: nothing is due. Without a parent everything would be.
    expect(member.round(ROUND).accepted[0]!.report.pushes).toEqual([]);
    const first = watching(...all);
    first.hear(proposeOf(2, all));
    expect(first.round(ROUND).accepted[0]!.report.pushes).toHaveLength(2);
  });

  test("may be passed over by reports of the last two slots, not by an older one", () => {
    expect(
      isAccepted(
        withReports(ROUND - 3, ROUND - 2, ROUND - 1).hear(proposeOf(2, all, { parent: parentRef(ROUND - 3) })),
      ),
    ).toBe(true);
    const stale = proposeOf(2, all, { parent: parentRef(ROUND - 4) });
    expect(judge(stale, withReports(ROUND - 4, ROUND - 3))).toEqual(["propose: parent-too-old"]);
    expect(judge(proposeOf(2, all), withReports(ROUND - 3))).toEqual(["propose: parent-too-old"]);
  });

  test("may not be passed over by a report that published, however young: the chain holds what it said", () => {
    const push = { index: 0, status: "ok", value: 1_000_000n, confidencePpb: 0 } as const;
    const member = withReports(ROUND - 2);
    member.feed({ kind: "report-verified", signed: signedOf(config, ROUND - 1, { pushes: [push] }) });
    const over = proposeOf(2, all, { parent: parentRef(ROUND - 2) });
    expect(judge(over, member)).toEqual(["propose: parent-hides-a-publication"]);
  });

  test("may not be passed over by a report with a settlement price that it lacks, agreed or final", () => {
    const settled = (
      round: number,
      phase: SettlementDetail["phase"],
      { expiryMs = 60_000, value = 7n }: { expiryMs?: number; value?: bigint } = {},
    ): SignedReport => {
      const { leaves } = signedOf(config, round).report;
      const detail: SettlementDetail = {
        kind: "settlement",
        expiryMs,
        phase,
        fixed: 0n,
        variable: 0n,
        coveragePpm: 0,
        pubExpiryMs: 0,
      };
      return signedOf(config, round, { leaves: [{ ...leaves[0]!, value, detail }, ...leaves.slice(1)] });
    };
    const judged = (parent: SignedReport, over: SignedReport): string[] => {
      const member = watching(...all);
      for (const signed of [parent, over]) member.feed({ kind: "report-verified", signed });
      const ref = { round: parent.report.round, digest: parent.digest };
      return refusals(member.hear(proposeOf(2, all, { parent: ref })));
    };
    const hidden = ["propose: parent-hides-a-settlement"];
    for (const phase of ["agreed", "final"] as const) {
      expect(judged(settled(ROUND - 2, "pending"), settled(ROUND - 1, phase))).toEqual(hidden);
      expect(judged(settled(ROUND - 2, "final", { expiryMs: 30_000 }), settled(ROUND - 1, phase))).toEqual(hidden);
      expect(judged(signedOf(config, ROUND - 2), settled(ROUND - 1, phase))).toEqual(hidden);
      expect(judged(settled(ROUND - 2, "agreed"), settled(ROUND - 1, phase))).toEqual([]);
      // Two prices were agreed on, behind each other's back: the newer one stands.
      expect(judged(settled(ROUND - 2, "agreed", { value: 8n }), settled(ROUND - 1, phase))).toEqual(hidden);
    }
    expect(judged(settled(ROUND - 2, "averaging"), settled(ROUND - 1, "pending"))).toEqual([]);
    // Nor by forgetting that there was any report.
    const member = watching(...all);
    member.feed({ kind: "report-verified", signed: settled(ROUND - 1, "agreed") });
    expect(judge(proposeOf(2, all), member)).toEqual(hidden);
  });

  test("must lie below the round", () => {
    for (const round of [ROUND, ROUND + 1]) {
      expect(judge(proposeOf(2, all, { parent: parentRef(round) }), withReports(ROUND - 1))).toEqual([
        "propose: parent-not-below",
      ]);
    }
  });

  test("must have the digest of the report held for its round", () => {
    const parent = { round: ROUND - 1, digest: hexOf("another") };
    expect(judge(proposeOf(2, all, { parent }), withReports(ROUND - 1))).toEqual(["propose: parent-digest-differs"]);
  });

  test("that is unknown is fetched from the proposer, and then the PROPOSE is accepted", () => {
    const member = watching(...all);
    const effects = member.hear(proposeOf(2, all, { parent: parentRef(ROUND - 1) }));
    expect(ofKind(effects, "fetch-report")).toEqual([{ kind: "fetch-report", ...parentRef(ROUND - 1), from: 2 }]);
    expect(isAccepted(effects)).toBe(false);
    const fetched = member.feed({ kind: "report-verified", signed: signedOf(config, ROUND - 1) });
    expect(isAccepted(fetched)).toBe(true);
    expect(ofKind(fetched, "sign-share")).toHaveLength(1);
  });

  test("that was fetched and turns out to be another than named is no parent", () => {
    const member = watching(...all);
    member.hear(proposeOf(2, all, { parent: { round: ROUND - 1, digest: hexOf("promised") } }));
    const fetched = member.feed({ kind: "report-verified", signed: signedOf(config, ROUND - 1) });
    expect(refusals(fetched)).toEqual(["propose: parent-digest-differs"]);
  });
});

describe("PROPOSEs that wait", () => {
  test("are as many of each proposer as it may have sessions: more are refused", () => {
    const member = watching(...all);
    const forged = (label: string) =>
      proposeOf(2, all, {
        observations: [...proposeOf(2, all.slice(0, 3)).observations, { id: 4, hash: hexOf(label) }],
      });
    member.hear(forged("a"), forged("b"), forged("c"));
    expect(refusals(member.hear(forged("d")))).toEqual(["propose: too-many-pending"]);
    expect(member.round(ROUND).pending).toHaveLength(3);
  });

  test("of the backup leave room for the leader's", () => {
    let round = roundLedBy(config, 3, "backup");
    while (leadershipOf(config.cfg, round, 4).leader === 1) round = roundLedBy(config, 3, "backup", round + 1);
    const { leader } = leadershipOf(config.cfg, round, 4);
    const listed = [1, 2, 3, 4].map((id) => observeOf(config, id, round));
    const member = new Member(config);
    member.startSlot(round);
    member.hear(...listed.slice(0, 3));
    for (let i = 0; i < 10; i++)
      member.hear(proposeOf(3, listed, { parent: { round: i + 1, digest: hexOf(`p${i}`) } }));
    expect(refusals(member.hear(proposeOf(leader, listed)))).toEqual([]);
    expect(isAccepted(member.hear(listed[3]!))).toBe(true);
  });
});
