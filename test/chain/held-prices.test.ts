/** Prices that a carrier holds until they are final. */
import { expect, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { HeldPrices } from "../../src/chain/held-prices.ts";
import type { SettlementPhase } from "../../src/report/detail.ts";

const FEED: Hex = `0x05${"11".repeat(31)}`;
const HOUR_MS = 3_600_000;

type Leaves = Parameters<HeldPrices["note"]>[0];

function leavesOf(expiryMs: number, phase: SettlementPhase = "final"): Leaves {
  const parts = { fixed: 5n, variable: 0n, coveragePpm: 1, pubExpiryMs: 0 };
  return [{ feedId: FEED, status: "ok", detail: { kind: "settlement", phase, expiryMs, ...parts } }];
}

const proof = (round: number) => (): Hex => `0x${round.toString(16).padStart(4, "0")}`;

test("of each expiry the newest report's is held, and others stay when the nodes go on to the next expiry", () => {
  const held = new HeldPrices();
  held.note(leavesOf(HOUR_MS, "agreed"), proof(1));
  expect(held.all()).toEqual([]);
  held.note(leavesOf(HOUR_MS), proof(2));
  held.note(leavesOf(HOUR_MS), proof(3));
  held.note(leavesOf(2 * HOUR_MS), proof(4));
  expect(held.all().map(({ expirySec, args }) => [expirySec, args()[0]])).toEqual([
    [3_600, "0x0003"],
    [7_200, "0x0004"],
  ]);
});

test("what is final is not held again, and what was dropped is, from the next report on", () => {
  const held = new HeldPrices();
  held.note(leavesOf(HOUR_MS), proof(1));
  held.drop(held.all()[0]!);
  expect(held.all()).toEqual([]);
  held.note(leavesOf(HOUR_MS), proof(2));
  held.close(held.all()[0]!);
  held.note(leavesOf(HOUR_MS), proof(3));
  expect(held.all()).toEqual([]);
});

test("the oldest goes where a chain never makes prices final", () => {
  const held = new HeldPrices();
  for (let hour = 1; hour <= 20; hour++) held.note(leavesOf(hour * HOUR_MS), proof(hour));
  expect(held.all()).toHaveLength(16);
  expect(held.all()[0]!.expirySec).toBe(5 * 3_600);
});
