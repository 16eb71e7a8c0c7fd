/**
 * A recording as a market: at each moment every path is answered as it was answered then, byte for byte. Times inside
 * the bodies stay as recorded; a node whose clock is elsewhere calls them stale, and is right.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Venue } from "../market/venue.ts";
import type { RecordingManifest } from "../market/recording.ts";
import { JSON_TYPE, type VenueAnswer } from "./answer.ts";
import { serverError } from "./refusals.ts";
import type { Recording } from "./recorded.ts";
import { RecordedCandles } from "./recorded-candles.ts";
import { parseCandleRequest } from "./candle-request.ts";
import type { VenueTarget } from "./venue-request.ts";
import { unknownSymbol } from "./unknown-symbol.ts";

/** Bodies above this are kept compressed: chains are 400 kB each and there are thousands of them. */
const PACKED_FROM_CHARS = 2_000;

type Kept = {
  readonly atMs: number;
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
};

export class RecordedTape {
  readonly manifest: RecordingManifest;
  readonly #byPath = new Map<string, Kept[]>();
  readonly #candles = new RecordedCandles();
  /** Receipt of every reply, ascending: a moment is how many of them have come. */
  readonly #timesMs: number[] = [];

  private constructor(manifest: RecordingManifest) {
    this.manifest = manifest;
  }

  /** @throws OracleError `bad-recordings` */
  static async load(recording: Recording): Promise<RecordedTape> {
    const tape = new RecordedTape(recording.manifest);
    for await (const reply of recording.replies()) {
      const { venue, path, status, contentType, receivedMs, body } = reply;
      const atMs = Math.max(receivedMs, tape.#timesMs.at(-1) ?? 0);
      tape.#timesMs.push(atMs);
      const target = targetOf(path);
      const bars = parseCandleRequest(venue, target);
      if (bars !== null && status === 200 && tape.#candles.add(bars, body, atMs)) continue;
      const key = keyOf(venue, target);
      const kept = tape.#byPath.get(key) ?? [];
      kept.push({
        atMs,
        status,
        contentType: contentType ?? JSON_TYPE,
        body: body.length < PACKED_FROM_CHARS ? body : deflateRawSync(body, { level: 1 }),
      });
      tape.#byPath.set(key, kept);
    }
    return tape;
  }

  /** Answers do not change between two replies. */
  momentOf(tapeMs: number): number {
    return countUpTo(this.#timesMs, (timeMs) => timeMs, tapeMs);
  }

  answer(venue: Venue, target: VenueTarget, tapeMs: number): VenueAnswer {
    const request = parseCandleRequest(venue, target);
    const bars = request === null ? null : this.#candles.answer(request, tapeMs);
    if (bars !== null) return bars;
    const path = venue === "deribit" ? target.path.replace(/^\/api\/v2/, "") : target.path;
    const kept = this.#byPath.get(keyOf(venue, { ...target, path }));
    if (kept === undefined) return unknownSymbol(venue, tapeMs);
    const current = kept[countUpTo(kept, ({ atMs }) => atMs, tapeMs) - 1];
    // Before its first answer a path is one that has not answered yet.
    if (current === undefined) return serverError();
    const { status, contentType, body } = current;
    return { status, contentType, body: typeof body === "string" ? body : inflateRawSync(body).toString("utf8") };
  }
}

function targetOf(path: string): VenueTarget {
  const url = new URL(path, "http://venue");
  return { path: url.pathname, query: url.searchParams };
}

/** The order of a query's parameters says nothing. */
function keyOf(venue: Venue, { path, query }: VenueTarget): string {
  const sorted = new URLSearchParams(query);
  sorted.sort();
  return `${venue}${path}?${sorted.toString()}`;
}

/** How many of an ascending list are at or before a time. */
function countUpTo<T>(list: readonly T[], timeOf: (item: T) => number, atMs: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeOf(list[middle]!) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
