/** A model-free volatility index: the strip of the VIX on both expiries around the tenor. docs/methodology/vol-index.md */
import { blackPrice } from "../../quant/black76.ts";
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
import { fault, type Found } from "./expiry-fault.ts";
import type { ExpiryReading } from "./expiry-reading.ts";
import { missing, scalarValue } from "./outcome.ts";
import type { SmileQuote } from "./smile-quotes.ts";
import { fitLine, readSmile, type Smile } from "./smile-fit.ts";

type Strip = Extract<VarianceStrip, { readonly ok: true }>;
type Variances = Smile & {
  readonly strip: Strip;
  /** Volatility of the strip over all strikes, from the fitted curve. */
  readonly whole: number;
};

/**
 * A row for every listed strike: where the out-of-the-money option has a bid and a volatility, call and put in USD at that
 * volatility, and nothing elsewhere. The volatility is that of the mid, or in a wide market that of the venue's mark.
 */
function stripRows({ rows, years, venueForward }: ExpiryReading, quotes: readonly SmileQuote[]): StrikeMarks[] {
  const vols = new Map(quotes.filter(({ hasBid }) => hasBid).map(({ strike, vol }) => [strike, vol]));
  const root = Math.sqrt(years);
  return [...new Set(rows.map(({ strike }) => strike))].map((strike) => {
    const vol = vols.get(strike);
    if (vol === undefined) return { strike, callMark: null, putMark: null };
    return {
      strike,
      callMark: blackPrice("call", venueForward, strike, vol * root),
      putMark: blackPrice("put", venueForward, strike, vol * root),
    };
  });
}

function variancesOf(expiry: ExpiryReading, smile: Found<Smile>): Found<Variances> {
  if (!smile.ok) return smile;
  const { years, venueForward } = expiry;
  const strip = varianceStrip(quotesOfMarks(stripRows(expiry, smile.quotes)), {
    years,
    discount: 1,
    forward: venueForward,
  });
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
  const view = openChain(feed, definition, context, "smile");
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
