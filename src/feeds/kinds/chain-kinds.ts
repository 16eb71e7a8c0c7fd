/** The scalar kinds that are read off an option chain: forward, rate, at-the-money volatility, skew, volatility index. */
import { z } from "zod";
import { kind, method, text, wholeNumber } from "../schema-parts.ts";
import { chainMethod, common, tenorDays } from "./common.ts";

export const forward = z
  .strictObject({
    kind: kind("forward"),
    ...common,
    method: method({
      ...chainMethod,
      maturity: z
        .discriminatedUnion("type", [
          z.strictObject({ type: z.literal("constant").describe("Always the same time ahead."), days: tenorDays }),
          z.strictObject({
            type: z.literal("listed").describe("One listed expiry, until it expires."),
            expiry: text(
              /^20\d\d-[01]\d-[0-3]\d$/,
              "a day such as 2026-12-25",
              "The day of the expiry, at 08:00 UTC. It is part of the feed's name.",
            ),
          }),
        ])
        .describe("A constant number of days ahead, or one listed expiry."),
    }),
  })
  .describe("The price today of one coin to be delivered later, from put-call parity.");

export const rate = z
  .strictObject({ kind: kind("rate"), ...common, method: method({ ...chainMethod, tenorDays }) })
  .describe(
    "The US dollar rate that forwards imply against spot, continuously compounded, per year. It may be negative.",
  );

export const ivAtm = z
  .strictObject({ kind: kind("iv-atm"), ...common, method: method({ ...chainMethod, tenorDays }) })
  .describe("Implied volatility at the forward, at a constant maturity, annualised, decimal.");

export const skew25d = z
  .strictObject({ kind: kind("skew-25d"), ...common, method: method({ ...chainMethod, tenorDays }) })
  .describe("Volatility of the call with delta 0.25 less that of the put with delta -0.25, at a constant maturity.");

export const volIndex = z
  .strictObject({
    kind: kind("vol-index"),
    ...common,
    method: method({
      ...chainMethod,
      tenorDays,
      maxCutVolBps: wholeNumber(
        1,
        5_000,
        "hundredths of a vol point",
        "The strip may miss this much of the continuous value for want of far strikes; more, and the feed is missing.",
      ),
    }),
  })
  .describe("A model-free volatility index: the CBOE strip over both expiries around the tenor, annualised, decimal.");

export type ForwardDefinition = z.infer<typeof forward>;
export type RateDefinition = z.infer<typeof rate>;
export type IvAtmDefinition = z.infer<typeof ivAtm>;
export type Skew25dDefinition = z.infer<typeof skew25d>;
export type VolIndexDefinition = z.infer<typeof volIndex>;
/** Any feed on an option chain, the surface included, as far as the chain's part goes. */
export type ChainMethod = Omit<IvAtmDefinition["method"], "tenorDays">;
