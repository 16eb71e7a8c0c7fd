/**
 * Gemini: GET /v1/pubticker/btcusd, numbers as text, {"bid":…,"ask":…,"last":…,"volume":{"BTC":…,"USD":…,"timestamp":ms}}.
 *
 * `timestamp` is when the day of the volume ended, a whole minute that has passed, and not the time of bid and ask. So the
 * quote carries our receipt time, and `timestamp` only has to be believable: a market that counts its volume no more is dead.
 */
import { z } from "zod";
import { parseGemini } from "./answer.ts";
import type { SpotQuote } from "../../market/quote.ts";
import { type Parsed, gap } from "../gap.ts";
import { shapeGap } from "../json.ts";
import { isPlausibleTimeMs, spotSides } from "../sanity.ts";
import type { SpotSubscription } from "../subscription.ts";

const VOLUME_AGE_MAX_MS = 86_400_000;
/** Their clock ahead of ours, and the minute rounded up. */
const VOLUME_AHEAD_MAX_MS = 90_000;

const ticker = z.looseObject({
  bid: z.string().nullish(),
  ask: z.string().nullish(),
  volume: z.looseObject({ timestamp: z.number() }),
});

export const gemini = {
  path: ({ base, quote }: SpotSubscription): string => `/v1/pubticker/${base}${quote}`.toLowerCase(),

  parse(body: string, { base, quote }: SpotSubscription, receivedAtMs: number): Parsed<SpotQuote> {
    const answer = parseGemini(body);
    if (answer.kind === "gap") return answer;
    const shape = ticker.safeParse(answer.value);
    if (!shape.success) return shapeGap(shape.error);
    const { volume } = shape.data;
    // The only members that tell which pair this is.
    if (!(Object.hasOwn(volume, base) && Object.hasOwn(volume, quote)))
      return gap("bad-shape", `no volume in ${base} and ${quote}`);
    const ageMs = receivedAtMs - volume.timestamp;
    if (!isPlausibleTimeMs(volume.timestamp) || ageMs < -VOLUME_AHEAD_MAX_MS)
      return gap("out-of-range", "the volume's timestamp is no time in unix ms that has passed");
    if (ageMs > VOLUME_AGE_MAX_MS) return gap("stale", `the volume was counted ${ageMs} ms ago`);
    const sides = spotSides(shape.data.bid ?? null, shape.data.ask ?? null);
    if (sides.kind === "gap") return sides;
    const { bid, ask } = sides;
    const times = { timeMs: receivedAtMs, timeSource: "receipt", receivedAtMs } as const;
    return { kind: "quote", quote: { venue: "gemini", ...times, base, quote, bid, ask } };
  },
};
