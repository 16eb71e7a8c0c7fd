/** The spot books the market serves, their ticks, and how far each may stray: the numbers behind the stated noise. */
import type { SpotVenue } from "../../market/venue.ts";
import { SPOT_COINS, type SpotCoin, type Stable } from "./model.ts";

export type SpotBookSpec = {
  readonly venue: SpotVenue;
  readonly base: SpotCoin | Stable;
  readonly quote: "USD" | Stable;
  /** Quote currency. */
  readonly tick: number;
  /** Largest distance of the mid from fair, relative. */
  readonly noiseRelative: number;
  readonly halfSpreadRelative: number;
};

const COIN_NOISE: Readonly<Record<SpotVenue, number>> = {
  coinbase: 6e-5,
  kraken: 8e-5,
  bitstamp: 1e-4,
  binance: 5e-5,
  okx: 5e-5,
  bybit: 5e-5,
  gemini: 9e-5,
  bitfinex: 7e-5,
};
const COIN_HALF_SPREAD: Readonly<Record<SpotVenue, number>> = {
  coinbase: 1e-6,
  kraken: 4e-6,
  bitstamp: 3e-5,
  binance: 1e-6,
  okx: 1e-6,
  bybit: 1e-6,
  gemini: 1e-5,
  bitfinex: 8e-6,
};
const STABLE_NOISE = 2e-5;
const STABLE_HALF_SPREAD = 4e-6;
/** Deribit's index against the truth. */
export const INDEX_NOISE_RELATIVE = 2e-5;
const INDEX_TICK_USD = 0.01;
/** Steps between the knots of a venue's wander. */
export const NOISE_KNOT_STEPS = 8;

function coinBook(venue: SpotVenue, base: SpotCoin, quote: "USD" | Stable, tick: number): SpotBookSpec {
  return { venue, base, quote, tick, noiseRelative: COIN_NOISE[venue], halfSpreadRelative: COIN_HALF_SPREAD[venue] };
}

function stableBook(venue: SpotVenue, base: Stable): SpotBookSpec {
  return { venue, base, quote: "USD", tick: 1e-5, noiseRelative: STABLE_NOISE, halfSpreadRelative: STABLE_HALF_SPREAD };
}

/** The same coins in both stablecoins. */
function pairBooks(venue: SpotVenue, ticks: Readonly<Record<SpotCoin, number>>): readonly SpotBookSpec[] {
  return (["USDT", "USDC"] as const).flatMap((quote) =>
    SPOT_COINS.map((base) => coinBook(venue, base, quote, ticks[base])),
  );
}

export const SPOT_BOOKS: readonly SpotBookSpec[] = [
  coinBook("coinbase", "BTC", "USD", 0.01),
  coinBook("coinbase", "ETH", "USD", 0.01),
  coinBook("coinbase", "SOL", "USD", 0.01),
  stableBook("coinbase", "USDT"),
  stableBook("coinbase", "USDC"),
  coinBook("kraken", "BTC", "USD", 0.1),
  coinBook("kraken", "ETH", "USD", 0.01),
  coinBook("kraken", "SOL", "USD", 0.01),
  coinBook("kraken", "BTC", "USDC", 0.01),
  coinBook("kraken", "ETH", "USDC", 0.01),
  stableBook("kraken", "USDT"),
  stableBook("kraken", "USDC"),
  coinBook("bitstamp", "BTC", "USD", 1),
  coinBook("bitstamp", "ETH", "USD", 0.1),
  coinBook("bitstamp", "SOL", "USD", 0.001),
  stableBook("bitstamp", "USDT"),
  stableBook("bitstamp", "USDC"),
  coinBook("binance", "BTC", "USDT", 0.01),
  coinBook("binance", "ETH", "USDT", 0.01),
  coinBook("binance", "SOL", "USDT", 0.01),
  coinBook("binance", "BTC", "USDC", 0.01),
  coinBook("binance", "ETH", "USDC", 0.01),
  ...pairBooks("okx", { BTC: 0.1, ETH: 0.01, SOL: 0.01 }),
  ...pairBooks("bybit", { BTC: 0.1, ETH: 0.01, SOL: 0.01 }),
  coinBook("gemini", "BTC", "USD", 0.01),
  coinBook("gemini", "ETH", "USD", 0.01),
  coinBook("gemini", "SOL", "USD", 0.001),
  // Five significant digits.
  coinBook("bitfinex", "BTC", "USD", 1),
  coinBook("bitfinex", "ETH", "USD", 0.1),
  coinBook("bitfinex", "SOL", "USD", 0.01),
  stableBook("bitfinex", "USDT"),
];

/** Decimal places of a book's tick. */
export function tickDecimals(spec: SpotBookSpec): number {
  return Math.max(0, Math.round(-Math.log10(spec.tick)));
}

/** Largest relative distance of either side of a book from its fair price: noise, half the spread, rounding outward. */
function reach(spec: SpotBookSpec, priceMin: number): number {
  return (1 + spec.noiseRelative) * (1 + spec.halfSpreadRelative) - 1 + spec.tick / priceMin;
}

/**
 * @param priceMin lowest price of each coin that this market can show; the ticks count relative to it
 * @returns relative half widths that hold for every book above, see StatedNoise
 */
export function spotNoise(priceMin: Readonly<Record<SpotCoin, number>>): {
  readonly spotRelative: number;
  readonly usdtRelative: number;
} {
  const usdtRelative = stableReach();
  let spotRelative = 0;
  for (const spec of SPOT_BOOKS) {
    if (spec.base === "USDT" || spec.base === "USDC") continue;
    const own = reach(spec, priceMin[spec.base]);
    const converted = spec.quote === "USD" ? own : (1 + own) * (1 + usdtRelative) - 1;
    spotRelative = Math.max(spotRelative, converted, INDEX_NOISE_RELATIVE + INDEX_TICK_USD / priceMin[spec.base]);
  }
  return { spotRelative, usdtRelative };
}

/** Stablecoins stay above half a dollar in every market here, the tape of March 2023 included. */
function stableReach(): number {
  let widest = 0;
  for (const spec of SPOT_BOOKS) {
    if (spec.base === "USDT" || spec.base === "USDC") widest = Math.max(widest, reach(spec, 0.5));
  }
  return widest;
}
