import { describe, expect, test } from "vitest";
import type { Effect } from "../../src/protocol/events.ts";
import { leadershipOf } from "../../src/protocol/leader.ts";
import { roundAt } from "../../src/protocol/state.ts";
import {
  broadcasts,
  configOf,
  FIRST,
  hashOf,
  Member,
  notes,
  observeOf,
  ofKind,
  proposeOf,
  roundLedBy,
  shareOf,
  signedOf,
  T0,
} from "../support/protocol.ts";

const config = configOf();
const kinds = (effects: readonly Effect[]): string[] => effects.map(({ kind }) => kind);
const idleReasons = (effects: readonly Effect[]): string[] =>
  notes(effects).flatMap((note) => (note.kind === "idle" ? [note.why] : []));

/** All others speak in the round. */
function hearOthers(member: Member, round: number, ids: readonly number[] = [2, 3, 4]): void {
  member.hear(...ids.map((id) => observeOf(config, id, round)));
}

describe("a slot begins", () => {
  test("with a reservation written down before anything is observed", () => {
    const effects = new Member(config).feed({ kind: "slot-started", round: FIRST });
    const order = kinds(effects);
    expect(order.indexOf("reserve-rounds")).toBeGreaterThanOrEqual(0);
    expect(order.indexOf("reserve-rounds")).toBeLessThan(order.indexOf("observe"));
    expect(ofKind(effects, "reserve-rounds")).toEqual([{ kind: "reserve-rounds", upTo: FIRST + 15 }]);
  });

  test("without a new reservation while one covers it, and with one as soon as none does", () => {
    const member = new Member(config);
    const reserved = Array.from({ length: 40 }, (_, i) => ofKind(member.startSlot(FIRST + i), "reserve-rounds"))
      .flat()
      .map(({ upTo }) => upTo);
    expect(reserved).toEqual([FIRST + 15, FIRST + 31, FIRST + 47]);
  });

  test("with nothing said if the reservation never reached the disk", () => {
    const member = new Member(config);
    member.feed({ kind: "slot-started", round: FIRST });
    const { obsTimeMs, incarnation, commitments, values } = observeOf(config, 1, FIRST);
    expect(member.feed({ kind: "observed", round: FIRST, obsTimeMs, incarnation, commitments, values })).toEqual([]);
  });

  test("with nothing signed either before the reservation is on disk, whatever comes back under this node's name", () => {
    const round = roundLedBy(config, 2);
    const member = new Member(config);
    member.feed({ kind: "slot-started", round });
    const listed = [1, 2, 3].map((id) => observeOf(config, id, round));
    const effects = member.hear(...listed, proposeOf(2, listed));
    expect(notes(effects).map(({ kind }) => kind)).toEqual(["duplicate-instance", "accepted"]);
    expect(ofKind(effects, "sign-share")).toEqual([]);
  });

  test("with the nonces of closed rounds forgotten first", () => {
    const effects = new Member(config).feed({ kind: "slot-started", round: FIRST + 7 });
    expect(effects[0]).toEqual({ kind: "forget-nonces", belowRound: FIRST + 5 });
  });

  test("with the backup's timer at everybody and the hard stop at the leader only", () => {
    for (const selfId of [1, 2, 3, 4]) {
      const effects = new Member(configOf({ selfId })).feed({ kind: "slot-started", round: FIRST });
      const timers = ofKind(effects, "set-timer").map(({ timer, delayMs }) => `${timer} ${delayMs}`);
      const isLeader = leadershipOf(config.cfg, FIRST, 4).leader === selfId;
      expect(timers).toEqual(isLeader ? ["hard-stop 250", "backup 400"] : ["backup 400"]);
    }
  });

  test("never twice, never backwards and not before the first round", () => {
    const member = new Member(config);
    expect(member.feed({ kind: "slot-started", round: FIRST - 1 })).toEqual([]);
    member.startSlot(FIRST + 3);
    expect(member.feed({ kind: "slot-started", round: FIRST + 3 })).toEqual([]);
    expect(member.feed({ kind: "slot-started", round: FIRST + 1 })).toEqual([]);
    expect(member.state.currentRound).toBe(FIRST + 3);
  });

  test("at its time on the wall clock, from T0 in steps of the slot", () => {
    expect([-1, 0, 999, 1_000, 10_500].map((ms) => roundAt(config, T0 + ms))).toEqual([
      999, 1_000, 1_000, 1_001, 1_010,
    ]);
  });
});

