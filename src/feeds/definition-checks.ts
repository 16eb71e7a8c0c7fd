/** What a schema cannot say of a definition: that its fields fit each other. */
import type { DistanceText, FeedDefinition, FeedKind } from "./definition.ts";
import { nameSuffix } from "./definition.ts";
import { type FieldProblem, compareDecimals, isCalendarDay, placesOf } from "./field-problem.ts";
import { checkKind } from "./kind-checks.ts";
import { checkSources, sourceCountOf } from "./source-checks.ts";
import { checkUnits } from "./unit-checks.ts";

/** Signed kinds have no percentage of themselves, and a volatility is spoken of in points. */
const ABSOLUTE_KINDS: ReadonlySet<FeedKind> = new Set<FeedKind>([
  "rate",
  "iv-atm",
  "skew-25d",
  "vol-index",
  "vol-surface",
  "realised-vol",
  "funding-8h",
]);
const SIGNED_KINDS: ReadonlySet<FeedKind> = new Set<FeedKind>(["rate", "skew-25d", "funding-8h"]);

function* checkDistances({ deviation, agreement, decimals, kind }: FeedDefinition): Generator<FieldProblem> {
  for (const [path, rule] of Object.entries({ deviation, agreement })) {
    if (rule.type === "absolute") {
      if (placesOf(rule.amount) > decimals) {
        yield { path: `${path}.amount`, seen: rule.amount, allowed: `at most the feed's ${decimals} decimal places` };
      } else if (compareDecimals(rule.amount, "0") === 0) {
        yield { path: `${path}.amount`, seen: rule.amount, allowed: "more than zero" };
      }
    } else if (ABSOLUTE_KINDS.has(kind)) {
      const allowed = `"absolute" for a feed of kind ${kind}, in its own unit (0.005 of a volatility is half a point)`;
      yield { path: `${path}.type`, seen: rule.type, allowed };
    }
  }
  if (isNarrower(agreement, deviation)) {
    const allowed = `the type of the deviation and at least as much: ${JSON.stringify(deviation)}`;
    yield { path: "agreement", seen: agreement, allowed };
  }
}

/** Honest nodes differ; an agreement narrower than what moves the feed would dispute every move. */
function isNarrower(agreement: DistanceText, deviation: DistanceText): boolean {
  if (agreement.type === "relative") return deviation.type !== "relative" || agreement.bps < deviation.bps;
  return deviation.type !== "absolute" || compareDecimals(agreement.amount, deviation.amount) < 0;
}

function* checkBounds({ bounds, decimals, kind }: FeedDefinition): Generator<FieldProblem> {
  if (compareDecimals(bounds.low, bounds.high) >= 0) {
    yield { path: "bounds.high", seen: bounds.high, allowed: `more than bounds.low, ${bounds.low}` };
  }
  for (const side of ["low", "high"] as const) {
    if (placesOf(bounds[side]) > decimals) {
      yield { path: `bounds.${side}`, seen: bounds[side], allowed: `at most the feed's ${decimals} decimal places` };
    }
  }
  if (!SIGNED_KINDS.has(kind) && compareDecimals(bounds.low, "0") <= 0) {
    yield { path: "bounds.low", seen: bounds.low, allowed: `more than zero for a feed of kind ${kind}` };
  }
}

function* checkContingency(definition: FeedDefinition): Generator<FieldProblem> {
  const { contingency, minSources } = definition;
  const most = sourceCountOf(definition);
  for (const [i, step] of contingency.entries()) {
    const path = `contingency[${i}]`;
    const isLast = i === contingency.length - 1;
    const before = contingency[i - 1]?.whenSourcesBelow;
    if (before !== undefined && step.whenSourcesBelow >= before) {
      yield {
        path: `${path}.whenSourcesBelow`,
        seen: step.whenSourcesBelow,
        allowed: `less than the step before, ${before}`,
      };
    }
    if (step.whenSourcesBelow > most) {
      const allowed = `at most ${most}: there are no more sources, and the step would always be taken`;
      yield { path: `${path}.whenSourcesBelow`, seen: step.whenSourcesBelow, allowed };
    }
    if (!isLast && step.do === "missing") {
      yield { path: `${path}.do`, seen: step.do, allowed: '"note": only the last step says missing' };
    }
    if (isLast && (step.do !== "missing" || step.whenSourcesBelow !== minSources)) {
      const allowed = `missing below minSources, ${minSources}: the last step is the end`;
      yield { path, seen: step, allowed };
    }
  }
}

/** Negative when revision `a` is older than `b`. */
function compareRevisions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(".").map(Number)) as [number[], number[]];
  const at = left.findIndex((part, i) => part !== right[i]);
  return at === -1 ? 0 : left[at]! - right[at]!;
}

function* checkHistory({ revision, changelog, methodology }: FeedDefinition): Generator<FieldProblem> {
  const newest = changelog[0]!;
  if (newest.revision !== revision) {
    const allowed = `the revision of the file, ${revision}: the newest change stands first`;
    yield { path: "changelog[0].revision", seen: newest.revision, allowed };
  }
  for (const [i, entry] of changelog.entries()) {
    const path = `changelog[${i}]`;
    const newer = changelog[i - 1];
    if (!isCalendarDay(entry.date)) yield { path: `${path}.date`, seen: entry.date, allowed: "a day of the calendar" };
    if (newer === undefined) continue;
    if (compareRevisions(entry.revision, newer.revision) >= 0) {
      const allowed = `older than ${newer.revision}: newest first`;
      yield { path: `${path}.revision`, seen: entry.revision, allowed };
    }
    if (entry.date > newer.date) {
      yield { path: `${path}.date`, seen: entry.date, allowed: `not after ${newer.date}: newest first` };
    }
  }
  if (!isCalendarDay(methodology.reviewedOn)) {
    yield { path: "methodology.reviewedOn", seen: methodology.reviewedOn, allowed: "a day of the calendar" };
  }
}

/** Every way in which the fields of a well-formed definition contradict each other; empty when they fit. */
export function checkDefinition(definition: FeedDefinition): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const wanted = `${definition.symbol}.${nameSuffix(definition)}`;
  if (definition.name !== wanted) {
    problems.push({ path: "name", seen: definition.name, allowed: `"${wanted}", from symbol, kind and method` });
  }
  if (definition.heartbeatMarginMs >= definition.heartbeatMs) {
    const allowed = `less than heartbeatMs, ${definition.heartbeatMs}`;
    problems.push({ path: "heartbeatMarginMs", seen: definition.heartbeatMarginMs, allowed });
  }
  problems.push(
    ...checkBounds(definition),
    ...checkDistances(definition),
    ...checkContingency(definition),
    ...checkHistory(definition),
    ...checkSources(definition),
    ...checkUnits(definition),
    ...checkKind(definition),
  );
  return problems;
}
