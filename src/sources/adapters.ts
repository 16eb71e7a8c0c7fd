/** The tables from a subscription to its adapter: where to ask, how to read, how much to accept. */
import { unreachable } from "../base/errors.ts";
import type {
  BookDepth,
  CandleSeries,
  FutureBoard,
  IndexQuote,
  OptionChain,
  SpotQuote,
  VolIndexQuote,
} from "../market/quote.ts";
import type { CandleVenue, Venue } from "../market/venue.ts";
import { readAnswer } from "./answer.ts";
import { binanceCandles } from "./binance/candles.ts";
import { binanceRest } from "./binance/rest.ts";
import { binanceStreams } from "./binance/streams.ts";
import { bitfinexRest } from "./bitfinex/rest.ts";
import { bitfinexStreams } from "./bitfinex/streams.ts";
import { bitstampCandles } from "./bitstamp/candles.ts";
import { bitstampRest } from "./bitstamp/rest.ts";
import { bitstampStreams } from "./bitstamp/streams.ts";
import { bybitRest } from "./bybit/rest.ts";
import { bybitStreams } from "./bybit/streams.ts";
import type { CandleAdapter, CandlePage } from "./candle-bars.ts";
import { coinbaseCandles } from "./coinbase/candles.ts";
import { coinbaseRest } from "./coinbase/rest.ts";
import { coinbaseStreams } from "./coinbase/streams.ts";
import { deribitRest } from "./deribit/rest.ts";
import { deribitStreams } from "./deribit/streams.ts";
import { geminiRest } from "./gemini/rest.ts";
import { geminiStreams } from "./gemini/streams.ts";
import { type Parsed, gap } from "./gap.ts";
import { restUrl, type VenueAccess } from "./hosts.ts";
import type { HttpGet, HttpLimits } from "./http.ts";
import { krakenCandles } from "./kraken/candles.ts";
import { krakenRest } from "./kraken/rest.ts";
import { krakenStreams } from "./kraken/streams.ts";
import { okxRest } from "./okx/rest.ts";
import { okxStreams } from "./okx/streams.ts";
import type { AdapterRules, Endpoint, RestAdapter, RestRequest } from "./rest-adapter.ts";
import type { StreamAdapter } from "./stream-adapter.ts";
import {
  type CandleSubscription,
  type PolledSubscription,
  type Subscription,
  type SubscriptionKind,
  sourceName,
} from "./subscription.ts";

export type MarketQuote =
  | { readonly kind: "spot"; readonly value: SpotQuote }
  | { readonly kind: "depth"; readonly value: BookDepth }
  | { readonly kind: "index"; readonly value: IndexQuote }
  | { readonly kind: "vol-index"; readonly value: VolIndexQuote }
  | { readonly kind: "futures"; readonly value: FutureBoard }
  | { readonly kind: "options"; readonly value: OptionChain }
  | { readonly kind: "candles"; readonly value: CandleSeries };

export const REST_ADAPTERS: Readonly<Record<Venue, RestAdapter>> = {
  coinbase: coinbaseRest,
  kraken: krakenRest,
  bitstamp: bitstampRest,
  binance: binanceRest,
  deribit: deribitRest,
  okx: okxRest,
  bybit: bybitRest,
  gemini: geminiRest,
  bitfinex: bitfinexRest,
};

export const STREAM_ADAPTERS: Readonly<Record<Venue, readonly StreamAdapter[]>> = {
  coinbase: coinbaseStreams,
  kraken: krakenStreams,
  bitstamp: bitstampStreams,
  binance: binanceStreams,
  deribit: deribitStreams,
  okx: okxStreams,
  bybit: bybitStreams,
  gemini: geminiStreams,
  bitfinex: bitfinexStreams,
};

export const CANDLE_ADAPTERS: Readonly<Record<CandleVenue, CandleAdapter>> = {
  coinbase: coinbaseCandles,
  kraken: krakenCandles,
  bitstamp: bitstampCandles,
  binance: binanceCandles,
};

const SMALL_BODY_MAX_BYTES = 64 * 1024;
/** OKX's chain measured 748 923 bytes; five times that leaves room for a busier market, not for a flood. */
const BOARD_BODY_MAX_BYTES = 4 * 1024 * 1024;
/** A thousand bars are about 200 kB. */
const CANDLES_BODY_MAX_BYTES = 1024 * 1024;

export const HTTP_LIMITS: Readonly<Record<SubscriptionKind, HttpLimits>> = {
  spot: { timeoutMs: 2_000, maxBytes: SMALL_BODY_MAX_BYTES },
  depth: { timeoutMs: 6_000, maxBytes: BOARD_BODY_MAX_BYTES },
  index: { timeoutMs: 2_000, maxBytes: SMALL_BODY_MAX_BYTES },
  "vol-index": { timeoutMs: 2_000, maxBytes: SMALL_BODY_MAX_BYTES },
  futures: { timeoutMs: 4_000, maxBytes: BOARD_BODY_MAX_BYTES },
  options: { timeoutMs: 6_000, maxBytes: BOARD_BODY_MAX_BYTES },
  candles: { timeoutMs: 8_000, maxBytes: CANDLES_BODY_MAX_BYTES },
};

