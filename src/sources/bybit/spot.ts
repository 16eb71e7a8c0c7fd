/** Bybit spot: GET /v5/market/tickers?category=spot&symbol=BTCUSDT. Prices as text, the time is the answer's. */
import { z } from "zod";
import type { SpotQuote } from "../../market/quote.ts";
import { type Parsed, gap } from "../gap.ts";
import { shapeGap } from "../json.ts";
import { spotSides } from "../sanity.ts";
import type { SpotSubscription } from "../subscription.ts";
import { parseBybitRows } from "./answer.ts";

const ticker = z.looseObject({
  symbol: z.string(),
  bid1Price: z.string().nullable(),
  ask1Price: z.string().nullable(),
});

export const bybitSpot = {
  path: ({ base, quote }: SpotSubscription): string => `/v5/market/tickers?category=spot&symbol=${base}${quote}`,

  parse(body: string, { base, quote }: SpotSubscription, receivedAtMs: number): Parsed<SpotQuote> {
    const answer = parseBybitRows(body, "spot");
    if (answer.kind === "gap") return answer;
    if (answer.rows.length === 0) return gap("no-quote", "list is empty");
    if (answer.rows.length !== 1) return gap("bad-shape", `${answer.rows.length} rows, asked for one`);
    const shape = ticker.safeParse(answer.rows[0]);
    if (!shape.success) return shapeGap(shape.error);
    const { symbol, bid1Price, ask1Price } = shape.data;
    if (symbol !== `${base}${quote}`) return gap("bad-shape", `asked for ${base}${quote}, answered ${symbol}`);
    const sides = spotSides(bid1Price, ask1Price);
    if (sides.kind === "gap") return sides;
    const { bid, ask } = sides;
    const times = { timeMs: answer.timeMs, timeSource: "venue", receivedAtMs } as const;
    return { kind: "quote", quote: { venue: "bybit", ...times, base, quote, bid, ask } };
  },
};
