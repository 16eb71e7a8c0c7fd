/** A recording of what venues said: one line a reply or a frame, in a file a venue, and a manifest that vouches for them. */
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

/** What happened on a stream, in the order and at the times of the recorder. */
export type RecordedFrame = {
  readonly kind: "frame";
  readonly venue: Venue;
  /** Its name among the venue's: `spot`, `options`. One name has one connection at a time. */
  readonly connection: string;
  readonly direction: FrameDirection;
  /**
   * Of `in` and `out` the text frame; of `open` the path and query under the venue's stream URL; of `close` the reason, in
   * whatever words.
   */
  readonly text: string;
  /** By the recorder's clock, unix ms. */
  readonly atMs: number;
};

export const FRAME_DIRECTIONS = ["in", "out", "open", "close"] as const;
export type FrameDirection = (typeof FRAME_DIRECTIONS)[number];

export type RecordedEntry = { readonly kind: "reply"; readonly reply: RecordedReply } | RecordedFrame;

export type RecordingFile = {
  readonly venue: Venue;
  /** Within the recording's directory. */
  readonly file: string;
  readonly replies: number;
  readonly frames: number;
  /** Of the compressed file. */
  readonly bytes: number;
  readonly sha256: string;
};

export type RecordingManifest = {
  /** 1 has no frames, and is written while there are none: older readers read it. */
  readonly version: 1 | 2;
  readonly startMs: number;
  readonly endMs: number;
  readonly files: readonly RecordingFile[];
  /** Replies by source. A source that was asked and never answered stands here with 0. */
  readonly sources: Readonly<Record<string, number>>;
};

export const RECORDING_MANIFEST = "manifest.json";
