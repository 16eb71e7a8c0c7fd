/** What pictures of a chain need: every row's volatilities by expiry, what was used of it, and the curve. */
import type { OptionQuote } from "../market/quote.ts";
import { impliedVol } from "../quant/implied-vol.ts";
import type { SviRaw } from "../quant/svi.ts";
import type { EvaluationContext, LinkedFeed } from "./context.ts";
import { openChain } from "./methods/chain-view.ts";
import type { ExpiryReading } from "./methods/expiry-reading.ts";

export type SmilePoint = {
  /** ln(K/F). */
  readonly k: number;
  readonly strike: number;
  /** Annualised, decimal; null where there is no quote, or no volatility gives its price. */
  readonly bidVol: number | null;
  readonly askVol: number | null;
  readonly markVol: number | null;
  /** Whether the curve was fitted to it. */
  readonly used: boolean;
};

export type SmileView = {
  readonly expiryMs: number;
  readonly years: number;
  readonly forward: number;
  /** One out-of-the-money option a strike, ascending. */
  readonly points: readonly SmilePoint[];
  /** null: no curve, and `refusal` says why. */
  readonly fitted: SviRaw | null;
  readonly rmseVol: number | null;
  readonly refusal: string | null;
};

function volOf(row: OptionQuote, coin: number | null, forward: number, years: number): number | null {
  if (coin === null || !(coin > 0)) return null;
  const solved = impliedVol(row.right, forward, row.strike, years, coin * forward);
  return solved.ok ? solved.vol : null;
}

function pointsOf({ rows, years, venueForward, smile }: ExpiryReading): SmilePoint[] {
  const used = new Set(smile.ok ? smile.quotes.map(({ strike }) => strike) : []);
  return rows
    .filter(({ strike, right }) => strike > 0 && right === (strike >= venueForward ? "call" : "put"))
    .sort((a, b) => a.strike - b.strike)
    .map((row) => ({
      k: Math.log(row.strike / venueForward),
      strike: row.strike,
      bidVol: volOf(row, row.bidCoin, venueForward, years),
      askVol: volOf(row, row.askCoin, venueForward, years),
      markVol: row.markVol,
      used: used.has(row.strike),
    }));
}

export type SmileViews =
  | { readonly ok: true; readonly smiles: readonly SmileView[] }
  | { readonly ok: false; readonly detail: string };

/** The smiles of the expiries that a feed on an option chain reads, for people; ascending by expiry. */
export function smileViews(feed: LinkedFeed, context: EvaluationContext): SmileViews {
  const { definition } = feed;
  const { symbol, name, method } = definition;
  if (!("chain" in method)) return { ok: false, detail: `${name} reads no option chain` };
  const view = openChain(feed, { symbol, name, method }, context, "smile");
  if (view.kind === "missing") return { ok: false, detail: `${view.reason}: ${view.detail}` };
  const smiles = view.expiries.map((expiry): SmileView => {
    const { expiryMs, years, venueForward } = expiry;
    const fitted = view.reading.fitted(expiryMs);
    return {
      expiryMs,
      years,
      forward: venueForward,
      points: pointsOf(expiry),
      fitted: fitted.ok ? fitted.slice.svi : null,
      rmseVol: fitted.ok ? fitted.slice.rmseVol : null,
      refusal: fitted.ok ? null : fitted.detail,
    };
  });
  return { ok: true, smiles };
}
