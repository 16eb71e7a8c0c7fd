import { binanceFuturesStream } from "./futures-stream.ts";
import { binanceOptionsStream } from "./options-stream.ts";
import { binanceSpotStream } from "./spot-stream.ts";
import type { StreamAdapter } from "../stream-adapter.ts";

/** Depth stays with REST: a book over the stream begins with a thousand levels from there anyway. */
export const binanceStreams: readonly StreamAdapter[] = [binanceSpotStream, binanceOptionsStream, binanceFuturesStream];
