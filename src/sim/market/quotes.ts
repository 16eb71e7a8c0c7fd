/** Bid and ask of an option around its mark, on Deribit's coarse ticks. */

/** Deribit's `tick_size_steps` for coin-settled options: 0.0001, and 0.0005 from 0.005 upward. */
const FINE_TICK = 0.0001;
const COARSE_TICK = 0.0005;
const COARSE_FROM = 0.005;
/** Largest distance of a two-sided quote's mid from the mark where the coarse tick rules: a quarter of it. */
export const MID_ERROR_COIN = COARSE_TICK / 4;

function onGrid(ticks: number, tick: number): number {
  // The division gives the double nearest to the decimal; a product of ticks would print as 0.05650000000000001.
  return Math.round(ticks) / Math.round(1 / tick);
}

export type OptionSides = { readonly bid: number | null; readonly ask: number | null };

/**
 * bid ≤ mark ≤ ask always, and the mid is as near to the mark as two ticks allow.
 * @param mark coin, ≥ 0
 * @param halfSpread wanted distance of either side, coin
 * @returns a bid below one tick is no bid
 */
export function quoteAround(mark: number, halfSpread: number): OptionSides {
  const tick = mark < COARSE_FROM ? FINE_TICK : COARSE_TICK;
  const half = Math.max(halfSpread, tick / 2);
  const bidTicks = Math.floor((mark - half) / tick);
  const centred = bidTicks >= 1 ? Math.round((2 * mark) / tick) - bidTicks : Math.ceil((mark + half) / tick);
  let ask = onGrid(Math.max(centred, Math.ceil(mark / tick), 1), tick);
  if (tick === FINE_TICK && ask > COARSE_FROM) ask = onGrid(Math.ceil(ask / COARSE_TICK - 1e-9), COARSE_TICK);
  return { bid: bidTicks >= 1 ? onGrid(bidTicks, tick) : null, ask };
}
