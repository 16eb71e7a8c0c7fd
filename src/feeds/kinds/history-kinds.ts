/** The kinds that look back over time: realised volatility, funding, settlement. */
import { z } from "zod";
import { coinName, kind, method, text, venueName, wholeNumber } from "../schema-parts.ts";
import { common, feedRef, maxQuoteAgeMs } from "./common.ts";

const coverage = text(
  /^0\.\d{1,6}$|^1$/,
  'a part between 0 and 1 as a string, such as "0.95"',
  "The part of the window that must have been seen, else the feed is missing.",
);

export const realisedVol = z
  .strictObject({
    kind: kind("realised-vol"),
    ...common,
    method: method({
      windowDays: wholeNumber(1, 90, "days", "The window that ends now. It is part of the feed's name."),
      intervalMs: z.literal(300_000).describe("Returns are taken over five minutes."),
      candles: z
        .array(
          z.strictObject({
            venue: venueName(["coinbase", "bitstamp", "binance", "kraken"], "An exchange with a history of trades."),
            base: coinName("The coin, the base of the symbol."),
            quote: coinName("What it is priced in: USD, or a currency named in pegged."),
          }),
        )
        .min(3, { error: "at least 3 markets" })
        .max(8, { error: "at most 8 markets" })
        .describe("Whose candles are read. Each gives its own volatility; the middle one counts."),
      pegged: z
        .array(coinName("A currency such as USDT."))
        .max(4, { error: "at most 4 currencies" })
        .describe(
          "Quote currencies taken for a dollar: the moves of their pegs are in the number. Empty when all are USD.",
        ),
      minCoverage: coverage,
      maxCandleAgeMs: wholeNumber(300_000, 86_400_000, "milliseconds", "The newest candle may be this old."),
    }),
  })
  .describe("Realised volatility: the root of the annualised sum of squared five-minute returns, decimal.");

export const funding8h = z
  .strictObject({
    kind: kind("funding-8h"),
    ...common,
    method: method({
      venue: venueName(["deribit"], "Whose perpetual is read."),
      maxQuoteAgeMs,
      spot: feedRef.describe("The spot index that the perpetual's premium is held against."),
      maxPremiumBps: wholeNumber(1, 2_000, "basis points", "A perpetual further from spot is not believed."),
    }),
  })
  .describe("What a long perpetual paid over the last eight hours, as a part of its value. It may be negative.");

export const settlement = z
  .strictObject({
    kind: kind("settlement"),
    ...common,
    method: method({
      spot: feedRef.describe("The spot index that is averaged."),
      schedule: z
        .discriminatedUnion("type", [
          z.strictObject({
            type: z.literal("daily").describe("Once a day."),
            timeUtc: text(
              /^[0-2]\d:[0-5]\d$/,
              "a time such as 08:00",
              "The time of day in UTC at which options expire.",
            ),
          }),
          z.strictObject({
            type: z.literal("every").describe("At a steady pace, for test networks."),
            periodMs: wholeNumber(30_000, 86_400_000, "milliseconds", "The time between two expiries."),
            offsetMs: wholeNumber(
              0,
              86_399_999,
              "milliseconds",
              "Expiries are at this much after a whole number of periods since 1 January 1970.",
            ),
          }),
        ])
        .describe("When settlements are fixed."),
      windowMs: wholeNumber(10_000, 86_400_000, "milliseconds", "The average runs over this long before the expiry."),
      sampleEveryMs: wholeNumber(250, 60_000, "milliseconds", "How often the spot index is looked at."),
      maxHoldMs: wholeNumber(
        250,
        600_000,
        "milliseconds",
        "A sample speaks for at most this long; what it does not cover is a hole.",
      ),
      minCoverage: coverage,
    }),
  })
  .describe("The price at which options settle: the time-weighted mean of the spot index before the expiry.");

export type RealisedVolDefinition = z.infer<typeof realisedVol>;
export type Funding8hDefinition = z.infer<typeof funding8h>;
export type SettlementDefinition = z.infer<typeof settlement>;
