/** The settlement price as it is being fixed: docs/methodology/settlement.md */
import { roundHalfEven } from "../../base/fixed.ts";
import type { EvaluationContext, LinkedFeed } from "../context.ts";
import { baseOf } from "../definition.ts";
import type { Evaluation, InputLine } from "../evaluation.ts";
import type { SettlementDefinition } from "../kinds/history-kinds.ts";
import { linkedSpot, spotDefinitionOf } from "./linked-spot.ts";
import { FEED_DECIMALS, type Gathered, missing } from "./outcome.ts";

const MILLION = 1_000_000;

/** Part of the passed window that was seen, rounded down; all of it while none has passed. */
function coveragePpm(coveredMs: number, elapsedMs: number): number {
  if (!(elapsedMs > 0)) return MILLION;
  return Math.max(0, Math.min(MILLION, Math.floor((coveredMs / elapsedMs) * MILLION)));
}

/**
 * In the window: what is fixed already (the mean so far times the part that has passed) and what is still open (spot
 * times the part to come). After it: the mean, if enough of the window was seen. How much was seen is always said.
 */
export function settlement(feed: LinkedFeed, definition: SettlementDefinition, context: EvaluationContext): Evaluation {
  const { method, name } = definition;
  const samples = context.window(name);
  if (samples === null) return missing("not-in-window", "no settlement window matters now");
  const { expiryMs, mean } = samples;
  const passedMs = Math.min(context.slotTimeMs, expiryMs) - (expiryMs - method.windowMs);
  if (passedMs < 0) return missing("not-in-window", `the window opens in ${-passedMs} ms`);

  const unit = `USD/${baseOf(definition)}`;
  const spotName = spotDefinitionOf(feed).name;
  const ppm = coveragePpm(samples.coveredMs, samples.elapsedMs);
  const passed = passedMs / method.windowMs;
  const inputs: InputLine[] = [
    { source: spotName, label: "window seen", value: ppm / MILLION, unit: "1", weight: null },
  ];
  if (mean !== null) {
    inputs.push({ source: spotName, label: "mean of the window so far", value: mean, unit, weight: passed });
  }
  const isOver = context.slotTimeMs >= expiryMs;
  const seen = `${samples.coveredMs} of ${samples.elapsedMs} ms of the window were seen`;
  if (passedMs > 0 && (mean === null || !(mean > 0 && mean < Infinity)))
    return missing("low-coverage", seen, { inputs });
  if (isOver && ppm < Number(method.minCoverage) * MILLION) {
    return missing("low-coverage", `${seen}, a part of at least ${method.minCoverage} wanted`, { inputs });
  }
  const fixed = mean === null ? 0n : roundHalfEven(mean * passed, FEED_DECIMALS);
  const finish = (variable: bigint, gathered: Gathered): Evaluation => ({
    kind: "value",
    value: fixed + variable,
    observed: { type: "settlement", expiryMs, fixed, variable, coveragePpm: ppm },
    ...gathered,
  });
  if (isOver) return finish(0n, { sources: [spotName], inputs, excluded: [], notes: [] });
  const spot = linkedSpot(feed, context);
  if (spot.kind === "missing") return { ...spot, inputs: [...inputs, ...spot.inputs] };
  const { price, excluded, notes } = spot;
  inputs.push({ source: spotName, label: "spot index, for what is open", value: price, unit, weight: 1 - passed });
  const variable = roundHalfEven(price * (1 - passed), FEED_DECIMALS);
  return finish(variable, { sources: [spotName], inputs, excluded, notes });
}
