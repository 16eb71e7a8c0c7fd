/**
 * Bitstamp: GET /api/v2/ohlc/btcusd/?step=300&limit=1000&start=…&end=… (seconds), ascending.
 * {"data": {"pair": "BTC/USD", "ohlc": [{"timestamp", "open", "high", "low", "close", "volume"}…]}}, all strings.
 */
import { z } from "zod";
import { bitstampError } from "./spot.ts";
import { type CandleAdapter, type RawBar, readBars } from "../candle-bars.ts";
import { parseDecimal } from "../decimal.ts";
import { gap } from "../gap.ts";
import { isRecord, parseJson, shapeGap } from "../json.ts";

const row = z.looseObject({
  timestamp: z.string().regex(/^\d{1,12}$/),
  open: z.string(),
  high: z.string(),
  low: z.string(),
  close: z.string(),
});
const answer = z.looseObject({ data: z.looseObject({ pair: z.string(), ohlc: z.array(row) }) });

export const bitstampCandles: CandleAdapter = {
  pageBars: 1_000,
  reachBars: null,

  path: ({ base, quote, intervalMs }, { fromMs, toMs }) =>
    `/api/v2/ohlc/${base.toLowerCase()}${quote.toLowerCase()}/?step=${intervalMs / 1000}&limit=1000&start=${fromMs / 1000}&end=${toMs / 1000}`,

  parse(body, subscription, receivedAtMs) {
    const json = parseJson(body);
    if (json.kind === "gap") return json;
    if (isRecord(json.value)) {
      const refusal = bitstampError(json.value);
      if (refusal !== null) return refusal;
    }
    const shape = answer.safeParse(json.value);
    if (!shape.success) return shapeGap(shape.error);
    const { pair, ohlc } = shape.data.data;
    const wanted = `${subscription.base}/${subscription.quote}`;
    if (pair !== wanted) return gap("bad-shape", `asked for ${wanted}, answered ${pair}`);
    const bars = ohlc.map(
      ({ timestamp, open, high, low, close }): RawBar => ({
        openMs: Number(timestamp) * 1000,
        open: parseDecimal(open),
        high: parseDecimal(high),
        low: parseDecimal(low),
        close: parseDecimal(close),
      }),
    );
    return readBars(bars, subscription, receivedAtMs);
  },
};
