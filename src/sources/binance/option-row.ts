/**
 * One option of Binance, of either interface. Premiums are in USDT for one contract; the row's forward makes coins of them.
 *
 * No answer and no push names a forward. What stands for it is the index that the option settles against, which each push
 * and `/eapi/v1/index` give: whoever needs the true forward finds it by parity of the same expiry's rows.
 */
import type { Instrument } from "../../market/instrument.ts";
import type { OptionQuote } from "../../market/quote.ts";
import type { RowRefusal } from "../board.ts";
import { parseDecimal } from "../decimal.ts";
import { isCrossed, isPremiumWithinBounds } from "../sanity.ts";
import { priceOf } from "./text-number.ts";

/** Outside of 1 % … 1000 % a vol is a sentinel ("-1.0", "0.0000006"), or percent and decimal were mixed up. */
const VOL_MIN = 0.01;
const VOL_MAX = 10;

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
  return { instrument, expiryMs, strike, right, bidCoin, askCoin, markCoin, markVol: volOf(sent.vol), forward };
}

function volOf(text: unknown): number | null {
  const vol = typeof text === "string" ? parseDecimal(text) : null;
  return vol !== null && vol > VOL_MIN && vol < VOL_MAX ? vol : null;
}
