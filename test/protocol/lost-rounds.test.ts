/** What the simulator found: rounds that completed late, for a few only, or not at all, and cost honest leaders their slots. */
import { describe, expect, test } from "vitest";
import { leadershipOf, placeOf } from "../../src/protocol/leader.ts";
import type { PushEntry } from "../../src/report/report.ts";
import {
  broadcasts,
  configOf,
  Member,
  observeOf,
  ofKind,
  proposeOf,
  refusals,
  shareOf,
  signedOf,
} from "../support/protocol.ts";

const config = configOf();
/** Led by member 2 and backed by member 1. */
const ROUND = roundFor(
  (round) => leadershipOf(config.cfg, round, 4).leader === 2 && placeOf(config.cfg, round, 4, 1) === 1,
);
const observed = [1, 2, 3, 4].map((id) => observeOf(config, id, ROUND));
const proposal = proposeOf(2, observed, { signers: [1, 2, 3] });

function roundFor(fits: (round: number) => boolean): number {
  const found = Array.from({ length: 200 }, (_, i) => config.firstRound + i).find(fits);
  if (found === undefined) throw new Error("no such round");
  return found;
}

function memberThatHeard(): Member {
  const member = new Member(config);
  member.startSlot(ROUND);
  member.hear(...observed.slice(1));
  return member;
}

describe("a first PROPOSE", () => {
  test("is accepted in its own slot only, a further session of an accepted one later too", () => {
    const late = memberThatHeard();
    late.startSlot(ROUND + 1);
    expect(refusals(late.hear(proposal))).toEqual(["propose: slot-over"]);
    expect(late.round(ROUND).accepted).toEqual([]);
    const member = memberThatHeard();
    member.hear(proposal);
    member.startSlot(ROUND + 1);
    member.hear(proposeOf(2, observed, { attempt: 1, signers: [1, 2, 4] }));
    expect(member.round(ROUND).accepted).toHaveLength(2);
  });
});

describe("a session with a commitment that is no point", () => {
  test("uses up nobody's pair: whoever should have signed in it signs in the next one", () => {
    const member = memberThatHeard();
    member.hear(proposal);
    const second = proposeOf(2, observed, { attempt: 1, signers: [1, 2, 4] });
    const [asked] = ofKind(member.hear(second), "sign-share");
    if (asked === undefined) throw new Error("a share was expected");
    const { proposalHash } = asked;
    member.feed({ kind: "share-refused", round: ROUND, proposalHash, why: "bad-commitment", culprits: [4] });
    const third = proposeOf(2, observed, { attempt: 2, signers: [1, 2, 3] });
    const [again] = ofKind(member.hear(third), "sign-share");
    expect(again?.commitments[0]).toEqual(asked.commitments[0]);
    expect(again?.commitments.map(({ id }) => id)).toEqual([1, 2, 3]);
  });
});

const push: PushEntry = { index: 0, status: "ok", value: 1n, confidencePpb: 0 };

