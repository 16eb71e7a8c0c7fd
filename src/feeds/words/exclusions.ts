/** When an input does not count, rule by rule. */
import { unreachable } from "../../base/errors.ts";
import type { FeedDefinition } from "../definition.ts";
import type { ChainMethod } from "../kinds/chain-kinds.ts";
import type { SpotIndexDefinition } from "../kinds/spot-index.ts";
import { durationText, percentText, volPointsText } from "./amounts.ts";

function spotRules({ method }: SpotIndexDefinition): readonly string[] {
  const { maxQuoteAgeMs, maxSpreadBps, frozenAfterMs, outlierBps, readmitBps, capBps, conversions } = method;
  return [
    `a book older than ${durationText(maxQuoteAgeMs)}, or more than 2 seconds ahead of the clock`,
    "a book without a bid or an ask, or crossed",
    `a book with a spread above ${percentText(maxSpreadBps)}`,
    `a book that has not changed for ${durationText(frozenAfterMs)} while at least two other venues' books have`,
    `a book further than ${percentText(outlierBps)} from the weighted median, until it is within ${percentText(readmitBps)} again`,
    `not left out but moved: a price further than ${percentText(capBps)} from the median counts as exactly that far away`,
    ...conversions.map(
      ({ quote, low, high, agreementBps, maxQuoteAgeMs: ageMs }) =>
        `a ${quote} book while no ${quote}-USD rate holds: rates are at most ${durationText(ageMs)} old, between ${low} and ${high}, and within ${percentText(agreementBps)} of their middle in the majority`,
    ),
  ];
}

function chainRules({ options, chain }: ChainMethod, reads: "marks" | "quotes"): readonly string[] {
  const rows =
    reads === "marks"
      ? [
          "a row with a mark outside its bid and ask",
          `a mark further than ${percentText(chain.priceToleranceBps)} (at least ${chain.priceToleranceCoin} coin) from Black-76 at its own volatility`,
          `call and put of one strike when they are more than ${volPointsText(chain.parityToleranceVolBps)} apart`,
        ]
      : ["a row with one side only or a wide market, unless the venue's mark lies within it and prices itself"];
  return [
    `the whole chain when it is older than ${durationText(options.maxQuoteAgeMs)}`,
    `a row whose forward is further than ${percentText(chain.rowForwardToleranceBps)} from the middle of its expiry`,
    "a row without a quote, or crossed",
    `a row with a volatility below ${chain.minVol} or above ${chain.maxVol}`,
    ...rows,
    `an expiry whose forward is further from spot than ${percentText(chain.maxBasisBps)} + ${percentText(chain.maxCarryBpsPerYear)} a year`,
    `an expiry with fewer than ${chain.minStrikesPerSide} usable strikes on a side of the forward, or with a gap above ${percentText(chain.maxStrikeGapBps)} around it`,
  ];
}

/** What is left out, each line one rule. */
export function exclusionLines(definition: FeedDefinition): readonly string[] {
  switch (definition.kind) {
    case "spot-index":
      return spotRules(definition);
    case "iv-atm":
      return chainRules(definition.method, "marks");
    case "forward":
    case "rate":
    case "skew-25d":
    case "vol-surface":
      return chainRules(definition.method, "quotes");
    case "vol-index":
      return [
        ...chainRules(definition.method, "quotes"),
        `the whole feed when the strikes end so early that more than ${volPointsText(definition.method.maxCutVolBps)} is cut off`,
      ];
    case "realised-vol": {
      const { maxCandleAgeMs, minCoverage } = definition.method;
      return [
        `a venue whose newest bar is older than ${durationText(maxCandleAgeMs)}`,
        `a venue with less than ${minCoverage} of the window's bars`,
      ];
    }
    case "funding-8h": {
      const { maxQuoteAgeMs, maxPremiumBps } = definition.method;
      return [
        `a board older than ${durationText(maxQuoteAgeMs)}`,
        `a perpetual further than ${percentText(maxPremiumBps)} from spot`,
      ];
    }
    case "settlement": {
      const { maxHoldMs, minCoverage } = definition.method;
      return [
        `time for which no sample speaks: each does for at most ${durationText(maxHoldMs)}`,
        `the whole window when less than ${minCoverage} of it was seen`,
      ];
    }
    default:
      return unreachable(definition);
  }
}
