/**
 * From one expiry's rows of an inverse option chain to the quotes a slice is fitted to. Premiums are in coin; times the
 * forward they are undiscounted premiums in the quote currency (QUANT: c - p = 1 - K/F on Deribit's marks).
 *
 * Only the out-of-the-money side of a strike is used: in the money the time value is lost in the rounding of the premium.
 * A quote's target is the volatility of the mid price where bid and ask are close in volatility. Where they are not,
 * and where one of them is missing, it is the venue's mark, provided that the mark's price and volatility agree by
 * Black's formula and that the mark is not outside the side or sides quoted. A row without either side says nothing.
 * Every row that is not used is counted under one reason.
 *
 * Accuracy: that of the premiums; `impliedVol` adds nothing to it.
 */
import type { OptionRight } from "./black76.ts";
import { blackPrice, blackVega } from "./black76.ts";
import { impliedVol } from "./implied-vol.ts";
import type { SviQuote } from "./svi-fit.ts";

/** One option; the options of a venue's chain are of this shape. */
export type OptionRow = {
  readonly strike: number;
  readonly right: OptionRight;
  /** Coin premium; null or 0: no quote on that side. */
  readonly bidCoin: number | null;
  readonly askCoin: number | null;
  /** null or 0: no mark. */
  readonly markCoin: number | null;
  /** Annualised, decimal. */
  readonly markVol: number | null;
  /** The row's own forward, quote currency. */
  readonly forward: number;
};

/** Why a row is not a quote of the slice. */
export const LEFT_OUT_REASONS = [
  /** Its strike's other right is used. */
  "in-the-money",
  /** A number that none of its kind can be: negative, infinite, a strike of zero. Sentinels such as -1 end here. */
  "bad-number",
  /** The same strike and right comes more than once: none of them is used. */
  "duplicate",
  /** Its forward is far from the median of the rows: another moment. */
  "other-forward",
  /** Bid above ask. */
  "crossed",
  /** Neither bid nor ask. */
  "no-quotes",
  /** Only one side, and the mark does not agree with itself or with that side. */
  "one-sided",
  /** Both sides, too far apart to say anything, and the mark does not agree with itself or with them. */
  "wide",
  /** A price that no volatility between 1 % and 1 000 % gives. */
  "no-volatility",
] as const;

export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];

export type SliceQuote = SviQuote & {
  readonly strike: number;
  /** Target, decimal; w = vol²·years. */
  readonly vol: number;
  /** What the target is. */
  readonly target: "mid" | "mark";
};

export type SliceQuotes = {
  /** Median of the rows' forwards, quote currency; null when no row has one, and there are no quotes then. */
  readonly forward: number | null;
  /** Ascending by strike; weight is vega over the forward. */
  readonly quotes: readonly SliceQuote[];
  readonly leftOut: Readonly<Record<LeftOutReason, number>>;
};

const VOL_MIN = 0.01;
const VOL_MAX = 10;
/** A mid is a target while the bid's and the ask's volatility differ by no more than this. */
const MID_SPREAD_MAX = 0.05;
const FORWARD_BAND = 0.02;
/** A mark agrees with its volatility within the larger of these: QUANT §2.1 and EXCHANGES §1, measured on real chains. */
const MARK_TOLERANCE_COIN = 5e-5;
const MARK_TOLERANCE = 0.003;

function isPositive(value: number): boolean {
  return value > 0 && value < Infinity;
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((one, other) => one - other);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : 0.5 * (sorted[half - 1]! + sorted[half]!);
}

function isBadNumber(row: OptionRow): boolean {
  const sides = [row.bidCoin ?? 0, row.askCoin ?? 0, row.markCoin ?? 0];
  return !isPositive(row.strike) || !isPositive(row.forward) || sides.some((side) => !(side >= 0 && side < Infinity));
}

/** The out-of-the-money volatility of a coin premium. */
function volOf(row: OptionRow, forward: number, years: number, coin: number): number | null {
  const solved = impliedVol(row.right, forward, row.strike, years, coin * forward);
  return solved.ok && solved.vol >= VOL_MIN && solved.vol <= VOL_MAX ? solved.vol : null;
}

