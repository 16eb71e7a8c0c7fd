/** A whole volatility surface: one SVI slice for every listed expiry. */
import { z } from "zod";
import { decimal, kind, method, text, wholeNumber } from "../schema-parts.ts";
import { chainMethod, common } from "./common.ts";

const gas = (meaning: string) => wholeNumber(0, 10_000_000, "gas", meaning);

const optionBook = z
  .strictObject({
    lambda: text(
      /^\d{1,3}(\.\d{1,6})?$/,
      'a decimal number such as "4"',
      "The surface is published when the stale price of a reference option is wrong by more than this many tolerances.",
    ),
    rest: text(
      /^\d{1,3}(\.\d{1,6})?$/,
      'a decimal number such as "1.2"',
      "A publication takes along whatever is wrong by more than so many tolerances, at most lambda.",
    ),
    spotToleranceBps: decimal("The tolerance of an option is at most this many basis points of spot."),
    premiumToleranceBps: wholeNumber(
      1,
      10_000,
      "basis points of the premium",
      "The tolerance of an option is at most this part of its premium.",
    ),
    floorBps: decimal("The tolerance of an option is never below this many basis points of spot."),
    settlementWindowMs: wholeNumber(
      0,
      86_400_000,
      "milliseconds",
      "An expiry this near has left the book: its settlement feed speaks.",
    ),
    gas: z
      .strictObject({
        spot: gas("The gas of the spot entry."),
        slice: gas("The gas of one slice of the surface."),
      })
      .describe("What publishing costs, to choose the cheapest set."),
  })
  .describe("A trigger that thinks in option prices: spot and slices are published when stale prices would be wrong.");

export const volSurface = z
  .strictObject({
    kind: kind("vol-surface"),
    ...common,
    method: method({
      ...chainMethod,
      headlineDays: wholeNumber(1, 365, "days", "The feed's own number is the at-the-money volatility this far ahead."),
      everyRounds: wholeNumber(4, 3_600, "rounds", "The surface is agreed on once in so many rounds."),
      phase: wholeNumber(
        0,
        3_599,
        "rounds",
        "The remainder of those rounds when divided by everyRounds: it spreads the work of several surfaces.",
      ),
      maxExpiries: wholeNumber(1, 16, "expiries", "At most so many expiries are used, the nearest ones."),
      minExpiries: wholeNumber(1, 16, "expiries", "With fewer slices the surface is missing."),
      startVol: text(
        /^\d{1,2}(\.\d{1,6})?$/,
        'a decimal volatility such as "0.6"',
        "The grid of an expiry that no signed report knows yet is drawn for this volatility.",
      ),
      agreementVolBps: wholeNumber(
        1,
        5_000,
        "hundredths of a vol point",
        "At least 2f+1 nodes must lie this close to the median at every central node of the grid.",
      ),
      fitToleranceVolBps: z
        .strictObject({
          centre: wholeNumber(
            1,
            5_000,
            "hundredths of a vol point",
            "For log-moneyness within one standard deviation.",
          ),
          wing: wholeNumber(1, 20_000, "hundredths of a vol point", "For the rest of the grid."),
        })
        .describe("How far the fitted curve may be from the agreed grid; further, and the slice is disputed."),
      book: optionBook
        .nullable()
        .describe("A trigger in option prices, or null: the surface then follows deviation and heartbeat alone."),
    }),
  })
  .describe("Implied volatility for every strike and listed expiry: SVI slices, free of arbitrage.");

export type VolSurfaceDefinition = z.infer<typeof volSurface>;
