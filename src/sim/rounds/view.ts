/** Each simulated node's own slightly different view of one moving market. */
import type { Rng } from "../../base/ports.ts";
import { hashWords, seededRng } from "../random.ts";
import type { ParentGrid } from "../../feeds/agree-surface.ts";
import type { Observed, SettlementObservation, SurfaceObservation } from "../../feeds/observed.ts";
import type { SettlementShape, SurfaceShape } from "../../feeds/rule.ts";
import { windowAt } from "../../feeds/settlement-schedule.ts";
import { gridTheta, isSurfaceRound } from "../../feeds/surface-schedule.ts";
import type { Slot } from "../../protocol/next-leaf.ts";
import { gridOf } from "../../protocol/next-leaf.ts";
import { latestReport, slotTimeMs } from "../../protocol/state.ts";
import { yearsBetween } from "../../quant/day-count.ts";
import { roundHalfEven } from "../../base/fixed.ts";
import { gridLogMoneyness } from "../../quant/surface-grid.ts";
import { totalVariance } from "../../quant/svi.ts";
import type { SimNode } from "./node.ts";
import { START_MS } from "./setting.ts";

/** Of the two numbers at the start. */
const PRICES = [95_000, 3_300] as const;
const EXPIRIES_MS = [START_MS + 7 * 86_400_000];
const CARRY = 1.004;
const WHOLE_PPM = 1_000_000;

/** A number within `spread` of the truth. */
function seen(rng: Rng, truth: number, spread: number): number {
  return truth * (1 + (rng.next() - 0.5) * spread);
}

function priceAt(which: number, round: number): number {
  return (PRICES[which] ?? PRICES[0]) * (1 + 0.002 * Math.sin((round + which) / 3));
}

function surfaceOf(shape: SurfaceShape, grid: ParentGrid, slot: Slot, rng: Rng): SurfaceObservation {
  const slices = EXPIRIES_MS.map((expiryMs) => {
    const years = yearsBetween(slot.timeMs, expiryMs);
    const root = Math.sqrt(years);
    const level = seen(rng, 0.3, 0.02);
    const svi = { a: level * 0.4 * years, b: 0.12 * root, rho: -0.3, m: 0.02 * root, sigma: 0.6 * root };
    const theta = gridTheta(shape, grid.thetas, expiryMs, slot.timeMs);
    return {
      expiryMs,
      forward: roundHalfEven(seen(rng, priceAt(0, slot.round) * CARRY, 4e-4), 8),
      variances: gridLogMoneyness(theta).map((k) => roundHalfEven(totalVariance(svi, Number(k) / 1e18), 18)),
    };
  });
  return { type: "surface", gridRound: grid.gridRound, slices };
}

function settlementOf(shape: SettlementShape, slot: Slot, bornMs: number, rng: Rng): SettlementObservation | null {
  const { expiryMs } = windowAt(shape, slot.timeMs);
  const fromMs = expiryMs - shape.windowMs;
  const elapsedMs = Math.min(slot.timeMs, expiryMs) - fromMs;
  const coveredMs = Math.min(slot.timeMs, expiryMs) - Math.max(fromMs, bornMs);
  if (coveredMs < 0 || (coveredMs === 0 && elapsedMs > 0)) return null;
  const price = roundHalfEven(seen(rng, PRICES[0], 4e-4), 8);
  const fixed = (price * BigInt(elapsedMs)) / BigInt(shape.windowMs);
  const coveragePpm = elapsedMs === 0 ? WHOLE_PPM : Math.floor((coveredMs * WHOLE_PPM) / elapsedMs);
  return {
    type: "settlement",
    expiryMs,
    fixed,
    variable: elapsedMs < shape.windowMs ? price - fixed : 0n,
    coveragePpm,
  };
}

/** Every feed as a node sees it in a round; grids are those of the newest report it holds. */
export function viewOf({ id, state, bornMs }: SimNode, round: number, seed: number): Observed[] {
  const { config } = state;
  const rng = seededRng(hashWords(seed, round, id));
  const slot = { round, timeMs: slotTimeMs(config, round) };
  const parent = latestReport(state, round);
  return config.rules.map(({ feedId, index, shape }) => {
    switch (shape.type) {
      case "scalar":
        return roundHalfEven(seen(rng, priceAt(index, round), 4e-4), 8);
      case "surface": {
        if (!isSurfaceRound(shape, round)) return null;
        const leaf = parent?.report.leaves.find((one) => one.feedId === feedId);
        return surfaceOf(shape, gridOf(leaf), slot, rng);
      }
      case "settlement":
        return settlementOf(shape, slot, START_MS + bornMs, rng);
    }
  });
}
