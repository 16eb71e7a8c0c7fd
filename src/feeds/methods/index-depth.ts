/**
 * What it costs to move a spot index 1 %, from how deep its books are. It enters no value: it says how much a value can be
 * trusted with. docs/methodology/spot-index.md says what the number means and what it does not.
 */
import type { BookDepth, DepthSide, MarketSnapshot } from "../../market/quote.ts";
import type { BookCost, IndexDepth } from "../evaluation.ts";
import type { CountedMarket } from "./spot-price.ts";

/** Depths are asked for every half minute: a few misses are bridged. Lower forgets them, higher tells of another market. */
const DEPTH_AGE_MAX_MS = 120_000;
/** As for quotes: clocks may be this much apart. */
const FUTURE_TOLERANCE_MS = 2_000;

type Price = { readonly weight: number; readonly costUsd: number; readonly isWhole: boolean };
type Bill = Pick<Price, "costUsd" | "isWhole">;

/** The newest depth of a market, unless it is too old to speak; null: unknown. */
function depthOfMarket({ venue, base, quote }: CountedMarket, { depths, takenAtMs }: MarketSnapshot): BookDepth | null {
  let best: BookDepth | null = null;
  for (const depth of depths) {
    if (depth.venue !== venue || depth.base !== base || depth.quote !== quote) continue;
    const ageMs = takenAtMs - depth.timeMs;
    if (ageMs > DEPTH_AGE_MAX_MS || ageMs < -FUTURE_TOLERANCE_MS) continue;
    if (best === null || depth.timeMs > best.timeMs) best = depth;
  }
  return best;
}

/** A side that is no amount of money is unknown, never free of charge by accident. */
function usdOf({ notional }: DepthSide, usdRate: number): number | null {
  const usd = notional * usdRate;
  return usd >= 0 && usd < Infinity ? usd : null;
}

function costOf(market: CountedMarket, snapshot: MarketSnapshot): BookCost {
  const { source, weight, usdRate } = market;
  const depth = depthOfMarket(market, snapshot);
  const downUsd = depth === null ? null : usdOf(depth.down, usdRate);
  const upUsd = depth === null ? null : usdOf(depth.up, usdRate);
  if (depth === null || downUsd === null || upUsd === null) {
    return { source, weight, downUsd: null, upUsd: null, isWhole: false };
  }
  return { source, weight, downUsd, upUsd, isWhole: depth.down.isWhole && depth.up.isWhole };
}

function isCheaper(one: Bill, other: Bill): boolean {
  return one.costUsd < other.costUsd || (one.costUsd === other.costUsd && one.isWhole && !other.isWhole);
}

/** Of all sets of books that weigh enough, the cheapest: by the weight reached, since a book is moved whole or not at all. */
function cheapest(books: readonly Price[], isEnough: (weight: number) => boolean): Bill | null {
  // One order for every order given, so that a sum does not differ in its last bit.
  const order = [...books].sort(
    (a, b) => a.costUsd - b.costUsd || a.weight - b.weight || Number(a.isWhole) - Number(b.isWhole),
  );
  const bills = new Map<number, Bill>([[0, { costUsd: 0, isWhole: true }]]);
  for (const { weight, costUsd, isWhole } of order) {
    // Copied first: none is paid for twice.
    for (const [reached, bill] of new Map(bills)) {
      if (isEnough(reached)) continue;
      const next = { costUsd: bill.costUsd + costUsd, isWhole: bill.isWhole && isWhole };
      const known = bills.get(reached + weight);
      if (known === undefined || isCheaper(next, known)) bills.set(reached + weight, next);
    }
  }
  let best: Bill | null = null;
  for (const [reached, bill] of bills) {
    if (isEnough(reached) && (best === null || isCheaper(bill, best))) best = bill;
  }
  return best;
}

/**
 * The least money that moves the middle of these books 1 % down, and up: whole books are bought, the cheapest that weigh
 * enough. The middle is a lower median, so half of the weight takes it down and more than half takes it up. A book of
 * unknown depth is taken to cost nothing, and one of which not all levels were seen what was seen: then the true cost is
 * higher, never lower.
 * @param books that count, weights > 0
 * @returns in USD; null where the books of unknown depth could move the middle alone
 */
export function cheapestMove(books: readonly BookCost[]): IndexDepth | null {
  let total = 0;
  let known = 0;
  for (const { weight, downUsd } of books) {
    total += weight;
    if (downUsd !== null) known += weight;
  }
  if (!(2 * known > total)) return null;
  const priced = (way: "downUsd" | "upUsd"): readonly Price[] =>
    books.map((book) => ({ weight: book.weight, costUsd: book[way] ?? 0, isWhole: book.isWhole }));
  const down = cheapest(priced("downUsd"), (weight) => 2 * weight >= total);
  const up = cheapest(priced("upUsd"), (weight) => 2 * weight > total);
  if (down === null || up === null) return null;
  return { downUsd: down.costUsd, upUsd: up.costUsd, isLowerBound: !(down.isWhole && up.isWhole), books };
}

/** @param markets whose books counted for the value */
export function indexDepth(markets: readonly CountedMarket[], snapshot: MarketSnapshot): IndexDepth | null {
  return cheapestMove(markets.map((market) => costOf(market, snapshot)));
}
