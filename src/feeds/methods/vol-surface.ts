/** A whole surface as one node sees it, on the grid that a signed report fixed: docs/methodology/vol-surface.md */
import { parseFixed, roundHalfEven } from "../../base/fixed.ts";
import { MS_PER_YEAR, yearsBetween } from "../../quant/day-count.ts";
import type { FittedSlice } from "../../quant/surface-fit.ts";
import { bootstrapTheta, gridLogMoneyness, isTheta, WORD_MAX } from "../../quant/surface-grid.ts";
import { totalVariance } from "../../quant/svi.ts";
import { interpolateTotalVariance } from "../../quant/total-variance.ts";
import type { EvaluationContext, LinkedFeed, SurfaceGrid } from "../context.ts";
import type { Evaluation, InputLine } from "../evaluation.ts";
import type { VolSurfaceDefinition } from "../kinds/vol-surface.ts";
import type { ObservedSlice } from "../observed.ts";
import { daysText, exclusionsOf, type Point, readAll } from "./bracket.ts";
import { type ChainView, openChain, spotLine } from "./chain-view.ts";
import { FEED_DECIMALS, missing } from "./outcome.ts";
import { fitLine, readSmile, type Smile } from "./smile-fit.ts";

/** Total variances and volatilities that nodes agree on count units of 1e-18. */
const UNIT_DECIMALS = 18;

/** What the slice says of total variance at the round's instant: volatilities are those of the chain, time has passed. */
function ageing({ expiryMs, years }: FittedSlice, slotTimeMs: number): number {
  return yearsBetween(slotTimeMs, expiryMs) / years;
}

/** This node's slice at the grid's nodes, or null where it has no number that a word of the report can hold. */
function observe(
  slice: FittedSlice,
  definition: VolSurfaceDefinition,
  grid: SurfaceGrid,
  slotTimeMs: number,
): ObservedSlice | null {
  const { expiryMs } = slice;
  const startVol = parseFixed(definition.method.startVol, UNIT_DECIMALS);
  const theta = grid.thetas.get(expiryMs) ?? bootstrapTheta(startVol, expiryMs - slotTimeMs);
  if (!isTheta(theta)) return null;
  const factor = ageing(slice, slotTimeMs);
  const variances = gridLogMoneyness(theta).map((k) => {
    const w = totalVariance(slice.svi, Number(k) / 1e18) * factor;
    return Number.isFinite(w) ? roundHalfEven(w, UNIT_DECIMALS) : 0n;
  });
  if (variances.some((w) => w < 1n || w > WORD_MAX)) return null;
  const forward = roundHalfEven(slice.forward, FEED_DECIMALS);
  return forward > 0n ? { expiryMs, forward, variances } : null;
}

function atMoney(slice: FittedSlice): number {
  return Math.sqrt(totalVariance(slice.svi, 0) / slice.years);
}

/** At-the-money volatility `days` from the round's instant on; a text says why there is none. */
function headline(points: readonly Point<Smile>[], days: number, slotTimeMs: number): number | string {
  const targetYears = (days * 86_400_000) / MS_PER_YEAR;
  const ends = points.map(({ slice }) => ({ years: yearsBetween(slotTimeMs, slice.expiryMs), vol: atMoney(slice) }));
  const near = ends.findLast(({ years }) => years <= targetYears);
  const far = ends.find(({ years }) => years >= targetYears);
  if (near === undefined || far === undefined) return `no slice ${near === undefined ? "before" : "after"} ${days} d`;
  const between = interpolateTotalVariance(near, far, targetYears);
  return between.ok ? between.vol : `${between.why} between ${daysText(near.years)} and ${daysText(far.years)}`;
}

function linesOf(view: ChainView, points: readonly Point<Smile>[]): InputLine[] {
  const lines = points.flatMap((point): InputLine[] => {
    const when = `in ${daysText(point.years)}`;
    const { slice, name } = point;
    return [
      { source: name, label: `forward ${when}`, value: slice.forward, unit: `USD/${view.chain.base}`, weight: null },
      {
        source: name,
        label: `volatility at the forward ${when}`,
        value: atMoney(slice),
        unit: "1/sqrt(year)",
        weight: null,
      },
      fitLine(point),
    ];
  });
  return [...lines, spotLine(view)];
}

export function volSurface(feed: LinkedFeed, definition: VolSurfaceDefinition, context: EvaluationContext): Evaluation {
  const { slotTimeMs } = context;
  const { method, name } = definition;
  const view = openChain(feed, definition, context, "smile", slotTimeMs);
  if (view.kind === "missing") return view;
  const { usable, failures } = readAll(view, (expiry) => readSmile(view.reading, expiry));
  const excluded = [...view.excluded, ...exclusionsOf(view, failures)];
  const grid = context.grid(name);
  const points: Point<Smile>[] = [];
  const slices: ObservedSlice[] = [];
  for (const point of usable.slice(0, method.maxExpiries)) {
    const observed = observe(point.slice, definition, grid, slotTimeMs);
    if (observed === null) {
      excluded.push({ source: point.name, reason: "inconsistent", detail: "a variance or a forward is out of range" });
      continue;
    }
    points.push(point);
    slices.push(observed);
  }
  const inputs = linesOf(view, points);
  if (slices.length < method.minExpiries) {
    const detail = `${slices.length} expiries have a curve, at least ${method.minExpiries} wanted`;
    const isForwardWrong = failures.some((failure) => failure.isForwardWrong);
    excluded.unshift({ source: view.source, reason: failures[0]?.reason ?? "no-quote", detail });
    return missing(isForwardWrong ? "cross-check-failed" : "no-fit", detail, { inputs, excluded });
  }
  const vol = headline(points, method.headlineDays, slotTimeMs);
  if (typeof vol === "string") {
    const reason = vol.startsWith("no slice") ? "no-bracketing-expiries" : "calendar-arbitrage";
    return missing(reason, vol, { inputs, excluded });
  }
  return {
    kind: "value",
    value: roundHalfEven(vol, FEED_DECIMALS),
    observed: { type: "surface", gridRound: grid.gridRound, slices },
    sources: [view.source],
    inputs,
    excluded,
    notes: view.spot.notes,
  };
}
