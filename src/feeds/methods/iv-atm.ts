/** At-the-money implied volatility at a constant maturity, from one venue's option chain: docs/methodology/iv-atm.md. */
import { interpolateTotalVariance } from "../../quant/total-variance.ts";
import type { EvaluationContext, LinkedFeed } from "../context.ts";
import type { Evaluation, InputLine } from "../evaluation.ts";
import type { IvAtmDefinition } from "../kinds/chain-kinds.ts";
import { atmVol } from "./atm-vol.ts";
import { bracketTenor, daysText, partsOf } from "./bracket.ts";
import { openChain, spotLine } from "./chain-view.ts";
import { missing, scalarValue } from "./outcome.ts";

export function ivAtm(feed: LinkedFeed, definition: IvAtmDefinition, context: EvaluationContext): Evaluation {
  const view = openChain(feed, definition, context, "marks");
  if (view.kind === "missing") return view;
  const { tenorDays, chain } = definition.method;
  const bracket = bracketTenor(view, tenorDays, (expiry) => atmVol(expiry, chain));
  if (bracket.kind === "missing") return bracket;
  const { near, far, tenorYears, notes, excluded } = bracket;
  const inputs: InputLine[] = partsOf(bracket).map(({ point, part }) => {
    const label = `volatility at the forward in ${daysText(point.years)}`;
    return { source: point.name, label, value: point.vol, unit: "1/sqrt(year)", weight: part };
  });
  inputs.push(spotLine(view));
  const result = interpolateTotalVariance(near, far, tenorYears);
  if (!result.ok) {
    const detail = `${result.why}: ${near.vol} in ${daysText(near.years)}, ${far.vol} in ${daysText(far.years)}`;
    const whole = { source: view.source, reason: "inconsistent" as const, detail };
    return missing("calendar-arbitrage", detail, { inputs, excluded: [whole, ...excluded] });
  }
  return scalarValue(result.vol, { sources: [view.source], inputs, excluded, notes });
}