type Reading = {
  readonly bodies: readonly string[];
  readonly receivedAtMs: number;
  readonly rules: AdapterRules;
};

/** Whether the venue offers that kind over REST. */
export function isOffered({ kind, venue }: Subscription): boolean {
  return kind === "candles" ? Object.hasOwn(CANDLE_ADAPTERS, venue) : REST_ADAPTERS[venue][kind] !== undefined;
}

/** Of candles see `CandleAdapter.path`: they are asked for in pages. Empty where the venue does not offer the kind. */
export function requestsOf(
  subscription: PolledSubscription,
  adapter: RestAdapter = REST_ADAPTERS[subscription.venue],
): readonly RestRequest[] {
  switch (subscription.kind) {
    case "spot":
      return adapter.spot?.requests(subscription) ?? [];
    case "depth":
      return adapter.depth?.requests(subscription) ?? [];
    case "index":
      return adapter.index?.requests(subscription) ?? [];
    case "vol-index":
      return adapter["vol-index"]?.requests(subscription) ?? [];
    case "futures":
      return adapter.futures?.requests(subscription) ?? [];
    case "options":
      return adapter.options?.requests(subscription) ?? [];
    default:
      return unreachable(subscription);
  }
}

/** Pure: the bodies of an HTTP 200 answer to a quote, or the named reason why there is none. Never throws. */
export function parseBodies(
  bodies: readonly string[],
  subscription: Subscription,
  receivedAtMs: number,
  rules: AdapterRules,
  adapter: RestAdapter = REST_ADAPTERS[subscription.venue],
): Parsed<MarketQuote> {
  const reading: Reading = { bodies, receivedAtMs, rules };
  switch (subscription.kind) {
    case "spot":
      return read("spot", adapter.spot, subscription, reading);
    case "depth":
      return read("depth", adapter.depth, subscription, reading);
    case "index":
      return read("index", adapter.index, subscription, reading);
    case "vol-index":
      return read("vol-index", adapter["vol-index"], subscription, reading);
    case "futures":
      return read("futures", adapter.futures, subscription, reading);
    case "options":
      return read("options", adapter.options, subscription, reading);
    case "candles": {
      const parsed = CANDLE_ADAPTERS[subscription.venue].parse(bodies[0] ?? "", subscription, receivedAtMs);
      return parsed.kind === "gap" ? parsed : { kind: "quote", quote: { kind: "candles", value: parsed.quote } };
    }
    default:
      return unreachable(subscription);
  }
}

function read<K extends PolledSubscription["kind"], S extends PolledSubscription, Q>(
  kind: K,
  endpoint: Endpoint<S, Q> | undefined,
  subscription: S,
  { bodies, receivedAtMs, rules }: Reading,
): Parsed<{ readonly kind: K; readonly value: Q }> {
  if (endpoint === undefined) return gap("venue-error", `${sourceName(subscription)} is not offered`);
  const parsed = endpoint.parse(bodies, subscription, receivedAtMs, rules);
  return parsed.kind === "gap" ? parsed : { kind: "quote", quote: { kind, value: parsed.quote } };
}

/** One GET of text; HttpGet is one, and so is whoever listens to it. */
export type Fetching = Pick<HttpGet, "get">;

/** One quote, of one request or of several in their order. The first that fails ends it. */
export async function fetchQuote(
  subscription: PolledSubscription,
  access: VenueAccess,
  http: Fetching,
  stop: AbortSignal,
  limits: HttpLimits = HTTP_LIMITS[subscription.kind],
  adapter: RestAdapter = REST_ADAPTERS[subscription.venue],
): Promise<Parsed<MarketQuote>> {
  const requests = requestsOf(subscription, adapter);
  const rules = { allowTestnet: access.allowTestnet ?? false };
  const bodies: string[] = [];
  for (const [i, { host, path }] of requests.entries()) {
    const answer = await http.get(restUrl(access, host, path), limits, stop);
    if (answer.kind === "gap") return answer;
    const isLast = i === requests.length - 1;
    const outcome = readAnswer<MarketQuote | null>(answer, (body, receivedAtMs) => {
      if (answer.status !== 200) return parseBodies([body], subscription, receivedAtMs, rules, adapter);
      bodies.push(body);
      return isLast ? parseBodies(bodies, subscription, receivedAtMs, rules, adapter) : { kind: "quote", quote: null };
    });
    if (outcome.kind === "gap") return outcome;
    if (outcome.quote !== null) return { kind: "quote", quote: outcome.quote };
  }
  return gap("venue-error", `${sourceName(subscription)} is not offered`);
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
  const answer = await http.get(restUrl(access, "rest", path), limits, stop);
  if (answer.kind === "gap") return answer;
  const rules = { allowTestnet: access.allowTestnet ?? false };
  return readAnswer(answer, (body, receivedAtMs) => parseBodies([body], subscription, receivedAtMs, rules));
}