describe("a report that this node completed", () => {
  const completed = (): Member => {
    const member = memberThatHeard();
    member.hear(proposal);
    const { digest } = member.round(ROUND).accepted[0]!;
    member.hear(...[1, 2, 3].map((id) => shareOf(id, proposal, digest)));
    const { signature } = signedOf(config, ROUND);
    const { hash: proposalHash } = member.round(ROUND).accepted[0]!;
    const effects = member.feed({ kind: "aggregated", round: ROUND, proposalHash, signature });
    expect(broadcasts(effects, "report")).toEqual([]);
    return member;
  };
  const second = proposeOf(2, observed, { attempt: 1, signers: [1, 2, 4] });

  test("is said once when its proposer asks for another session: it lacks a share that was shown here only", () => {
    const member = completed();
    expect(broadcasts(member.hear(second), "report")).toMatchObject([{ round: ROUND, sender: 1 }]);
    expect(broadcasts(member.hear(proposeOf(2, observed, { attempt: 2, signers: [1, 3, 4] })), "report")).toEqual([]);
    expect(broadcasts(member.fire("backup", ROUND), "report")).toEqual([]);
  });

  test("is said at the backup's time when its proposer keeps it to itself, and not when somebody has said it", () => {
    expect(broadcasts(completed().fire("backup", ROUND), "report")).toHaveLength(1);
    const member = completed();
    const signed = member.state.reports.get(ROUND)!;
    member.hear({ type: "report", round: ROUND, sender: 2, signed });
    expect(broadcasts(member.fire("backup", ROUND), "report")).toEqual([]);
  });

  test("is said by the others one after the other, a delay apart, until one of them has said it", () => {
    const places = [2, 3].map((place) => roundFor((round) => placeOf(config.cfg, round, 4, 1) === place));
    const turns = places.map((round) => {
      const { leader } = leadershipOf(config.cfg, round, 4);
      const said = [1, 2, 3, 4].map((id) => observeOf(config, id, round));
      const proposed = proposeOf(leader, said, { signers: [2, 3, 4] });
      const member = new Member(config);
      member.startSlot(round);
      member.hear(...said.slice(1), proposed);
      const { digest, hash: proposalHash } = member.round(round).accepted[0]!;
      member.hear(...[2, 3, 4].map((id) => shareOf(id, proposed, digest)));
      const { signature } = signedOf(config, round);
      member.feed({ kind: "aggregated", round, proposalHash, signature });
      const effects = member.fire("backup", round);
      expect(broadcasts(effects, "report")).toEqual([]);
      return { member, round, timers: ofKind(effects, "set-timer") };
    });
    const [third, fourth] = turns.map(({ timers }) => timers);
    expect(third).toMatchObject([{ timer: "report", delayMs: 60 }]);
    expect(fourth).toMatchObject([{ timer: "report", delayMs: 120 }]);
    const [speaks, heard] = turns.map(({ member, round }) => ({ member, round }));
    expect(broadcasts(speaks!.member.fire("report", speaks!.round), "report")).toMatchObject([{ sender: 1 }]);
    expect(broadcasts(speaks!.member.fire("report", speaks!.round), "report")).toEqual([]);
    const signed = heard!.member.state.reports.get(heard!.round)!;
    heard!.member.hear({ type: "report", round: heard!.round, sender: 2, signed });
    expect(broadcasts(heard!.member.fire("report", heard!.round), "report")).toEqual([]);
  });

  test("when the backup's time has come first waits for its proposer, who completes it about now", () => {
    const member = memberThatHeard();
    member.hear(proposal);
    const { digest, hash: proposalHash } = member.round(ROUND).accepted[0]!;
    member.fire("backup", ROUND);
    member.hear(...[1, 2, 3].map((id) => shareOf(id, proposal, digest)));
    const { signature } = signedOf(config, ROUND);
    const effects = member.feed({ kind: "aggregated", round: ROUND, proposalHash, signature });
    expect(broadcasts(effects, "report")).toEqual([]);
    expect(ofKind(effects, "set-timer")).toMatchObject([{ timer: "report", delayMs: 120 }]);
    expect(broadcasts(member.fire("report", ROUND), "report")).toHaveLength(1);
  });

  test("is told, once a round, to a proposer that builds on an older one: it lacks it, and so may the next leader", () => {
    const next = ROUND + 1;
    const { leader } = leadershipOf(config.cfg, next, config.n);
    const member = new Member(config, 0, signedOf(config, ROUND, { pushes: [push] }));
    member.startSlot(next);
    const heard = [1, 2, 3, 4].map((id) => observeOf(config, id, next));
    member.hear(...heard.filter(({ sender }) => sender !== 1));
    const stale = proposeOf(leader, heard);
    const effects = member.hear(stale);
    expect(refusals(effects)).toEqual(["propose: parent-hides-a-publication"]);
    expect(broadcasts(effects, "report")).toMatchObject([{ round: ROUND, sender: 1 }]);
    expect(broadcasts(member.hear(proposeOf(leader, heard, { attempt: 1 })), "report")).toEqual([]);
  });

  test("that is not held is not said", () => {
    const member = memberThatHeard();
    member.hear(proposal, second);
    expect(broadcasts(member.fire("backup", ROUND), "report")).toEqual([]);
  });
});
