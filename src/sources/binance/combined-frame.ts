/**
 * One frame of Binance's combined streams: {"stream":"btcusdt@bookTicker","data":…}. The URL is the subscription: nothing is
 * sent, nothing is acknowledged, and a stream that does not exist is merely silent.
 */
import { binanceError } from "./spot.ts";
import { type Gap, gap } from "../gap.ts";
import { isRecord, parseJson } from "../json.ts";
import { NOTHING, type StreamStep } from "../stream-adapter.ts";
import { closes, refuses } from "../stream-step.ts";

type CombinedFrame =
  | { readonly kind: "push"; readonly stream: string; readonly data: unknown }
  /** Not a push: what it asks for instead. */
  | { readonly kind: "step"; readonly step: StreamStep };

/** All streams of a connection end after a day. */
export const LIFE_MAX_MS = 86_400_000;
/** How long a stream of a listed pair may be silent before it is held for one that does not exist. */
export const FIRST_PUSH_MAX_MS = 30_000;

export function streamsPath(prefix: string, names: Iterable<string>): string {
  return `${prefix}/stream?streams=${[...new Set(names)].join("/")}`;
}

export function readCombined(text: string): CombinedFrame {
  const json = parseJson(text);
  if (json.kind === "gap") return refusedFrame(json);
  const frame = json.value;
  if (!isRecord(frame)) return refusedFrame(gap("bad-shape", "a frame that is no object"));
  const { stream, data } = frame;
  const event = isRecord(data) ? data.e : frame.e;
  if (event === "serverShutdown") {
    return { kind: "step", step: closes(gap("disconnected", "the server announced its shutdown")) };
  }
  if (typeof stream === "string" && data !== undefined) return { kind: "push", stream, data };
  if (isRecord(frame.error)) return refusedFrame(binanceError(frame.error));
  if ("code" in frame) return refusedFrame(binanceError(frame));
  if ("result" in frame) return { kind: "step", step: NOTHING };
  return refusedFrame(gap("bad-shape", "a frame without stream and data"));
}

function refusedFrame(refused: Gap): CombinedFrame {
  return { kind: "step", step: refuses(refused) };
}

export function unknownStream(stream: string): StreamStep {
  return refuses(gap("bad-shape", `${stream} was not asked for`));
}

/** `u` of a book: it only grows. */
export function isUpdateId(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
