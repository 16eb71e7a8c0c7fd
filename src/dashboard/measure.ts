/** What a feed's number measures, and so how it is read: money, percent, vol points. Pure. */
import { groupThousands, MINUS, NARROW_SPACE, roundDecimal } from "./format.ts";

export type Measure = "price" | "vol" | "vol-points" | "rate" | "funding" | "share" | "plain";

/**
 * @param unit as in definitions: "USD/BTC", "1/sqrt(year)", "1/year", "1"
 * @param kind of the feed; empty for an input, whose unit is all there is to go by
 */
export function measureOf({ unit, kind = "" }: { readonly unit: string; readonly kind?: string }): Measure {
  // A difference of two volatilities is no volatility.
  if (kind.startsWith("skew")) return "vol-points";
  if (kind.startsWith("funding")) return "funding";
  if (unit === "USD" || unit.startsWith("USD/")) return "price";
  if (unit === "1/sqrt(year)") return "vol";
  if (unit === "1/year") return "rate";
  return unit === "1" ? "share" : "plain";
}

/** How often the shown number holds the stored one: 47.12 is shown of 0.4712. */
export function shownFactor(measure: Measure): number {
  return measure === "price" || measure === "plain" ? 1 : 100;
}

/** Cents for what costs a dollar or more, six places below, where cents would hide the price. */
function places(measure: Measure, text: string): number {
  switch (measure) {
    case "price":
    case "plain":
      return Math.abs(Number(text)) >= 1 ? 2 : 6;
    case "vol":
    case "vol-points":
    case "rate":
      return 2;
    case "funding":
    case "share":
      return 4;
  }
}

/** @returns the number alone, such as "97,123.45", "47.12" or "−2.31" */
export function formatNumber(text: string, measure: Measure): string {
  const shown = roundDecimal(text, places(measure, text), shownFactor(measure) === 100 ? 2 : 0);
  return measure === "vol-points" && !shown.startsWith(MINUS) && Number(shown) !== 0 ? `+${shown}` : shown;
}

/** @returns what stands behind the number */
export function unitText(measure: Measure, unit: string): string {
  switch (measure) {
    case "price":
      return "USD";
    case "vol":
    case "share":
      return "%";
    case "vol-points":
      return "vol pts";
    case "rate":
      return "% a year";
    case "funding":
      return "% per 8 h";
    case "plain":
      return unit;
  }
}

export function formatValue(text: string, measure: Measure, unit: string): string {
  return `${formatNumber(text, measure)}${NARROW_SPACE}${unitText(measure, unit)}`;
}

/** A double of an input, by its unit. */
export function formatInput(value: number, unit: string): string {
  const measure = measureOf({ unit });
  return formatValue(value.toFixed(10), measure, unit);
}

function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  const [whole = "0", fraction] = text.split(".");
  return `${value < 0 ? MINUS : "+"}${groupThousands(whole)}${fraction === undefined ? "" : `.${fraction}`}`;
}

/** How far the chain's answer is from the agreed value: basis points of a price, points of what is read in percent. */
export function formatDifference(agreed: string, onChain: string, measure: Measure): string {
  const difference = Number(agreed) - Number(onChain);
  switch (measure) {
    case "vol":
    case "vol-points":
      return `${signed(difference * 100, 2)} vol pts`;
    case "rate":
      return `${signed(difference * 100, 2)} pts`;
    case "funding":
    case "share":
      return `${signed(difference * 100, 4)} pts`;
    case "price":
    case "plain":
      if (Number(onChain) === 0) return "no reference";
      return `${signed((difference / Number(onChain)) * 10_000, 1)} bps`;
  }
}

/**
 * The spread of the observations around the agreed value, in the feed's own terms.
 * @param ppb median absolute deviation, parts per billion of |value|
 */
export function formatConfidence(value: string, ppb: number, measure: Measure): string {
  const spread = (Math.abs(Number(value)) * ppb) / 1e9;
  switch (measure) {
    case "vol":
    case "vol-points":
      return `\u00b1 ${(spread * 100).toFixed(2)} vol pts`;
    case "rate":
      return `\u00b1 ${(spread * 100).toFixed(2)} pts`;
    case "funding":
    case "share":
      return `\u00b1 ${(spread * 100).toFixed(4)} pts`;
    case "price":
    case "plain":
      return `\u00b1 ${roundDecimal(spread.toFixed(8), places(measure, value))}${measure === "price" ? " USD" : ""}`;
  }
}
