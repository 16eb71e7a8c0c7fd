/**
 * Binance spot: GET /api/v3/depth?symbol=BTCUSDT&limit=1000. Levels are text, best first; no timestamp: receipt time.
 * A thousand levels of a pair with a fine tick end long before 1 %; five thousand would cost five times the weight.
 */
import { z } from "zod";
import { binanceError } from "./spot.ts";
import type { BookDepth } from "../../market/quote.ts";
import { parseDecimal } from "../decimal.ts";
import { type Level, depthOf } from "../depth.ts";
import { type Parsed, gap } from "../gap.ts";
import { isRecord, parseJson, shapeGap } from "../json.ts";
import type { DepthSubscription } from "../subscription.ts";

const levels = z.array(z.tuple([z.string(), z.string()], z.unknown()));
const book = z.looseObject({ lastUpdateId: z.number(), bids: levels, asks: levels });

export const binanceDepth = {
  path: ({ base, quote }: DepthSubscription): string => `/api/v3/depth?symbol=${base}${quote}&limit=1000`,

  parse(body: string, { base, quote }: DepthSubscription, receivedAtMs: number): Parsed<BookDepth> {
    const json = parseJson(body);
    if (json.kind === "gap") return json;
    if (isRecord(json.value) && "code" in json.value) return binanceError(json.value);
    const shape = book.safeParse(json.value);
    if (!shape.success) return shapeGap(shape.error);
    const depth = depthOf(shape.data.bids.map(levelOf), shape.data.asks.map(levelOf));
    if (depth.kind === "gap") return depth;
    const { bid, ask, down, up } = depth;
    if (!Number.isSafeInteger(shape.data.lastUpdateId)) return gap("bad-shape", "lastUpdateId is no integer");
    const times = { timeMs: receivedAtMs, timeSource: "receipt", receivedAtMs } as const;
    return { kind: "quote", quote: { venue: "binance", ...times, base, quote, bid, ask, down, up } };
  },
};

/** What is no number becomes NaN, which no book has. */
function levelOf([price, size]: readonly [string, string, ...unknown[]]): Level {
  return [parseDecimal(price) ?? Number.NaN, parseDecimal(size) ?? Number.NaN];
}
