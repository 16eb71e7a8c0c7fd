/**
 * Kraken's answer: {"error": [], "result": {"XXBTZUSD": …}}, under another key than was asked for. Errors come with HTTP 200.
 */
import { z } from "zod";
import { type Gap, gap } from "../gap.ts";
import { isRecord, parseJson, shapeGap } from "../json.ts";

const answer = z.looseObject({
  error: z.array(z.string()),
  result: z.record(z.string(), z.unknown()).optional(),
});

type PairAnswer = { readonly kind: "pair"; readonly row: Readonly<Record<string, unknown>> };

/** What stands under the one key of `result`, which must be a name of the pair that was asked for. */
export function parseKrakenPair(body: string, base: string, quote: string, receivedAtMs: number): PairAnswer | Gap {
  const json = parseJson(body);
  if (json.kind === "gap") return json;
  const shape = answer.safeParse(json.value);
  if (!shape.success) return shapeGap(shape.error);
  // Severity letter E is an error, W a warning beside a good result.
  const error = shape.data.error.find((text) => !text.startsWith("W"));
  if (error !== undefined) return krakenError(error, receivedAtMs);
  const rows = Object.entries(shape.data.result ?? {});
  const only = rows[0];
  if (only === undefined || rows.length !== 1) return gap("bad-shape", `${rows.length} pairs in result, asked for one`);
  const [key, row] = only;
  if (!isKeyOf(key, base, quote)) return gap("bad-shape", `asked for ${base}-${quote}, answered ${key}`);
  return isRecord(row) ? { kind: "pair", row } : gap("bad-shape", `result.${key} is no object`);
}

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
  if (/^EService:Unavailable|maintenance/i.test(error)) return gap("maintenance", error);
  if (/^EService:(Busy|Timeout|Deadline)/.test(error)) return gap("server-error", error);
  // In these modes no orders meet.
  if (/Market in (cancel_only|post_only) mode/.test(error)) return gap("halted", error);
  if (error.startsWith("EQuery:Unknown asset pair")) return gap("delisted", error);
  return gap("venue-error", error);
}
