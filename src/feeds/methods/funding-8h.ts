/** What a perpetual's longs paid over the last eight hours: docs/methodology/funding-8h.md */
import type { FutureQuote } from "../../market/quote.ts";
import { deribitFundingRate, perpetualPremium } from "../../quant/funding.ts";
import type { EvaluationContext, LinkedFeed } from "../context.ts";
import { baseOf } from "../definition.ts";
import type { Evaluation, EvaluationNote, InputLine } from "../evaluation.ts";
import type { Funding8hDefinition } from "../kinds/history-kinds.ts";
import { freshest } from "./freshness.ts";
import { linkedSpot } from "./linked-spot.ts";
import { missing, scalarValue } from "./outcome.ts";

/** The venue's rate of this moment may differ this much from its own formula: the row's mark and index are rounded. */
const FORMULA_TOLERANCE = 0.0005;

/** The venue's rule applied to its own premium, against the rate it says. Decides nothing: the rate is what is paid. */
function formulaCheck(source: string, row: FutureQuote, spot: number): readonly EvaluationNote[] {
  const premium = perpetualPremium(row.mark, row.index ?? spot);
  if (row.currentFunding === null || premium === null) {
    return [{ kind: "cross-check-absent", source, detail: "no present funding rate to compare with the formula" }];
  }
  const formula = deribitFundingRate(premium, null);
  if (Math.abs(formula - row.currentFunding) <= FORMULA_TOLERANCE) return [];
  const detail = `present funding ${row.currentFunding}, the formula gives ${formula} for a premium of ${premium}`;
  return [{ kind: "cross-check-apart", source, detail }];
}

export function funding8h(feed: LinkedFeed, definition: Funding8hDefinition, context: EvaluationContext): Evaluation {
  const { method } = definition;
  const { snapshot } = context;
  const base = baseOf(definition);
  const board = `${method.venue}:${base}.futures`;
  const boards = snapshot.futures.filter((candidate) => candidate.venue === method.venue && candidate.base === base);
  const fresh = freshest(board, boards, method.maxQuoteAgeMs, snapshot);
  if (!fresh.ok) {
    const { reason, detail } = fresh.exclusion;
    return missing("no-perpetual", `${board} ${reason}: ${detail}`, { excluded: [fresh.exclusion] });
  }
  const source = `${method.venue}:${base}-PERPETUAL`;
  const refuse = (
    reason: "no-perpetual" | "cross-check-failed",
    detail: string,
    inputs: readonly InputLine[] = [],
  ): Evaluation => {
    const why = reason === "no-perpetual" ? "no-quote" : "inconsistent";
    return missing(reason, detail, { inputs, excluded: [{ source, reason: why, detail }] });
  };
  const rows = fresh.quote.futures.filter(({ instrument }) => instrument === `${base}-PERPETUAL`);
  const [row] = rows;
  if (row === undefined) return refuse("no-perpetual", `${board} does not list ${base}-PERPETUAL`);
  if (rows.length > 1) return refuse("cross-check-failed", `${board} lists ${base}-PERPETUAL ${rows.length} times`);
  const { funding8h: funding, mark } = row;
  if (funding === null || !Number.isFinite(funding))
    return refuse("no-perpetual", "no funding of the last eight hours");
  const spot = linkedSpot(feed, context);
  if (spot.kind === "missing") return spot;
  const unit = `USD/${base}`;
  const inputs: InputLine[] = [
    { source, label: "funding of the last 8 hours", value: funding, unit: "1", weight: null },
    { source, label: "mark price", value: mark, unit, weight: null },
    { source: spot.name, label: "spot index", value: spot.price, unit, weight: null },
  ];
  const premium = perpetualPremium(mark, spot.price);
  if (premium === null || Math.abs(premium) * 10_000 > method.maxPremiumBps) {
    const apart = premium === null ? "" : `, ${(premium * 10_000).toFixed(0)} bp away, at most ${method.maxPremiumBps}`;
    return refuse("cross-check-failed", `mark ${mark} beside a spot index of ${spot.price}${apart}`, inputs);
  }
  inputs.push({ source, label: "premium over spot", value: premium, unit: "1", weight: null });
  return scalarValue(funding, {
    sources: [source],
    inputs,
    excluded: spot.excluded,
    notes: [...spot.notes, ...formulaCheck(source, row, spot.price)],
  });
}
