import type { StreamAdapter } from "../stream-adapter.ts";

export const geminiStreams: readonly StreamAdapter[] = [];
