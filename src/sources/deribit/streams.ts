import type { StreamAdapter } from "../stream-adapter.ts";

export const deribitStreams: readonly StreamAdapter[] = [];
