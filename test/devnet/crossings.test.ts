import { expect, test } from "vitest";
import { Crossings } from "../../src/devnet/crossings.ts";

test("a feed breaks its rule from the report that finds it due until the chain holds that report or a later one", () => {
  const crossings = new Crossings();
  expect(crossings.longest(0)).toBeNull();
  crossings.due("BTC-USD.spot-index", 3, 1_000);
  crossings.due("ETH-USD.spot-index", 3, 1_000);
  expect(crossings.longest(1_500)).toMatchObject({ forMs: 500, crossing: { landedMs: null } });
  crossings.took("BTC-USD.spot-index", 2, 1_600);
  crossings.took("ETH-USD.spot-index", 4, 1_700);
  expect(crossings.areAllClosed()).toBe(false);
  expect(crossings.longest(2_000)).toMatchObject({ forMs: 1_000, crossing: { feed: "BTC-USD.spot-index" } });
  crossings.took("BTC-USD.spot-index", 3, 2_100);
  expect(crossings.areAllClosed()).toBe(true);
  expect(crossings.longest(9_000)).toMatchObject({ forMs: 1_100 });
  expect(crossings.count).toBe(2);
});

test("what the chain shows before the page that says it was due has landed", () => {
  const crossings = new Crossings();
  crossings.took("BTC-USD.spot-index", 4, 2_500);
  crossings.due("BTC-USD.spot-index", 4, 2_000);
  crossings.due("BTC-USD.spot-index", 5, 2_200);
  expect(crossings.areAllClosed()).toBe(false);
  crossings.took("BTC-USD.spot-index", 5, 2_600);
  expect(crossings.longest(9_000)).toMatchObject({ forMs: 500, crossing: { round: 4 } });
});
