/**
 * The vol of a 30-day variance swap on a coin, as Deribit's index has it: of each expiry the strip of its out-of-the-money
 * marks (Demeterfi, Derman, Kamal & Zou 1999, eq. 26, with strikes as they are listed), then a straight line in variance.
 */
import type { Coin, MarketModel, OptionRow } from "./model.ts";
import { timeOf } from "./model.ts";
import { YEAR_MS } from "./pricing.ts";
import { constantMaturityVol } from "./tenor.ts";

const TENOR_DAYS = 30;

/** Annualised decimal; null where the market has no chain around 30 days. */
export function volIndexAt(model: MarketModel, coin: Coin, step: number): number | null {
  const rows = model.options(coin, step);
  if (rows === null) return null;
  const timeMs = timeOf(model, step);
  const expiries = [...new Set(rows.map(({ expiryMs }) => expiryMs))].sort((a, b) => a - b);
  const points = expiries.flatMap((expiryMs) => {
    const vol = stripVol(
      rows.filter((row) => row.expiryMs === expiryMs),
      (expiryMs - timeMs) / YEAR_MS,
    );
    return vol === null ? [] : [{ expiryMs, vol }];
  });
  return constantMaturityVol(points, timeMs, TENOR_DAYS);
}

/** @returns null when the strikes do not bracket the forward */
function stripVol(board: readonly OptionRow[], years: number): number | null {
  const forward = board[0]?.underlyingPrice ?? 0;
  const strikes = [...new Set(board.map(({ strike }) => strike))].sort((a, b) => a - b);
  const first = strikes.findLast((strike) => strike <= forward);
  if (first === undefined || strikes.at(-1)! <= forward || !(years > 0)) return null;
  const premium = new Map(board.map((row) => [`${row.strike}${row.right}`, row.markCoin * row.underlyingPrice]));
  let sum = 0;
  for (const [i, strike] of strikes.entries()) {
    const [call, put] = [premium.get(`${strike}call`) ?? 0, premium.get(`${strike}put`) ?? 0];
    const price = strike === first ? (call + put) / 2 : strike < forward ? put : call;
    const [below, above] = [strikes[Math.max(0, i - 1)]!, strikes[Math.min(strikes.length - 1, i + 1)]!];
    const width = i === 0 || i === strikes.length - 1 ? above - below : (above - below) / 2;
    sum += (width / (strike * strike)) * price;
  }
  const miss = forward / first - 1;
  return Math.sqrt(Math.max(0, (2 * sum - miss * miss) / years));
}
