/** Names of sources read back: what an operator writes to watch or record one that no feed asks for. */
import { OracleError } from "../base/errors.ts";
import { isVenue, OPTION_VENUES, SPOT_VENUES, type Venue } from "../market/venue.ts";
import { isOffered } from "./adapters.ts";
import { checkSubscription, type PolledSubscription } from "./subscription.ts";

const PAIR = /^([A-Z0-9]{2,10})-([A-Z0-9]{2,10})(\.depth|\.index)?$/;
const COIN = /^([A-Z0-9]{2,10})\.(options|futures|vol-index)$/;

const FORMS =
  "kraken:BTC-USD, kraken:BTC-USD.depth, deribit:BTC-USD.index, deribit:BTC.options, deribit:BTC.futures or deribit:BTC.vol-index";

/** The other way round than `sourceName`, of what is polled and streamed. @throws OracleError `bad-source` */
export function parseSource(name: string): PolledSubscription {
  const at = name.indexOf(":");
  const venue = name.slice(0, at);
  const subscription = at > 0 && isVenue(venue) ? subscriptionOf(venue, name.slice(at + 1)) : null;
  if (subscription === null) {
    throw new OracleError(`${JSON.stringify(name)} names no source; wanted one such as ${FORMS}`, {
      code: "bad-source",
      seen: name,
    });
  }
  checkSubscription(subscription);
  if (isOffered(subscription)) return subscription;
  throw new OracleError(`${venue} offers no ${subscription.kind}: ${name}`, { code: "bad-source", seen: name });
}

function subscriptionOf(venue: Venue, rest: string): PolledSubscription | null {
  const pair = PAIR.exec(rest);
  if (pair !== null) {
    const [, base, quote, tail] = pair;
    if (tail === ".index") return indexOf(venue, base!, quote!);
    const spotVenue = SPOT_VENUES.find((one) => one === venue);
    const kind = tail === ".depth" ? "depth" : "spot";
    return spotVenue === undefined ? null : { kind, venue: spotVenue, base: base!, quote: quote! };
  }
  const coin = COIN.exec(rest);
  const optionVenue = OPTION_VENUES.find((one) => one === venue);
  if (coin === null || optionVenue === undefined) return null;
  const base = coin[1]!;
  switch (coin[2]) {
    case "options":
      return { kind: "options", venue: optionVenue, base, quote: "USD" };
    case "futures":
      return { kind: "futures", venue: optionVenue, base, quote: "USD" };
    case "vol-index":
      return { kind: "vol-index", venue: optionVenue, base, quote: "USD" };
    default:
      return null;
  }
}

function indexOf(venue: Venue, base: string, quote: string): PolledSubscription | null {
  const optionVenue = OPTION_VENUES.find((one) => one === venue);
  return optionVenue === undefined || quote !== "USD" ? null : { kind: "index", venue: optionVenue, base, quote };
}
