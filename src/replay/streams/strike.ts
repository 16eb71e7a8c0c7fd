/** What a fault that begins does to the lines that are open, in the venue's own words where it has some. */
import type { FaultKind } from "../faults.ts";
import type { VenueStreams } from "./line.ts";
import type { SocketLine } from "./socket-line.ts";

export function strike(lines: Iterable<SocketLine>, fault: FaultKind, streams: VenueStreams, nowMs: number): void {
  let count = 0;
  for (const line of lines) {
    switch (fault) {
      case "disconnect":
        // Some lines are cut, others are told.
        line.close(count++ % 2 === 0 ? 1006 : 1012, "service restart");
        break;
      case "maintenance": {
        const words = streams.farewell(nowMs);
        if (words !== null) line.send(words);
        line.close(1012, "maintenance");
        break;
      }
      case "429":
      case "ban":
        turnAway(line, streams, nowMs);
        break;
      case "geo-block":
        line.close(1008, "restricted location");
        break;
      case "5xx":
        line.close(1011, "internal error");
        break;
      default:
    }
  }
}

/** A client that asked too much. */
export function turnAway(line: SocketLine, streams: VenueStreams, nowMs: number): void {
  const words = streams.tooMany(nowMs);
  if (words !== null) line.send(words);
  line.close(1008, "too many requests");
}
