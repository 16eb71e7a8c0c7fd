import type { StreamAdapter } from "../stream-adapter.ts";

export const coinbaseStreams: readonly StreamAdapter[] = [];
