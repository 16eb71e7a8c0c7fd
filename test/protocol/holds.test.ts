import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HOLD_REASONS } from "../../src/protocol/hold-reasons.ts";
import { hearIncarnation, type Incarnations } from "../../src/protocol/incarnations.ts";
import {
  broadcasts,
  configOf,
  FIRST,
  hexOf,
  incarnationOf,
  Member,
  noncePair,
  notes,
  observeOf,
  ofKind,
  proposeOf,
  roundLedBy,
} from "../support/protocol.ts";

const config = configOf();

describe("a hold", () => {
  test.each(HOLD_REASONS)("for %s: nothing is reserved, observed or signed, and the slot says why", (why) => {
    const member = new Member(config);
    member.feed({ kind: "held", why, on: true });
    const effects = member.startSlot(FIRST);
    expect(ofKind(effects, "reserve-rounds")).toEqual([]);
    expect(ofKind(effects, "observe")).toEqual([]);
    expect(notes(effects)).toEqual([{ kind: "idle", round: FIRST, why }]);
  });

  test("that comes in the middle of a round ends this node's part in it: a PROPOSE that names it gets no share", () => {
    const round = roundLedBy(config, 2);
    const member = new Member(config);
    member.startSlot(round);
    member.feed({ kind: "held", why: "clock-off", on: true });
    const listed = [1, 2, 3].map((id) => observeOf(config, id, round));
    expect(ofKind(member.hear(...listed.slice(1), proposeOf(2, listed)), "sign-share")).toEqual([]);
  });

  test("between the order to sign and the share keeps the share back", () => {
    const round = roundLedBy(config, 2);
    const shares = (isHeld: boolean): number => {
      const member = new Member(config);
      member.startSlot(round);
      const listed = [1, 2, 3].map((id) => observeOf(config, id, round));
      const [order] = ofKind(member.hear(...listed.slice(1), proposeOf(2, listed)), "sign-share");
      if (isHeld) member.feed({ kind: "held", why: "duplicate-instance", on: true });
      const { proposalHash, digest } = order!;
      const made = member.feed({ kind: "share-made", round, proposalHash, digest, z: hexOf("z"), next: null });
      return broadcasts(made, "share").length;
    };
    expect([shares(false), shares(true)]).toEqual([1, 0]);
  });

  test("ends a proposer's sessions: no further set is named and no PROPOSE is said again when the wait is over", () => {
    const round = roundLedBy(config, 1);
    const said = (isHeld: boolean): number => {
      const member = new Member(config);
      member.startSlot(round);
      const others = [2, 3, 4].map((id) => observeOf(config, id, round));
      member.hear(...broadcasts(member.hear(...others), "propose"));
      expect(member.round(round).accepted).toHaveLength(1);
      if (isHeld) member.feed({ kind: "held", why: "recovering", on: true });
      const effects = [...member.fire("second-set", round), ...member.fire("backup", round)];
      return ofKind(effects, "broadcast").length + ofKind(effects, "forward").length;
    };
    expect(said(false)).toBeGreaterThan(0);
    expect(said(true)).toBe(0);
  });

  test("for another process zeroes the nonces, whoever found it", () => {
    const member = new Member(config);
    member.startSlot(FIRST);
    const effects = member.feed({ kind: "held", why: "duplicate-instance", on: true });
    expect(ofKind(effects, "forget-nonces")).toEqual([{ kind: "forget-nonces", belowRound: Number.MAX_SAFE_INTEGER }]);
  });

  test("ends with its reason, in the next slot; that of another process never ends", () => {
    const member = new Member(config);
    member.feed({ kind: "held", why: "clock-off", on: true });
    member.startSlot(FIRST);
    member.feed({ kind: "held", why: "clock-off", on: false });
    expect(member.round(FIRST).active).toBe(false);
    expect(broadcasts(member.startSlot(FIRST + 1), "observe")).toHaveLength(1);
    member.feed({ kind: "held", why: "duplicate-instance", on: true });
    member.feed({ kind: "held", why: "duplicate-instance", on: false });
    expect(notes(member.startSlot(FIRST + 2))).toMatchObject([{ why: "duplicate-instance" }]);
  });

  test("by a floor: rounds up to it are watched, the first above is used", () => {
    const member = new Member(config);
    member.startSlot(FIRST);
    member.feed({ kind: "floor-raised", floorRound: FIRST + 2 });
    expect(member.round(FIRST).active).toBe(false);
    member.feed({ kind: "floor-raised", floorRound: FIRST });
    const spoke = [1, 2, 3].map((i) => broadcasts(member.startSlot(FIRST + i), "observe").length);
    expect(spoke).toEqual([0, 0, 1]);
  });
});

describe("the quiet part of a slot", () => {
  test("is when the next slot's reservation is written, so that its OBSERVE waits for no disk", () => {
    const member = new Member(config);
    for (let round = FIRST; round <= FIRST + 15; round++) member.startSlot(round);
    const effects = member.feed({ kind: "slot-waned", round: FIRST + 15 });
    expect(effects).toEqual([{ kind: "reserve-rounds", upTo: FIRST + 31 }]);
    member.feed({ kind: "rounds-reserved", upTo: FIRST + 31 });
    expect(ofKind(member.startSlot(FIRST + 16), "reserve-rounds")).toEqual([]);
  });

  test("writes nothing while the next slot is covered, for a slot that is over, or while this node is held", () => {
    const member = new Member(config);
    member.startSlot(FIRST);
    expect(member.feed({ kind: "slot-waned", round: FIRST })).toEqual([]);
    for (let round = FIRST + 1; round <= FIRST + 15; round++) member.startSlot(round);
    expect(member.feed({ kind: "slot-waned", round: FIRST + 14 })).toEqual([]);
    member.feed({ kind: "held", why: "clock-off", on: true });
    expect(member.feed({ kind: "slot-waned", round: FIRST + 15 })).toEqual([]);
  });
});

