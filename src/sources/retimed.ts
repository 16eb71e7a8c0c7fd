/** A quote with other times. */
import type { TimeSource } from "../market/quote.ts";
import { unreachable } from "../base/errors.ts";
import type { MarketQuote } from "./adapters.ts";

export type Times = { readonly timeMs: number; readonly timeSource: TimeSource; readonly receivedAtMs: number };

export function retimed(quote: MarketQuote, times: Times): MarketQuote {
  const { timeMs, timeSource, receivedAtMs } = quote.value;
  if (timeMs === times.timeMs && timeSource === times.timeSource && receivedAtMs === times.receivedAtMs) return quote;
  switch (quote.kind) {
    case "spot":
      return { kind: quote.kind, value: { ...quote.value, ...times } };
    case "depth":
      return { kind: quote.kind, value: { ...quote.value, ...times } };
    case "index":
      return { kind: quote.kind, value: { ...quote.value, ...times } };
    case "vol-index":
      return { kind: quote.kind, value: { ...quote.value, ...times } };
    case "futures":
      return { kind: quote.kind, value: { ...quote.value, ...times } };
    case "options":
      return { kind: quote.kind, value: { ...quote.value, ...times } };
    case "candles":
      return { kind: quote.kind, value: { ...quote.value, ...times } };
    default:
      return unreachable(quote);
  }
}
