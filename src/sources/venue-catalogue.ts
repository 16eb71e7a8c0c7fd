/** All that is read of a venue for the coins that feeds are about. */
import { OPTION_VENUES, SPOT_VENUES, type Venue } from "../market/venue.ts";
import { isOffered } from "./adapters.ts";
import type { PolledSubscription } from "./subscription.ts";

const COINS = ["BTC", "ETH"];
/** In dollars where the venue has such a book, else in Tether's. */
const IN_USDT: ReadonlySet<Venue> = new Set<Venue>(["binance", "okx", "bybit"]);

/** Spot books and their depth, indices, futures, options: each that the venue offers. */
export function catalogueOf(venue: Venue): readonly PolledSubscription[] {
  const [spotVenue] = SPOT_VENUES.filter((one) => one === venue);
  const [optionVenue] = OPTION_VENUES.filter((one) => one === venue);
  const quote = IN_USDT.has(venue) ? "USDT" : "USD";
  const all = COINS.flatMap((base): PolledSubscription[] => {
    const books = (["spot", "depth"] as const).flatMap((kind) =>
      spotVenue === undefined ? [] : [{ kind, venue: spotVenue, base, quote }],
    );
    const boards = (["index", "vol-index", "futures", "options"] as const).flatMap((kind) =>
      optionVenue === undefined ? [] : [{ kind, venue: optionVenue, base, quote: "USD" } as const],
    );
    return [...books, ...boards];
  });
  return all.filter(isOffered);
}
