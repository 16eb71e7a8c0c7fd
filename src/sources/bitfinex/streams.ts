import type { StreamAdapter } from "../stream-adapter.ts";

export const bitfinexStreams: readonly StreamAdapter[] = [];
