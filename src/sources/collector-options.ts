/** What a collector is started with, and what is refused before anything is asked. */
import { OracleError } from "../base/errors.ts";
import type { Venue } from "../market/venue.ts";
import type { VenueAccess } from "./hosts.ts";
import type { RestAdapter } from "./rest-adapter.ts";
import type { StreamAdapter } from "./stream-adapter.ts";
import { type PolledKind, type Subscription, checkSubscription, sourceName } from "./subscription.ts";

/** How often each kind is asked for over REST. Lower comes nearer to the venues' limits, higher makes quotes older. */
export const DEFAULT_POLL_MS: Readonly<Record<PolledKind, number>> = {
  spot: 1_000,
  depth: 30_000,
  index: 2_000,
  "vol-index": 10_000,
  futures: 5_000,
  options: 5_000,
};

/** How often REST lists a board whose stream is live: new instruments come with it, and what the stream lost. */
export const RELIST_MS = 60_000;

export type CollectorOptions = {
  readonly venues: Readonly<Partial<Record<Venue, VenueAccess>>>;
  readonly subscriptions: readonly Subscription[];
  /** Candles need none: a bar is asked for when it has ended. */
  readonly pollMs: Readonly<Record<PolledKind, number>>;
  /** REST goes on at its pace while streams serve its sources: for recordings, which shall hold both. */
  readonly pollBesideStreams?: boolean;
  /** `RELIST_MS` where absent. */
  readonly relistMs?: number;
  /** Instead of the venues' own, by venue. */
  readonly restAdapters?: Readonly<Partial<Record<Venue, RestAdapter>>>;
  readonly streamAdapters?: Readonly<Partial<Record<Venue, readonly StreamAdapter[]>>>;
};

/** @throws OracleError `bad-subscription`, `duplicate-source`, `unknown-venue`, `bad-base-url`, `bad-stream-url`, `bad-poll-interval` */
export function checkCollectorOptions({ venues, subscriptions, pollMs }: CollectorOptions): void {
  const seen = new Set<string>();
  for (const subscription of subscriptions) {
    checkSubscription(subscription);
    const source = sourceName(subscription);
    if (seen.has(source))
      throw new OracleError(`source ${source} is subscribed twice`, { code: "duplicate-source", source });
    seen.add(source);
    const { venue, kind } = subscription;
    const access = venues[venue];
    if (access === undefined) {
      throw new OracleError(`source ${source} needs a base URL of ${venue}`, { code: "unknown-venue", source, venue });
    }
    if (!URL.canParse(access.baseUrl) || !/^https?:\/\/[^?#]+$/.test(access.baseUrl)) {
      throw new OracleError(
        `expected an http(s) base URL of ${venue} without query, saw ${JSON.stringify(access.baseUrl)}`,
        {
          code: "bad-base-url",
          venue,
          seen: access.baseUrl,
        },
      );
    }
    checkStreamUrls(venue, access);
    if (kind !== "candles" && !(pollMs[kind] >= 50 && pollMs[kind] <= 3_600_000)) {
      throw new OracleError(`poll interval of ${kind} is ${pollMs[kind]} ms, 50 to 3600000 allowed`, {
        code: "bad-poll-interval",
        kind,
        seen: pollMs[kind],
      });
    }
  }
}

function checkStreamUrls(venue: Venue, { streamUrl, optionsStreamUrl, futuresStreamUrl }: VenueAccess): void {
  for (const url of [streamUrl, optionsStreamUrl, futuresStreamUrl]) {
    if (url === undefined || (URL.canParse(url) && /^wss?:\/\/[^?#]+$/.test(url))) continue;
    throw new OracleError(`expected a ws(s) stream URL of ${venue} without query, saw ${JSON.stringify(url)}`, {
      code: "bad-stream-url",
      venue,
      seen: url,
    });
  }
}
