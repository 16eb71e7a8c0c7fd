import type { StreamAdapter } from "../stream-adapter.ts";

export const bitstampStreams: readonly StreamAdapter[] = [];
