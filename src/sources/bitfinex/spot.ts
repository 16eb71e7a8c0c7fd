/**
 * Bitfinex: GET /v2/ticker/tBTCUSD, a bare array of numbers
 * [bid, bid size, ask, ask size, change, relative change, last, volume, high, low]. Neither time nor symbol: receipt time.
 * Later versions may append members.
 */
import { parseBitfinex } from "./answer.ts";
import { bitfinexSymbol } from "./symbol.ts";
import type { SpotQuote } from "../../market/quote.ts";
import { isFiniteNumber } from "../decimal.ts";
import { type Gap, type Parsed, gap } from "../gap.ts";
import { numericSides } from "../sanity.ts";
import type { SpotSubscription } from "../subscription.ts";

const MEMBERS = 10;
const [BID, ASK, LAST] = [0, 2, 6];
/** A ticker of lending has other members in these places; so would one whose members moved. */
const LAST_OVER_BID_MAX = 2;

export const bitfinex = {
  path: (subscription: SpotSubscription): string => `/v2/ticker/${bitfinexSymbol(subscription)}`,

  parse(body: string, { base, quote }: SpotSubscription, receivedAtMs: number): Parsed<SpotQuote> {
    const answer = parseBitfinex(body);
    if (answer.kind === "gap") return answer;
    const sides = readTicker(answer.values);
    if (sides.kind === "gap") return sides;
    const { bid, ask } = sides;
    const times = { timeMs: receivedAtMs, timeSource: "receipt", receivedAtMs } as const;
    return { kind: "quote", quote: { venue: "bitfinex", ...times, base, quote, bid, ask } };
  },
};

/** Of streams, too. */
export function readTicker(
  values: readonly unknown[],
): { readonly kind: "sides"; readonly bid: number; readonly ask: number } | Gap {
  if (values.length < MEMBERS) return gap("bad-shape", `${values.length} members, expected ${MEMBERS}`);
  const sides = numericSides(values[BID], values[ASK]);
  if (sides.kind === "gap") return sides;
  const last = values[LAST];
  if (!isFiniteNumber(last)) return gap("bad-shape", "the last price is not a number");
  if (!(last * LAST_OVER_BID_MAX >= sides.bid && last <= sides.bid * LAST_OVER_BID_MAX))
    return gap("bad-shape", `last ${last} beside bid ${sides.bid} and ask ${sides.ask}`);
  return sides;
}
