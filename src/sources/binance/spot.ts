/** Binance spot: GET /api/v3/ticker/bookTicker?symbol=BTCUSDT. No timestamp at all: receipt time. */
import { z } from "zod";
import type { SpotQuote } from "../../market/quote.ts";
import { type Gap, type Parsed, gap, saidOf } from "../gap.ts";
import { isRecord, parseJson, shapeGap } from "../json.ts";
import { spotSides } from "../sanity.ts";
import type { SpotSubscription } from "../subscription.ts";

const bookTicker = z.looseObject({
  symbol: z.string(),
  bidPrice: z.string().nullable(),
  askPrice: z.string().nullable(),
});

/** Codes of the venue's own trouble: unknown, disconnected, overloaded, shutting down. */
const SERVER_ERROR_CODES = [-1000, -1001, -1006, -1007, -1008, -1016];
/** The symbol is unknown; the symbol is known and not traded now: before its start, in delivery, closed. */
const UNKNOWN_SYMBOL_CODE = -1121;
const NOT_TRADED_CODES = [-1122, -4108, -4141];

export const binance = {
  path: ({ base, quote }: SpotSubscription): string => `/api/v3/ticker/bookTicker?symbol=${base}${quote}`,

  parse(body: string, { base, quote }: SpotSubscription, receivedAtMs: number): Parsed<SpotQuote> {
    const json = parseJson(body);
    if (json.kind === "gap") return json;
    if (isRecord(json.value) && "code" in json.value) return binanceError(json.value);
    if (isRecord(json.value) && "lastPrice" in json.value) return gap("bad-shape", "an answer of ticker/24hr");
    const shape = bookTicker.safeParse(json.value);
    if (!shape.success) return shapeGap(shape.error);
    const { symbol, bidPrice, askPrice } = shape.data;
    if (symbol !== `${base}${quote}`) return gap("bad-shape", `asked for ${base}${quote}, answered ${symbol}`);
    const sides = spotSides(bidPrice, askPrice);
    if (sides.kind === "gap") return sides;
    const { bid, ask } = sides;
    const times = { timeMs: receivedAtMs, timeSource: "receipt", receivedAtMs } as const;
    return { kind: "quote", quote: { venue: "binance", ...times, base, quote, bid, ask } };
  },
};

export function binanceError(answer: Readonly<Record<string, unknown>>): Gap {
  const { code } = answer;
  const detail = `code ${saidOf(code)}: ${typeof answer.msg === "string" ? answer.msg : "no message"}`;
  if (code === -1003 || code === -1015) return gap("rate-limited", detail);
  if (typeof code === "number" && SERVER_ERROR_CODES.includes(code)) return gap("server-error", detail);
  if (code === UNKNOWN_SYMBOL_CODE) return gap("delisted", detail);
  if (typeof code === "number" && NOT_TRADED_CODES.includes(code)) return gap("halted", detail);
  if (/restricted location/i.test(detail)) return gap("geo-blocked", detail);
  return gap("venue-error", detail);
}
