/** Where the venues are. One venue has several hosts: Binance's options and futures are services of their own. */
import type { Venue } from "../market/venue.ts";

/** `rest` unless the venue has another one for that kind. */
export type HostName = "rest" | "options" | "futures";
/** As above, of streams. */
export type StreamHostName = "stream" | "options-stream" | "futures-stream";

export type VenueAccess = {
  /** Deribit's ends in its API version, the others' paths begin at the host. */
  readonly baseUrl: string;
  /** `baseUrl` where absent. */
  readonly optionsUrl?: string;
  readonly futuresUrl?: string;
  /** ws(s) URL under which the venue's stream paths lie; absent: this venue is only polled. */
  readonly streamUrl?: string;
  /** `streamUrl` where absent. */
  readonly optionsStreamUrl?: string;
  readonly futuresStreamUrl?: string;
  /** Accept Deribit's test network. Never in production. */
  readonly allowTestnet?: boolean;
};

export const PRODUCTION: Readonly<Record<Venue, VenueAccess>> = {
  coinbase: { baseUrl: "https://api.exchange.coinbase.com", streamUrl: "wss://ws-feed.exchange.coinbase.com" },
  kraken: { baseUrl: "https://api.kraken.com", streamUrl: "wss://ws.kraken.com" },
  bitstamp: { baseUrl: "https://www.bitstamp.net", streamUrl: "wss://ws.bitstamp.net" },
  binance: {
    baseUrl: "https://api.binance.com",
    optionsUrl: "https://eapi.binance.com",
    futuresUrl: "https://fapi.binance.com",
    streamUrl: "wss://stream.binance.com:9443",
    optionsStreamUrl: "wss://fstream.binance.com",
    futuresStreamUrl: "wss://fstream.binance.com",
  },
  deribit: { baseUrl: "https://www.deribit.com/api/v2", streamUrl: "wss://www.deribit.com/ws/api/v2" },
  okx: { baseUrl: "https://www.okx.com", streamUrl: "wss://ws.okx.com:8443" },
  bybit: { baseUrl: "https://api.bybit.com", streamUrl: "wss://stream.bybit.com" },
  gemini: { baseUrl: "https://api.gemini.com", streamUrl: "wss://api.gemini.com" },
  bitfinex: { baseUrl: "https://api-pub.bitfinex.com", streamUrl: "wss://api-pub.bitfinex.com" },
};

export function restUrl(access: VenueAccess, host: HostName, path: string): string {
  const { baseUrl, optionsUrl, futuresUrl } = access;
  const base = { rest: baseUrl, options: optionsUrl ?? baseUrl, futures: futuresUrl ?? baseUrl }[host];
  return base.replace(/\/+$/, "") + path;
}

/** null: this venue is only polled. */
export function streamUrl(access: VenueAccess, host: StreamHostName, path: string): string | null {
  const { streamUrl: base, optionsStreamUrl, futuresStreamUrl } = access;
  const url = { stream: base, "options-stream": optionsStreamUrl ?? base, "futures-stream": futuresStreamUrl ?? base }[
    host
  ];
  return url === undefined ? null : url.replace(/\/+$/, "") + path;
}

/** Every venue below one market server, which speaks for all of them. */
export function accessBelow(marketUrl: string, venue: Venue): VenueAccess & { readonly streamUrl: string } {
  const root = `${marketUrl.replace(/\/+$/, "")}/${venue}`;
  const streams = root.replace(/^http/, "ws");
  return venue === "deribit"
    ? { baseUrl: `${root}/api/v2`, streamUrl: `${streams}/ws/api/v2` }
    : { baseUrl: root, streamUrl: streams };
}
