import type { StreamAdapter } from "../stream-adapter.ts";

export const binanceStreams: readonly StreamAdapter[] = [];
