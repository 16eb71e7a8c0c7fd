import { geminiLevelTwo } from "./level-two.ts";
import type { StreamAdapter } from "../stream-adapter.ts";

export const geminiStreams: readonly StreamAdapter[] = [geminiLevelTwo];
