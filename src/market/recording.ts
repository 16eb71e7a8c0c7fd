/** A recording of what venues answered: one line a reply, in a file a venue, and a manifest that vouches for them. */
import type { Venue } from "./venue.ts";

/** One HTTP answer as it came, good or bad. */
export type RecordedReply = {
  readonly venue: Venue;
  /** The source that asked: `kraken:BTC-USD`, `coinbase:BTC-USD.candles`. */
  readonly source: string;
  /** Path and query under the venue's base URL. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string | null;
  /** When the request left and when the whole answer was there, by the recorder's clock, unix ms. */
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly body: string;
};

export type RecordingFile = {
  readonly venue: Venue;
  /** Within the recording's directory. */
  readonly file: string;
  readonly replies: number;
  /** Of the compressed file. */
  readonly bytes: number;
  readonly sha256: string;
};

export type RecordingManifest = {
  readonly version: 1;
  readonly startMs: number;
  readonly endMs: number;
  readonly files: readonly RecordingFile[];
  /** Replies by source. A source that was asked and never answered stands here with 0. */
  readonly sources: Readonly<Record<string, number>>;
};

export const RECORDING_MANIFEST = "manifest.json";
