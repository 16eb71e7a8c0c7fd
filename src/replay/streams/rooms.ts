/** Who answers a venue's sockets: the market that is drawn, the recording that is played, or nobody. */
import type { Venue } from "../../market/venue.ts";
import type { MarketSource } from "../options.ts";
import { VENUE_STREAMS } from "./all-venues.ts";
import type { StreamRoom } from "./hub.ts";
import { type RoomDoors, VenueRoom } from "./venue-room.ts";

/** A chain is drawn anew so often, however many rows of it are told in between. */
const CHAIN_MS = 1_000;

/** @param options.turnMs how often each row of an option board is told */
export function streamRooms(
  source: MarketSource,
  options: { readonly enforce: boolean; readonly turnMs: number },
  doors: Omit<RoomDoors, "lineNumber">,
): (venue: Venue) => StreamRoom | null {
  let lines = 0;
  const lineNumber = (): number => ++lines;
  return (venue) => {
    const { model } = source;
    if (model === null) return null;
    const pace = { chainMs: Math.min(CHAIN_MS, options.turnMs), turnMs: options.turnMs };
    return new VenueRoom(
      { streams: VENUE_STREAMS[venue], model, pace, enforce: options.enforce },
      { ...doors, lineNumber },
    );
  };
}
