/** The steps of a session that say one thing. */
import type { Gap } from "./gap.ts";
import { NOTHING, type StreamStep, type StreamUpdate } from "./stream-adapter.ts";

export function sends(...send: readonly string[]): StreamStep {
  return { ...NOTHING, send };
}

export function tells(...updates: readonly StreamUpdate[]): StreamStep {
  return { ...NOTHING, updates };
}

export function refuses(refused: Gap): StreamStep {
  return { ...NOTHING, refused };
}

/** @param sources what is told of them beside: they have nothing to say for that reason */
export function closes(close: Gap, sources: Iterable<string> = []): StreamStep {
  return { ...NOTHING, close, updates: gapsOf(sources, close) };
}

export function gapsOf(sources: Iterable<string>, gap: Gap): StreamUpdate[] {
  return [...sources].map((source) => ({ kind: "gap", source, gap }));
}
