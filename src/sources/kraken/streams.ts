import type { StreamAdapter } from "../stream-adapter.ts";

export const krakenStreams: readonly StreamAdapter[] = [];
