import { describe, expect, test } from "vitest";
import {
  broadcasts,
  configOf,
  FIRST,
  hashOf,
  hexOf,
  incarnationOf,
  Member,
  notes,
  observeOf,
  ofKind,
  proposeOf,
  refusals,
  roundLedBy,
} from "../support/protocol.ts";

const config = configOf();

describe("my OBSERVE", () => {
  test("goes out once, with what was evaluated, and counts for me when it comes back", () => {
    const member = new Member(config);
    const mine = broadcasts(member.startSlot(FIRST), "observe");
    expect(mine).toEqual([observeOf(config, 1, FIRST)]);
    expect(member.round(FIRST).ownHash).toBe(hashOf(mine[0]!));
    const { obsTimeMs, incarnation, commitments, values } = observeOf(config, 1, FIRST);
    expect(member.feed({ kind: "observed", round: FIRST, obsTimeMs, incarnation, commitments, values })).toEqual([]);
  });

  test("that was evaluated too slowly is not sent: its slot was left", () => {
    const member = new Member(config);
    member.startSlot(FIRST);
    member.startSlot(FIRST + 3);
    const { obsTimeMs, incarnation, commitments, values } = observeOf(config, 1, FIRST);
    expect(member.feed({ kind: "observed", round: FIRST, obsTimeMs, incarnation, commitments, values })).toEqual([]);
  });

  test("is not replaced by another under my key: that is another process, whose nonces are not here", () => {
    const member = new Member(config);
    member.startSlot(FIRST);
    const effects = member.hear(observeOf(config, 1, FIRST, { incarnation: `0x${"ab".repeat(16)}` }));
    expect(notes(effects)).toEqual([
      { kind: "duplicate-instance", from: 1, round: FIRST },
      { kind: "equivocation", what: "observe", from: 1, round: FIRST },
    ]);
    expect(member.round(FIRST).ownHash).toBe(hashOf(observeOf(config, 1, FIRST)));
  });
});

describe("an OBSERVE of a member", () => {
  test("is valid within two seconds of its slot's time, whatever the clock here says", () => {
    const at = (offsetMs: number): string[] => {
      const member = new Member(config);
      member.startSlot(FIRST + 1);
      const { obsTimeMs } = observeOf(config, 2, FIRST);
      return refusals(member.hear(observeOf(config, 2, FIRST, { obsTimeMs: obsTimeMs + offsetMs })));
    };
    expect([-2_001, -2_000, 0, 2_000, 2_001].map(at)).toEqual([
      ["observe: obs-time-off-slot"],
      [],
      [],
      [],
      ["observe: obs-time-off-slot"],
    ]);
  });

  test("of another number of feeds is refused", () => {
    const member = new Member(config);
    member.startSlot(FIRST);
    expect(refusals(member.hear(observeOf(config, 2, FIRST, { values: [1n] })))).toEqual(["observe: wrong-feed-count"]);
    expect(refusals(member.hear(observeOf(config, 2, FIRST, { values: [1n, 2n, 3n] })))).toEqual([
      "observe: wrong-feed-count",
    ]);
    expect(member.round(FIRST).observations.has(2)).toBe(false);
  });

  test("is taken in the two rounds below and the one above, and is late outside them, not hostile", () => {
    const member = new Member(config);
    member.startSlot(FIRST + 10);
    const at = (offset: number): string[] => refusals(member.hear(observeOf(config, 2, FIRST + 10 + offset)));
    expect([-3, -2, 0, 1, 2].map(at)).toEqual([["observe: round-closed"], [], [], [], ["observe: round-closed"]]);
  });

  test("that repeats the one held is nothing", () => {
    const member = new Member(config);
    member.startSlot(FIRST);
    member.hear(observeOf(config, 2, FIRST));
    const before = member.state.rounds;
    expect(member.hear(observeOf(config, 2, FIRST))).toEqual([]);
    expect(member.state.rounds).toBe(before);
  });
});

describe("an equivocating observer", () => {
  const round = roundLedBy(config, 2);
  const version = (v: number) => observeOf(config, 4, round, { values: [1_000_000n + BigInt(v), 2_000_000n] });

  test("is noted, its first version counts, and only three are kept", () => {
    const member = new Member(config);
    member.startSlot(round);
    member.hear(version(0));
    for (let v = 1; v < 50; v++) {
      expect(notes(member.hear(version(v)))).toEqual([{ kind: "equivocation", what: "observe", from: 4, round }]);
    }
    expect(member.round(round).observations.get(4)?.hash).toBe(hashOf(version(0)));
    expect([...member.round(round).versions.values()].filter(({ sender }) => sender === 4)).toHaveLength(3);
  });

  test("cannot split the honest: the version that PROPOSE names is used", () => {
    const member = new Member(config);
    member.startSlot(round);
    member.hear(version(0), version(1), observeOf(config, 2, round));
    const listed = [observeOf(config, 1, round), observeOf(config, 2, round), version(1)];
    const effects = member.hear(proposeOf(2, listed));
    expect(notes(effects).map(({ kind }) => kind)).toEqual(["accepted"]);
    const [order] = ofKind(effects, "sign-share");
    expect(order?.commitments.map(({ id }) => id)).toEqual([1, 2, 4]);
  });

  test("cannot kill the round with a flood of versions: the named one is fetched and taken above the cap", () => {
    const member = new Member(config);
    member.startSlot(round);
    member.hear(observeOf(config, 2, round), version(0), version(1), version(2), version(3));
    const named = version(3);
    const proposal = proposeOf(2, [observeOf(config, 1, round), observeOf(config, 2, round), named]);
    const asked = ofKind(member.hear(proposal), "fetch-message");
    expect(asked).toEqual([{ kind: "fetch-message", round, hash: hashOf(named), from: 2 }]);
    const effects = member.hear(named);
    expect(notes(effects).map(({ kind }) => kind)).toEqual(["equivocation", "accepted"]);
    expect(ofKind(effects, "sign-share")).toHaveLength(1);
  });

  test("is one voice: two versions of one member are no quorum", () => {
    const led = roundLedBy(config, 1);
    const member = new Member(config);
    member.startSlot(led);
    member.hear(observeOf(config, 4, led), observeOf(config, 4, led, { incarnation: incarnationOf(1) }));
    member.fire("hard-stop", led);
    expect(member.round(led).observations.size).toBe(2);
    expect(member.round(led).ownProposal).toBeNull();
  });
});

test("an OBSERVE is counted for its sender even when its values are all missing", () => {
  const member = new Member(config);
  member.startSlot(FIRST);
  member.hear(observeOf(config, 3, FIRST, { values: [null, null] }));
  expect([...member.round(FIRST).observations.keys()]).toEqual([1, 3]);
  expect(member.round(FIRST).versions.has(hexOf("another"))).toBe(false);
});
