/** The forward price by put-call parity, at a constant maturity or of one listed expiry: docs/methodology/forward.md */
import { parseExpiryDay } from "../../market/instrument.ts";
import { constantMaturity, rateCurve } from "../../quant/rate-curve.ts";
import type { EvaluationContext, LinkedFeed } from "../context.ts";
import type { Evaluation, InputLine } from "../evaluation.ts";
import type { ForwardDefinition, RateDefinition } from "../kinds/chain-kinds.ts";
import { type Bracket, bracketTenor, daysText, exclusionsOf, partsOf, readAll } from "./bracket.ts";
import { type ChainView, openChain, spotLine } from "./chain-view.ts";
import type { Found } from "./expiry-fault.ts";
import type { ExpiryReading } from "./expiry-reading.ts";
import { missing, type Missing, scalarValue } from "./outcome.ts";

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

type Forward = { readonly forward: number; readonly pairs: number };

const readForward = ({ forward }: ExpiryReading): Found<Forward> => forward;

function forwardLine(
  { chain }: ChainView,
  point: { readonly name: string; readonly years: number } & Forward,
  weight: number,
): InputLine {
  const label = `forward in ${daysText(point.years)} by parity of ${point.pairs} strikes`;
  return { source: point.name, label, value: point.forward, unit: `USD/${chain.base}`, weight };
}

/** Forward and rate at the tenor: ln(F/S) is linear in time between the two expiries. */
function atTenor(
  view: ChainView,
  bracket: Bracket<Forward>,
): { readonly forward: number; readonly rate: number } | Missing {
  const { near, far, tenorYears, excluded } = bracket;
  const curve = rateCurve(view.spotThen, near.expiryMs === far.expiryMs ? [far] : [near, far]);
  const point = curve.ok ? constantMaturity(curve, tenorYears) : curve;
  if (point.ok) return point;
  const detail = `${point.why}: ${near.forward} in ${daysText(near.years)}, ${far.forward} in ${daysText(far.years)}`;
  return missing("no-bracketing-expiries", detail, { excluded });
}

function constantMaturityOf(view: ChainView, days: number, wanted: "forward" | "rate"): Evaluation {
  const bracket = bracketTenor(view, days, readForward);
  if (bracket.kind === "missing") return bracket;
  const found = atTenor(view, bracket);
  if ("kind" in found) return found;
  const inputs: InputLine[] = partsOf(bracket).map(({ point, part }) => forwardLine(view, point, part));
  if (wanted === "rate") {
    const label = "spot index, when the chain was first seen";
    inputs.push({ ...spotLine(view), label, value: view.spotThen });
  } else inputs.push(spotLine(view));
  const { notes, excluded } = bracket;
  return scalarValue(found[wanted], { sources: [view.source], inputs, excluded, notes });
}

/** "2026-12-25" → unix ms at 08:00 UTC; null for a day that is none. */
function expiryOfDay(day: string): number | null {
  const [year = "", month = "", dayOfMonth = ""] = day.split("-");
  return parseExpiryDay(`${Number(dayOfMonth)}${MONTHS[Number(month) - 1] ?? ""}${year.slice(2)}`);
}

function listedForward(view: ChainView, expiry: string): Evaluation {
  const expiryMs = expiryOfDay(expiry);
  const { usable, failures } = readAll(view, readForward);
  const excluded = [...view.excluded, ...exclusionsOf(view, failures)];
  const point = usable.find((candidate) => candidate.expiryMs === expiryMs);
  if (point === undefined) {
    const failure = failures.find((candidate) => candidate.expiryMs === expiryMs);
    const reason = failure?.isForwardWrong === true ? "cross-check-failed" : "no-bracketing-expiries";
    const detail = `${expiry}: ${failure?.detail ?? "not listed, or out of range"}`;
    excluded.unshift({ source: view.source, reason: failure?.reason ?? "no-quote", detail });
    return missing(reason, detail, { excluded });
  }
  const inputs = [forwardLine(view, point, 1), spotLine(view)];
  return scalarValue(point.forward, { sources: [view.source], inputs, excluded, notes: view.spot.notes });
}

export function forward(feed: LinkedFeed, definition: ForwardDefinition, context: EvaluationContext): Evaluation {
  const view = openChain(feed, definition, context, "parity");
  if (view.kind === "missing") return view;
  const { maturity } = definition.method;
  return maturity.type === "constant"
    ? constantMaturityOf(view, maturity.days, "forward")
    : listedForward(view, maturity.expiry);
}

/** ln(F/S)/T, continuously compounded, ACT/365; negative where the forward is below spot. docs/methodology/rate.md */
export function rate(feed: LinkedFeed, definition: RateDefinition, context: EvaluationContext): Evaluation {
  const view = openChain(feed, definition, context, "parity");
  return view.kind === "missing" ? view : constantMaturityOf(view, definition.method.tenorDays, "rate");
}
