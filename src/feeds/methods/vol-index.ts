/** A model-free volatility index: the strip of the VIX on both expiries around the tenor. docs/methodology/vol-index.md */
import type { StrikeMarks } from "../../quant/strike-quotes.ts";
import { quotesOfMarks } from "../../quant/strike-quotes.ts";
import { varianceSwapTotal } from "../../quant/svi-variance.ts";
import { interpolateTotalVariance } from "../../quant/total-variance.ts";
import { stripVolatility, type VarianceStrip, varianceStrip } from "../../quant/variance-strip.ts";
import type { EvaluationContext, LinkedFeed } from "../context.ts";
import type { Evaluation, EvaluationNote, InputLine } from "../evaluation.ts";
import type { VolIndexDefinition } from "../kinds/chain-kinds.ts";
import { bracketTenor, daysText, partsOf } from "./bracket.ts";
import { openChain, spotLine } from "./chain-view.ts";
import { type ExpiryReading, fault, type Found } from "./expiry-reading.ts";
import { missing, scalarValue } from "./outcome.ts";
import { fitLine, readSmile, type Smile } from "./smile-fit.ts";

type Strip = Extract<VarianceStrip, { readonly ok: true }>;
type Variances = Smile & {
  readonly strip: Strip;
  /** Volatility of the strip over all strikes, from the fitted curve. */
  readonly whole: number;
};

/**
 * Marks in USD of the rows that have a bid: coin premium times one forward. A mark lies between bid and ask and agrees
 * with its own volatility, else the row is not sound; in a wide market it says more than the middle of the spread.
 */
function marksOf({ sound, venueForward }: ExpiryReading): StrikeMarks[] {
  const strikes = new Map<number, { strike: number; callMark: number | null; putMark: number | null }>();
  for (const { strike, right, bidCoin, markCoin } of sound) {
    const marks = strikes.get(strike) ?? { strike, callMark: null, putMark: null };
    const usd = bidCoin === null ? null : markCoin * venueForward;
    if (right === "call") marks.callMark = usd;
    else marks.putMark = usd;
    strikes.set(strike, marks);
  }
  return [...strikes.values()];
}

function variancesOf(expiry: ExpiryReading, smile: Found<Smile>): Found<Variances> {
  if (!smile.ok) return smile;
  const { years, venueForward } = expiry;
  const strip = varianceStrip(quotesOfMarks(marksOf(expiry)), { years, discount: 1, forward: venueForward });
  if (!strip.ok) return fault("no-quote", `no strip of options: ${strip.why}`);
  return { ...smile, strip, whole: Math.sqrt(varianceSwapTotal(smile.slice.svi, null) / years) };
}

function wingNote(
  source: string,
  { near, far }: { readonly near: Variances; readonly far: Variances },
  cut: number,
): EvaluationNote {
  const range = ({ strip }: Variances): string => {
    return `${strip.lowestLogMoneyness.toFixed(2)} to ${strip.highestLogMoneyness.toFixed(2)}`;
  };
  const detail = `strikes from ln(K/F) ${range(near)} and ${range(far)}; all strikes give ${cut.toFixed(4)} more`;
  return { kind: "wing-cut", source, detail };
}

export function volIndex(feed: LinkedFeed, definition: VolIndexDefinition, context: EvaluationContext): Evaluation {
  const view = openChain(feed, definition, context);
  if (view.kind === "missing") return view;
  const { tenorDays, maxCutVolBps } = definition.method;
  const bracket = bracketTenor(view, tenorDays, (expiry) => variancesOf(expiry, readSmile(view.reading, expiry)));
  if (bracket.kind === "missing") return bracket;
  const { near, far, tenorYears, excluded } = bracket;
  const inputs: InputLine[] = [];
  const unit = "1/sqrt(year)";
  for (const { point, part } of partsOf(bracket)) {
    const label = `strip of ${point.strip.legs.length} options in ${daysText(point.years)}`;
    inputs.push(
      { source: point.name, label, value: Math.sqrt(point.strip.variance), unit, weight: part },
      fitLine(point),
    );
  }
  inputs.push(spotLine(view));
  const index = stripVolatility(near.strip, far.strip, tenorYears);
  const whole = interpolateTotalVariance(
    { years: near.years, vol: near.whole },
    { years: far.years, vol: far.whole },
    tenorYears,
  );
  const refuse = (reason: "calendar-arbitrage" | "wing-cut", detail: string): Evaluation =>
    missing(reason, detail, {
      inputs,
      excluded: [{ source: view.source, reason: "inconsistent", detail }, ...excluded],
    });
  if (!index.ok || !whole.ok) {
    return refuse(
      "calendar-arbitrage",
      `less total variance in ${daysText(far.years)} than in ${daysText(near.years)}`,
    );
  }
  inputs.push({ source: view.source, label: "integral over all strikes", value: whole.vol, unit, weight: null });
  const cut = whole.vol - index.vol;
  if (Math.abs(cut) * 10_000 > maxCutVolBps) {
    const seen = `strip ${index.vol.toFixed(4)}, integral ${whole.vol.toFixed(4)}`;
    return refuse("wing-cut", `${seen}: ${(cut * 10_000).toFixed(0)} apart, at most ${maxCutVolBps} allowed`);
  }
  const notes = [...bracket.notes, wingNote(view.source, bracket, cut)];
  return scalarValue(index.vol, { sources: [view.source], inputs, excluded, notes });
}
