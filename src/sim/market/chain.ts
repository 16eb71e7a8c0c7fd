/** The synthetic option chains and the futures board of one coin at one step, in Deribit's units. */
import { formatExpiryDay, formatInstrument } from "../../market/instrument.ts";
import type { OptionVenue } from "../../market/venue.ts";
import { hashName, hashUniform } from "../random.ts";
import { hasListedFuture } from "./calendar.ts";
import type { Coin, FutureRow, OptionRow } from "./model.ts";
import { signedNoise, smoothNoise } from "./noise.ts";
import { currentFunding, funding8h, perpetualPremium } from "./funding.ts";
import type { CoinFactors } from "./path.ts";
import { coinPremium, coinVega, type Right, YEAR_MS } from "./pricing.ts";
import { type OptionSides, quoteAround } from "./quotes.ts";
import { atmTotalVariance, smileVol, type TermStructure } from "./smile.ts";
import { OPTION_RULES, type OptionRule } from "./option-rules.ts";
import { type StrikeLadder, strikeLadder } from "./strikes.ts";

/** Largest distance of a row's `mark_iv` from the smile before it is rounded to 0.01 %. */
export const ROW_VOL_NOISE = 2e-4;
export const BASIS_NOISE_RELATIVE = 5e-5;
/** Rows of one expiry are refreshed moments apart, so their forwards differ a little. */
export const ROW_FORWARD_NOISE_RELATIVE = 5e-6;
const DAY_MS = 86_400_000;

const SHORT_VOL: Readonly<Record<Coin, number>> = { BTC: 0.49, ETH: 0.58 };
const LONG_VOL: Readonly<Record<Coin, number>> = { BTC: 0.54, ETH: 0.63 };
/** Lowest vol any expiry can show: the factors' limits in the short end's formula below. */
export const VOL_FLOOR = 0.3;

export type ChainMoment = {
  readonly seed: number;
  readonly coin: Coin;
  readonly step: number;
  readonly timeMs: number;
  /** As `listedExpiries` says for that time. */
  readonly expiries: readonly number[];
  readonly now: CoinFactors;
  /** The start of the current listing period and its number: strikes and gaps in the quotes hang on it. */
  readonly anchor: CoinFactors;
  readonly anchorNumber: number;
  /** Steps of one listing period. */
  readonly listingSteps: number;
  /** See `strikeLadder`. */
  readonly strikeDensity: number;
};

/** Whose board of options, and what a unit of the money that its premiums and strikes are in is worth, USD. */
type Lister = { readonly venue: OptionVenue; readonly moneyUsd: number };

export function termStructure(coin: Coin, factors: CoinFactors): TermStructure {
  const short = SHORT_VOL[coin] * Math.exp(factors.slow + 1.6 * factors.fast);
  const long = LONG_VOL[coin] * Math.exp(0.6 * factors.slow + 0.3 * factors.fast);
  return { shortVariance: short * short, longVariance: long * long };
}

function roundTo(value: number, perUnit: number): number {
  return Math.round(value * perUnit) / perUnit;
}

/** Under a day there is no future to lean on and the index itself is the forward. */
export function forwardOf(moment: ChainMoment, factors: CoinFactors, expiryMs: number): number {
  const { seed, step, timeMs } = moment;
  if (expiryMs - timeMs < DAY_MS) return factors.spotUsd;
  const basis = BASIS_NOISE_RELATIVE * smoothNoise(seed, hashName(`basis:${moment.coin}:${expiryMs}`), step, 16);
  return factors.spotUsd * Math.exp((factors.carry * (expiryMs - timeMs)) / YEAR_MS + basis);
}

function underlyingIndex(coin: Coin, expiryMs: number, timeMs: number): string {
  if (expiryMs - timeMs < DAY_MS) return "index_price";
  const name = `${coin}-${formatExpiryDay(expiryMs)}`;
  return hasListedFuture(expiryMs) ? name : `SYN.${name}`;
}

