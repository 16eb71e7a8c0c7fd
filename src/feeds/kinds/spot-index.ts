/** A spot price: the capped, weighted middle of several venues' books. */
import { z } from "zod";
import { SPOT_VENUES } from "../../market/venue.ts";
import { coinName, decimal, kind, method, venueName, wholeNumber } from "../schema-parts.ts";
import { common, maxQuoteAgeMs } from "./common.ts";

const spotVenue = venueName(SPOT_VENUES, "An exchange with spot books that this version reads.");

const spotMarket = z
  .strictObject({
    venue: spotVenue,
    base: coinName("The coin, the base of the symbol."),
    quote: coinName("What the book is priced in: USD, or a currency that has a conversion below."),
    weight: wholeNumber(1, 100, "parts", "How much this book counts beside the others."),
  })
  .describe("One order book: the venue's price of one `base` in `quote`.");

const conversion = z
  .strictObject({
    quote: coinName("The quote currency to be converted, such as USDT."),
    venues: z
      .array(spotVenue)
      .min(1, { error: "at least one venue" })
      .max(8, { error: "at most 8 venues" })
      .describe("Whose `quote`-USD books give the rate. A book is never converted by its own venue."),
    low: decimal("A rate below this is not believed: USD for one unit of the currency."),
    high: decimal("A rate above this is not believed: USD for one unit of the currency."),
    agreementBps: wholeNumber(1, 1_000, "basis points", "Two rates further apart than this give no rate at all."),
    maxQuoteAgeMs: wholeNumber(100, 600_000, "milliseconds", "Rates older than this are left out."),
  })
  .describe("How books in another quote currency come to count in USD.");

export const spotIndex = z
  .strictObject({
    kind: kind("spot-index"),
    ...common,
    method: method({
      maxQuoteAgeMs,
      markets: z
        .array(spotMarket)
        .min(3, { error: "at least 3 markets" })
        .max(16, { error: "at most 16 markets" })
        .describe("The books the price is made of."),
      conversions: z
        .array(conversion)
        .max(4, { error: "at most 4 conversions" })
        .describe("One for every quote currency among the markets that is not USD; empty when all are."),
      capBps: wholeNumber(1, 500, "basis points", "A price further from the weighted median counts as this far away."),
      outlierBps: wholeNumber(
        10,
        2_000,
        "basis points",
        "A book further than this from the median is left out until it is within readmitBps again.",
      ),
      readmitBps: wholeNumber(
        1,
        1_000,
        "basis points",
        "A book that was left out counts again when it is nearer than this, at most half of outlierBps.",
      ),
      maxSpreadBps: wholeNumber(1, 2_000, "basis points", "A book with a wider spread has no meaningful middle."),
      frozenAfterMs: wholeNumber(
        1_000,
        600_000,
        "milliseconds",
        "A book that has not changed for longer is left out while at least two other venues' books change.",
      ),
      crossCheck: z
        .strictObject({
          venue: venueName(["deribit"], "Whose index is compared with."),
          maxApartBps: wholeNumber(
            1,
            2_000,
            "basis points",
            "A distance from the venue's own index larger than this is noted.",
          ),
        })
        .nullable()
        .describe("A venue's own index to compare with, or null. It never enters the value and never stops it."),
    }),
  })
  .describe("A spot price: the capped weighted mean of several venues' books.");

export type SpotIndexDefinition = z.infer<typeof spotIndex>;
