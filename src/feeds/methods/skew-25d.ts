/** σ(25-delta call) - σ(25-delta put) at a constant maturity: docs/methodology/skew-25d.md */
import { deltaStrike } from "../../quant/surface.ts";
import { interpolateTotalVariance } from "../../quant/total-variance.ts";
import type { EvaluationContext, LinkedFeed } from "../context.ts";
import type { Evaluation, InputLine } from "../evaluation.ts";
import type { Skew25dDefinition } from "../kinds/chain-kinds.ts";
import { bracketTenor, daysText, partsOf } from "./bracket.ts";
import { openChain, spotLine } from "./chain-view.ts";
import { fault, type Found } from "./expiry-fault.ts";
import { missing, scalarValue } from "./outcome.ts";
import { fitLine, readSmile, type Smile } from "./smile-fit.ts";

const DELTA = 0.25;

type Wings = Smile & { readonly call: number; readonly put: number };

/** Both volatilities off the fitted curve, each between quoted strikes: a wing that nobody quotes is not read. */
function wingsOf(smile: Found<Smile>): Found<Wings> {
  if (!smile.ok) return smile;
  const call = deltaStrike(smile.slice, "call", DELTA);
  const put = deltaStrike(smile.slice, "put", DELTA);
  if (!call.ok || !put.ok) return fault("inconsistent", "the curve has no strike with a delta of 0.25");
  if (call.k > smile.kMax || put.k < smile.kMin) {
    const wanted = `${put.strike.toFixed(0)} to ${call.strike.toFixed(0)}`;
    return fault("no-quote", `the strikes of delta 0.25, ${wanted}, lie outside the quoted ones`);
  }
  return { ...smile, call: call.vol, put: put.vol };
}

export function skew25d(feed: LinkedFeed, definition: Skew25dDefinition, context: EvaluationContext): Evaluation {
  const view = openChain(feed, definition, context, "smile");
  if (view.kind === "missing") return view;
  const bracket = bracketTenor(view, definition.method.tenorDays, (expiry) => wingsOf(readSmile(view.reading, expiry)));
  if (bracket.kind === "missing") return bracket;
  const { near, far, tenorYears, notes, excluded } = bracket;
  const inputs: InputLine[] = [];
  for (const { point, part } of partsOf(bracket)) {
    for (const wing of ["call", "put"] as const) {
      const label = `volatility of the 25-delta ${wing} in ${daysText(point.years)}`;
      inputs.push({ source: point.name, label, value: point[wing], unit: "1/sqrt(year)", weight: part });
    }
    inputs.push(fitLine(point));
  }
  inputs.push(spotLine(view));
  const between = (wing: "call" | "put") =>
    interpolateTotalVariance({ years: near.years, vol: near[wing] }, { years: far.years, vol: far[wing] }, tenorYears);
  const call = between("call");
  const put = between("put");
  if (!call.ok || !put.ok) {
    const wing = call.ok ? "put" : "call";
    const detail = `25-delta ${wing}: ${near[wing]} in ${daysText(near.years)}, ${far[wing]} in ${daysText(far.years)}`;
    const whole = { source: view.source, reason: "inconsistent" as const, detail };
    return missing("calendar-arbitrage", detail, { inputs, excluded: [whole, ...excluded] });
  }
  return scalarValue(call.vol - put.vol, { sources: [view.source], inputs, excluded, notes });
}
