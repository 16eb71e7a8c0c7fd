/**
 * The unit of a feed's number, followed from the inputs through the formula of its kind. Every input has the unit that
 * the catalogue of venues gives it; what the definition claims of an input decides how its numbers are read. Where the
 * result is not what `unit` says, or two things are added or compared that are not of one unit, the definition is refused:
 * a dropped conversion or percent taken for decimal is an error here, and a wrong price elsewhere.
 */
import { unreachable } from "../base/errors.ts";
import { type FeedDefinition, baseOf } from "./definition.ts";
import type { FieldProblem } from "./field-problem.ts";
import type { ChainMethod } from "./kinds/chain-kinds.ts";
import type { RealisedVolDefinition } from "./kinds/history-kinds.ts";
import type { SpotIndexDefinition } from "./kinds/spot-index.ts";
import { ONE, type Unit, isSame, over, root, showUnit, squared, symbol, times } from "./units.ts";
import { venueFacts } from "./venues.ts";

const USD = symbol("USD");
const YEAR = symbol("year");
const PERCENT = symbol("percent");
const VOL = over(ONE, root(YEAR));

type Steps = Generator<FieldProblem, Unit>;

/** USD for one coin of the symbol: what every price of a definition has to be in. */
function priceUnit(definition: Pick<FeedDefinition, "symbol">): Unit {
  return over(USD, symbol(baseOf(definition)));
}

/** A hop takes a book in its quote currency to USD, and needs venues that price that currency in USD. */
function* hopUnits({ method }: SpotIndexDefinition): Generator<FieldProblem, ReadonlyMap<string, Unit>> {
  const hops = new Map<string, Unit>();
  for (const [i, { quote, venues }] of method.conversions.entries()) {
    const path = `method.conversions[${i}]`;
    if (quote === "USD" || !method.markets.some((market) => market.quote === quote)) {
      yield { path: `${path}.quote`, seen: quote, allowed: "the quote currency of a market, other than USD" };
    } else if (hops.has(quote)) {
      yield { path: `${path}.quote`, seen: quote, allowed: "one conversion for each currency" };
    }
    for (const [j, venue] of venues.entries()) {
      const { quotes } = venueFacts(venue);
      if (quotes.includes("USD")) continue;
      const allowed = `a venue with a ${quote}-USD book: ${venue} prices in ${quotes.join(", ")} only, which leads not to USD`;
      yield { path: `${path}.venues[${j}]`, seen: venue, allowed };
    }
    hops.set(quote, over(USD, symbol(quote)));
  }
  return hops;
}

function* spotIndexUnit(definition: SpotIndexDefinition): Steps {
  const wanted = priceUnit(definition);
  const hops = yield* hopUnits(definition);
  for (const [i, { venue, base, quote }] of definition.method.markets.entries()) {
    const path = `method.markets[${i}]`;
    const { quotes } = venueFacts(venue);
    if (!quotes.includes(quote)) {
      yield { path: `${path}.quote`, seen: quote, allowed: `what ${venue} prices in: ${quotes.join(", ")}` };
    }
    const hop = quote === "USD" ? ONE : hops.get(quote);
    if (hop === undefined) {
      yield { path: `${path}.quote`, seen: quote, allowed: "USD, or a currency with an entry in conversions" };
      continue;
    }
    const book = times(over(symbol(quote), symbol(base)), hop);
    if (!isSame(book, wanted)) {
      const allowed = `${baseOf(definition)}, the symbol's base: a book in ${showUnit(book)} is no price in ${showUnit(wanted)}`;
      yield { path: `${path}.base`, seen: base, allowed };
    }
  }
  return wanted;
}

/** The unit of the feed that `method.spot` names, which must be a price of the same coin. */
function* spotUnit(definition: FeedDefinition, ref: string): Steps {
  const wanted = priceUnit(definition);
  const unit = priceUnit({ symbol: ref.slice(0, ref.indexOf(".")) });
  if (!isSame(unit, wanted)) {
    const allowed = `${definition.symbol}.spot-index: ${showUnit(unit)} cannot be held against ${showUnit(wanted)}`;
    yield { path: "method.spot.ref", seen: ref, allowed };
  }
  return unit;
}

type ChainUnits = { readonly strike: Unit; readonly premium: Unit; readonly vol: Unit; readonly spot: Unit };

