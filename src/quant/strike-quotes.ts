/**
 * One expiry's board of options by strike: the words that put–call parity and the variance strip read. Premiums are in
 * the unit the caller says, coin or quote currency. Exact.
 */

/** Quotes of the call and the put of one strike; null where a side has none. */
export type StrikeQuotes = {
  readonly strike: number;
  readonly callBid: number | null;
  readonly callAsk: number | null;
  readonly putBid: number | null;
  readonly putAsk: number | null;
};

/** A board that has marks only. */
export type StrikeMarks = {
  readonly strike: number;
  readonly callMark: number | null;
  readonly putMark: number | null;
};

/** Marks as quotes without a spread. */
export function quotesOfMarks(marks: readonly StrikeMarks[]): StrikeQuotes[] {
  return marks.map(({ strike, callMark, putMark }) => ({
    strike,
    callBid: callMark,
    callAsk: callMark,
    putBid: putMark,
    putAsk: putMark,
  }));
}

export type Side = "unquoted" | "crossed" | { readonly bid: number; readonly ask: number };

/** A usable quote is 0 < bid ≤ ask < ∞; a zero, missing or nonsensical side leaves the option unquoted. */
export function sideOf(bid: number | null, ask: number | null): Side {
  if (bid === null || ask === null || !(bid > 0 && ask > 0 && bid < Infinity && ask < Infinity)) return "unquoted";
  return bid > ask ? "crossed" : { bid, ask };
}

export function midOf({ bid, ask }: { readonly bid: number; readonly ask: number }): number {
  return 0.5 * (bid + ask);
}

/**
 * The rows in order of strike, without those whose strike is not positive and finite and those whose strike comes twice:
 * which of two quotes is right cannot be known here.
 */
export function uniqueStrikes(rows: readonly StrikeQuotes[]): {
  readonly rows: readonly StrikeQuotes[];
  readonly badStrikes: number;
  readonly duplicates: number;
} {
  const counts = new Map<number, number>();
  for (const { strike } of rows) counts.set(strike, (counts.get(strike) ?? 0) + 1);
  const good = rows.filter(({ strike }) => strike > 0 && strike < Infinity);
  const unique = good.filter(({ strike }) => counts.get(strike) === 1);
  return {
    rows: unique.sort((a, b) => a.strike - b.strike),
    badStrikes: rows.length - good.length,
    duplicates: good.length - unique.length,
  };
}
