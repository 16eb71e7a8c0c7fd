/** Which quote of a source is the newest, and whether it may still speak. */
import type { Exclusion, ExclusionReason } from "../evaluation.ts";
import type { MarketSnapshot } from "../../market/quote.ts";

/** A clock of a venue or of ours may be this much ahead: NTP keeps both well within it. */
const FUTURE_TOLERANCE_MS = 2_000;

type Timed = { readonly timeMs: number; readonly receivedAtMs: number };

/** The newest by the time it speaks of, then by receipt; the order of the list does not matter. */
function newest<T extends Timed>(quotes: readonly T[]): T | undefined {
  let best: T | undefined;
  for (const quote of quotes) {
    const lead = best === undefined ? 1 : quote.timeMs - best.timeMs || quote.receivedAtMs - best.receivedAtMs;
    if (lead > 0) best = quote;
  }
  return best;
}

export type Fresh<T> = { readonly ok: true; readonly quote: T } | { readonly ok: false; readonly exclusion: Exclusion };

/**
 * A source's newest quote if it may still speak, else why not. Where the source also fails at present, that failure is
 * the reason given: it is what an operator has to look at.
 */
export function freshest<T extends Timed>(
  source: string,
  quotes: readonly T[],
  maxQuoteAgeMs: number,
  snapshot: MarketSnapshot,
): Fresh<T> {
  const refuse = (reason: ExclusionReason, detail: string): Fresh<T> => ({
    ok: false,
    exclusion: { source, reason, detail },
  });
  const quote = newest(quotes);
  const gap = snapshot.gaps.find((candidate) => candidate.source === source);
  if (quote === undefined) {
    return gap === undefined
      ? refuse("no-quote", "nothing in the snapshot")
      : refuse("source-gap", `${gap.reason}: ${gap.detail}`);
  }
  const ageMs = snapshot.takenAtMs - quote.timeMs;
  if (ageMs < -FUTURE_TOLERANCE_MS)
    return refuse("future-dated", `${-ageMs} ms ahead, at most ${FUTURE_TOLERANCE_MS} allowed`);
  if (ageMs <= maxQuoteAgeMs) return { ok: true, quote };
  const age = `${ageMs} ms old, at most ${maxQuoteAgeMs} allowed`;
  return gap === undefined
    ? refuse("stale", age)
    : refuse("source-gap", `${gap.reason}: ${gap.detail}; last quote ${age}`);
}
