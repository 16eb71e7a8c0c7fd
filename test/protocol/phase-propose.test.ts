/** When the leader speaks, when the backup may, and what they say. */
import { describe, expect, test } from "vitest";
import type { Effect } from "../../src/protocol/events.ts";
import { leadershipOf } from "../../src/protocol/leader.ts";
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
  signedOf,
} from "../support/protocol.ts";

const config = configOf();
const LED = roundLedBy(config, 1);
const BACKED = roundLedBy(config, 1, "backup");

function leading(round = LED, own = config): Member {
  const member = new Member(own);
  member.startSlot(round);
  return member;
}

const proposals = (effects: readonly Effect[]) => broadcasts(effects, "propose");

describe("the leader", () => {
  test("proposes at once when all n have spoken", () => {
    const member = leading();
    expect(proposals(member.hear(observeOf(config, 2, LED), observeOf(config, 3, LED)))).toEqual([]);
    const [proposal] = proposals(member.hear(observeOf(config, 4, LED)));
    const all = [1, 2, 3, 4].map((id) => observeOf(config, id, LED));
    expect(proposal?.observations).toEqual(all.map((message) => ({ id: message.sender, hash: hashOf(message) })));
    expect(proposal).toMatchObject({ attempt: 0, parent: null, sender: 1, round: LED });
  });

  test("waits the grace once 2f+1 have spoken and nothing is suppressed, then proposes those", () => {
    const member = leading();
    const effects = member.hear(observeOf(config, 2, LED), observeOf(config, 4, LED));
    expect(ofKind(effects, "set-timer")).toEqual([{ kind: "set-timer", timer: "grace", round: LED, delayMs: 60 }]);
    expect(proposals(effects)).toEqual([]);
    const [proposal] = proposals(member.fire("grace", LED));
    expect(proposal?.observations.map(({ id }) => id)).toEqual([1, 2, 4]);
    expect(proposal?.signers).toEqual([1, 2, 4]);
  });

  test("does not begin the grace while one outlier would suppress a feed; the fourth value ends the wait", () => {
    const member = leading();
    const outlier = observeOf(config, 2, LED, { values: [5_000_000n, 2_000_002n] });
    const effects = member.hear(outlier, observeOf(config, 3, LED));
    expect(ofKind(effects, "set-timer")).toEqual([]);
    expect(proposals(member.fire("grace", LED))).toEqual([]);
    expect(proposals(member.hear(observeOf(config, 4, LED)))).toHaveLength(1);
  });

  test("does not wait for a feed that the parent could not agree on either", () => {
    const member = leading();
    const parent = signedOf(config, LED - 1);
    const leaves = parent.report.leaves.map((leaf) =>
      leaf.feedId === config.rules[1]!.feedId ? { ...leaf, status: "missing" as const } : leaf,
    );
    member.feed({ kind: "report-verified", signed: signedOf(config, LED - 1, { leaves }) });
    const without = (id: number) => observeOf(config, id, LED, { values: [1_000_000n, null] });
    const effects = member.hear(without(2), without(3));
    expect(ofKind(effects, "set-timer").map(({ timer }) => timer)).toEqual(["grace"]);
  });

  test("waits until the hard stop for a feed that the parent did agree on, then proposes what it has", () => {
    const member = leading();
    member.feed({ kind: "report-verified", signed: signedOf(config, LED - 1) });
    const without = (id: number) => observeOf(config, id, LED, { values: [1_000_000n, null] });
    expect(ofKind(member.hear(without(2), without(3)), "set-timer")).toEqual([]);
    expect(proposals(member.fire("grace", LED))).toEqual([]);
    const [proposal] = proposals(member.fire("hard-stop", LED));
    expect(proposal?.observations.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  test("with fewer than 2f+1 at the hard stop proposes as soon as the next one comes", () => {
    const member = leading();
    member.hear(observeOf(config, 2, LED));
    expect(proposals(member.fire("hard-stop", LED))).toEqual([]);
    expect(proposals(member.hear(observeOf(config, 3, LED)))).toHaveLength(1);
  });

  test("waits for t where t is more than 2f+1: of five nodes, four", () => {
    const five = configOf({ n: 5 });
    const round = roundLedBy(five, 1);
    const member = leading(round, five);
    member.hear(observeOf(five, 2, round), observeOf(five, 3, round));
    expect([...proposals(member.fire("grace", round)), ...proposals(member.fire("hard-stop", round))]).toEqual([]);
    const [proposal] = proposals(member.hear(observeOf(five, 5, round)));
    expect(proposal?.signers).toEqual([1, 2, 3, 5]);
  });

  test("names its newest report as parent", () => {
    const member = leading();
    for (const back of [3, 1, 2]) member.feed({ kind: "report-verified", signed: signedOf(config, LED - back) });
    const [proposal] = proposals(member.hear(...[2, 3, 4].map((id) => observeOf(config, id, LED))));
    expect(proposal?.parent).toEqual({ round: LED - 1, digest: signedOf(config, LED - 1).digest });
  });

  test("says nothing without an OBSERVE of its own, and nothing twice", () => {
    const member = new Member(config);
    member.feed({ kind: "slot-started", round: LED });
    const others = [2, 3, 4].map((id) => observeOf(config, id, LED));
    expect(proposals([...member.hear(...others), ...member.fire("hard-stop", LED)])).toEqual([]);
    const own = observeOf(config, 1, LED);
    const { obsTimeMs, incarnation, commitments, values } = own;
    member.feed({ kind: "rounds-reserved", upTo: LED });
    member.feed({ kind: "observed", round: LED, obsTimeMs, incarnation, commitments, values });
    expect(proposals(member.hear(own))).toHaveLength(1);
    expect(proposals([...member.fire("grace", LED), ...member.fire("hard-stop", LED)])).toEqual([]);
  });

  test("lets every live member sign its turn: the signers rotate with the round", () => {
    const seen = new Set<number>();
    for (let round = LED, turns = 0; turns < 12; round = roundLedBy(config, 1, "leader", round + 1), turns++) {
      const [proposal] = proposals(leading(round).hear(...[2, 3, 4].map((id) => observeOf(config, id, round))));
      expect(proposal?.signers).toHaveLength(3);
      for (const id of proposal?.signers ?? []) seen.add(id);
    }
    expect([...seen].sort((a, b) => a - b)).toEqual([1, 2, 3, 4]);
  });

  test("is silent in a slot that another leads", () => {
    const round = roundLedBy(config, 3);
    const member = leading(round);
    const effects = member.hear(...[2, 3, 4].map((id) => observeOf(config, id, round)));
    expect(proposals([...effects, ...member.fire("grace", round), ...member.fire("hard-stop", round)])).toEqual([]);
  });
});

describe("the backup", () => {
  const others = [2, 3, 4].map((id) => observeOf(config, id, BACKED));
  const leader = [2, 3, 4].find((id) => roundLedBy(config, id, "leader", BACKED) === BACKED)!;

  test("is silent before its time, and proposes when it comes and nothing was accepted", () => {
    const member = leading(BACKED);
    expect(proposals([...member.hear(...others), ...member.fire("hard-stop", BACKED)])).toEqual([]);
    expect(proposals(member.fire("backup", BACKED))).toHaveLength(1);
  });

  test("whose time has come before 2f+1 have spoken proposes with the last of them", () => {
    const member = leading(BACKED);
    expect(proposals(member.fire("backup", BACKED))).toEqual([]);
    expect(proposals(member.hear(others[0]!))).toEqual([]);
    expect(proposals(member.hear(others[1]!))).toHaveLength(1);
  });

  test("names the leader that left it the round only where t others are missing: it would be as silent as a signer", () => {
    for (const round of [BACKED, roundLedBy(config, 1, "backup", BACKED + 1)]) {
      const { leader: silent } = leadershipOf(config.cfg, round, config.n);
      const observed = [2, 3, 4].map((id) => observeOf(config, id, round));
      const withOthers = leading(round);
      withOthers.hear(...observed);
      const [proposal] = proposals(withOthers.fire("backup", round));
      expect(proposal?.observations).toHaveLength(4);
      expect(proposal?.signers).toEqual([1, 2, 3, 4].filter((id) => id !== silent));
      const without = leading(round);
      without.hear(
        ...observed.filter(({ sender }) => sender === silent),
        observed.find(({ sender }) => sender !== silent)!,
      );
      expect(proposals(without.fire("backup", round))[0]?.signers).toContain(silent);
    }
  });

  test("passes on the leader's PROPOSE it accepted rather than make a second one", () => {
    const member = leading(BACKED);
    const proposal = proposeOf(leader, [observeOf(config, 1, BACKED), ...others]);
    member.hear(...others, proposal);
    const effects = member.fire("backup", BACKED);
    expect(ofKind(effects, "forward")).toEqual([{ kind: "forward", round: BACKED, hash: hashOf(proposal) }]);
    expect(proposals(effects)).toEqual([]);
  });

  test("says nothing over a round that is complete", () => {
    const member = leading(BACKED);
    member.hear(...others);
    member.feed({ kind: "report-verified", signed: signedOf(config, BACKED) });
    expect(member.fire("backup", BACKED)).toEqual([]);
  });

  test("is believed by the others only after its time, and then without being asked again", () => {
    const round = roundLedBy(config, 2, "backup");
    const member = leading(round);
    const listed = [1, 2, 3].map((id) => observeOf(config, id, round));
    const proposal = proposeOf(2, listed);
    const early = member.hear(...listed, proposal);
    expect([...ofKind(early, "sign-share"), ...refusals(early)]).toEqual([]);
    const opened = member.fire("backup", round);
    expect(notes(opened).map(({ kind }) => kind)).toEqual(["accepted"]);
    expect(ofKind(opened, "sign-share")).toHaveLength(1);
  });

  test("is not believed when the leader's PROPOSE was accepted first", () => {
    const round = roundLedBy(config, 2, "backup");
    const first = [3, 4].find((id) => roundLedBy(config, id, "leader", round) === round)!;
    const member = leading(round);
    const listed = [1, 2, 3, 4].map((id) => observeOf(config, id, round));
    member.hear(...listed, proposeOf(first, listed));
    expect(member.fire("backup", round)).toEqual([]);
    const late = member.hear(proposeOf(2, listed.slice(0, 3)));
    expect(refusals(late)).toEqual(["propose: other-material"]);
  });
});

describe("an accepted PROPOSE", () => {
  const timers = (id: number, leader: number, round: number) => {
    const own = configOf({ selfId: id });
    const member = leading(round, own);
    const listed = [1, 2, 3, 4].map((from) => observeOf(config, from, round));
    const heard = member.hear(...listed.filter(({ sender }) => sender !== id));
    const [mine] = proposals(heard);
    return ofKind(member.hear(mine ?? proposeOf(leader, listed)), "set-timer");
  };

  test("starts the wait for shares at the leader, twice as long at the backup, nowhere else", () => {
    const backup = [2, 3, 4].find((id) => roundLedBy(config, id, "backup", LED) === LED)!;
    expect(timers(1, 1, LED)).toEqual([{ kind: "set-timer", timer: "second-set", round: LED, delayMs: 120 }]);
    expect(timers(backup, 1, LED)).toEqual([{ kind: "set-timer", timer: "second-set", round: LED, delayMs: 240 }]);
    const neither = [2, 3, 4].find((id) => id !== backup)!;
    expect(timers(neither, 1, LED)).toEqual([]);
  });

  test("is given longer where round trips are slow, up to three tenths of a slot", () => {
    const waitAt = (p95Ms: number): number | undefined => {
      const member = leading();
      member.feed({ kind: "round-trip", p95Ms });
      const [proposal] = proposals(member.hear(...[2, 3, 4].map((id) => observeOf(config, id, LED))));
      return ofKind(member.hear(proposal!), "set-timer")[0]?.delayMs;
    };
    expect([0, 50, 100, 140, 1_000].map(waitAt)).toEqual([120, 120, 200, 280, 300]);
  });
});
