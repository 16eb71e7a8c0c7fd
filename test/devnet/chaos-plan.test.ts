import { expect, test } from "vitest";
import { CHAOS_FAULTS, chaosPlan, impairedAt, recoveredByMs } from "../../src/devnet/chaos-plan.ts";
import { VENUES } from "../../src/market/venue.ts";

test("ten minutes hold every fault of every venue, one after the other", () => {
  const plan = chaosPlan(600_000);
  const pairs = new Set(plan.map(({ venue, fault }) => `${venue} ${fault}`));
  expect(pairs.size).toBe(VENUES.length * CHAOS_FAULTS.length);
  for (const [i, episode] of plan.entries()) {
    const next = plan[i + 1];
    if (next !== undefined) expect(episode.fromMs + episode.forMs).toBeLessThanOrEqual(next.fromMs);
  }
  for (const venue of VENUES) expect(plan.findLast((one) => one.venue === venue)!.fault).toBe("ban");
  const last = plan.at(-1)!;
  expect(last.fromMs + last.forMs).toBeLessThanOrEqual(600_000);
});

test("a minute holds each venue once and each fault once", () => {
  const plan = chaosPlan(60_000);
  expect(plan.map(({ venue }) => venue)).toEqual([...VENUES]);
  expect(plan.map(({ fault }) => fault).toSorted()).toEqual([...CHAOS_FAULTS].toSorted());
});

test("a venue is impaired from shortly before its episode until it may have recovered, and no other one", () => {
  const plan = chaosPlan(60_000);
  const episode = plan.find(({ fault }) => fault === "frozen")!;
  expect(impairedAt([episode], episode.fromMs - 2_001)).toEqual(new Set());
  expect(impairedAt([episode], episode.fromMs)).toEqual(new Set([episode.venue]));
  expect(impairedAt([episode], recoveredByMs(episode))).toEqual(new Set([episode.venue]));
  expect(impairedAt([episode], recoveredByMs(episode) + 1)).toEqual(new Set());
});
