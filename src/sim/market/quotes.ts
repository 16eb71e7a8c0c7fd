/** Bid and ask of an option around its mark, on the coarse ticks of option boards. */

/** In the unit that premiums are in. */
export type Ticks = {
  readonly fine: number;
  readonly coarse: number;
  /** From this price on the coarse ones rule. */
  readonly coarseFrom: number;
};
/** Deribit's `tick_size_steps` for coin-settled options, and OKX's: 0.0001, and 0.0005 from 0.005 upward. */
export const COIN_TICKS: Ticks = { fine: 0.0001, coarse: 0.0005, coarseFrom: 0.005 };
/** Largest distance of a two-sided quote's mid from the mark where the coarse tick rules: a quarter of it. */
export const MID_ERROR_COIN = COIN_TICKS.coarse / 4;

function onGrid(ticks: number, tick: number): number {
  // The division gives the double nearest to the decimal; a product of ticks would print as 0.05650000000000001.
  return tick >= 1 ? Math.round(ticks) * tick : Math.round(ticks) / Math.round(1 / tick);
}

export type OptionSides = { readonly bid: number | null; readonly ask: number | null };

/**
 * bid ≤ mark ≤ ask always, and the mid is as near to the mark as two ticks allow.
 * @param mark ≥ 0
 * @param halfSpread wanted distance of either side
 * @param ticks in the unit of both
 * @returns a bid below one tick is no bid
 */
export function quoteAround(mark: number, halfSpread: number, ticks: Ticks = COIN_TICKS): OptionSides {
  const { fine, coarse, coarseFrom } = ticks;
  const tick = mark < coarseFrom ? fine : coarse;
  const half = Math.max(halfSpread, tick / 2);
  const bidTicks = Math.floor((mark - half) / tick);
  const centred = bidTicks >= 1 ? Math.round((2 * mark) / tick) - bidTicks : Math.ceil((mark + half) / tick);
  let ask = onGrid(Math.max(centred, Math.ceil(mark / tick), 1), tick);
  if (mark < coarseFrom && ask > coarseFrom) ask = onGrid(Math.ceil(ask / coarse - 1e-9), coarse);
  return { bid: bidTicks >= 1 ? onGrid(bidTicks, tick) : null, ask };
}
