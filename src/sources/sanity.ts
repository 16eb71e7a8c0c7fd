/** Checks that need no model: what no honest book or option row can look like. */
import { isFiniteNumber, parseDecimal } from "./decimal.ts";
import { type Gap, gap } from "./gap.ts";

/**
 * Widest spot book taken as a market. Listed majors trade within 1 %; a stub book (bid 0.01, ask 99999) or a slipped
 * decimal point is two-sided in form only, and its mid is nobody's price.
 */
const SPOT_ASK_OVER_BID_MAX = 2;
const SPOT_PRICE_MIN = 1e-9;
const SPOT_PRICE_MAX = 1e9;

/** Unix ms of 2010 and 2100: outside of it a time has the wrong unit (seconds, microseconds) or is no time at all. */
const TIME_MIN_MS = 1_262_304_000_000;
const TIME_MAX_MS = 4_102_444_800_000;

/** Outside of 1 % … 1000 % a vol is a sentinel, or percent and decimal were mixed up. */
const VOL_MIN = 0.01;
const VOL_MAX = 10;

/** An annualised decimal vol (0.47 = 47 %); null for what cannot be one, as venues say that there is none. */
export function plausibleVol(vol: number | null): number | null {
  return vol !== null && vol > VOL_MIN && vol < VOL_MAX ? vol : null;
}

export function isPlausibleTimeMs(timeMs: number): boolean {
  return timeMs >= TIME_MIN_MS && timeMs < TIME_MAX_MS;
}

/** Best bid and ask of a spot book from a venue that writes prices as text; null and "" mean no quote. */
export function spotSides(
  bidText: string | null,
  askText: string | null,
): { readonly kind: "sides"; readonly bid: number; readonly ask: number } | Gap {
  const bid = spotPrice("bid", bidText);
  if (typeof bid !== "number") return bid;
  const ask = spotPrice("ask", askText);
  if (typeof ask !== "number") return ask;
  return bookFault(bid, ask) ?? { kind: "sides", bid, ask };
}

/** The same of a venue that writes prices as JSON numbers. */
export function numericSides(
  bidValue: unknown,
  askValue: unknown,
): { readonly kind: "sides"; readonly bid: number; readonly ask: number } | Gap {
  const bid = numericPrice("bid", bidValue);
  if (typeof bid !== "number") return bid;
  const ask = numericPrice("ask", askValue);
  if (typeof ask !== "number") return ask;
  return bookFault(bid, ask) ?? { kind: "sides", bid, ask };
}

/** @returns what is wrong with two sound prices beside each other; null when they can be a book */
function bookFault(bid: number, ask: number): Gap | null {
  if (bid > ask) return gap("crossed-book", `bid ${bid} above ask ${ask}`);
  if (bid === ask) return gap("locked-book", `bid and ask are ${bid}`);
  if (ask > bid * SPOT_ASK_OVER_BID_MAX) return gap("out-of-range", `ask ${ask} over twice the bid ${bid}`);
  return null;
}

function numericPrice(side: "bid" | "ask", value: unknown): number | Gap {
  if (value === null || value === undefined) return gap("no-quote", `${side} is empty`);
  if (!isFiniteNumber(value)) return gap("bad-shape", `${side} is not a number`);
  return spotPriceInRange(side, value) ?? value;
}

function spotPrice(side: "bid" | "ask", text: string | null): number | Gap {
  if (text === null || text === "") return gap("no-quote", `${side} is empty`);
  const price = parseDecimal(text);
  if (price === null) return gap("bad-shape", `${side} is not a decimal number`);
  return spotPriceInRange(side, price) ?? price;
}

/** @returns the refusal of a price that is zero, negative or absurd; null when it may pass */
export function spotPriceInRange(name: string, price: number): Gap | null {
  if (price === 0) return gap("zero-quote", `${name} is zero`);
  if (price < SPOT_PRICE_MIN || price > SPOT_PRICE_MAX) return gap("out-of-range", `${name} is ${price}`);
  return null;
}

/**
 * Upper bound of an undiscounted inverse premium in coin: a call is worth at most the forward (one coin), a put at most
 * its strike. A premium in quote currency by mistake breaks it. The slack is one tick of the smallest size.
 */
export function isPremiumWithinBounds(
  markCoin: number,
  right: "call" | "put",
  strike: number,
  forward: number,
): boolean {
  const boundCoin = right === "call" ? 1 : strike / forward;
  return markCoin >= 0 && markCoin <= boundCoin * 1.001 + 1e-4;
}

/** A missing side cannot be crossed. */
export function isCrossed(bid: number | null, ask: number | null): boolean {
  return bid !== null && ask !== null && bid > ask;
}
