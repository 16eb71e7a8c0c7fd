/** Kraken: GET /0/public/Ticker?pair=XBTUSD. No timestamp: receipt time. */
import { z } from "zod";
import type { SpotQuote } from "../../market/quote.ts";
import type { Parsed } from "../gap.ts";
import { shapeGap } from "../json.ts";
import { spotSides } from "../sanity.ts";
import type { SpotSubscription } from "../subscription.ts";
import { krakenCoin, parseKrakenPair } from "./envelope.ts";

/** [price, whole lot volume, lot volume] */
const level = z.tuple([z.string().nullable()], z.unknown());
const ticker = z.looseObject({ a: level, b: level });

export const kraken = {
  path: ({ base, quote }: SpotSubscription): string => `/0/public/Ticker?pair=${krakenCoin(base)}${krakenCoin(quote)}`,

  parse(body: string, { base, quote }: SpotSubscription, receivedAtMs: number): Parsed<SpotQuote> {
    const pair = parseKrakenPair(body, base, quote, receivedAtMs);
    if (pair.kind === "gap") return pair;
    const shape = ticker.safeParse(pair.row);
    if (!shape.success) return shapeGap(shape.error);
    const sides = spotSides(shape.data.b[0], shape.data.a[0]);
    if (sides.kind === "gap") return sides;
    const { bid, ask } = sides;
    const times = { timeMs: receivedAtMs, timeSource: "receipt", receivedAtMs } as const;
    return { kind: "quote", quote: { venue: "kraken", ...times, base, quote, bid, ask } };
  },
};
