/**
 * The reference book of options by which the trigger of the option feeds judges what is published: per expiry the
 * forward-at-the-money call, the 25-delta call and the 25-delta put. Integers only, the same on every engine.
 *
 * Prices are in units of 1e-18 of the candidate spot, so the quote currency and its decimals cancel: spots and strikes
 * scaled together change nothing.
 *
 * How a published slice ages. A reader holds the published spot, and per expiry the ratio of forward to spot and a fit
 * made at `fitTimeMs`. Between updates the ratio stays, so the forward follows the published spot; and the volatility at
 * a log-moneyness stays, so total variance shrinks with the time left: w(k, now) = w(k) · (expiry - now)/(expiry - fit),
 * with k = ln(K/F) on the reader's own forward. Plain time to expiry, as Derive's contracts have it (QUANT §2.5). The
 * candidate is read by the same rule, so a candidate equal to what is published has an error of exactly zero.
 *
 * Strikes come from the candidate surface: F·exp(k) with k = s·(s/2 ± z), s = √w(k), Φ(z) = 3/4, the strike whose
 * undiscounted forward delta is one quarter; four steps of that equation from s at the money. It need not converge: the
 * book is whatever this computes, and four steps come within 0.012 of that delta, 0.005 on smiles as traded.
 */
import { absBig } from "../base/fixed.ts";
import type { OptionRight } from "./black76.ts";
import { blackPriceWad } from "./fixed-black.ts";
import { expWad, lnWad, WAD } from "./fixed-exp-ln.ts";
import { type FixedSvi, isInSviDomain, sviVarianceWad } from "./fixed-svi.ts";
import { isqrt } from "./integer-sqrt.ts";

/** One expiry of a surface as a reader holds it. */
export type BookSlice = {
  /** Unix ms, an integer. */
  readonly expiryMs: number;
  /** Unix ms, an integer before the expiry: when the variances were the ones of `svi`. */
  readonly fitTimeMs: number;
  /** Forward over spot, units of 1e-18, above 0 and at most 1000. */
  readonly forwardRatio: bigint;
  readonly svi: FixedSvi;
};

export type BookOptionName = "atm" | "call-25d" | "put-25d";

export type BookOption = {
  readonly name: BookOptionName;
  readonly right: OptionRight;
  /** Units of 1e-18 of the candidate spot. */
  readonly strike: bigint;
  /** On the candidate surface, units of 1e-18 of the candidate spot. */
  readonly price: bigint;
};

/** Why an expiry of the candidate has no options to judge. */
export type NoBook =
  /** A parameter, ratio or time is outside its domain. */
  | "bad-slice"
  /** The surface has no positive variance at a strike of the book, or no price. */
  | "no-variance";

/** Φ(z) = 3/4. */
const QUARTER_DELTA = 674_489_750_196_081_743n;
const STRIKE_STEPS = 4;
/** A strike beyond this log-moneyness is no option anybody quotes, and its exponential is no business of ours. */
const MONEYNESS_LIMIT = 10n * WAD;
const FORWARD_RATIO_LIMIT = 1_000n * WAD;

function isUsable({ expiryMs, fitTimeMs, forwardRatio, svi }: BookSlice): boolean {
  return (
    Number.isSafeInteger(expiryMs) &&
    Number.isSafeInteger(fitTimeMs) &&
    fitTimeMs < expiryMs &&
    forwardRatio > 0n &&
    forwardRatio <= FORWARD_RATIO_LIMIT &&
    isInSviDomain(svi)
  );
}

/** √w at k and `timeMs` in units of 1e-18; null where there is no positive variance. The slice is usable. */
function totalVolAt({ expiryMs, fitTimeMs, svi }: BookSlice, k: bigint, timeMs: number): bigint | null {
  const variance = sviVarianceWad(svi, k);
  if (variance <= 0n || timeMs >= expiryMs) return null;
  return isqrt((variance * WAD * BigInt(expiryMs - timeMs)) / BigInt(expiryMs - fitTimeMs));
}

/** Price on a usable slice over a given spot; all amounts in units of 1e-18 of the candidate spot. */
function priceOn(
  slice: BookSlice,
  spot: bigint,
  { right, strike }: Pick<BookOption, "right" | "strike">,
  timeMs: number,
): bigint | null {
  const forward = (spot * slice.forwardRatio) / WAD;
  if (forward === 0n) return null;
  const moneyness = (strike * WAD) / forward;
  if (moneyness === 0n) return null;
  const totalVol = totalVolAt(slice, lnWad(moneyness), timeMs);
  return totalVol === null ? null : blackPriceWad(right, forward, strike, totalVol);
}

/** Log-moneyness of the 25-delta strike on one side of the forward; null where there is none. */
function quarterDeltaMoneyness(slice: BookSlice, side: 1n | -1n, atmVol: bigint, timeMs: number): bigint | null {
  let totalVol = atmVol;
  let k = 0n;
  for (let step = 0; step < STRIKE_STEPS; step++) {
    k = (totalVol * (totalVol / 2n + side * QUARTER_DELTA)) / WAD;
    if (absBig(k) > MONEYNESS_LIMIT) return null;
    const next = totalVolAt(slice, k, timeMs);
    if (next === null) return null;
    totalVol = next;
  }
  return k;
}

/**
 * The options of one expiry, strikes and prices from this slice. Depends on nothing else, so a caller may keep it.
 * @param slice  of the candidate
 * @param timeMs the report's time, unix ms, an integer
 */
export function bookStrikes(slice: BookSlice, timeMs: number): readonly BookOption[] | NoBook {
  if (!isUsable(slice)) return "bad-slice";
  const atmVol = totalVolAt(slice, 0n, timeMs);
  if (atmVol === null) return "no-variance";
  const callMoneyness = quarterDeltaMoneyness(slice, 1n, atmVol, timeMs);
  const putMoneyness = quarterDeltaMoneyness(slice, -1n, atmVol, timeMs);
  if (callMoneyness === null || putMoneyness === null) return "no-variance";
  const strikeAt = (k: bigint): bigint => (slice.forwardRatio * expWad(k)) / WAD;
  const asked = [
    { name: "atm", right: "call", strike: slice.forwardRatio },
    { name: "call-25d", right: "call", strike: strikeAt(callMoneyness) },
    { name: "put-25d", right: "put", strike: strikeAt(putMoneyness) },
  ] as const;
  const options: BookOption[] = [];
  for (const option of asked) {
    const price = priceOn(slice, WAD, option, timeMs);
    if (price === null) return "no-variance";
    options.push({ ...option, price });
  }
  return options;
}

/**
 * What a reader of another slice and another spot would ask for an option of the book.
 * @param slice  as the reader holds it, unchecked
 * @param spot   the reader's spot in units of 1e-18 of the candidate spot
 * @param timeMs the report's time, unix ms, an integer
 * @returns units of 1e-18 of the candidate spot; null where that slice or spot has no price
 */
export function readersPrice(slice: BookSlice, spot: bigint, option: BookOption, timeMs: number): bigint | null {
  return spot > 0n && isUsable(slice) ? priceOn(slice, spot, option, timeMs) : null;
}
