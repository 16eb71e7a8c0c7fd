/** The fields that definitions are made of. Each carries one sentence of what it allows, used as its error. */
import { z } from "zod";
import type { Venue } from "../market/venue.ts";
import { coinBehind, venueBehind } from "./venues.ts";

const COIN_ALLOWED = "2 to 10 upper-case letters or digits, such as BTC";

/** What decides which fields `method` has. */
export function kind<const Kind extends string>(name: Kind) {
  return z.literal(name).describe(`The kind of number. ${name} decides which fields method has.`);
}

/** What is different in every kind. */
export function method<const Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape).describe("How the number is made: its inputs, their limits, and the rules.");
}

/** A whole number in a closed range. Definitions hold no fractions as JSON numbers: those are decimal strings. */
export function wholeNumber(low: number, high: number, unit: string, meaning: string) {
  const error = `a whole number of ${unit} from ${low} to ${high}`;
  return z.int({ error }).min(low, { error }).max(high, { error }).describe(meaning);
}

export function text(pattern: RegExp, allowed: string, meaning: string) {
  return z.string({ error: allowed }).regex(pattern, { error: allowed }).describe(meaning);
}

/** An exchange under its one name; another name of the same exchange is refused with the right one. */
export function venueName<const Name extends Venue>(names: readonly Name[], meaning: string) {
  const list = names.map((name) => `"${name}"`).join(", ");
  const allowed = names.length === 1 ? list : `one of ${list}`;
  return z
    .enum(names, {
      error: ({ input }) => {
        const same = typeof input === "string" ? venueBehind(input) : undefined;
        return same === undefined ? allowed : `${allowed}: ${String(input)} is ${same} under another name`;
      },
    })
    .describe(meaning);
}

/** A coin or currency under its one name. */
export function coinName(meaning: string) {
  return z
    .string({ error: COIN_ALLOWED })
    .regex(/^[A-Z0-9]{2,10}$/, { error: COIN_ALLOWED })
    .refine((name) => coinBehind(name) === undefined, {
      error: ({ input }) => `${coinBehind(String(input))}: ${String(input)} is the same under another name`,
    })
    .describe(meaning);
}

export function decimal(meaning: string) {
  return text(/^(0|[1-9]\d{0,14})(\.\d{1,18})?$/, 'a decimal number as a string, such as "0.005"', meaning);
}

/** As `decimal`, and the sign may be minus: rates, fundings and skews are on both sides of zero. */
export function signedDecimal(meaning: string) {
  return text(/^-?(0|[1-9]\d{0,14})(\.\d{1,18})?$/, 'a decimal number as a string, such as "-0.005"', meaning);
}

export const distance = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("relative").describe("A part of the reference value, for prices."),
      bps: wholeNumber(1, 5_000, "basis points", "Hundredths of a percent of the reference value."),
    }),
    z.strictObject({
      type: z.literal("absolute").describe("An amount in the feed's own unit, for volatilities, rates and fundings."),
      amount: decimal("How far, in the feed's own unit, more than zero: 0.005 of a volatility is half a point."),
    }),
  ])
  .describe("A distance between two values of the feed.");
