/**
 * Kraken: GET /0/public/OHLC?pair=XBTUSD&interval=5&since=…, answered under another key (XXBTZUSD) beside `last`.
 * Rows [time s, open, high, low, close, vwap, volume, count]; prices are strings. The newest 720 bars are all there is,
 * whatever `since` says, and the last of them is unfinished.
 */
import { z } from "zod";
import { type CandleAdapter, type RawBar, readBars } from "../candle-bars.ts";
import { parseDecimal } from "../decimal.ts";
import { gap } from "../gap.ts";
import { parseJson, shapeGap } from "../json.ts";
import { isKeyOf, krakenCoin, krakenError } from "./envelope.ts";

const price = z.string();
const rows = z.array(z.tuple([z.number(), price, price, price, price], z.unknown()));
const answer = z.looseObject({
  error: z.array(z.string()),
  result: z.record(z.string(), z.unknown()).optional(),
});

export const krakenCandles: CandleAdapter = {
  pageBars: 720,
  reachBars: 719,

  // One second earlier: `since` itself is not among the rows.
  path: ({ base, quote, intervalMs }, { fromMs }) =>
    `/0/public/OHLC?pair=${krakenCoin(base)}${krakenCoin(quote)}&interval=${intervalMs / 60_000}&since=${fromMs / 1000 - 1}`,

  parse(body, subscription, receivedAtMs) {
    const json = parseJson(body);
    if (json.kind === "gap") return json;
    const shape = answer.safeParse(json.value);
    if (!shape.success) return shapeGap(shape.error);
    const error = shape.data.error.find((text) => !text.startsWith("W"));
    if (error !== undefined) return krakenError(error, receivedAtMs);
    const series = Object.entries(shape.data.result ?? {}).filter(([key]) => key !== "last");
    const only = series[0];
    if (only === undefined || series.length !== 1)
      return gap("bad-shape", `${series.length} pairs in result, asked for one`);
    const [key, table] = only;
    const { base, quote } = subscription;
    if (!isKeyOf(key, base, quote)) return gap("bad-shape", `asked for ${base}-${quote}, answered ${key}`);
    const parsed = rows.safeParse(table);
    if (!parsed.success) return shapeGap(parsed.error);
    const bars = parsed.data.map(
      ([timeSec, open, high, low, close]): RawBar => ({
        openMs: timeSec * 1000,
        open: parseDecimal(open),
        high: parseDecimal(high),
        low: parseDecimal(low),
        close: parseDecimal(close),
      }),
    );
    return readBars(bars, subscription, receivedAtMs);
  },
};
