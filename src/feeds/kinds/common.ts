/** The fields that every definition has, and the parts that several kinds share. */
import { z } from "zod";
import { distance, signedDecimal, text, venueName, wholeNumber } from "../schema-parts.ts";

export const maxQuoteAgeMs = wholeNumber(100, 600_000, "milliseconds", "Quotes older than this are left out.");

export const bounds = z
  .strictObject({
    low: signedDecimal("The smallest value that may be published."),
    high: signedDecimal("The largest value that may be published."),
  })
  .describe(
    "Sanity limits, far from the market. A value outside is not published and not clamped: the feed is missing.",
  );

const prose = (meaning: string) => text(/^\S[\s\S]{0,1998}\S$/u, "2 to 2000 characters", meaning);
const day = (meaning: string) => text(/^20\d\d-[01]\d-[0-3]\d$/, "a day such as 2026-11-23", meaning);
const revision = (meaning: string) => text(/^\d{1,3}\.\d{1,3}\.\d{1,3}$/, "a version such as 1.0.0", meaning);

/** What people read and nodes do not: no part of the normative digest. */
export const DOCUMENT_FIELDS = ["$schema", "title", "revision", "maturity", "methodology", "changelog"] as const;

const contingencyStep = z
  .strictObject({
    whenSourcesBelow: wholeNumber(1, 16, "sources", "This step is taken when fewer sources than this count."),
    do: z
      .enum(["note", "missing"])
      .describe("With note the value stands and is marked as weak; with missing there is no value."),
  })
  .describe("One step of the ladder, from the first weakness to the end.");

export const common = {
  $schema: z
    .string()
    .max(200)
    .optional()
    .describe("Where editors find this schema: ./feed.schema.json beside the file."),
  version: z.literal(2).describe("The version of this format."),
  name: text(
    /^[A-Z0-9]{2,10}-[A-Z0-9]{2,10}\.[a-z0-9-]{1,40}$/,
    "<symbol>.<kind>, such as BTC-USD.spot-index",
    "The stable name, from symbol, kind and tenor. It is for ever: the feed's id is its hash.",
  ),
  symbol: text(
    /^[A-Z0-9]{2,10}-USD$/,
    "an upper-case pair in USD, such as BTC-USD",
    "The coin and the currency that the feed speaks of.",
  ),
  title: text(/^\S.{0,118}\S$/u, "2 to 120 characters on one line", "What people read above the number."),
  revision: revision("The version of this definition's text: that of the newest entry of the changelog."),
  maturity: z.enum(["beta", "live"]).describe("How far the feed is to be relied on: a beta feed pages nobody."),
  unit: text(
    /^[A-Za-z0-9()/^.]{1,40}$/,
    "a unit such as USD/BTC",
    "What the number counts, such as USD/BTC. It must be the unit that follows from the inputs.",
  ),
  decimals: z
    .literal(8, { error: "8: the published integer of every kind counts units of 1e-8" })
    .describe("Places after the point: the published integer counts units of 10^-decimals."),
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
    "A heartbeat is due this much earlier, so that readers never see it late.",
  ),
  deviation: distance.describe(
    "The feed is published when the agreed value is further than this from the published one.",
  ),
  agreement: distance.describe("At least 2f+1 nodes must lie this close to their median, else the feed is disputed."),
  minSources: wholeNumber(1, 16, "sources", "With fewer sources the feed is missing."),
  minOwners: wholeNumber(1, 16, "owners", "The inputs must belong to at least this many different owners."),
  contingency: z
    .array(contingencyStep)
    .min(1, { error: "at least one step" })
    .max(4, { error: "at most 4 steps" })
    .describe("What happens as sources fall away, most sources first. The last step says missing below minSources."),
  statusGraceMs: wholeNumber(
    0,
    3_600_000,
    "milliseconds",
    "Without an agreed value for longer, the feed is published as missing or disputed.",
  ),
  methodology: z
    .strictObject({
      purpose: prose("What the number is for."),
      limitations: prose("What it does not say, and when it is weak."),
      manipulation: prose("What it would take to move it, and what one lying source can do."),
      reviewEveryDays: wholeNumber(1, 730, "days", "After so many days the method is looked at again."),
      reviewedOn: day("The day of the last review, UTC."),
    })
    .describe("What a reader must know and the other fields do not say."),
  changelog: z
    .array(
      z.strictObject({
        revision: revision("The version that came of the change."),
        date: day("The day of the change, UTC."),
        reason: prose("What changed, and why."),
      }),
    )
    .min(1, { error: "at least one entry" })
    .max(100, { error: "at most 100 entries" })
    .describe("What changed from revision to revision, newest first."),
};

