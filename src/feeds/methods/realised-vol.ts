/** Realised volatility: each venue's own five-minute closes give one number, and the middle one counts. docs/methodology/realised-vol.md */
import type { CandleSeries } from "../../market/quote.ts";
import type { Venue } from "../../market/venue.ts";
import { MS_PER_DAY, MS_PER_YEAR } from "../../quant/day-count.ts";
import { type SampledVol, sumOfSquares } from "../../quant/realised-vol.ts";
import type { EvaluationContext, MethodMemory } from "../context.ts";
import type { Evaluation, Exclusion, InputLine } from "../evaluation.ts";
import type { RealisedVolDefinition } from "../kinds/history-kinds.ts";
import { ownersOf } from "../venues.ts";
import { freshest } from "./freshness.ts";
import { lowerMiddle } from "./lower-middle.ts";
import { missing, scalarValue } from "./outcome.ts";

type Rules = RealisedVolDefinition["method"];

/** The closes at every step of the window that ends at `endMs`, both ends included; null where the venue has no bar. */
function closesOf(series: CandleSeries, startMs: number, endMs: number): (number | null)[] {
  const { intervalMs } = series;
  const closes = Array.from<number | null>({ length: (endMs - startMs) / intervalMs + 1 }).fill(null);
  for (const { openMs, close } of series.closes) {
    const at = (openMs + intervalMs - startMs) / intervalMs;
    if (Number.isInteger(at) && at >= 0 && at < closes.length) closes[at] = close;
  }
  return closes;
}

/** Read once for every bar that ends: a month of bars is long, and looked at every round. */
function volOf(
  series: CandleSeries,
  { windowDays, intervalMs }: Rules,
  nowMs: number,
  memory: MethodMemory,
): SampledVol {
  const endMs = Math.floor(nowMs / intervalMs) * intervalMs;
  const key = `${windowDays}:${endMs}`;
  const known = memory.candles.get(series) ?? new Map<string, SampledVol>();
  const before = known.get(key);
  if (before !== undefined) return before;
  const vol = sumOfSquares(closesOf(series, endMs - windowDays * MS_PER_DAY, endMs), intervalMs / MS_PER_YEAR);
  // Only the newest end is ever asked for again.
  for (const old of known.keys()) if (old.startsWith(`${windowDays}:`)) known.delete(old);
  memory.candles.set(series, known.set(key, vol));
  return vol;
}

/** Why a series does not count, if it does not. */
function refusal(vol: SampledVol, { minCoverage }: Rules): Pick<Exclusion, "reason" | "detail"> | undefined {
  if (!vol.ok) {
    return vol.why === "too-few"
      ? { reason: "low-coverage", detail: "fewer than two bars in the window" }
      : { reason: "inconsistent", detail: "a price of the window is not above zero" };
  }
  if (vol.coverage < Number(minCoverage)) {
    const percent = (100 * vol.coverage).toFixed(1);
    return {
      reason: "low-coverage",
      detail: `${percent} % of the window's bars, at least ${minCoverage} of them wanted`,
    };
  }
  return vol.vol > 0 ? undefined : { reason: "frozen", detail: "the price has not moved in the whole window" };
}

export function realisedVol(definition: RealisedVolDefinition, context: EvaluationContext): Evaluation {
  const { method, minSources, minOwners } = definition;
  const { snapshot, memory } = context;
  const inputs: InputLine[] = [];
  const excluded: Exclusion[] = [];
  const venues: Venue[] = [];
  for (const { venue, base, quote } of method.candles) {
    const source = `${venue}:${base}-${quote}.candles`;
    const all = snapshot.candles.filter(
      (series) =>
        series.venue === venue &&
        series.base === base &&
        series.quote === quote &&
        series.intervalMs === method.intervalMs,
    );
    const fresh = freshest(source, all, method.maxCandleAgeMs, snapshot);
    if (!fresh.ok) {
      excluded.push(fresh.exclusion);
      continue;
    }
    const vol = volOf(fresh.quote, method, snapshot.takenAtMs, memory);
    const why = refusal(vol, method);
    if (!vol.ok || why !== undefined) {
      if (why !== undefined) excluded.push({ source, ...why });
      continue;
    }
    venues.push(venue);
    const label = `realised volatility, ${(100 * vol.coverage).toFixed(1)} % of the bars`;
    inputs.push({ source, label, value: vol.vol, unit: "1/sqrt(year)", weight: null });
  }
  const sources = inputs.map(({ source }) => source);
  if (sources.length < Math.max(1, minSources) || ownersOf(venues).length < minOwners) {
    const detail = `${sources.length} of at least ${minSources} series of ${minOwners} owners: ${sources.join(", ") || "none"}`;
    return missing(sources.length === 0 ? "no-candles" : "too-few-sources", detail, { inputs, excluded });
  }
  const value = lowerMiddle(inputs.map((input) => input.value));
  return scalarValue(value, { sources, inputs, excluded, notes: [] });
}
