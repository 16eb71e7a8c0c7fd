/** A constant-maturity vol made from served rows by means that share nothing with the market's own truth. */
import type { OptionRow } from "../../../src/sim/market/model.ts";

const YEAR_MS = 365 * 86_400_000;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

/**
 * @param volOf  the vol a row speaks of, or null
 * @param axis   straight lines over log strike or over strike
 * @param square straight lines in variance instead of vol
 */
export function estimateVol(
  rows: readonly OptionRow[],
  timeMs: number,
  volOf: (row: OptionRow) => number | null,
  axis: (strike: number) => number = Math.log,
  square = false,
  tenorDays = 30,
): number {
  const tenorMs = tenorDays * 86_400_000;
  const expiries = [...new Set(rows.map((row) => row.expiryMs))].sort((a, b) => a - b);
  const nearMs = expiries.filter((expiry) => expiry - timeMs <= tenorMs).at(-1)!;
  const farMs = expiries.find((expiry) => expiry - timeMs > tenorMs)!;
  const totalVariance = (expiryMs: number): number => {
    const board = rows.filter((row) => row.expiryMs === expiryMs);
    const forward = median(board.map((row) => row.underlyingPrice));
    const byStrike = new Map<number, number[]>();
    for (const row of board) {
      const vol = volOf(row);
      if (vol !== null) byStrike.set(row.strike, [...(byStrike.get(row.strike) ?? []), square ? vol * vol : vol]);
    }
    const strikes = [...byStrike.keys()].sort((a, b) => a - b);
    const above = strikes.find((strike) => strike > forward)!;
    const below = strikes.filter((strike) => strike <= forward).at(-1)!;
    const mean = (strike: number): number => {
      const values = byStrike.get(strike)!;
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    const weight = (axis(forward) - axis(below)) / (axis(above) - axis(below));
    const value = (1 - weight) * mean(below) + weight * mean(above);
    return ((square ? value : value * value) * (expiryMs - timeMs)) / YEAR_MS;
  };
  const [near, far] = [totalVariance(nearMs), totalVariance(farMs)];
  const weight = (timeMs + tenorMs - nearMs) / (farMs - nearMs);
  return Math.sqrt(((1 - weight) * near + weight * far) / (tenorMs / YEAR_MS));
}
