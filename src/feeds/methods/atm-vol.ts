/**
 * The at-the-money volatility of one expiry, from its marks near the forward by a straight line: no curve has a say in it,
 * so it does not move with far strikes.
 */
import { fault, type Found } from "./expiry-fault.ts";
import type { ExpiryReading } from "./expiry-reading.ts";
import type { ChainRules, RowRefusal } from "./option-row.ts";
import { countRefusals, withExample } from "./row-refusals.ts";

type Strike = { readonly k: number; readonly vol: number };

/** Strikes further away in log-moneyness say nothing of the money. */
const NEAR_MONEY = 0.2;

/** The usable strikes near the forward, by strike: the mean of call and put where both are usable and agree. */
function usableStrikes(
  { marks: { sound }, venueForward }: ExpiryReading,
  { parityToleranceVolBps }: ChainRules,
): { readonly strikes: readonly Strike[]; readonly refusals: readonly RowRefusal[] } {
  const vols = new Map<number, { call?: number; put?: number }>();
  for (const { strike, right, markVol } of sound) {
    if (Math.abs(Math.log(strike / venueForward)) > NEAR_MONEY) continue;
    vols.set(strike, { ...vols.get(strike), [right]: markVol });
  }
  const refusals: RowRefusal[] = [];
  const strikes: Strike[] = [];
  for (const [strike, { call, put }] of vols) {
    const k = Math.log(strike / venueForward);
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

export function atmVol(expiry: ExpiryReading, rules: ChainRules): Found<{ readonly vol: number }> {
  const { minStrikesPerSide, maxStrikeGapBps } = rules;
  const { strikes, refusals } = usableStrikes(expiry, rules);
  const fail = (what: string): Found<{ readonly vol: number }> => {
    const { reason, detail } = withExample(what, refusals.length > 0 ? countRefusals(refusals) : expiry.marks.refused);
    return fault(reason, detail);
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
  return { ok: true, vol: interpolateAtTheMoney(left, right) };
}