describe("rounds reserved by an earlier life", () => {
  test("are watched and never acted in; the first one above is acted in", () => {
    const member = new Member(config, FIRST + 15);
    for (const round of [FIRST, FIRST + 15]) {
      const effects = member.startSlot(round);
      expect(idleReasons(effects)).toEqual(["reserved-by-earlier-life"]);
      expect(ofKind(effects, "observe")).toEqual([]);
      expect(broadcasts(effects, "observe")).toEqual([]);
    }
    const effects = member.startSlot(FIRST + 16);
    expect(ofKind(effects, "reserve-rounds")).toEqual([{ kind: "reserve-rounds", upTo: FIRST + 31 }]);
    expect(broadcasts(effects, "observe")).toHaveLength(1);
  });

  test("are not signed in even when an OBSERVE of the earlier life comes back and is listed", () => {
    const round = roundLedBy(config, 2);
    const member = new Member(config, round + 5);
    member.startSlot(round);
    const listed = [1, 2, 3].map((id) => observeOf(config, id, round));
    const effects = member.hear(...listed, proposeOf(2, listed));
    expect(notes(effects).map(({ kind }) => kind)).toContain("accepted");
    expect(ofKind(effects, "sign-share")).toEqual([]);
  });
});

describe("a disk that refuses", () => {
  test("ends observing, proposing and signing, and the node still follows the others", () => {
    const round = roundLedBy(config, 2);
    const member = new Member(config);
    member.startSlot(round);
    member.feed({ kind: "disk-failed", why: "EROFS" });
    const listed = [1, 2, 3].map((id) => observeOf(config, id, round));
    const proposal = proposeOf(2, listed);
    const accepted = member.hear(...listed, proposal);
    expect(ofKind(accepted, "sign-share")).toEqual([]);
    const { digest } = member.round(round).accepted[0]!;
    const shares = member.hear(...[1, 2, 3].map((id) => shareOf(id, proposal, digest)));
    expect(ofKind(shares, "aggregate")).toHaveLength(1);
    const signature = { rAddress: signedOf(config, round).signature.rAddress, z: signedOf(config, round).signature.z };
    const done = member.feed({ kind: "aggregated", round, proposalHash: hashOf(proposal), signature });
    expect(ofKind(done, "publish")).toHaveLength(1);
    const next = member.startSlot(round + 1);
    expect(idleReasons(next)).toEqual(["disk-failed"]);
    expect(kinds(next)).not.toContain("observe");
    expect(kinds(next)).not.toContain("reserve-rounds");
  });

  test("keeps an OBSERVE that was being made from going out", () => {
    const member = new Member(config);
    member.feed({ kind: "slot-started", round: FIRST });
    member.feed({ kind: "rounds-reserved", upTo: FIRST + 15 });
    member.feed({ kind: "disk-failed", why: "EIO" });
    const { obsTimeMs, incarnation, commitments, values } = observeOf(config, 1, FIRST);
    expect(member.feed({ kind: "observed", round: FIRST, obsTimeMs, incarnation, commitments, values })).toEqual([]);
  });

  test("makes a leader silent", () => {
    const round = roundLedBy(config, 1);
    const member = new Member(config);
    member.startSlot(round);
    member.feed({ kind: "disk-failed", why: "ENOSPC" });
    hearOthers(member, round);
    expect(broadcasts(member.fire("hard-stop", round), "propose")).toEqual([]);
    expect(broadcasts(member.fire("second-set", round), "propose")).toEqual([]);
  });
});