/** The mark's volatility where its price says the same, at the row's own forward, and it is inside the quoted sides. */
function agreedMark(row: OptionRow, years: number): number | null {
  const vol = row.markVol;
  if (vol === null || !(vol >= VOL_MIN && vol <= VOL_MAX) || row.markCoin === 0) return null;
  const priced = blackPrice(row.right, row.forward, row.strike, vol * Math.sqrt(years)) / row.forward;
  // A venue that states a vol and no price leaves only the quotes to hold it against.
  const mark = row.markCoin ?? priced;
  if (row.bidCoin !== null && row.bidCoin > mark) return null;
  if (row.askCoin !== null && row.askCoin > 0 && row.askCoin < mark) return null;
  return Math.abs(priced - mark) <= Math.max(MARK_TOLERANCE_COIN, MARK_TOLERANCE * mark) ? vol : null;
}

function quoteOf(row: OptionRow, forward: number, years: number): SliceQuote | LeftOutReason {
  const bid = row.bidCoin ?? 0;
  const ask = row.askCoin ?? 0;
  if (bid === 0 && ask === 0) return "no-quotes";
  const quote = (vol: number, target: "mid" | "mark"): SliceQuote => ({
    strike: row.strike,
    k: Math.log(row.strike / forward),
    w: vol * vol * years,
    weight: blackVega(forward, row.strike, years, vol) / forward,
    vol,
    target,
  });
  const markVol = agreedMark(row, years);
  if (bid === 0 || ask === 0) return markVol === null ? "one-sided" : quote(markVol, "mark");
  if (bid > ask) return "crossed";
  const bidVol = volOf(row, forward, years, bid);
  const askVol = volOf(row, forward, years, ask);
  const midVol = volOf(row, forward, years, 0.5 * (bid + ask));
  if (bidVol === null || askVol === null || midVol === null) return "no-volatility";
  const isClose = askVol - bidVol <= MID_SPREAD_MAX;
  if (!isClose && markVol === null) return "wide";
  const made = isClose || markVol === null ? quote(midVol, "mid") : quote(markVol, "mark");
  // The row's own forward and the median differ, so a mark may be a hair outside its band.
  return {
    ...made,
    wBid: Math.min(made.w, bidVol * bidVol * years),
    wAsk: Math.max(made.w, askVol * askVol * years),
  };
}

/**
 * @param rows  the options of one expiry, any order
 * @param years time to expiry, > 0
 */
export function sliceQuotes(rows: readonly OptionRow[], years: number): SliceQuotes {
  const leftOut: Record<LeftOutReason, number> = {
    "in-the-money": 0,
    "bad-number": 0,
    duplicate: 0,
    "other-forward": 0,
    crossed: 0,
    "no-quotes": 0,
    "one-sided": 0,
    wide: 0,
    "no-volatility": 0,
  };
  const sound = rows.filter((row) => !isBadNumber(row));
  leftOut["bad-number"] = rows.length - sound.length;
  const forward = median(sound.map((row) => row.forward));
  if (forward === null) return { forward, quotes: [], leftOut };
  const times = new Map<string, number>();
  const nameOf = (row: OptionRow): string => `${row.right} ${row.strike}`;
  for (const row of sound) times.set(nameOf(row), (times.get(nameOf(row)) ?? 0) + 1);
  const quotes: SliceQuote[] = [];
  for (const row of sound) {
    let made: SliceQuote | LeftOutReason;
    if (times.get(nameOf(row)) !== 1) made = "duplicate";
    else if (row.right !== (row.strike >= forward ? "call" : "put")) made = "in-the-money";
    else if (Math.abs(row.forward - forward) > FORWARD_BAND * forward) made = "other-forward";
    else made = quoteOf(row, forward, years);
    if (typeof made === "string") leftOut[made]++;
    // Far out of the money vega falls below the smallest double, and with it the quote's say.
    else if (made.weight > 0) quotes.push(made);
    else leftOut["no-volatility"]++;
  }
  quotes.sort((one, other) => one.strike - other.strike);
  return { forward, quotes, leftOut };
}
