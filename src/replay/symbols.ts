/** The venues' names of spot pairs, read: BTCUSDT, XXBTZUSD, BTC-USD, tUSTUSD. */
import type { Pair } from "./venue-request.ts";

const QUOTES = ["USDT", "USDC", "USD"];

/** "BTCUSDT" → BTC, USDT */
export function splitSymbol(symbol: string): Pair | null {
  if (!/^[A-Z0-9]{5,20}$/.test(symbol)) return null;
  const quote = QUOTES.find((candidate) => symbol.endsWith(candidate) && symbol.length > candidate.length);
  return quote === undefined ? null : { base: symbol.slice(0, -quote.length), quote };
}

/** "BTC-USD" → BTC, USD */
export function dashedPair(symbol: string): Pair | null {
  const match = /^([A-Z0-9]{2,12})-([A-Z0-9]{2,12})$/.exec(symbol);
  return match === null ? null : { base: match[1]!, quote: match[2]! };
}

/** Kraken's own names: XBT for BTC, and the old X and Z prefixes on the answer's side. */
const KRAKEN_LONG_NAMES: Readonly<Record<string, string>> = {
  XXBTZUSD: "XBTUSD",
  XETHZUSD: "ETHUSD",
  USDTZUSD: "USDTUSD",
};

export function krakenPair(symbol: string): Pair | null {
  const pair = splitSymbol(KRAKEN_LONG_NAMES[symbol] ?? symbol);
  return pair === null ? null : { ...pair, base: pair.base === "XBT" ? "BTC" : pair.base };
}

/** "tBTCUSD", "tUSTUSD"; names of more than three letters stand before a colon. Tether is UST here. */
export function bitfinexPair(symbol: string): Pair | null {
  const match = /^t(?:([A-Z0-9]{3})([A-Z0-9]{3})|([A-Z0-9]{3,8}):([A-Z0-9]{3,8}))$/.exec(symbol);
  if (match === null) return null;
  const plain = (coin: string): string => (coin === "UST" ? "USDT" : coin === "UDC" ? "USDC" : coin);
  return { base: plain(match[1] ?? match[3]!), quote: plain(match[2] ?? match[4]!) };
}