describe("an OBSERVE under my own key", () => {
  const twin = (round: number) => observeOf(config, 1, round, { incarnation: incarnationOf(77) });
  const duplicate = (round: number) => [{ kind: "duplicate-instance", from: 1, round }] as const;

  test("of another process, in a round that no earlier life reserved, halts this one and zeroes its nonces", () => {
    const member = new Member(config);
    member.startSlot(FIRST);
    const effects = member.hear(twin(FIRST));
    expect(notes(effects)).toMatchObject([...duplicate(FIRST), { kind: "equivocation" }]);
    expect(ofKind(effects, "forget-nonces")).toEqual([{ kind: "forget-nonces", belowRound: Number.MAX_SAFE_INTEGER }]);
    expect(broadcasts(member.startSlot(FIRST + 1), "observe")).toEqual([]);
  });

  test("is found whatever this clock says: also in a round that is not open here", () => {
    const member = new Member(config);
    member.startSlot(FIRST);
    expect(notes(member.hear(twin(FIRST + 500)))).toMatchObject([{ kind: "duplicate-instance" }, { kind: "refused" }]);
  });

  test("of an earlier life, sent again by whomever, halts nobody", () => {
    const member = new Member(config, FIRST + 10);
    member.feed({ kind: "slot-started", round: FIRST + 9 });
    for (const round of [FIRST, FIRST + 8, FIRST + 9])
      expect(notes(member.hear(twin(round)))).not.toMatchObject(duplicate(round));
    expect(member.state.holds.size).toBe(0);
  });

  test("in a slot that began after this life did is no dead one's, whatever was reserved", () => {
    const member = new Member(config, FIRST + 16);
    member.feed({ kind: "slot-started", round: FIRST + 1 });
    member.feed({ kind: "slot-started", round: FIRST + 2 });
    expect(notes(member.hear(twin(FIRST + 2)))[0]).toEqual(duplicate(FIRST + 2)[0]);
  });

  test("is not the only word that tells: a life that has said nothing yet takes no PROPOSE or SHARE for its own", () => {
    const round = roundLedBy(config, 1);
    const proposal = proposeOf(
      1,
      [1, 2, 3].map((id) => observeOf(config, id, round)),
    );
    const halted = (isRecovering: boolean): boolean => {
      const member = new Member(config, round + 16);
      if (isRecovering) member.feed({ kind: "held", why: "recovering", on: true });
      for (const early of [round - 2, round - 1, round]) member.feed({ kind: "slot-started", round: early });
      member.hear(proposal);
      return member.state.holds.has("duplicate-instance");
    };
    // One that speaks may be given back a PROPOSE that it made before its OBSERVE was ready.
    expect([halted(true), halted(false)]).toEqual([true, false]);
  });

  test("of this life, sent back by whomever, halts nobody", () => {
    const member = new Member(config);
    member.startSlot(FIRST);
    member.startSlot(FIRST + 1);
    for (const round of [FIRST, FIRST + 1]) member.hear(observeOf(config, 1, round));
    expect(member.state.holds.size).toBe(0);
  });
});

describe("two incarnations of a member", () => {
  const heard = (known: Incarnations, round: number, incarnation: number) =>
    hearIncarnation(known, observeOf(config, 2, round, { incarnation: incarnationOf(incarnation) }));

  test("one after the other, in whatever order their messages come, are a restart", () => {
    const lives = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 3 });
    fc.assert(
      fc.property(lives, fc.infiniteStream(fc.nat({ max: 1_000 })), (lengths, order) => {
        let round = FIRST;
        const said = lengths.flatMap((length, life) => Array.from({ length }, () => ({ round: round++, life })));
        const shuffled = said.map((one) => ({ one, key: order.next().value as number })).sort((a, b) => a.key - b.key);
        let known: Incarnations = new Map();
        for (const { one } of shuffled) {
          const next = heard(known, one.round, one.life);
          expect(next.isDouble).toBe(false);
          known = next.known;
        }
      }),
    );
  });

  test("in turns are two processes, and every member that hears both raises it", () => {
    const member = new Member(config);
    member.startSlot(FIRST);
    const say = (round: number, version: number, label: string) =>
      observeOf(config, 3, round, {
        incarnation: incarnationOf(version),
        commitments: [noncePair(`${label}/0`), noncePair(`${label}/1`)],
      });
    expect(notes(member.hear(say(FIRST, 1, "a")))).toEqual([]);
    expect(notes(member.hear(say(FIRST, 2, "b")))).toMatchObject([
      { kind: "duplicate-instance", from: 3, round: FIRST },
      { kind: "equivocation" },
    ]);
  });

  test("are remembered within bounds, however many are claimed", () => {
    let known: Incarnations = new Map();
    for (let i = 0; i < 1_000; i++) known = heard(known, FIRST + (i % 3), i).known;
    expect(known.get(2)!.length).toBeLessThanOrEqual(3);
  });
});
