/**
 * A feed definition: one JSON file that says what a feed's number means and how it is made. The digest of the whole file
 * is in every signed leaf, so a change of any field is a new definition. `parse-definition.ts` reads one.
 */
import { z } from "zod";
import { bounds, distance, spotRules, text, wholeNumber } from "./schema-parts.ts";

const maxQuoteAgeMs = wholeNumber(100, 600_000, "milliseconds", "Older quotes are left out.");

const common = {
  version: z.literal(1).describe("Version of this format."),
  name: text(
    /^[A-Z0-9]{2,10}-[A-Z0-9]{2,10}\.[a-z0-9-]{1,40}$/,
    "<symbol>.<kind>, such as BTC-USD.spot-index",
    "The stable name, for ever: the feed's id is its hash.",
  ),
  symbol: text(/^[A-Z0-9]{2,10}-USD$/, "an upper-case pair in USD, such as BTC-USD", "What the feed speaks of."),
  title: text(/^\S.{0,118}\S$/u, "2 to 120 characters on one line", "For people."),
  decimals: wholeNumber(0, 18, "decimal places", "The published integer counts units of 10^-decimals."),
  bounds,
  heartbeatMs: wholeNumber(
    1_000,
    604_800_000,
    "milliseconds",
    "The feed is published at the latest this long after the last time.",
  ),
  heartbeatMarginMs: wholeNumber(
    0,
    3_600_000,
    "milliseconds",
    "It is due this much earlier, so that readers never see it late.",
  ),
  deviation: distance.describe("It is published when the agreed value is further than this from the published one."),
  agreement: distance.describe("At least 2f+1 nodes must lie this close to their median, else the feed is disputed."),
  maxQuoteAgeMs,
  minSources: wholeNumber(1, 16, "sources", "With fewer sources the feed is missing."),
  statusGraceMs: wholeNumber(
    0,
    3_600_000,
    "milliseconds",
    "Without an agreed value for longer, the feed is published as missing or disputed.",
  ),
};

const spotIndex = z
  .strictObject({
    kind: z.literal("spot-index"),
    ...common,
    unit: z.literal("USD"),
    method: z.strictObject({
      ...spotRules,
      crossCheck: z
        .strictObject({
          venue: z.literal("deribit"),
          maxApartBps: wholeNumber(1, 2_000, "basis points", "A larger distance from the venue's own index is noted."),
        })
        .nullable()
        .describe("A venue's own index to compare with. It never enters the value and never stops it. null for none."),
    }),
  })
  .describe("A spot price: the middle of the middles of several venues' books.");

const ivAtm = z
  .strictObject({
    kind: z.literal("iv-atm"),
    ...common,
    unit: z.literal("vol"),
    method: z.strictObject({
      venue: z.literal("deribit").describe("Whose option chain is read."),
      tenorDays: wholeNumber(2, 365, "days", "The constant maturity. It is part of the feed's name."),
      minExpiryDays: wholeNumber(1, 364, "days", "Nearer expiries are not used."),
      maxExpiryDays: wholeNumber(3, 730, "days", "Further expiries are not used."),
      rowForwardToleranceBps: wholeNumber(
        1,
        500,
        "basis points",
        "A row whose forward is further from its expiry's median is left out.",
      ),
      maxBasisBps: wholeNumber(1, 2_000, "basis points", "How far any forward may be from spot at no time to expiry …"),
      maxCarryBpsPerYear: wholeNumber(
        1,
        50_000,
        "basis points per year",
        "… and how much further for each year to expiry.",
      ),
      priceToleranceBps: wholeNumber(
        1,
        500,
        "basis points of the mark",
        "A mark further than this from the Black-76 price of its own volatility is left out …",
      ),
      priceToleranceCoin: text(
        /^0\.\d{1,12}$/,
        'a decimal fraction of a coin as a string, such as "0.00005"',
        "… unless the difference is below this, the rounding of a mark.",
      ),
      parityToleranceVolBps: wholeNumber(
        1,
        2_000,
        "hundredths of a vol point",
        "Call and put of one strike further apart than this are both left out.",
      ),
      nearMoneyBps: wholeNumber(
        100,
        10_000,
        "basis points of log-moneyness",
        "Only strikes this close to the forward are read.",
      ),
      minStrikesPerSide: wholeNumber(
        1,
        20,
        "strikes",
        "Fewer usable strikes on either side of the forward make the expiry unusable.",
      ),
      maxStrikeGapBps: wholeNumber(
        10,
        3_000,
        "basis points of log-moneyness",
        "A wider gap around the forward makes the expiry unusable.",
      ),
      spot: z
        .strictObject({
          minSources: wholeNumber(
            3,
            16,
            "sources",
            "With fewer books there is no spot price, and the feed is missing.",
          ),
          maxQuoteAgeMs,
          ...spotRules,
        })
        .describe("The independent spot price that forwards are held against."),
    }),
  })
  .describe("At-the-money implied volatility at a constant maturity, annualised, decimal.");

/** Open to more kinds: add the object here, its code in feed-id.ts, its checks and its method. */
export const feedDefinitionSchema = z.discriminatedUnion("kind", [spotIndex, ivAtm]);

export type SpotIndexDefinition = z.infer<typeof spotIndex>;
export type IvAtmDefinition = z.infer<typeof ivAtm>;
export type FeedDefinition = z.infer<typeof feedDefinitionSchema>;
export type FeedKind = FeedDefinition["kind"];
export type SpotMarket = SpotIndexDefinition["method"]["markets"][number];
export type DistanceText = FeedDefinition["deviation"];

/** The spot part of either kind, and where it stands in the file. */
export type SpotRules = IvAtmDefinition["method"]["spot"];

/** `BTC` of `BTC-USD`. */
export function baseOf(definition: FeedDefinition): string {
  return definition.symbol.slice(0, definition.symbol.indexOf("-"));
}

export function spotRulesOf(definition: FeedDefinition): SpotRules {
  return definition.kind === "iv-atm"
    ? definition.method.spot
    : { ...definition.method, minSources: definition.minSources, maxQuoteAgeMs: definition.maxQuoteAgeMs };
}

/** What follows the dot in the name. */
export function nameSuffix(definition: FeedDefinition): string {
  switch (definition.kind) {
    case "spot-index":
      return "spot-index";
    case "iv-atm":
      return `iv-atm-${definition.method.tenorDays}d`;
  }
}
