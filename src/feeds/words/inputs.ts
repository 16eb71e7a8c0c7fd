/** What a definition reads, in the order of the hierarchy, with the units that lead to its number. */
import { unreachable } from "../../base/errors.ts";
import type { LinkedFeed } from "../context.ts";
import { type FeedDefinition, baseOf } from "../definition.ts";
import { definitionDigest } from "../feed-id.ts";
import type { ChainMethod } from "../kinds/chain-kinds.ts";
import type { SpotIndexDefinition } from "../kinds/spot-index.ts";
import { over, showUnit, symbol, times } from "../units.ts";
import { ownersOf, venueFacts } from "../venues.ts";
import { durationText, percentText } from "./amounts.ts";

type Market = SpotIndexDefinition["method"]["markets"][number];

/** `binance BTC-USDT [USDT/BTC] × USDT-USD [USD/USDT] = USD/BTC`. */
function marketChain({ venue, base, quote }: Pick<Market, "venue" | "base" | "quote">): string {
  const book = over(symbol(quote), symbol(base));
  const head = `${venue} ${base}-${quote} [${showUnit(book)}]`;
  if (quote === "USD") return head;
  const hop = over(symbol("USD"), symbol(quote));
  return `${head} × ${quote}-USD [${showUnit(hop)}] = ${showUnit(times(book, hop))}`;
}

function spotInputs({ method }: SpotIndexDefinition): readonly string[] {
  const total = method.markets.reduce((sum, { weight }) => sum + weight, 0);
  const lines = method.markets.map((market) => {
    const { venue, quote, weight } = market;
    const rates =
      method.conversions.find((one) => one.quote === quote)?.venues.filter((other) => other !== venue) ?? [];
    const from = rates.length === 0 ? "" : `; the rate is that of ${rates.join(", ")}, never its own`;
    return `level ${quote === "USD" ? 1 : 2}: ${marketChain(market)}, weight ${weight} of ${total}, owner ${venueFacts(venue).owner}${from}`;
  });
  const { crossCheck } = method;
  const beside =
    crossCheck === null
      ? []
      : [
          `beside it: the ${crossCheck.venue} index, which never enters; a distance above ${percentText(crossCheck.maxApartBps)} is noted`,
        ];
  const owners = ownersOf(method.markets.map(({ venue }) => venue));
  return [
    ...lines.sort(),
    ...beside,
    `${method.markets.length} markets of ${owners.length} owners: ${owners.join(", ")}`,
  ];
}

function spotLine({ spot }: LinkedFeed, use: string): readonly string[] {
  if (spot === null) return [];
  const unit = showUnit(over(symbol("USD"), symbol(baseOf(spot))));
  const digest = definitionDigest({ definition: spot, spot: null });
  return [`level 2: ${spot.name} [${unit}], ${use}; its digest is part of this feed's: ${digest}`];
}

function chainInputs(feed: LinkedFeed, { options, expiries }: ChainMethod): readonly string[] {
  const base = baseOf(feed.definition);
  const price = showUnit(over(symbol("USD"), symbol(base)));
  const premium =
    options.premium === "coin"
      ? `premiums in coin [1] × the row's forward [${price}] = ${price}`
      : `premiums [${price}]`;
  const vol =
    options.vol === "percent"
      ? "volatilities in percent ÷ 100 = 1/sqrt(year)"
      : "volatilities as decimals [1/sqrt(year)]";
  return [
    `level 1: ${options.venue} option chain of ${base}: strikes [${price}], ${premium}, ${vol}`,
    `of it: expiries from ${expiries.minHours} hours to ${expiries.maxDays} days ahead, 08:00 UTC`,
    ...spotLine(feed, "that forwards are held against"),
    `one source of one owner, ${venueFacts(options.venue).owner}: nobody can outvote it, so it must agree with itself and with spot`,
  ];
}

/** One line an input, the first ones count first. */
export function inputLines(feed: LinkedFeed): readonly string[] {
  const { definition } = feed;
  switch (definition.kind) {
    case "spot-index":
      return spotInputs(definition);
    case "forward":
    case "rate":
    case "iv-atm":
    case "skew-25d":
    case "vol-index":
    case "vol-surface":
      return chainInputs(feed, definition.method);
    case "realised-vol":
      return realisedInputs(definition);
    case "funding-8h": {
      const base = baseOf(definition);
      return [
        `level 1: ${definition.method.venue} ${base}-PERPETUAL: funding of the last eight hours, a part of the position [1]`,
        ...spotLine(feed, "that the perpetual's price is held against"),
      ];
    }
    case "settlement":
      return spotLine(feed, `looked at every ${durationText(definition.method.sampleEveryMs)} while a window runs`);
    default:
      return unreachable(definition);
  }
}

function realisedInputs({ method }: Extract<FeedDefinition, { kind: "realised-vol" }>): readonly string[] {
  const owners = ownersOf(method.candles.map(({ venue }) => venue));
  return [
    ...method.candles.map(({ venue, base, quote }) => {
      const book = `[${showUnit(over(symbol(quote), symbol(base)))}]`;
      const peg = quote === "USD" ? "" : `; ${quote} is taken for a dollar, so the moves of its peg are in the number`;
      return `level 1: ${venue} ${base}-${quote} ${book}, closes of ${durationText(method.intervalMs)}, returns [1]${peg}`;
    }),
    `${method.candles.length} markets of ${owners.length} owners: ${owners.join(", ")}`,
  ];
}
