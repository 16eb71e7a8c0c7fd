/**
 * One option of Binance, of either interface. Premiums are in USDT for one contract; the row's forward makes coins of them.
 *
 * No answer and no push names a forward. What stands for it is the index that the option settles against, which each push
 * and `/eapi/v1/index` give: whoever needs the true forward finds it by parity of the same expiry's rows.
 */
import type { Instrument } from "../../market/instrument.ts";
import type { OptionQuote } from "../../market/quote.ts";
import type { RowRefusal } from "../board.ts";
import { isCrossed, isPremiumWithinBounds, plausibleVol } from "../sanity.ts";
import { decimalOf } from "../text-decimal.ts";
import { priceOf } from "./text-number.ts";

/**
 * Coins whose contract is one coin, as recorded premiums show. A contract of XRP is a hundred, one of DOGE a thousand, and
 * nothing in a row says so: a premium read as that of one coin would be wrong by as much.
 */
const ONE_COIN_CONTRACTS: readonly string[] = ["BTC", "ETH"];

export function isOneCoinContract(base: string): boolean {
  return ONE_COIN_CONTRACTS.includes(base);
}

/** As sent: decimal text. A mark that is missing is null, one that is nonsense refuses the row. */
type Sent = { readonly bid: unknown; readonly ask: unknown; readonly mark: unknown; readonly vol: unknown };

/** @param forward USDT, > 0 */
export function optionOf(
  instrument: string,
  listed: Instrument,
  sent: Sent,
  forward: number,
): OptionQuote | RowRefusal {
  if (listed.kind !== "option") return "other-kind";
  const { expiryMs, strike, right } = listed;
  const [bid, ask, mark] = [priceOf(sent.bid), priceOf(sent.ask), priceOf(sent.mark)];
  if (bid === undefined || ask === undefined || mark === undefined) return "bad-number";
  if (isCrossed(bid, ask)) return "crossed";
  const coins = (premium: number | null): number | null => (premium === null ? null : premium / forward);
  const [bidCoin, askCoin, markCoin] = [coins(bid), coins(ask), coins(mark)];
  // Nobody bids more than the most that an option can be worth; an ask of a thin book may be anything.
  for (const premium of [bidCoin, markCoin])
    if (premium !== null && !isPremiumWithinBounds(premium, right, strike, forward)) return "out-of-bounds";
  return {
    instrument,
    expiryMs,
    strike,
    right,
    bidCoin,
    askCoin,
    markCoin,
    markVol: plausibleVol(decimalOf(sent.vol)),
    forward,
  };
}
