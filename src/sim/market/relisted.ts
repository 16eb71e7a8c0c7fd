/**
 * A recorded board of Deribit's as another venue would have quoted it: the vols, forwards and missing quotes are the
 * recorded ones, the money is taken for dollars, and spreads and ticks are the other venue's.
 */
import type { OptionVenue } from "../../market/venue.ts";
import { hashName, hashUniform } from "../random.ts";
import type { Coin, OptionRow } from "./model.ts";
import { signedNoise } from "./noise.ts";
import { OPTION_RULES } from "./option-rules.ts";
import { coinPremium, coinVega, YEAR_MS } from "./pricing.ts";
import { quoteAround } from "./quotes.ts";

/** Largest distance of another venue's vol from the recorded one. */
const VOL_NOISE = 2e-4;
/** Strikes that are farther from the forward than this, in log, may be missing at another venue. */
const WING_LOG_MONEYNESS = 0.3;

export function relisted(
  rows: readonly OptionRow[],
  to: { readonly coin: Coin; readonly venue: OptionVenue; readonly seed: number; readonly timeMs: number },
): readonly OptionRow[] {
  const { absentShare } = OPTION_RULES[to.venue];
  return rows
    .filter(({ expiryMs, strike, underlyingPrice }) => {
      if (Math.abs(Math.log(strike / underlyingPrice)) < WING_LOG_MONEYNESS) return true;
      return hashUniform(to.seed, hashName(`absent:${to.venue}:${to.coin}:${expiryMs}:${strike}`)) >= absentShare;
    })
    .map((row) => relistedRow(row, to));
}

function relistedRow(row: OptionRow, { coin, venue, seed, timeMs }: Parameters<typeof relisted>[1]): OptionRow {
  const rule = OPTION_RULES[venue];
  const { expiryMs, strike, right, underlyingPrice } = row;
  const noise = VOL_NOISE * signedNoise(seed, hashName(`${venue}:vol:${coin}:${expiryMs}:${strike}`));
  const perUnit = 100 * rule.volPerPercent;
  const vol = Math.max(1, Math.round((row.markVolPercent / 100 + noise) * perUnit)) / perUnit;
  const years = (expiryMs - timeMs) / YEAR_MS;
  const markCoin = coinPremium(right, underlyingPrice, strike, vol, years);
  const unit = rule.settlement === null ? 1 : underlyingPrice;
  const [least, chance] = rule.spreadVol;
  const spreadVol = least + chance * hashUniform(seed, hashName(`${venue}:${row.instrument}`), 2);
  const half = spreadVol * coinVega(underlyingPrice, strike, vol, years) + 0.002 * markCoin;
  const { bid, ask } = quoteAround(markCoin * unit, half * unit, rule.ticks[coin]);
  const bidCoin = bid === null || row.bidCoin === null ? null : bid / unit;
  const askCoin = ask === null || row.askCoin === null ? null : ask / unit;
  const midCoin = bidCoin === null || askCoin === null ? null : (bidCoin + askCoin) / 2;
  return { ...row, bidCoin, askCoin, midCoin, markCoin, markVolPercent: 100 * vol };
}
