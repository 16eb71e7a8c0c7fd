/** The one table from a subscription to its adapter: where to ask, how to read, how much to accept. */
import { unreachable } from "../base/errors.ts";
import type { CandleSeries, FutureBoard, IndexQuote, OptionChain, SpotQuote, Venue } from "../market/quote.ts";
import { readAnswer } from "./answer.ts";
import { binance } from "./binance/spot.ts";
import { binanceCandles } from "./binance/candles.ts";
import { bitstamp } from "./bitstamp/spot.ts";
import { bitstampCandles } from "./bitstamp/candles.ts";
import type { CandleAdapter, CandlePage } from "./candle-bars.ts";
import { coinbase } from "./coinbase/spot.ts";
import { coinbaseCandles } from "./coinbase/candles.ts";
import type { DeribitRules } from "./deribit/envelope.ts";
import { deribitFutures } from "./deribit/futures.ts";
import { deribitIndex } from "./deribit/index-price.ts";
import { deribitOptions } from "./deribit/options.ts";
import type { Parsed } from "./gap.ts";
import type { HttpGet, HttpLimits } from "./http.ts";
import { kraken } from "./kraken/spot.ts";
import { krakenCandles } from "./kraken/candles.ts";
import type {
  CandleSubscription,
  PolledSubscription,
  SpotVenue,
  Subscription,
  SubscriptionKind,
} from "./subscription.ts";

export type MarketQuote =
  | { readonly kind: "spot"; readonly value: SpotQuote }
  | { readonly kind: "index"; readonly value: IndexQuote }
  | { readonly kind: "futures"; readonly value: FutureBoard }
  | { readonly kind: "options"; readonly value: OptionChain }
  | { readonly kind: "candles"; readonly value: CandleSeries };

export type VenueAccess = {
  readonly baseUrl: string;
  /** Accept Deribit's test network. Never in production. */
  readonly allowTestnet?: boolean;
};

/** The production hosts. Deribit's base ends in its API version, the others' paths begin at the host. */
export const PRODUCTION_BASE_URLS: Readonly<Record<Venue, string>> = {
  coinbase: "https://api.exchange.coinbase.com",
  kraken: "https://api.kraken.com",
  bitstamp: "https://www.bitstamp.net",
  binance: "https://api.binance.com",
  deribit: "https://www.deribit.com/api/v2",
};

const SMALL_BODY_MAX_BYTES = 64 * 1024;
/** Chains measured 421 024 bytes; ten times that leaves room for a busier market, not for a flood. */
const BOARD_BODY_MAX_BYTES = 4 * 1024 * 1024;
/** A thousand bars are about 200 kB. */
const CANDLES_BODY_MAX_BYTES = 1024 * 1024;

export const HTTP_LIMITS: Readonly<Record<SubscriptionKind, HttpLimits>> = {
  spot: { timeoutMs: 2_000, maxBytes: SMALL_BODY_MAX_BYTES },
  index: { timeoutMs: 2_000, maxBytes: SMALL_BODY_MAX_BYTES },
  futures: { timeoutMs: 4_000, maxBytes: BOARD_BODY_MAX_BYTES },
  options: { timeoutMs: 6_000, maxBytes: BOARD_BODY_MAX_BYTES },
  candles: { timeoutMs: 8_000, maxBytes: CANDLES_BODY_MAX_BYTES },
};

const SPOT_ADAPTERS: Readonly<Record<SpotVenue, typeof coinbase>> = { coinbase, kraken, bitstamp, binance };
export const CANDLE_ADAPTERS: Readonly<Record<SpotVenue, CandleAdapter>> = {
  coinbase: coinbaseCandles,
  kraken: krakenCandles,
  bitstamp: bitstampCandles,
  binance: binanceCandles,
};

/** The path and query under the venue's base URL. Of candles see `CandleAdapter.path`: they are asked for in pages. */
export function requestPath(subscription: PolledSubscription): string {
  switch (subscription.kind) {
    case "spot":
      return SPOT_ADAPTERS[subscription.venue].path(subscription);
    case "index":
      return deribitIndex.path(subscription);
    case "futures":
      return deribitFutures.path(subscription);
    case "options":
      return deribitOptions.path(subscription);
    default:
      return unreachable(subscription);
  }
}

/** Pure: the body of an HTTP 200 answer to a quote, or the named reason why there is none. Never throws. */
export function parseBody(
  body: string,
  subscription: Subscription,
  receivedAtMs: number,
  rules: DeribitRules,
): Parsed<MarketQuote> {
  switch (subscription.kind) {
    case "spot": {
      const parsed = SPOT_ADAPTERS[subscription.venue].parse(body, subscription, receivedAtMs);
      return parsed.kind === "gap" ? parsed : { kind: "quote", quote: { kind: "spot", value: parsed.quote } };
    }
    case "index": {
      const parsed = deribitIndex.parse(body, subscription, receivedAtMs, rules);
      return parsed.kind === "gap" ? parsed : { kind: "quote", quote: { kind: "index", value: parsed.quote } };
    }
    case "futures": {
      const parsed = deribitFutures.parse(body, subscription, receivedAtMs, rules);
      return parsed.kind === "gap" ? parsed : { kind: "quote", quote: { kind: "futures", value: parsed.quote } };
    }
    case "options": {
      const parsed = deribitOptions.parse(body, subscription, receivedAtMs, rules);
      return parsed.kind === "gap" ? parsed : { kind: "quote", quote: { kind: "options", value: parsed.quote } };
    }
    case "candles": {
      const parsed = CANDLE_ADAPTERS[subscription.venue].parse(body, subscription, receivedAtMs);
      return parsed.kind === "gap" ? parsed : { kind: "quote", quote: { kind: "candles", value: parsed.quote } };
    }
    default:
      return unreachable(subscription);
  }
}

/** One GET of text; HttpGet is one, and so is whoever listens to it. */
export type Fetching = Pick<HttpGet, "get">;

/** One request, one outcome. */
export async function fetchQuote(
  subscription: PolledSubscription,
  access: VenueAccess,
  http: Fetching,
  stop: AbortSignal,
  limits: HttpLimits = HTTP_LIMITS[subscription.kind],
): Promise<Parsed<MarketQuote>> {
  return fetchPath(subscription, requestPath(subscription), access, http, stop, limits);
}

/** One page of bars. A page without a complete bar is the gap `no-quote`. */
export async function fetchCandles(
  subscription: CandleSubscription,
  page: CandlePage,
  access: VenueAccess,
  http: Fetching,
  stop: AbortSignal,
  limits: HttpLimits = HTTP_LIMITS.candles,
): Promise<Parsed<MarketQuote>> {
  const path = CANDLE_ADAPTERS[subscription.venue].path(subscription, page);
  return fetchPath(subscription, path, access, http, stop, limits);
}

/** The URL of a path of `requestPath` or `CandleAdapter.path`. */
export function urlOf(access: VenueAccess, path: string): string {
  return access.baseUrl.replace(/\/+$/, "") + path;
}

async function fetchPath(
  subscription: Subscription,
  path: string,
  access: VenueAccess,
  http: Fetching,
  stop: AbortSignal,
  limits: HttpLimits,
): Promise<Parsed<MarketQuote>> {
  const answer = await http.get(urlOf(access, path), limits, stop);
  if (answer.kind === "gap") return answer;
  const rules = { allowTestnet: access.allowTestnet ?? false };
  return readAnswer(answer, (body, receivedAtMs) => parseBody(body, subscription, receivedAtMs, rules));
}
