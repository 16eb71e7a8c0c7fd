/**
 * Binance spot: GET /api/v3/klines?symbol=BTCUSDT&interval=5m&startTime=…&endTime=…&limit=1000, ascending.
 * Rows [open ms, open, high, low, close, volume, close ms, …]; prices are strings. The last row may be unfinished.
 */
import { z } from "zod";
import { binanceError } from "./spot.ts";
import { type CandleAdapter, type RawBar, readBars } from "../candle-bars.ts";
import { parseDecimal } from "../decimal.ts";
import { gap } from "../gap.ts";
import { isRecord, parseJson, shapeGap } from "../json.ts";

const price = z.string();
const rows = z.array(z.tuple([z.number(), price, price, price, price, z.unknown(), z.number()], z.unknown()));

const INTERVALS: Readonly<Record<number, string>> = {
  60_000: "1m",
  300_000: "5m",
  900_000: "15m",
  3_600_000: "1h",
  86_400_000: "1d",
};

export const binanceCandles: CandleAdapter = {
  pageBars: 1_000,
  reachBars: null,

  path: ({ base, quote, intervalMs }, { fromMs, toMs }) =>
    `/api/v3/klines?symbol=${base}${quote}&interval=${INTERVALS[intervalMs]}&startTime=${fromMs}&endTime=${toMs}&limit=1000`,

  parse(body, subscription, receivedAtMs) {
    const json = parseJson(body);
    if (json.kind === "gap") return json;
    if (isRecord(json.value) && "code" in json.value) return binanceError(json.value);
    const shape = rows.safeParse(json.value);
    if (!shape.success) return shapeGap(shape.error);
    const bars: RawBar[] = [];
    for (const [openMs, open, high, low, close, , closeMs] of shape.data) {
      // The only venue that says where a bar ends: bars of another length are not what was asked for.
      if (closeMs !== openMs + subscription.intervalMs - 1)
        return gap("bad-shape", `the bar of ${openMs} ends at ${closeMs}`);
      bars.push({
        openMs,
        open: parseDecimal(open),
        high: parseDecimal(high),
        low: parseDecimal(low),
        close: parseDecimal(close),
      });
    }
    return readBars(bars, subscription, receivedAtMs);
  },
};