/** A chain as the definition reads it: strikes, premiums in USD for one coin, volatilities, and spot. */
function* chainUnits(definition: FeedDefinition, method: ChainMethod): Generator<FieldProblem, ChainUnits> {
  const base = baseOf(definition);
  const { venue, premium, vol } = method.options;
  const { options } = venueFacts(venue);
  const wanted = priceUnit(definition);
  const spot = yield* spotUnit(definition, method.spot.ref);
  if (options === null || !options.bases.includes(base)) {
    const allowed = `a venue with option chains of ${base}; ${venue} has ${options?.bases.join(" and ") ?? "none"}`;
    yield { path: "method.options.venue", seen: venue, allowed };
    return { strike: wanted, premium: wanted, vol: VOL, spot };
  }
  const strike = over(symbol(options.strike), symbol(base));
  // A premium in coin counts coins for one coin, and the row's forward turns it into USD.
  const paid = options.premium === "coin" ? ONE : over(USD, symbol(base));
  const premiumRead = premium === "coin" ? times(paid, strike) : paid;
  if (!isSame(premiumRead, strike)) {
    const allowed = `"${options.premium}", what ${venue} pays in; else premiums were in ${showUnit(premiumRead)} beside strikes in ${showUnit(strike)}`;
    yield { path: "method.options.premium", seen: premium, allowed };
  }
  const written = options.vol === "percent" ? times(PERCENT, VOL) : VOL;
  const volRead = vol === "percent" ? over(written, PERCENT) : written;
  // Black-76 takes the exponential of its total variance: it must be a pure number.
  if (!isSame(times(squared(volRead), YEAR), ONE)) {
    const allowed = `"${options.vol}", how ${venue} writes volatilities; else they were in ${showUnit(volRead)}`;
    yield { path: "method.options.vol", seen: vol, allowed };
  }
  return { strike, premium: premiumRead, vol: volRead, spot };
}

/** Returns are pure numbers, but of what is priced in a currency they are returns against that currency. */
function* realisedVolUnit({ method, ...rest }: RealisedVolDefinition): Steps {
  const base = baseOf(rest);
  for (const [i, candle] of method.candles.entries()) {
    const path = `method.candles[${i}]`;
    const { quotes } = venueFacts(candle.venue);
    if (!quotes.includes(candle.quote)) {
      const allowed = `what ${candle.venue} prices in: ${quotes.join(", ")}`;
      yield { path: `${path}.quote`, seen: candle.quote, allowed };
    }
    if (candle.quote !== "USD" && !method.pegged.includes(candle.quote)) {
      yield { path: `${path}.quote`, seen: candle.quote, allowed: "USD, or a currency named in pegged" };
    }
    if (candle.base !== base) yield { path: `${path}.base`, seen: candle.base, allowed: `${base}, the symbol's base` };
  }
  for (const [i, quote] of method.pegged.entries()) {
    const isUsed = quote !== "USD" && method.candles.some((candle) => candle.quote === quote);
    if (!isUsed || method.pegged.indexOf(quote) !== i) {
      const allowed = "the quote currency of a market, other than USD, once";
      yield { path: `method.pegged[${i}]`, seen: quote, allowed };
    }
  }
  const price = priceUnit(rest);
  const change = over(price, price);
  return root(over(squared(change), YEAR));
}

/** @returns the unit of the feed's number, and on the way every input that does not fit the others */
function* inferUnit(definition: FeedDefinition): Steps {
  switch (definition.kind) {
    case "spot-index":
      return yield* spotIndexUnit(definition);
    case "forward": {
      // F = K + (C − P) / discount
      const { strike } = yield* chainUnits(definition, definition.method);
      return strike;
    }
    case "rate": {
      // ln(F / S) / T, where a logarithm is of a pure number: spotUnit has compared the two.
      const { strike, spot } = yield* chainUnits(definition, definition.method);
      return over(over(strike, spot), YEAR);
    }
    case "iv-atm":
    case "vol-surface": {
      // sqrt(w / T) of the total variance w = σ²T that is interpolated.
      const { vol } = yield* chainUnits(definition, definition.method);
      return root(over(times(squared(vol), YEAR), YEAR));
    }
    case "skew-25d": {
      const { vol } = yield* chainUnits(definition, definition.method);
      return vol;
    }
    case "vol-index": {
      // sqrt(2/T · Σ ΔK/K² · premium)
      const { strike, premium } = yield* chainUnits(definition, definition.method);
      return root(over(over(times(strike, premium), squared(strike)), YEAR));
    }
    case "realised-vol":
      return yield* realisedVolUnit(definition);
    case "funding-8h": {
      const { venue, spot } = definition.method;
      const base = baseOf(definition);
      const { perpetuals } = venueFacts(venue);
      if (!perpetuals.includes(base)) {
        const allowed = `a venue with a perpetual of ${base}; ${venue} has ${perpetuals.join(" and ")}`;
        yield { path: "method.venue", seen: venue, allowed };
      }
      // A part of the position: mark over spot less one, averaged.
      return over(priceUnit(definition), yield* spotUnit(definition, spot.ref));
    }
    case "settlement":
      // ∫ spot dt / ∫ dt
      return yield* spotUnit(definition, definition.method.spot.ref);
    default:
      return unreachable(definition);
  }
}

/** Every way in which units and currencies of the inputs do not lead to the unit that the definition states. */
export function* checkUnits(definition: FeedDefinition): Generator<FieldProblem> {
  const steps = inferUnit(definition);
  let step = steps.next();
  let isSound = true;
  for (; step.done !== true; step = steps.next()) {
    isSound = false;
    yield step.value;
  }
  const inferred = showUnit(step.value);
  // After a wrong input the result says nothing new.
  if (isSound && inferred !== definition.unit) {
    yield { path: "unit", seen: definition.unit, allowed: `"${inferred}", which follows from the inputs` };
  }
}
