/** The at-the-money volatility of one expiry, from the rows of a chain that can be believed. */
import type { OptionQuote } from "../../market/quote.ts";
import type { IvAtmDefinition } from "../definition.ts";
import type { ExclusionReason } from "../evaluation.ts";
import { lowerMiddle } from "./lower-middle.ts";
import { type RowRefusal, checkRow } from "./option-row.ts";

export type AtmSlice =
  | { readonly ok: true; readonly expiryMs: number; readonly years: number; readonly vol: number }
  | {
      readonly ok: false;
      readonly expiryMs: number;
      readonly years: number;
      /** The forward cannot be true beside the spot price: the venue is at fault, not the quotes. */
      readonly isForwardWrong: boolean;
      readonly reason: ExclusionReason;
      readonly detail: string;
    };

type Strike = { readonly k: number; readonly vol: number };

/** |ln(F/S)| at most basis + carry·T, since a forward this far away would be an arbitrage nobody takes. */
function isForwardCredible(forward: number, spot: number, years: number, { method }: IvAtmDefinition): boolean {
  const allowed = (method.maxBasisBps + method.maxCarryBpsPerYear * years) / 10_000;
  return Math.abs(Math.log(forward / spot)) <= allowed;
}

/** The usable strikes near the forward, by strike: the mean of call and put where both are usable and agree. */
function usableStrikes(
  rows: readonly OptionQuote[],
  forward: number,
  years: number,
  definition: IvAtmDefinition,
): { readonly strikes: readonly Strike[]; readonly refusals: readonly RowRefusal[] } {
  const { nearMoneyBps, parityToleranceVolBps } = definition.method;
  const vols = new Map<number, { call?: number; put?: number }>();
  const refusals: RowRefusal[] = [];
  for (const row of rows) {
    if (!(row.strike > 0) || Math.abs(Math.log(row.strike / forward)) * 10_000 > nearMoneyBps) continue;
    const checked = checkRow(row, forward, years, definition);
    if (checked.ok) vols.set(row.strike, { ...vols.get(row.strike), [row.right]: checked.vol });
    else refusals.push(checked.refusal);
  }
  const strikes: Strike[] = [];
  for (const [strike, { call, put }] of vols) {
    const k = Math.log(strike / forward);
    if (call === undefined || put === undefined) {
      strikes.push({ k, vol: call ?? put! });
    } else if (Math.abs(call - put) * 10_000 <= parityToleranceVolBps) {
      strikes.push({ k, vol: 0.5 * (call + put) });
    } else {
      refusals.push({ reason: "inconsistent", detail: `call at ${call} and put at ${put} of strike ${strike}` });
    }
  }
  return { strikes: strikes.sort((a, b) => a.k - b.k), refusals };
}

/** Total variance linear in log-moneyness between the two strikes around the forward; at one expiry that is variance. */
function interpolateAtTheMoney(below: Strike, above: Strike): number {
  if (above.k === below.k) return below.vol;
  const weight = -below.k / (above.k - below.k);
  return Math.sqrt((1 - weight) * below.vol * below.vol + weight * above.vol * above.vol);
}

/** The commonest reason for which rows were refused; rows that are not there at all are a missing quote. */
function commonestReason(refusals: readonly RowRefusal[]): ExclusionReason {
  const counts = new Map<ExclusionReason, number>();
  for (const { reason } of refusals) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  let commonest: ExclusionReason = "no-quote";
  for (const [reason, count] of counts) if (count > (counts.get(commonest) ?? 0)) commonest = reason;
  return commonest;
}

function example(refusals: readonly RowRefusal[], reason: ExclusionReason): string {
  const first = refusals.find((refusal) => refusal.reason === reason);
  return first === undefined ? "" : `; ${refusals.length} rows refused, such as: ${first.detail}`;
}

/**
 * @param rows  all rows of one expiry
 * @param years to expiry, > 0
 * @param spot  an independent spot price, > 0
 */
export function atmSlice(
  rows: readonly OptionQuote[],
  expiryMs: number,
  years: number,
  spot: number,
  definition: IvAtmDefinition,
): AtmSlice {
  const { minStrikesPerSide, maxStrikeGapBps } = definition.method;
  // Rows of one expiry are refreshed some milliseconds apart, each with the forward of its moment.
  const forward = lowerMiddle(rows.map((row) => row.forward));
  if (!(forward > 0) || !isForwardCredible(forward, spot, years, definition)) {
    const detail = `forward ${forward} beside a spot price of ${spot}`;
    return { ok: false, expiryMs, years, isForwardWrong: true, reason: "inconsistent", detail };
  }
  const { strikes, refusals } = usableStrikes(rows, forward, years, definition);
  const fail = (what: string): AtmSlice => {
    const reason = commonestReason(refusals);
    const detail = `${what}${example(refusals, reason)}`;
    return { ok: false, expiryMs, years, isForwardWrong: false, reason, detail };
  };
  const below = strikes.filter(({ k }) => k <= 0);
  const above = strikes.filter(({ k }) => k >= 0);
  const [left, right] = [below.at(-1), above[0]];
  if (left === undefined || right === undefined || Math.min(below.length, above.length) < minStrikesPerSide) {
    const found = `${below.length} usable strikes below and ${above.length} above the forward`;
    return fail(`${found}, at least ${minStrikesPerSide} wanted`);
  }
  const gapBps = (right.k - left.k) * 10_000;
  if (gapBps > maxStrikeGapBps) {
    return fail(`usable strikes around the forward are ${gapBps.toFixed(0)} bp apart, at most ${maxStrikeGapBps}`);
  }
  return { ok: true, expiryMs, years, vol: interpolateAtTheMoney(left, right) };
}
