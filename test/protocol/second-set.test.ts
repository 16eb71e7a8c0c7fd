/** The second signer set: when the first one does not deliver, and never twice. */
import { describe, expect, test } from "vitest";
import type { Effect } from "../../src/protocol/events.ts";
import type { Propose } from "../../src/protocol/messages.ts";
import {
  broadcasts,
  configOf,
  hashOf,
  Member,
  notes,
  observeOf,
  ofKind,
  proposeOf,
  refusals,
  roundLedBy,
  shareOf,
} from "../support/protocol.ts";

const config = configOf();
const LED = roundLedBy(config, 1);
const all = (round: number) => [1, 2, 3, 4].map((id) => observeOf(config, id, round));
const proposals = (effects: readonly Effect[]) => broadcasts(effects, "propose");

/** Member 1 has proposed over all four and accepted its own PROPOSE. */
function proposed(): { member: Member; first: Propose; digest: `0x${string}` } {
  const member = new Member(config);
  member.startSlot(LED);
  const [first] = proposals(member.hear(...all(LED).slice(1)));
  member.hear(first!);
  return { member, first: first!, digest: member.round(LED).accepted[0]!.digest };
}

const outsideOf = (first: Propose): number => [1, 2, 3, 4].find((id) => !first.signers.includes(id))!;

describe("without a signature in time", () => {
  test("the proposer names those whose share came plus fresh members, on the second nonce pair", () => {
    const { member, first, digest } = proposed();
    const silent = first.signers.find((id) => id !== 1)!;
    member.hear(...first.signers.filter((id) => id !== silent).map((id) => shareOf(id, first, digest)));
    const [second] = proposals(member.fire("second-set", LED));
    expect(second).toMatchObject({ attempt: 1, parent: first.parent, observations: first.observations });
    expect(second?.signers).toEqual([1, 2, 3, 4].filter((id) => id !== silent));
    expect(second?.signers).toContain(outsideOf(first));
    const effects = member.hear(second!);
    const [order] = ofKind(effects, "sign-share");
    expect(order).toMatchObject({ attempt: 1, digest });
    const own = order?.commitments.find(({ id }) => id === 1);
    expect(own).toEqual({ id: 1, ...observeOf(config, 1, LED).commitments[1] });
  });

  test("nobody but the proposer of the first set names a second one", () => {
    const round = roundLedBy(config, 2);
    const member = new Member(config);
    member.startSlot(round);
    member.hear(...all(round).slice(1), proposeOf(2, all(round)));
    expect(member.fire("second-set", round)).toEqual([]);
  });

  test("where no fresh member has spoken there is nobody to name", () => {
    const member = new Member(config);
    member.startSlot(LED);
    member.hear(...all(LED).slice(1, 3));
    const [first] = proposals(member.fire("grace", LED));
    member.hear(first!);
    expect(proposals(member.fire("second-set", LED))).toEqual([]);
  });
});

describe("bad shares", () => {
  test("name their members, who are left out of the second set at once", () => {
    const { member, first, digest } = proposed();
    const liar = first.signers.find((id) => id !== 1)!;
    expect(ofKind(member.hear(...first.signers.map((id) => shareOf(id, first, digest))), "aggregate")).toHaveLength(1);
    const event = { kind: "aggregate-failed", round: LED, proposalHash: hashOf(first), culprits: [liar] } as const;
    const effects = member.feed(event);
    expect(notes(effects)[0]).toEqual({ kind: "bad-shares", round: LED, culprits: [liar] });
    const [second] = proposals(effects);
    expect(second?.signers).toEqual([1, 2, 3, 4].filter((id) => id !== liar));
  });

  test("that come while the timer's second set is on its way do not make the leader say two", () => {
    const { member, first, digest } = proposed();
    member.hear(...first.signers.slice(0, 1).map((id) => shareOf(id, first, digest)));
    const byTimer = proposals(member.fire("second-set", LED));
    const liar = first.signers.find((id) => id !== 1)!;
    const byFailure = proposals(
      member.feed({ kind: "aggregate-failed", round: LED, proposalHash: hashOf(first), culprits: [liar] }),
    );
    expect([byTimer.length, byFailure.length]).toEqual([1, 0]);
    expect(proposals(member.fire("second-set", LED))).toEqual([]);
  });

  test("are noted by a node that is not the proposer, which proposes nothing", () => {
    const round = roundLedBy(config, 2);
    const member = new Member(config);
    member.startSlot(round);
    const first = proposeOf(2, all(round));
    member.hear(...all(round).slice(1), first);
    const effects = member.feed({ kind: "aggregate-failed", round, proposalHash: hashOf(first), culprits: [3] });
    expect(effects).toEqual([{ kind: "note", note: { kind: "bad-shares", round, culprits: [3] } }]);
  });
});

describe("a second PROPOSE", () => {
  const round = roundLedBy(config, 2);
  const first = proposeOf(2, all(round));
  const accepting = (): Member => {
    const member = new Member(config);
    member.startSlot(round);
    member.hear(...all(round).slice(1), first);
    return member;
  };

  test("is signed under on the second pair, for the same digest", () => {
    const member = accepting();
    const [order] = ofKind(member.hear({ ...first, attempt: 1, signers: [1, 2, 4] }), "sign-share");
    expect(order).toMatchObject({ attempt: 1, digest: member.round(round).accepted[0]!.digest });
    expect(order?.commitments.map(({ id }) => id)).toEqual([1, 2, 4]);
  });

  test("for another digest is refused", () => {
    const member = accepting();
    const others = proposeOf(2, all(round).slice(0, 3), { attempt: 1 });
    expect(refusals(member.hear(others))).toEqual(["propose: other-digest"]);
    expect(member.round(round).accepted).toHaveLength(1);
  });

  test("is refused from another than the first one's proposer", () => {
    const member = accepting();
    const backup = [3, 4].find((id) => roundLedBy(config, id, "backup", round) === round);
    if (backup !== undefined) member.fire("backup", round);
    expect(refusals(member.hear({ ...first, sender: backup ?? 3, attempt: 1 }))).toEqual(["propose: already-accepted"]);
  });

  test("is the last: a third, and another second, are refused and not signed under", () => {
    const member = accepting();
    member.hear({ ...first, attempt: 1, signers: [1, 2, 4] });
    const third = member.hear({ ...first, attempt: 1, signers: [1, 3, 4] });
    expect(refusals(third)).toEqual(["propose: already-accepted"]);
    expect(ofKind(third, "sign-share")).toEqual([]);
  });

  test("that overtook the first is signed once: no second order comes for the same nonce pair", () => {
    const member = new Member(config);
    member.startSlot(round);
    member.hear(...all(round).slice(1));
    const second: Propose = { ...first, attempt: 1, signers: [1, 2, 4] };
    expect(ofKind(member.hear(second), "sign-share").map(({ attempt }) => attempt)).toEqual([1]);
    const again = member.hear({ ...first, attempt: 1, signers: [1, 3, 4] });
    expect(refusals(again)).toEqual(["propose: already-accepted"]);
    expect(ofKind([...again, ...member.hear(first)], "sign-share")).toEqual([]);
  });
});
