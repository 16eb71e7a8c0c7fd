/** The quotes that one expiry's curve is fitted to, and whether they enclose the forward closely enough. */
import type { OptionQuote } from "../../market/quote.ts";
import { LEFT_OUT_REASONS, type LeftOutReason, type SliceQuote, sliceQuotes } from "../../quant/slice-quotes.ts";
import type { ExclusionReason } from "../evaluation.ts";
import { fault, type Found } from "./expiry-fault.ts";
import type { ChainRules, RowRefusal } from "./option-row.ts";
import { countRefusals, type RefusalCounts, withExample } from "./row-refusals.ts";

export type SmileQuote = SliceQuote & {
  /** Whether somebody bids for it: a strip of options counts only those. */
  readonly hasBid: boolean;
};

export type SmileQuotes = {
  readonly smile: Found<{ readonly quotes: readonly SmileQuote[] }>;
  readonly refused: RefusalCounts;
};

/** What a reader of metrics sees; null is no refusal. */
const REASONS: Readonly<Record<LeftOutReason, ExclusionReason | null>> = {
  "in-the-money": null,
  "bad-number": "inconsistent",
  duplicate: "inconsistent",
  "other-forward": "inconsistent",
  crossed: "crossed",
  "no-quotes": "no-quote",
  "one-sided": "no-quote",
  wide: "wide-spread",
  "no-volatility": "inconsistent",
};

/** One refusal for every row left out. */
function* refusalsOf(leftOut: Readonly<Record<LeftOutReason, number>>): Generator<RowRefusal> {
  for (const why of LEFT_OUT_REASONS) {
    const reason = REASONS[why];
    if (reason === null) continue;
    for (let i = 0; i < leftOut[why]; i++) yield { reason, detail: `no target for the curve: ${why}` };
  }
}

/**
 * @param quoted the expiry's rows that have a quote, and the refusals of the others
 * @param years  to expiry, > 0
 */
export function smileQuotes(
  quoted: { readonly kept: readonly OptionQuote[]; readonly refusals: readonly RowRefusal[] },
  years: number,
  rules: ChainRules,
): SmileQuotes {
  const bids = new Set(
    quoted.kept.filter(({ bidCoin }) => bidCoin !== null).map(({ right, strike }) => `${right}${strike}`),
  );
  const { quotes: all, forward, leftOut } = sliceQuotes(quoted.kept, years);
  const [low, high] = [Number(rules.minVol), Number(rules.maxVol)];
  const quotes: SmileQuote[] = [];
  const beyond: RowRefusal[] = [];
  for (const quote of all) {
    const { strike, vol } = quote;
    const right = forward !== null && strike >= forward ? "call" : "put";
    if (vol >= low && vol <= high) quotes.push({ ...quote, hasBid: bids.has(`${right}${strike}`) });
    else beyond.push({ reason: "inconsistent", detail: `volatility ${vol} is not between ${low} and ${high}` });
  }
  const refused = countRefusals([...quoted.refusals, ...refusalsOf(leftOut), ...beyond]);
  const fail = (what: string): SmileQuotes => {
    const { reason, detail } = withExample(what, refused);
    return { smile: fault(reason, detail), refused };
  };
  const below = quotes.filter(({ k }) => k <= 0);
  const above = quotes.filter(({ k }) => k >= 0);
  const [left, right] = [below.at(-1), above[0]];
  const wanted = rules.minStrikesPerSide;
  if (left === undefined || right === undefined || Math.min(below.length, above.length) < wanted) {
    return fail(
      `${below.length} usable strikes below and ${above.length} above the forward, at least ${wanted} wanted`,
    );
  }
  const gapBps = (right.k - left.k) * 10_000;
  if (gapBps > rules.maxStrikeGapBps) {
    return fail(
      `usable strikes around the forward are ${gapBps.toFixed(0)} bp apart, at most ${rules.maxStrikeGapBps}`,
    );
  }
  return { smile: { ok: true, quotes }, refused };
}
