import type { StreamAdapter } from "../stream-adapter.ts";

export const okxStreams: readonly StreamAdapter[] = [];
