/** A quote with other times. */
import type { TimeSource } from "../market/quote.ts";
import { unreachable } from "../base/errors.ts";
import type { MarketQuote } from "./adapters.ts";

export type Times = { readonly timeMs: number; readonly timeSource: TimeSource; readonly receivedAtMs: number };

/** @param given may be a quote itself: only its times are taken */
export function retimed(quote: MarketQuote, given: Times): MarketQuote {
  const { timeMs, timeSource, receivedAtMs } = given;
  const { value } = quote;
  if (value.timeMs === timeMs && value.timeSource === timeSource && value.receivedAtMs === receivedAtMs) return quote;
  const times: Times = { timeMs, timeSource, receivedAtMs };
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
