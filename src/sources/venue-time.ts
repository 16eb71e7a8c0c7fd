/** Whether a venue's own stamp can be that of a live market. Finer judgement of age is the feed's method's. */
import { type Gap, gap } from "./gap.ts";
import { isPlausibleTimeMs } from "./sanity.ts";

/** Nobody trades by a quote of yesterday: a venue that stamps an answer so is frozen, or serves a dead market. */
const QUOTE_AGE_MAX_MS = 86_400_000;
/** A stamp further ahead of our clock is of another clock. */
const QUOTE_AHEAD_MAX_MS = 30_000;

/** @returns the refusal of a stamp of more than a day before receipt; null when it may pass. Of the future says nothing. */
export function staleFault(timeMs: number, receivedAtMs: number): Gap | null {
  const ageMs = receivedAtMs - timeMs;
  return ageMs > QUOTE_AGE_MAX_MS ? gap("stale", `the venue's time is ${ageMs} ms ago`) : null;
}

/** The same of a stamp that later ones are compared with: it must be of now, or one wrong stamp would refuse all after it. */
export function timeFault(timeMs: number, receivedAtMs: number): Gap | null {
  if (!isPlausibleTimeMs(timeMs)) return gap("out-of-range", "the venue's time is not of this century");
  const aheadMs = timeMs - receivedAtMs;
  if (aheadMs > QUOTE_AHEAD_MAX_MS) return gap("out-of-range", `the venue's time is ${aheadMs} ms in the future`);
  return staleFault(timeMs, receivedAtMs);
}
