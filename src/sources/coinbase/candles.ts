/**
 * Coinbase Exchange: GET /products/BTC-USD/candles?granularity=300&start=…&end=…, at most 300 bars.
 * Rows [time s, low, high, open, close, volume] of JSON numbers, newest first. Bars without trades are missing.
 */
import { z } from "zod";
import { type CandleAdapter, type RawBar, readBars } from "../candle-bars.ts";
import { coinbaseError } from "./spot.ts";
import { isRecord, parseJson, shapeGap } from "../json.ts";

const price = z.number();
const rows = z.array(z.tuple([z.number(), price, price, price, price], z.unknown()));

export const coinbaseCandles: CandleAdapter = {
  pageBars: 300,
  reachBars: null,

  path: ({ base, quote, intervalMs }, { fromMs, toMs }) =>
    `/products/${base}-${quote}/candles?granularity=${intervalMs / 1000}&start=${isoSeconds(fromMs)}&end=${isoSeconds(toMs)}`,

  parse(body, subscription, receivedAtMs) {
    const json = parseJson(body);
    if (json.kind === "gap") return json;
    if (isRecord(json.value) && typeof json.value.message === "string") return coinbaseError(json.value.message);
    const shape = rows.safeParse(json.value);
    if (!shape.success) return shapeGap(shape.error);
    const bars = shape.data.map(
      ([timeSec, low, high, open, close]): RawBar => ({ openMs: timeSec * 1000, open, high, low, close }),
    );
    return readBars(bars, subscription, receivedAtMs);
  },
};

function isoSeconds(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}
