/** The smallest stream adapter: what a frame says is what the session does. For tests of what carries it. */
import type { FutureQuote, OptionQuote } from "../../src/market/quote.ts";
import { type Gap, gap } from "../../src/sources/gap.ts";
import { NOTHING, type StreamAdapter, type StreamStep, type StreamUpdate } from "../../src/sources/stream-adapter.ts";
import { sourceName } from "../../src/sources/subscription.ts";

export type TinyFrame =
  | { readonly kind: "heartbeat" }
  | { readonly kind: "spot"; readonly source: string; readonly bid: number; readonly timeMs: number | null }
  | {
      readonly kind: "options";
      readonly source: string;
      readonly rows: readonly OptionQuote[];
      readonly gone?: readonly string[];
      readonly hasEnded?: boolean;
      readonly timeMs: number | null;
    }
  | { readonly kind: "futures"; readonly source: string; readonly rows: readonly FutureQuote[] }
  | { readonly kind: "gap"; readonly source: string; readonly gap: Gap }
  | { readonly kind: "ask"; readonly send: readonly string[] }
  | { readonly kind: "close"; readonly gap: Gap }
  | { readonly kind: "throw" };

export const frame = (given: TinyFrame): string => JSON.stringify(given);

export function tinyStream(change: Partial<StreamAdapter> = {}): StreamAdapter {
  return {
    venue: "coinbase",
    name: "tiny",
    host: "stream",
    path: () => "/tiny",
    carries: ({ kind }) => kind !== "depth",
    heartbeatMs: 5_000,
    pingFrameMs: null,
    lifeMaxMs: null,
    session: (subscriptions) => ({
      opened: () => ({ ...NOTHING, send: [`subscribe ${subscriptions.map(sourceName).join(" ")}`] }),
      take: (text, receivedAtMs) => take(text, receivedAtMs),
      tick: () => NOTHING,
      listed: (source, instruments) => ({ ...NOTHING, send: [`listed ${source} ${instruments.join(" ")}`] }),
    }),
    ...change,
  };
}

function take(text: string, receivedAtMs: number): StreamStep {
  let said: TinyFrame;
  try {
    said = JSON.parse(text) as TinyFrame;
  } catch {
    return { ...NOTHING, refused: gap("not-json", text.slice(0, 20)) };
  }
  const update = (one: StreamUpdate): StreamStep => ({ ...NOTHING, updates: [one] });
  const timeOf = (timeMs: number | null) =>
    ({ timeMs: timeMs ?? receivedAtMs, timeSource: timeMs === null ? "receipt" : "venue", receivedAtMs }) as const;
  switch (said.kind) {
    case "heartbeat":
      return NOTHING;
    case "spot": {
      const { source, bid, timeMs } = said;
      const head = { venue: "coinbase", base: "BTC", quote: "USD", ...timeOf(timeMs) } as const;
      return update({ kind: "spot", source, quote: { ...head, bid, ask: bid + 1 } });
    }
    case "options": {
      const { source, rows, gone = [], hasEnded = false, timeMs } = said;
      return update({ kind: "options", source, rows, gone, hasEnded, timeMs, receivedAtMs, refused: {} });
    }
    case "futures":
      return update({ ...said, gone: [], timeMs: null, receivedAtMs, refused: {} });
    case "gap":
      return update(said);
    case "ask":
      return { ...NOTHING, send: said.send };
    case "close":
      return { ...NOTHING, close: said.gap };
    case "throw":
      throw new Error("an adapter with a bug");
  }
}
