/** What nodes observe of a surface is what the protocol agrees on: same grid, same limits, same number. */
import { expect, test } from "vitest";
import { agreeSurface } from "../../../src/feeds/agree-surface.ts";
import type { SurfaceObservation } from "../../../src/feeds/observed.ts";
import { shapeOf } from "../../../src/feeds/feed-shape.ts";
import type { SurfaceShape } from "../../../src/feeds/rule.ts";
import { gridTheta } from "../../../src/feeds/surface-schedule.ts";
import type { MarketSnapshot } from "../../../src/market/quote.ts";
import { bootstrapTheta } from "../../../src/quant/surface-grid.ts";
import { recordedFile } from "../../support/recorded-data.ts";
import { shippedFeed } from "../support/definitions.ts";
import { recordedSnapshot } from "../support/recorded-chain.ts";
import { NOW_MS, expiryInDays } from "../support/snapshots.ts";
import { evaluateFeed, numberOf } from "./support/context.ts";
import { marketOf, svichain } from "./support/svi-chain.ts";

const feed = shippedFeed("BTC-USD.vol-surface");

function shape(): SurfaceShape {
  const found = shapeOf(feed.definition, new Map([["BTC-USD.spot-index", 0]]));
  if (found.type !== "surface") throw new Error(found.type);
  return found;
}

/** Four nodes that see the same chain and whose clocks of the round agree. */
function agreed(market: MarketSnapshot) {
  const slotTimeMs = market.takenAtMs + 500;
  const first = evaluateFeed(feed, market, { slotTimeMs });
  const own = numberOf(first);
  const observed = first.kind === "value" && typeof first.observed !== "bigint" ? first.observed : null;
  if (observed?.type !== "surface") throw new Error("no surface");
  const observations: SurfaceObservation[] = [observed, observed, observed, observed];
  const grid = { gridRound: 0, thetas: new Map<number, bigint>() };
  return { own, observed, result: agreeSurface(shape(), 8, grid, observations, 3, slotTimeMs) };
}

test("the start grid of a node and that of the protocol are the same integers", () => {
  for (const days of [1, 3, 24, 45, 390]) {
    const expiryMs = expiryInDays(days);
    const theta = gridTheta(shape(), new Map(), expiryMs, NOW_MS);
    expect(bootstrapTheta(600_000_000_000_000_000n, expiryMs - NOW_MS)).toBe(theta);
  }
});

test("four nodes with one planted surface agree on every expiry and on the headline", () => {
  const { own, observed, result } = agreed(marketOf(svichain()));
  if (result.status !== "ok") throw new Error(result.status);
  expect(result.slices.map(({ expiryMs }) => expiryMs)).toEqual(observed.slices.map(({ expiryMs }) => expiryMs));
  expect(Math.abs(Number(result.value) / 1e8 - own)).toBeLessThan(0.001);
});

const file = recordedFile("exchanges/deribit/chain_20260814T213340Z.csv");

test.skipIf(!file.present)(
  `four nodes with a recorded chain agree on its surface within half a vol point ${file.note}`,
  () => {
    const { own, result } = agreed(recordedSnapshot(file, "BTC"));
    if (result.status !== "ok") throw new Error(result.status);
    expect(result.slices.length).toBeGreaterThan(8);
    expect(Math.abs(Number(result.value) / 1e8 - own)).toBeLessThan(0.005);
  },
);
