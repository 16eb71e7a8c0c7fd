import type { StreamAdapter } from "../stream-adapter.ts";

export const bybitStreams: readonly StreamAdapter[] = [];
