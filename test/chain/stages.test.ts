import fc from "fast-check";
import { expect, test } from "vitest";
import { ROUNDS_PER_GROUP, stageAt, stageLengthMs, stageOf, transmitterOrder } from "../../src/chain/stages.ts";

const CFG = `0x${"0c".repeat(32)}` as const;
const MEMBERS = [1, 2, 3, 4];

test("the order is a permutation, the same for every node, whatever order the members are listed in", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 31 }),
      fc.nat(2 ** 31),
      (members, round) => {
        const order = transmitterOrder(members, CFG, 1, round);
        expect(order.toSorted((a, b) => a - b)).toEqual(members.toSorted((a, b) => a - b));
        expect(transmitterOrder(members.toReversed(), CFG, 1, round)).toEqual(order);
        for (const id of members) expect(order[stageOf(id, members, CFG, 1, round)]).toBe(id);
      },
    ),
  );
});

test("rounds of one group share an order; groups, chains and configurations do not", () => {
  const orders = (cfg: `0x${string}`, chainId: number): string[] =>
    Array.from({ length: 40 }, (_, group) =>
      transmitterOrder(MEMBERS, cfg, chainId, group * ROUNDS_PER_GROUP).join(""),
    );
  const base = orders(CFG, 1);
  const last = Array.from({ length: 40 }, (_, group) =>
    transmitterOrder(MEMBERS, CFG, 1, group * ROUNDS_PER_GROUP + ROUNDS_PER_GROUP - 1).join(""),
  );
  expect(last).toEqual(base);
  expect(new Set(base).size).toBeGreaterThan(10);
  expect(orders(CFG, 2)).not.toEqual(base);
  expect(orders(`0x${"0d".repeat(32)}`, 1)).not.toEqual(base);
});

test("over many groups every member is first about equally often, within four standard deviations", () => {
  const groups = 4_000;
  const first = new Map<number, number>();
  for (let group = 0; group < groups; group++) {
    const id = transmitterOrder(MEMBERS, CFG, 1, group * ROUNDS_PER_GROUP)[0]!;
    first.set(id, (first.get(id) ?? 0) + 1);
  }
  const deviation = Math.sqrt(groups * 0.25 * 0.75);
  for (const id of MEMBERS) expect(Math.abs(first.get(id)! - groups / 4)).toBeLessThan(4 * deviation);
});

test("somebody who is not a member has no stage", () => {
  expect(() => stageOf(9, MEMBERS, CFG, 1, 0)).toThrowError(expect.objectContaining({ code: "not-a-member" }));
});

test("a stage lasts two block times, three seconds at least", () => {
  expect([0, 1_000, 1_500, 2_000, 12_000].map(stageLengthMs)).toEqual([3_000, 3_000, 3_000, 4_000, 24_000]);
});

test("stages follow one another from the report's time and start over after the last node", () => {
  const at = (nowMs: number): number[] => {
    const { position, stage, nextMs } = stageAt(10_000, nowMs, 3_000, 4);
    return [position, stage, nextMs];
  };
  expect(at(9_000)).toEqual([0, 0, 13_000]);
  expect(at(12_999)).toEqual([0, 0, 13_000]);
  expect(at(13_000)).toEqual([1, 1, 16_000]);
  expect(at(22_000)).toEqual([0, 4, 25_000]);
});