describe("a clock ahead of the peers", () => {
  const JUMP = 3_600;

  test("reserves nothing, observes nothing, and goes on where the peers are when it is set right", () => {
    const member = new Member(config);
    for (const round of [FIRST, FIRST + 1]) {
      member.startSlot(round);
      hearOthers(member, round);
    }
    const reservedBefore = member.state.reservedRound;
    // The peers go on in their rounds while this clock is an hour ahead.
    for (let i = 2; i < 12; i++) {
      const effects = member.startSlot(FIRST + i + JUMP);
      expect(idleReasons(effects)).toEqual(["ahead-of-peers"]);
      expect(kinds(effects)).toEqual(["note"]);
      hearOthers(member, FIRST + i);
    }
    expect(member.state.reservedRound).toBe(reservedBefore);
    const back = member.startSlot(FIRST + 12);
    expect(broadcasts(back, "observe")).toHaveLength(1);
  });

  test("may lead the (f+1)-th highest peer by two slots, not by three", () => {
    const lead = (slots: number): string[] => {
      const member = new Member(config);
      member.startSlot(FIRST);
      hearOthers(member, FIRST);
      return idleReasons(member.startSlot(FIRST + slots));
    };
    expect([lead(1), lead(2), lead(3)]).toEqual([[], [], ["ahead-of-peers"]]);
  });

  test("is not excused by f peers that claim to be there too", () => {
    const member = new Member(config);
    member.startSlot(FIRST);
    hearOthers(member, FIRST, [2, 3]);
    member.hear(observeOf(config, 4, FIRST + JUMP));
    expect(idleReasons(member.startSlot(FIRST + JUMP))).toEqual(["ahead-of-peers"]);
  });

  test("is not feigned by an old message that comes late: the highest round of a peer counts", () => {
    const member = new Member(config);
    for (const round of [FIRST, FIRST + 1, FIRST + 2, FIRST + 3]) {
      member.startSlot(round);
      hearOthers(member, round);
    }
    hearOthers(member, FIRST);
    expect(idleReasons(member.startSlot(FIRST + 4))).toEqual([]);
  });

  test("hears peers whose rounds are closed here, by refusing their messages", () => {
    const member = new Member(config);
    member.startSlot(FIRST + JUMP);
    const effects = member.hear(observeOf(config, 2, FIRST));
    expect(notes(effects)).toEqual([{ kind: "refused", what: "observe", from: 2, round: FIRST, why: "round-closed" }]);
    expect(member.state.heard.get(2)).toEqual({ round: FIRST, atSlot: 1 });
  });

  test("does not keep a network that stood still from starting again: silent peers stop counting after three slots", () => {
    const member = new Member(config);
    member.startSlot(FIRST);
    hearOthers(member, FIRST);
    const idle = Array.from({ length: 6 }, (_, i) => idleReasons(member.startSlot(FIRST + JUMP + i)).length);
    expect(idle).toEqual([1, 1, 1, 0, 0, 0]);
  });

  test("is no matter to a node that has heard nobody yet", () => {
    expect(idleReasons(new Member(config).startSlot(FIRST + JUMP))).toEqual([]);
  });
});

test("a round whose report came before its slot is complete from its start", () => {
  const member = new Member(config);
  member.startSlot(FIRST);
  member.feed({ kind: "report-verified", signed: signedOf(config, FIRST + 1) });
  member.startSlot(FIRST + 1);
  expect(member.round(FIRST + 1).complete).toBe(true);
});

describe("a leader that missed a report", () => {
  const LED = roundLedBy(config, 1, "leader", FIRST + 1);
  const before = LED - 1;
  const listed = [1, 2, 3, 4].map((id) => observeOf(config, id, before));
  const { leader } = leadershipOf(config.cfg, before, 4);
  const proposal = proposeOf(leader, listed);
  const asks = (member: Member) =>
    ofKind(member.startSlot(LED), "fetch-report").map(({ round, digest, from }) => [round, digest, from]);

  test("asks those who signed for it before it proposes, f + 1 of them, by the digest of the PROPOSE it accepted", () => {
    const member = new Member(config);
    member.startSlot(before);
    member.hear(...listed.slice(1), proposal);
    const { digest } = member.round(before).accepted[0]!;
    member.hear(...[2, 3].map((id) => shareOf(id, proposal, digest)));
    expect(asks(member)).toEqual([
      [before, digest, 2],
      [before, digest, 3],
    ]);
  });

  test("that accepted nothing believes f + 1 who signed one digest, and one alone it does not", () => {
    const digest = hashOf(proposal);
    const member = new Member(config);
    member.startSlot(before);
    member.hear(shareOf(2, proposal, digest), shareOf(3, proposal, digest));
    expect(asks(member)).toHaveLength(2);
    const alone = new Member(config);
    alone.startSlot(before);
    alone.hear(shareOf(2, proposal, digest));
    expect(asks(alone)).toEqual([]);
  });

  test("asks for nothing that it holds, and a member that does not lead asks for nothing", () => {
    const member = new Member(config);
    member.startSlot(before);
    member.hear(...listed.slice(1), proposal);
    member.feed({ kind: "report-verified", signed: signedOf(config, before) });
    expect(asks(member)).toEqual([]);
    const other = new Member(configOf({ selfId: [2, 3, 4].find((id) => id !== leader)! }));
    other.startSlot(before);
    other.hear(...[1, 2, 3, 4].map((id) => shareOf(id, proposal, hashOf(proposal))));
    expect(asks(other)).toEqual([]);
  });
});
