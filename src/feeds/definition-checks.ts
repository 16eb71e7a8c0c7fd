/** What a schema cannot say of a definition: that its fields fit each other. */
import { compareBig, parseFixed } from "../base/fixed.ts";
import type { DistanceText, FeedDefinition, SpotRules } from "./definition.ts";
import { baseOf, nameSuffix, spotRulesOf } from "./definition.ts";

/** `path` as in the file: `method.markets[1].venue`. */
export type FieldProblem = { readonly path: string; readonly seen: unknown; readonly allowed: string };

/** Decimal strings here have at most 18 places. */
const PLACES = 18;

function compareDecimals(a: string, b: string): number {
  return compareBig(parseFixed(a, PLACES), parseFixed(b, PLACES));
}

function places(decimal: string): number {
  return decimal.includes(".") ? decimal.length - decimal.indexOf(".") - 1 : 0;
}

function* checkDistances(definition: FeedDefinition): Generator<FieldProblem> {
  const { deviation, agreement, decimals } = definition;
  for (const [path, rule] of [
    ["deviation", deviation],
    ["agreement", agreement],
  ] as const) {
    if (rule.type === "absolute") {
      if (places(rule.amount) > decimals) {
        yield { path: `${path}.amount`, seen: rule.amount, allowed: `at most the feed's ${decimals} decimal places` };
      }
      if (compareDecimals(rule.amount, "0") === 0)
        yield { path: `${path}.amount`, seen: rule.amount, allowed: "more than zero" };
    } else if (definition.unit === "vol") {
      yield {
        path: `${path}.type`,
        seen: rule.type,
        allowed: '"absolute" for a volatility, in vol units (0.005 is half a point)',
      };
    }
  }
  if (isNarrower(agreement, deviation)) {
    yield {
      path: "agreement",
      seen: agreement,
      allowed: `the type of the deviation and at least as much: ${JSON.stringify(deviation)}`,
    };
  }
}

/** Honest nodes differ; an agreement narrower than what moves the feed would dispute every move. */
function isNarrower(agreement: DistanceText, deviation: DistanceText): boolean {
  if (agreement.type === "relative") return deviation.type !== "relative" || agreement.bps < deviation.bps;
  return deviation.type !== "absolute" || compareDecimals(agreement.amount, deviation.amount) < 0;
}

function* checkSpotRules(base: string, rules: SpotRules, at: string): Generator<FieldProblem> {
  const seenMarkets = new Set<string>();
  const direct = rules.markets.filter((market) => market.quote === "USD").length;
  for (const [i, market] of rules.markets.entries()) {
    const path = `${at}.markets[${i}]`;
    const name = `${market.venue}:${market.base}-${market.quote}`;
    if (seenMarkets.has(name)) yield { path, seen: name, allowed: "each market once" };
    seenMarkets.add(name);
    if (market.base !== base) yield { path: `${path}.base`, seen: market.base, allowed: `${base}, the symbol's base` };
    if (market.quote === "USD") continue;
    const conversion = rules.conversions.find(({ quote }) => quote === market.quote);
    if (conversion === undefined) {
      yield { path: `${path}.quote`, seen: market.quote, allowed: "USD, or a currency with an entry in conversions" };
    } else if (conversion.venues.every((venue) => venue === market.venue)) {
      yield { path: `${path}.venue`, seen: market.venue, allowed: "a venue other than the only one that converts it" };
    }
  }
  if (direct * 2 <= rules.markets.length) {
    yield {
      path: `${at}.markets`,
      seen: `${direct} of ${rules.markets.length} in USD`,
      allowed: "more books in USD than converted ones",
    };
  }
  const quotes = new Set<string>();
  for (const [i, conversion] of rules.conversions.entries()) {
    const path = `${at}.conversions[${i}]`;
    const used = rules.markets.some(({ quote }) => quote === conversion.quote);
    if (!used || conversion.quote === "USD" || quotes.has(conversion.quote)) {
      yield {
        path: `${path}.quote`,
        seen: conversion.quote,
        allowed: "the quote currency of a market, other than USD, once",
      };
    }
    quotes.add(conversion.quote);
    if (new Set(conversion.venues).size < conversion.venues.length) {
      yield { path: `${path}.venues`, seen: conversion.venues, allowed: "each venue once" };
    }
    if (compareDecimals(conversion.low, conversion.high) >= 0) {
      yield { path: `${path}.high`, seen: conversion.high, allowed: `more than low, ${conversion.low}` };
    }
  }
  if (rules.minSources > rules.markets.length) {
    const allowed = `at most the number of markets, ${rules.markets.length}`;
    yield { path: at === "method" ? "minSources" : `${at}.minSources`, seen: rules.minSources, allowed };
  }
}

function* checkKind(definition: FeedDefinition): Generator<FieldProblem> {
  switch (definition.kind) {
    case "spot-index":
      // Two sources cannot tell which of them lies.
      if (definition.minSources < 3)
        yield { path: "minSources", seen: definition.minSources, allowed: "at least 3 for a spot index" };
      yield* checkSpotRules(baseOf(definition), spotRulesOf(definition), "method");
      return;
    case "iv-atm": {
      const { minExpiryDays, tenorDays, maxExpiryDays } = definition.method;
      if (definition.minSources !== 1)
        yield { path: "minSources", seen: definition.minSources, allowed: "1: this method reads one venue" };
      if (minExpiryDays >= tenorDays)
        yield { path: "method.minExpiryDays", seen: minExpiryDays, allowed: `less than tenorDays, ${tenorDays}` };
      if (maxExpiryDays <= tenorDays)
        yield { path: "method.maxExpiryDays", seen: maxExpiryDays, allowed: `more than tenorDays, ${tenorDays}` };
      yield* checkSpotRules(baseOf(definition), spotRulesOf(definition), "method.spot");
    }
  }
}

/** Every way in which the fields of a well-formed definition contradict each other; empty when they fit. */
export function checkDefinition(definition: FeedDefinition): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const wanted = `${definition.symbol}.${nameSuffix(definition)}`;
  if (definition.name !== wanted)
    problems.push({ path: "name", seen: definition.name, allowed: `"${wanted}", from symbol, kind and method` });
  if (compareDecimals(definition.bounds.low, definition.bounds.high) >= 0) {
    problems.push({
      path: "bounds.high",
      seen: definition.bounds.high,
      allowed: `more than bounds.low, ${definition.bounds.low}`,
    });
  }
  for (const side of ["low", "high"] as const) {
    if (places(definition.bounds[side]) > definition.decimals) {
      const allowed = `at most the feed's ${definition.decimals} decimal places`;
      problems.push({ path: `bounds.${side}`, seen: definition.bounds[side], allowed });
    }
  }
  if (definition.kind === "iv-atm" && compareDecimals(definition.bounds.low, "0") === 0) {
    problems.push({ path: "bounds.low", seen: definition.bounds.low, allowed: "more than zero for a volatility" });
  }
  if (definition.heartbeatMarginMs >= definition.heartbeatMs) {
    const allowed = `less than heartbeatMs, ${definition.heartbeatMs}`;
    problems.push({ path: "heartbeatMarginMs", seen: definition.heartbeatMarginMs, allowed });
  }
  problems.push(...checkDistances(definition), ...checkKind(definition));
  return problems;
}