/** All venues quote one surface: total variance by log-moneyness to the forward in their own money. */
export function syntheticOptions(moment: ChainMoment, lister: Lister): readonly OptionRow[] {
  const rows: OptionRow[] = [];
  const rule = OPTION_RULES[lister.venue];
  const curve = termStructure(moment.coin, moment.now);
  for (const [day, expiryMs] of moment.expiries.entries()) {
    if (day === 1 && !rule.hasSecondDay) continue;
    const years = (expiryMs - moment.timeMs) / YEAR_MS;
    const theta = atmTotalVariance(curve, years);
    const forward = forwardOf(moment, moment.now, expiryMs) / lister.moneyUsd;
    const anchor = forwardOf(moment, moment.anchor, expiryMs);
    const ladder = strikeLadder(anchor, forward, years, Math.sqrt(theta), moment.strikeDensity);
    for (const strike of ladder.strikes) {
      if (isAbsent(moment, { venue: lister.venue, expiryMs, ladder, strike })) continue;
      for (const right of ["call", "put"] as const) {
        rows.push(optionRow(moment, lister, { expiryMs, years, theta, forward, ladder, strike, right }));
      }
    }
  }
  return rows;
}

function isAbsent(
  { seed, coin }: ChainMoment,
  { venue, expiryMs, ladder, strike }: Pick<Listing, "expiryMs" | "ladder" | "strike"> & Pick<Lister, "venue">,
): boolean {
  const { absentShare } = OPTION_RULES[venue];
  if (absentShare === 0 || Math.abs(strike - ladder.centre) <= ladder.denseReach + ladder.gap / 2) return false;
  return hashUniform(seed, hashName(`absent:${venue}:${coin}:${expiryMs}:${strike}`)) < absentShare;
}

type Listing = {
  readonly expiryMs: number;
  readonly years: number;
  readonly theta: number;
  readonly forward: number;
  readonly ladder: StrikeLadder;
  readonly strike: number;
  readonly right: Right;
};

function optionRow(moment: ChainMoment, { venue, moneyUsd }: Lister, listing: Listing): OptionRow {
  const { coin, seed, step, timeMs } = moment;
  const { expiryMs, years, strike, right } = listing;
  const rule = OPTION_RULES[venue];
  const own = venue === "deribit" ? "" : `${venue}:`;
  const instrument = formatInstrument({ kind: "option", base: coin, settlement: null, expiryMs, strike, right });
  const stream = hashName(own + instrument);
  const underlyingPrice = roundTo(
    listing.forward * (1 + ROW_FORWARD_NOISE_RELATIVE * signedNoise(seed, stream, step, 1)),
    rule.forwardPerUnit[coin],
  );
  // One noise for call and put of a strike: venues fit one vol to both.
  const volNoise = ROW_VOL_NOISE * smoothNoise(seed, hashName(`${own}vol:${coin}:${expiryMs}:${strike}`), step, 40);
  const markVolPercent = roundTo(
    100 * (smileVol(listing.theta, years, strike, listing.forward) + volNoise),
    rule.volPerPercent,
  );
  const vol = markVolPercent / 100;
  const markCoin = roundTo(coinPremium(right, underlyingPrice, strike, vol, years), 1e8);
  const [least, chance] = rule.spreadVol;
  const spreadVol = least + chance * hashUniform(seed, stream, 2);
  const half = spreadVol * coinVega(underlyingPrice, strike, vol, years) + 0.002 * markCoin;
  // Quotes stand on ticks of the unit that premiums are paid in.
  const unit = rule.settlement === null ? 1 : underlyingPrice;
  const sides = quoteAround(markCoin * unit, half * unit, rule.ticks[coin]);
  const { bid, ask } = withGaps(moment, rule, listing, stream, sides);
  const bidCoin = bid === null ? null : bid / unit;
  const askCoin = ask === null ? null : ask / unit;

  const volume = roundTo(Math.max(0, 60 * hashUniform(seed, stream, 3) - 20), 10);
  const traded = volume > 0;
  const last = quoteAround(markCoin * unit * (0.9 + 0.2 * hashUniform(seed, stream, 4)), 0, rule.ticks[coin]).ask;
  const lastCoin = traded && last !== null ? last / unit : null;
  return {
    instrument,
    expiryMs,
    strike,
    right,
    bidCoin,
    askCoin,
    midCoin: bidCoin === null || askCoin === null ? null : roundTo((bidCoin + askCoin) / 2, 1e8),
    markCoin,
    markVolPercent,
    underlyingPrice,
    underlyingIndex: underlyingIndex(coin, expiryMs, timeMs),
    estimatedDeliveryPrice: roundTo(moment.now.spotUsd / moneyUsd, 100),
    openInterest: roundTo(900 * hashUniform(seed, stream, 5) * hashUniform(seed, stream, 6), 10),
    volume,
    volumeUsd: roundTo(volume * markCoin * underlyingPrice, 100),
    lastCoin,
    highCoin: lastCoin,
    lowCoin: lastCoin,
    changePercent: traded ? roundTo(40 * signedNoise(seed, stream, 8), 10_000) : null,
    createdMs: timeMs,
  };
}

