/** What a recording holds of streams: the lives of connections, each with its frames in their order. */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { FrameDirection, RecordedFrame } from "../market/recording.ts";
import type { Venue } from "../market/venue.ts";
import type { VenueTarget } from "./venue-request.ts";

/** Frames above this are kept compressed. */
const PACKED_FROM_CHARS = 2_000;

type KeptFrame = {
  readonly atMs: number;
  readonly direction: Exclude<FrameDirection, "open">;
  readonly text: string | Buffer;
};

/** One connection from its opening on. */
export type RecordedLife = {
  readonly openMs: number;
  /** Path and query under the venue's stream URL. */
  readonly path: string;
  readonly frames: KeptFrame[];
};

export class RecordedFrames {
  readonly #lives = new Map<Venue, RecordedLife[]>();
  /** By venue and connection: the life that is under way. */
  readonly #open = new Map<string, RecordedLife>();

  /** Frames come in the order of their times; one before its connection's opening belongs to nothing. */
  add({ venue, connection, direction, text, atMs }: RecordedFrame): void {
    const key = `${venue} ${connection}`;
    if (direction === "open") {
      const life: RecordedLife = { openMs: atMs, path: text, frames: [] };
      const lives = this.#lives.get(venue) ?? [];
      lives.push(life);
      this.#lives.set(venue, lives);
      this.#open.set(key, life);
      return;
    }
    const kept = text.length < PACKED_FROM_CHARS ? text : deflateRawSync(text, { level: 1 });
    this.#open.get(key)?.frames.push({ atMs, direction, text: kept });
    if (direction === "close") this.#open.delete(key);
  }

  /** Whether any connection to that path was recorded, whatever its query. */
  serves(venue: Venue, target: VenueTarget): boolean {
    return (this.#lives.get(venue) ?? []).some(({ path }) => pathOf(path) === ownPath(venue, target));
  }

  /** The newest that was open at that moment, with the same query where there is one; null: none was. */
  lifeAt(venue: Venue, target: VenueTarget, tapeMs: number): RecordedLife | null {
    const open = (this.#lives.get(venue) ?? []).filter(
      ({ openMs, frames, path }) =>
        openMs <= tapeMs && pathOf(path) === ownPath(venue, target) && !isOverAt(frames.at(-1), tapeMs),
    );
    const query = queryText(target.query);
    return open.findLast(({ path }) => queryText(urlOf(path).searchParams) === query) ?? open.at(-1) ?? null;
  }
}

function isOverAt(last: KeptFrame | undefined, tapeMs: number): boolean {
  return last?.direction === "close" && last.atMs <= tapeMs;
}

export function textOfFrame({ text }: KeptFrame): string {
  return typeof text === "string" ? text : inflateRawSync(text).toString("utf8");
}

function urlOf(path: string): URL {
  return new URL(path === "" ? "/" : path, "http://venue");
}

function pathOf(path: string): string {
  return trimmedPath(urlOf(path).pathname);
}

/** Deribit's stream URL ends in its version, below which its streams have no path. */
function ownPath(venue: Venue, { path }: VenueTarget): string {
  return trimmedPath(venue === "deribit" ? path.replace(/^\/ws\/api\/v2/, "") : path);
}

function trimmedPath(path: string): string {
  return path.replace(/\/+$/, "");
}

function queryText(query: URLSearchParams): string {
  const sorted = new URLSearchParams(query);
  sorted.sort();
  return sorted.toString();
}
