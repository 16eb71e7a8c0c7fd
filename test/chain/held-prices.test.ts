/** Prices that a carrier holds until they are final. */
import { expect, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { HeldPrices } from "../../src/chain/held-prices.ts";
import type { FeedState, Report } from "../../src/report/report.ts";

const FEED: Hex = `0x05${"11".repeat(31)}`;
const HOUR_MS = 3_600_000;

function reportOf(round: number, expiryMs: number, phase: "preliminary" | "final" = "final"): Report {
  const detail = {
    kind: "settlement",
    phase,
    expiryMs,
    pubExpiryMs: 0,
    fixed: 5n,
    variable: 0n,
    coveragePpm: 1,
  };
  return { round, leaves: [{ feedId: FEED, status: "ok", detail } as unknown as FeedState] } as unknown as Report;
}

const proof = (round: number) => (): Hex => `0x${round.toString(16).padStart(4, "0")}`;

test("of each expiry the newest report's is held, and others stay when the nodes go on to the next expiry", () => {
  const held = new HeldPrices();
  held.note(reportOf(1, HOUR_MS, "preliminary"), proof(1));
  expect(held.all()).toEqual([]);
  held.note(reportOf(2, HOUR_MS), proof(2));
  held.note(reportOf(3, HOUR_MS), proof(3));
  held.note(reportOf(4, 2 * HOUR_MS), proof(4));
  expect(held.all().map(({ expirySec, args }) => [expirySec, args()[0]])).toEqual([
    [3_600, "0x0003"],
    [7_200, "0x0004"],
  ]);
});

test("what is final is not held again, and what was dropped is, from the next report on", () => {
  const held = new HeldPrices();
  held.note(reportOf(1, HOUR_MS), proof(1));
  held.drop(held.all()[0]!);
  expect(held.all()).toEqual([]);
  held.note(reportOf(2, HOUR_MS), proof(2));
  held.close(held.all()[0]!);
  held.note(reportOf(3, HOUR_MS), proof(3));
  expect(held.all()).toEqual([]);
});

test("the oldest goes where a chain never makes prices final", () => {
  const held = new HeldPrices();
  for (let hour = 1; hour <= 20; hour++) held.note(reportOf(hour, hour * HOUR_MS), proof(hour));
  expect(held.all()).toHaveLength(16);
  expect(held.all()[0]!.expirySec).toBe(5 * 3_600);
});
