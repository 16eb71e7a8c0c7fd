/** The fields that definitions are made of. Each carries one sentence of what it allows, used as its error. */
import { z } from "zod";

/** A whole number in a closed range. Definitions hold no fractions as JSON numbers: those are decimal strings. */
export function wholeNumber(low: number, high: number, unit: string, meaning: string) {
  const error = `a whole number of ${unit} from ${low} to ${high}`;
  return z.int({ error }).min(low, { error }).max(high, { error }).describe(meaning);
}

export function text(pattern: RegExp, allowed: string, meaning: string) {
  return z.string({ error: allowed }).regex(pattern, { error: allowed }).describe(meaning);
}

export function decimal(meaning: string) {
  return text(/^(0|[1-9]\d{0,14})(\.\d{1,18})?$/, 'a decimal number as a string, such as "0.005"', meaning);
}

const currency = text(/^[A-Z0-9]{2,10}$/, "2 to 10 upper-case letters or digits, such as BTC", "A coin or currency.");

export const spotVenue = z
  .enum(["coinbase", "kraken", "bitstamp", "binance"])
  .describe("An exchange with spot books that this version reads.");

export const spotMarket = z
  .strictObject({ venue: spotVenue, base: currency, quote: currency })
  .describe("One order book: the venue's price of one `base` in `quote`.");

export const distance = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("relative"),
      bps: wholeNumber(1, 5_000, "basis points", "Hundredths of a percent of the reference value."),
    }),
    z.strictObject({ type: z.literal("absolute"), amount: decimal("In the feed's own unit, more than zero.") }),
  ])
  .describe("A distance between two values of the feed.");

export const bounds = z
  .strictObject({
    low: decimal("The smallest value that may be published."),
    high: decimal("The largest value that may be published."),
  })
  .describe(
    "A value outside is not published and not clamped: the feed is missing. Sanity limits, far from the market.",
  );

const conversion = z
  .strictObject({
    quote: currency.describe("The quote currency to be converted, such as USDT."),
    venues: z
      .array(spotVenue)
      .min(1, { error: "at least one venue" })
      .max(8, { error: "at most 8 venues" })
      .describe("Whose `quote`-USD books give the rate. A book is never converted by its own venue."),
    low: decimal("Rates below are not believed."),
    high: decimal("Rates above are not believed."),
    agreementBps: wholeNumber(1, 1_000, "basis points", "Two rates further apart than this give no rate at all."),
    maxQuoteAgeMs: wholeNumber(100, 600_000, "milliseconds", "Older rates are left out."),
  })
  .describe("How books in another quote currency come to count in USD.");

/** What it takes to form one spot price from many books: the method of a spot index, and the guard of a vol feed. */
export const spotRules = {
  markets: z
    .array(spotMarket)
    .min(3, { error: "at least 3 markets" })
    .max(16, { error: "at most 16 markets" })
    .describe("The books the price is made of."),
  conversions: z.array(conversion).max(4, { error: "at most 4 conversions" }),
  outlierBps: wholeNumber(10, 2_000, "basis points", "A book further than this from the median of all is left out."),
  maxSpreadBps: wholeNumber(1, 2_000, "basis points", "A book with a wider spread has no meaningful middle."),
  frozenAfterMs: wholeNumber(
    1_000,
    600_000,
    "milliseconds",
    "A book that has not changed for longer is left out while at least two other venues' books change.",
  ),
};
