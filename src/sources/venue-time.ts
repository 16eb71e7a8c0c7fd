/** Whether a venue's own stamp can be that of a live market. Finer judgement of age is the feed's method's. */
import { type Gap, gap } from "./gap.ts";

/** Nobody trades by a quote of yesterday: a venue that stamps an answer so is frozen, or serves a dead market. */
const QUOTE_AGE_MAX_MS = 86_400_000;

/** @returns the refusal of a stamp of more than a day before receipt; null when it may pass. Of the future says nothing. */
export function staleFault(timeMs: number, receivedAtMs: number): Gap | null {
  const ageMs = receivedAtMs - timeMs;
  return ageMs > QUOTE_AGE_MAX_MS ? gap("stale", `the venue's time is ${ageMs} ms ago`) : null;
}
