/**
 * Kraken: GET /0/public/Ticker?pair=XBTUSD, answered under another key (XXBTZUSD). No timestamp: receipt time.
 * Errors come with HTTP 200.
 */
import { z } from "zod";
import type { SpotQuote } from "../../market/quote.ts";
import { type Gap, type Parsed, gap } from "../gap.ts";
import { parseJson, shapeGap } from "../json.ts";
import { spotSides } from "../sanity.ts";
import type { SpotSubscription } from "../subscription.ts";

/** [price, whole lot volume, lot volume] */
const level = z.tuple([z.string().nullable()], z.unknown());
const answer = z.looseObject({
  error: z.array(z.string()),
  result: z.record(z.string(), z.looseObject({ a: level, b: level })).optional(),
});

export const kraken = {
  path: ({ base, quote }: SpotSubscription): string => `/0/public/Ticker?pair=${krakenCoin(base)}${krakenCoin(quote)}`,

  parse(body: string, { base, quote }: SpotSubscription, receivedAtMs: number): Parsed<SpotQuote> {
    const json = parseJson(body);
    if (json.kind === "gap") return json;
    const shape = answer.safeParse(json.value);
    if (!shape.success) return shapeGap(shape.error);
    // Severity letter E is an error, W a warning beside a good result.
    const error = shape.data.error.find((text) => !text.startsWith("W"));
    if (error !== undefined) return krakenError(error, receivedAtMs);
    const rows = Object.entries(shape.data.result ?? {});
    const row = rows[0];
    if (row === undefined || rows.length !== 1)
      return gap("bad-shape", `${rows.length} pairs in result, asked for one`);
    const [key, book] = row;
    if (!isKeyOf(key, base, quote)) return gap("bad-shape", `asked for ${base}-${quote}, answered ${key}`);
    const sides = spotSides(book.b[0], book.a[0]);
    if (sides.kind === "gap") return sides;
    const { bid, ask } = sides;
    const times = { timeMs: receivedAtMs, timeSource: "receipt", receivedAtMs } as const;
    return { kind: "quote", quote: { venue: "kraken", ...times, base, quote, bid, ask } };
  },
};

export function krakenCoin(coin: string): string {
  return coin === "BTC" ? "XBT" : coin === "DOGE" ? "XDG" : coin;
}

/** Kraken's oldest assets carry a class letter: X for coins, Z for money (XXBTZUSD, XETHZUSD, USDTZUSD, XBTUSDT). */
export function isKeyOf(key: string, base: string, quote: string): boolean {
  const bases = [krakenCoin(base), `X${krakenCoin(base)}`];
  const quotes = [krakenCoin(quote), `Z${krakenCoin(quote)}`, `X${krakenCoin(quote)}`];
  return bases.some((left) => quotes.some((right) => key === left + right));
}

export function krakenError(error: string, receivedAtMs: number): Gap {
  const throttledUntilSec = /Throttled: (\d{9,11})$/.exec(error)?.[1];
  if (throttledUntilSec !== undefined) {
    return gap("rate-limited", error, Math.max(0, Number(throttledUntilSec) * 1000 - receivedAtMs));
  }
  if (/Too many requests|Rate limit exceeded|Throttled/i.test(error)) return gap("rate-limited", error);
  if (/^EService:(Unavailable|Busy|Timeout|Deadline)/.test(error)) return gap("server-error", error);
  return gap("venue-error", error);
}