/** Another definition of the same set. Its digest is part of this one's: what it means cannot drift. */
export const feedRef = z
  .strictObject({
    ref: text(
      /^[A-Z0-9]{2,10}-[A-Z0-9]{2,10}\.[a-z0-9-]{1,40}$/,
      "the name of another feed, such as BTC-USD.spot-index",
      "The name of the other feed. Its digest becomes part of this one's.",
    ),
  })
  .describe("Another feed of the set.");

/** One venue's option chain, with its units said aloud: percent taken for decimal is the classic mistake. */
export const optionsInput = z
  .strictObject({
    venue: venueName(["deribit", "okx"], "Whose option chain is read."),
    premium: z
      .enum(["coin", "USD"])
      .describe("What the venue's premiums are paid in; it must be what the catalogue of venues says."),
    vol: z
      .enum(["percent", "decimal"])
      .describe("How the venue writes 47 %: 47 or 0.47. It must be what the catalogue of venues says."),
    maxQuoteAgeMs,
  })
  .describe("An option chain.");

export const expiryRange = z
  .strictObject({
    minHours: wholeNumber(1, 8_760, "hours", "Expiries nearer than this are not used."),
    maxDays: wholeNumber(2, 730, "days", "Expiries further away than this are not used."),
  })
  .describe("Which listed expiries (08:00 UTC) are read.");

export const chainRules = z
  .strictObject({
    rowForwardToleranceBps: wholeNumber(
      1,
      500,
      "basis points",
      "A row whose forward is further from its expiry's median is left out.",
    ),
    maxBasisBps: wholeNumber(
      1,
      2_000,
      "basis points",
      "How far a forward may be from spot at the expiry itself; maxCarryBpsPerYear adds to it.",
    ),
    maxCarryBpsPerYear: wholeNumber(
      1,
      50_000,
      "basis points per year",
      "How much further than maxBasisBps a forward may be from spot for each year to expiry.",
    ),
    priceToleranceBps: wholeNumber(
      1,
      500,
      "basis points of the mark",
      "A mark further than this from the Black-76 price of its own volatility is left out, unless by less than priceToleranceCoin. At-the-money volatilities alone read marks.",
    ),
    priceToleranceCoin: text(
      /^0\.\d{1,12}$/,
      'a decimal fraction of a coin as a string, such as "0.00005"',
      "A mark is never left out for a difference below this: venues round their marks. At-the-money volatilities alone read marks.",
    ),
    parityToleranceVolBps: wholeNumber(
      1,
      2_000,
      "hundredths of a vol point",
      "The marks of call and put of one strike are both left out when further apart. At-the-money volatilities alone read marks.",
    ),
    minVol: text(/^0\.\d{1,6}$/, 'a decimal volatility such as "0.01"', "A row with a lower volatility is left out."),
    maxVol: text(
      /^\d{1,2}(\.\d{1,6})?$/,
      'a decimal volatility such as "10"',
      "A row with a higher volatility is left out.",
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
      "A wider gap between the strikes around the forward makes the expiry unusable.",
    ),
  })
  .describe("When a row of a chain, and a whole expiry, can be believed.");

/** What every feed on an option chain is made of. */
export const chainMethod = {
  options: optionsInput,
  expiries: expiryRange,
  chain: chainRules,
  spot: feedRef.describe("The spot index that forwards are held against."),
};

export const tenorDays = wholeNumber(1, 365, "days", "The constant maturity. It is part of the feed's name.");
