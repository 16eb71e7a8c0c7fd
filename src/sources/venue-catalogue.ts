/** All that is read of a venue for the coins that feeds are about. */
import type { Venue } from "../market/venue.ts";
import { isOffered } from "./adapters.ts";
import { parseSource } from "./source-name.ts";
import type { PolledSubscription } from "./subscription.ts";

const COINS = ["BTC", "ETH"];
/** In dollars where the venue has such a book, else in Tether's. */
const IN_USDT: ReadonlySet<Venue> = new Set<Venue>(["binance", "okx", "bybit"]);

/** Spot books and their depth, indices, futures, options: each that the venue offers. */
export function catalogueOf(venue: Venue): readonly PolledSubscription[] {
  const quote = IN_USDT.has(venue) ? "USDT" : "USD";
  const names = COINS.flatMap((coin) => [
    `${venue}:${coin}-${quote}`,
    `${venue}:${coin}-${quote}.depth`,
    `${venue}:${coin}-USD.index`,
    `${venue}:${coin}.vol-index`,
    `${venue}:${coin}.futures`,
    `${venue}:${coin}.options`,
  ]);
  return names.flatMap((name) => offered(name));
}

function offered(name: string): readonly PolledSubscription[] {
  try {
    const subscription = parseSource(name);
    return isOffered(subscription) ? [subscription] : [];
  } catch {
    return [];
  }
}
