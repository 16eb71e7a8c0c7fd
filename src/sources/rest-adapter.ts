/**
 * What every venue looks like over REST: for each kind of subscription, where to ask and how to read the answer. `parse` is
 * pure and never throws; what cannot be read is a gap with its reason.
 */
import type { BookDepth, FutureBoard, IndexQuote, OptionChain, SpotQuote, VolIndexQuote } from "../market/quote.ts";
import type { Venue } from "../market/venue.ts";
import type { Parsed } from "./gap.ts";
import type { HostName } from "./hosts.ts";
import type {
  DepthSubscription,
  FuturesSubscription,
  IndexSubscription,
  OptionsSubscription,
  SpotSubscription,
  VolIndexSubscription,
} from "./subscription.ts";

export type AdapterRules = {
  /** Accept answers that say they come from a venue's test network. Never in production. */
  readonly allowTestnet: boolean;
};
export const PRODUCTION_ONLY: AdapterRules = { allowTestnet: false };

export type RestRequest = {
  readonly host: HostName;
  /** Path and query under the host's base URL. */
  readonly path: string;
  /** Which of the venue's buckets in `limits.ts` pays, and how many of its credits. */
  readonly bucket: string;
  readonly cost: number;
};

export type Endpoint<S, Q> = {
  /** One request, or several whose answers together make one quote. */
  requests(subscription: S): readonly RestRequest[];
  /**
   * @param bodies of the requests in their order, HTTP 200; or the one body of an answer that failed, which can only be
   *               a gap: Deribit sends its error envelope with HTTP 400
   */
  parse(bodies: readonly string[], subscription: S, receivedAtMs: number, rules: AdapterRules): Parsed<Q>;
};

/** A kind that is absent is one that the venue does not offer. */
export type RestAdapter = {
  readonly venue: Venue;
  readonly spot?: Endpoint<SpotSubscription, SpotQuote>;
  readonly depth?: Endpoint<DepthSubscription, BookDepth>;
  readonly index?: Endpoint<IndexSubscription, IndexQuote>;
  readonly "vol-index"?: Endpoint<VolIndexSubscription, VolIndexQuote>;
  readonly futures?: Endpoint<FuturesSubscription, FutureBoard>;
  readonly options?: Endpoint<OptionsSubscription, OptionChain>;
};

/** An endpoint of one request, from its path and its reader. */
export function oneRequest<S, Q>(
  reader: {
    path(subscription: S): string;
    parse(body: string, subscription: S, receivedAtMs: number, rules: AdapterRules): Parsed<Q>;
  },
  pays: Omit<RestRequest, "path">,
): Endpoint<S, Q> {
  return {
    requests: (subscription) => [{ ...pays, path: reader.path(subscription) }],
    parse: ([body = ""], subscription, receivedAtMs, rules) => reader.parse(body, subscription, receivedAtMs, rules),
  };
}
