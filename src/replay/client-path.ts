/** Who asks, and of which venue: `/as/node-1/kraken/0/public/Ticker` is node-1's, so that nodes on one machine have a limit each. */
import { isVenue, type Venue } from "../market/venue.ts";
import type { VenueTarget } from "./venue-request.ts";

export type VenueCall = { readonly venue: Venue; readonly client: string; readonly target: VenueTarget };

const CLIENT = /^[A-Za-z0-9._-]{1,64}$/;

/** @returns null for a path that is no venue's */
export function venueCall(url: URL, remoteAddress: string | undefined): VenueCall | null {
  let parts = url.pathname.split("/").slice(1);
  let client = remoteAddress ?? "unknown";
  if (parts[0] === "as" && CLIENT.test(parts[1] ?? "")) {
    client = parts[1]!;
    parts = parts.slice(2);
  }
  const [venue = "", ...rest] = parts;
  return isVenue(venue) ? { venue, client, target: { path: `/${rest.join("/")}`, query: url.searchParams } } : null;
}