/**
 * In the wings some market makers are away: on every other strike a share of the rows has no quote at all, and another
 * has no bid. Never on two strikes in a row, where a variance strip would end.
 */
function withGaps(
  moment: ChainMoment,
  { unquotedShare, bidlessShare }: OptionRule,
  listing: Listing,
  stream: number,
  sides: OptionSides,
): OptionSides {
  const distance = Math.abs(listing.strike - listing.ladder.centre);
  const dice = hashUniform(moment.seed, stream, moment.anchorNumber, 9);
  const quoted = listing.ladder.strikes.indexOf(listing.strike) % 2 === 0;
  const isDense = distance <= listing.ladder.denseReach + listing.ladder.gap / 2;
  if (isDense || quoted || dice > unquotedShare + bidlessShare) return sides;
  return { bid: null, ask: dice < unquotedShare ? null : sides.ask };
}

/** The perpetual and a future for every Friday in the list. */
export function syntheticFutures(moment: ChainMoment): readonly FutureRow[] {
  const { coin, now } = moment;
  const premium = perpetualPremium(moment, moment.step);
  const rows: FutureRow[] = [futureRow(moment, `${coin}-PERPETUAL`, now.spotUsd * (1 + premium), true)];
  for (const expiryMs of moment.expiries) {
    if (!hasListedFuture(expiryMs)) continue;
    rows.push(futureRow(moment, `${coin}-${formatExpiryDay(expiryMs)}`, forwardOf(moment, now, expiryMs), false));
  }
  return rows;
}

function futureRow(moment: ChainMoment, instrument: string, fair: number, perpetual: boolean): FutureRow {
  const { coin, seed, now, timeMs } = moment;
  const stream = hashName(instrument);
  const tick = coin === "BTC" ? (perpetual ? 0.5 : 2.5) : perpetual ? 0.05 : 0.25;
  const perUnit = 1 / tick;
  const bid = Math.floor(fair * (1 - 1e-5) * perUnit) / perUnit;
  const ask = Math.ceil(fair * (1 + 1e-5) * perUnit) / perUnit;
  const volumeCoin = roundTo(20 + (perpetual ? 4_000 : 150) * hashUniform(seed, stream, 3), 1e8);
  return {
    instrument,
    perpetual,
    bid,
    ask,
    mark: roundTo(fair, 100),
    last: bid,
    high: Math.ceil(fair * 1.012 * perUnit) / perUnit,
    low: Math.floor(fair * 0.989 * perUnit) / perUnit,
    changePercent: roundTo(signedNoise(seed, stream, 8), 10_000),
    openInterestUsd: 10 * Math.round(1e6 * (0.05 + hashUniform(seed, stream, 5)) * (perpetual ? 90 : 5)),
    volumeCoin,
    volumeUsd: 10 * Math.round((volumeCoin * fair) / 10),
    estimatedDeliveryPrice: roundTo(now.spotUsd, 100),
    currentFunding: perpetual ? roundTo(currentFunding(perpetualPremium(moment, moment.step)), 1e8) : null,
    funding8h: perpetual ? roundTo(funding8h(moment), 1e8) : null,
    createdMs: timeMs,
  };
}
