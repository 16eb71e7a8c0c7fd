import { describe, expect, test } from "vitest";
import type { Publication } from "../../src/chain/outbox-rows.ts";
import { ROUNDS_PER_GROUP, transmitterOrder } from "../../src/chain/stages.ts";
import { Turns } from "../../src/chain/turns.ts";

const CFG = `0x${"0c".repeat(32)}` as const;
const MEMBERS = [1, 2, 3, 4];
const T0 = 1_000_000;

const publication = (round: number): Publication => ({
  round,
  reportTimeMs: T0 + round * 1_000,
  payload: "0x01",
  pushes: [{ index: 0, round }],
});

function turnsOf(selfId: number, members: readonly number[] = MEMBERS): { turns: Turns; at: (nowMs: number) => Turns } {
  let now = 0;
  const clock = { nowMs: () => now, monotonicMs: () => now };
  const turns = new Turns({ chainId: 1, selfId, members, cfg: CFG, blockTimeMs: 1_000 }, { clock });
  return {
    turns,
    at: (nowMs) => {
      now = nowMs;
      return turns;
    },
  };
}

describe("a publication's stage", () => {
  const order = transmitterOrder(MEMBERS, CFG, 1, 0);

  test("belongs to one node at a time, in the order of the permutation, and comes round again", () => {
    for (let stage = 0; stage < 8; stage++) {
      const owners = MEMBERS.filter(
        (id) =>
          turnsOf(id)
            .at(T0 + stage * 3_000)
            .ownStage(publication(0)) === stage,
      );
      expect(owners).toEqual([order[stage % 4]]);
    }
  });

  test("is not used towards its end, when a block could not show the transaction before the next node's turn", () => {
    const { at } = turnsOf(order[0]!);
    expect(at(T0 + 1_500).ownStage(publication(0))).toBe(0);
    expect(at(T0 + 1_501).ownStage(publication(0))).toBeUndefined();
  });

  test("is used to its end by a node that is alone", () => {
    expect(
      turnsOf(1, [1])
        .at(T0 + 2_999)
        .ownStage(publication(0)),
    ).toBe(0);
  });
});

describe("giving way", () => {
  // The last round of one group and the first of the next, whose first transmitters differ.
  const group = Array.from({ length: 50 }, (_, i) => i).find(
    (i) => firstOf(i * ROUNDS_PER_GROUP) !== firstOf((i + 1) * ROUNDS_PER_GROUP),
  )!;
  const newer = publication((group + 1) * ROUNDS_PER_GROUP);
  const older = publication(newer.round - 1);

  test("another account's report of the slot before gets a block's time before its successor is sent", () => {
    const { turns, at } = turnsOf(firstOf(newer.round));
    turns.giveWay(newer, older);
    expect(at(newer.reportTimeMs + 499).ownStage(newer)).toBeUndefined();
    expect(turns.takeNextMs()).toBe(newer.reportTimeMs + 500);
    expect(at(newer.reportTimeMs + 500).ownStage(newer)).toBe(0);
  });

  test("there is nothing to give way to when the older report is this node's own, or none is pending", () => {
    const sameGroup = publication(older.round - 1);
    const own = turnsOf(firstOf(older.round));
    own.turns.giveWay(older, sameGroup);
    own.turns.giveWay(older, undefined);
    expect(own.at(older.reportTimeMs).ownStage(older)).toBe(0);
  });
});

test("a refused report waits one stage and no longer, and forgetting it ends the wait", () => {
  const { turns, at } = turnsOf(1, [1]);
  at(T0).waitOneStage(0);
  expect(at(T0 + 2_999).ownStage(publication(0))).toBeUndefined();
  expect(at(T0 + 3_000).ownStage(publication(0))).toBe(1);
  at(T0).waitOneStage(0);
  turns.forget(0);
  expect(at(T0).ownStage(publication(0))).toBe(0);
});

function firstOf(round: number): number {
  return transmitterOrder(MEMBERS, CFG, 1, round)[0]!;
}

describe("a rotation", () => {
  const NEXT = `0x${"0d".repeat(32)}` as const;

  test("leaves what was signed below its first round with the committee that signed it", () => {
    const old = transmitterOrder(MEMBERS, CFG, 1, 0);
    const next = transmitterOrder([1, 2, 3, 4, 5], NEXT, 1, 20);
    for (const id of MEMBERS) {
      const { turns, at } = turnsOf(id);
      turns.follow({ selfId: id + 1, members: [1, 2, 3, 4, 5], cfg: NEXT }, 20);
      expect(at(T0).ownStage(publication(0))).toBe(old[0] === id ? 0 : undefined);
      expect(at(T0 + 20_000).ownStage(publication(20))).toBe(next[0] === id + 1 ? 0 : undefined);
    }
  });

  test("gives a member that leaves no turn from the first round on", () => {
    const { turns, at } = turnsOf(2);
    turns.follow({ selfId: null, members: [1, 2, 3, 4], cfg: NEXT }, 20);
    const stages = [0, 1, 2, 3].map((stage) => at(T0 + 20_000 + stage * 3_000).ownStage(publication(20)));
    expect(stages).toEqual([undefined, undefined, undefined, undefined]);
  });

  test("that was taken back by another counts no more", () => {
    const { turns, at } = turnsOf(1);
    turns.follow({ selfId: null, members: MEMBERS, cfg: NEXT }, 20);
    turns.follow({ selfId: 1, members: [1], cfg: NEXT }, 18);
    expect(at(T0 + 20_000).ownStage(publication(20))).toBe(0);
  });
});
