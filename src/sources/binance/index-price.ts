/**
 * The index that Binance's options settle against: GET /eapi/v1/index?underlying=BTCUSDT. It is made of USDT pairs, and the
 * quote says so, whatever the subscription calls it.
 */
import { z } from "zod";
import { binanceError } from "./spot.ts";
import type { IndexQuote } from "../../market/quote.ts";
import { type Gap, type Parsed, gap } from "../gap.ts";
import { isRecord, parseJson, shapeGap } from "../json.ts";
import { isPlausibleTimeMs, spotPriceInRange } from "../sanity.ts";
import type { IndexSubscription } from "../subscription.ts";
import { priceOf } from "./text-number.ts";

export const SETTLEMENT = "USDT";

const answer = z.looseObject({ indexPrice: z.string(), time: z.number() });

type Index = { readonly kind: "index"; readonly price: number; readonly timeMs: number };

export const binanceIndex = {
  path: ({ base }: Pick<IndexSubscription, "base">): string => `/eapi/v1/index?underlying=${base}${SETTLEMENT}`,

  parse(body: string, { base }: IndexSubscription, receivedAtMs: number): Parsed<IndexQuote> {
    const index = readIndex(body);
    if (index.kind === "gap") return index;
    const times = { timeMs: index.timeMs, timeSource: "venue", receivedAtMs } as const;
    return { kind: "quote", quote: { venue: "binance", ...times, base, quote: SETTLEMENT, price: index.price } };
  },
};

/** The answer does not name its underlying: it is taken for the one asked for. */
export function readIndex(body: string): Index | Gap {
  const json = parseJson(body);
  if (json.kind === "gap") return json;
  if (isRecord(json.value) && "code" in json.value) return binanceError(json.value);
  const shape = answer.safeParse(json.value);
  if (!shape.success) return shapeGap(shape.error);
  return indexOf(shape.data.indexPrice, shape.data.time);
}

/** Of a stream, too: what was sent as price and time. */
export function indexOf(priceText: unknown, timeMs: unknown): Index | Gap {
  const price = priceOf(priceText);
  if (price === undefined) return gap("bad-shape", "the index price is not a decimal number");
  const refusal = spotPriceInRange("the index price", price ?? 0);
  if (refusal !== null) return refusal;
  if (typeof timeMs !== "number" || !Number.isSafeInteger(timeMs) || !isPlausibleTimeMs(timeMs))
    return gap("out-of-range", "the index has no time in unix ms");
  return { kind: "index", price: price ?? 0, timeMs };
}
