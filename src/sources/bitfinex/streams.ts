import { bitfinexTickerStream } from "./ticker-stream.ts";
import type { StreamAdapter } from "../stream-adapter.ts";

/** Depth stays with REST. */
export const bitfinexStreams: readonly StreamAdapter[] = [bitfinexTickerStream];
